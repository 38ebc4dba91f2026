"""`python -m bots` is the reggi command."""

from bots.cli import main

main()
