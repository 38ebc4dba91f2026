"""The `reggi` command: asks, serves, loads and checks. The only place that wires settings to libraries.

Heavy imports stand inside the commands, so that `reggi --help` is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="US privacy law, state by state, with a source for every sentence.")


@app.command()
def check(
    jurisdiction: Annotated[Optional[str], typer.Option(help="Only this one, e.g. MN.")] = None,
    digest: Annotated[Optional[Path], typer.Option(help="Another digest folder.")] = None,
    against: Annotated[Optional[list[Path]], typer.Option(help="Text that no statement may repeat for more than 12 words.")] = None,
    section_index: Annotated[Optional[Path], typer.Option(help="JSONL file of known section numbers.")] = None,
    gaps: Annotated[bool, typer.Option(help="Also list topics without a position.")] = False,
) -> None:
    """Check the digest: format, references, figures, lengths, closeness to sources."""
    from corpus_loader.check import check_digest
    from corpus_loader.read_digest import DIGEST

    findings = check_digest(digest or DIGEST, jurisdiction, against or (), section_index)
    for finding in findings:
        if finding.level != "gap" or gaps:
            typer.echo(str(finding))
    count = {level: sum(f.level == level for f in findings) for level in ("error", "warning", "gap")}
    typer.echo(f"{count['error']} errors, {count['warning']} warnings, {count['gap']} gaps")
    raise typer.Exit(1 if count["error"] else 0)


@app.command()
def ask(question: str) -> None:
    """Answer one question."""
    typer.echo(question)


def main() -> None:
    """Run the command line."""
    app()
