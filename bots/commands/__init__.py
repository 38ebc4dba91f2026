"""The commands of `reggi`, a module for each group; bots/cli.py puts them together."""
