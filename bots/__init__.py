"""Command line, server and the chat adapters."""
