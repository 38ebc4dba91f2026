"""How answers did in an exam, for people to read; the figures are retrieval/evaluation.py's."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from retrieval.evaluation import MEASURES, Score, by, summary

NAMES = {
    "must_cite": "controlling sections",
    "should_cite": "further sections",
    "facts": "key facts",
    "jurisdictions": "places",
    "verdict": "verdict",
    "status": "kind of answer",
}


def _errors(row: dict[str, Any]) -> list[str]:
    """Return the counts of errors; a comparison's earlier run may not have them all."""
    return [str(row.get(name, "")) for name in ("wrong_verdict", "wrong_place", "forbidden")]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def as_json(scores: list[Score]) -> dict[str, Any]:
    """Return the whole report as one JSON object; `wrong` lists what was amiss, by question."""
    return {
        "all": summary(scores),
        "by_kind": by(scores, "kind"),
        "by_topic": by(scores, "topic"),
        "by_place": by(scores, "places"),
        "wrong": {s.id: list(s.notes) for s in scores if not s.right},
    }


def print_exam(
    scores: list[Score], earlier: dict[str, Any] | None = None, console: Console | None = None
) -> None:
    """Print the figures, by kind of question too, beside those of an earlier run, and every answer that was not right."""
    console = console or Console()
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for name in (
        "",
        "n",
        "right",
        *(NAMES[m] for m in MEASURES),
        "wrong verdict",
        "wrong place",
        "forbidden",
    ):
        table.add_column(name, justify="left" if not name else "right")
    groups = {"all": summary(scores), **by(scores, "kind")}
    for name, row in groups.items():
        cells = [_share(row["right"]), *(_share(row[m]) for m in MEASURES)]
        table.add_row(name, str(row["questions"]), *cells, *_errors(row))
    if earlier:
        row = earlier["all"]
        cells = [_share(row["right"]), *(_share(row[m]) for m in MEASURES)]
        table.add_row("all, earlier", str(row["questions"]), *cells, *_errors(row))
    console.print(table)
    for s in scores:
        if not s.right:
            console.print(
                f"{s.id} ({s.kind}, {','.join(s.places) or '-'}): {'; '.join(s.notes)}",
                markup=False,
                highlight=False,
            )
