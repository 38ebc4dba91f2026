"""The `reggi` command: asks, serves, loads and checks.

The commands stand in bots/commands/, their heavy imports inside them, so that `reggi --help` is quick; bots/start.py
wires settings to libraries.
"""

from __future__ import annotations

import sys

import typer

from bots.commands import asking, digest, keeping, law, personal, serving

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="US privacy law, state by state, with a source for every sentence.",
)
app.command()(asking.ask)
app.command()(asking.jurisdictions)
app.command()(law.load)
app.command()(law.fetch)
app.command()(law.history)
app.command()(serving.serve)
app.command()(serving.doctor)
app.command()(keeping.backup)
app.command()(keeping.restore)
app.command("teams-package")(serving.teams_package)
app.command()(digest.check)
app.command()(digest.coverage)
app.command()(digest.sample)
app.command("eval")(digest.evaluate)
app.command()(personal.forget)
app.command()(personal.export)
app.command()(personal.inbox)
app.command()(personal.key)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BrokenPipeError:  # the reader of our output has gone: `reggi … | head`
        sys.stderr.close()
        raise SystemExit(0) from None
