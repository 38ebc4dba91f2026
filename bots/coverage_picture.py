"""The digest's coverage as a picture in a terminal: a row a jurisdiction, a dot a topic, a colour a kind of check."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpus_loader.coverage import Cell, Coverage
from retrieval.topics import all_topics

LOOKS: dict[Cell, tuple[str, str, str]] = {
    "statute_text": ("█", "green", "read in the statute's own words"),
    "official_page": ("█", "cyan", "read on an official page"),
    "secondary": ("▒", "yellow", "secondary sources only"),
    "none": ("○", "white", "looked for, no such law found"),
    "gap": ("·", "red", "no position: not known"),
}


def print_coverage(rows: list[Coverage], console: Console | None = None) -> None:
    """Print the picture, its legend and the counts."""
    console = console or Console()
    topics = list(all_topics().values())
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("")
    heading = Text("".join(str((n + 1) // 10 or " ") for n in range(len(topics))) + "\n")
    heading.append("".join(str((n + 1) % 10) for n in range(len(topics))))
    table.add_column(heading, no_wrap=True)
    for name in ("laws", "sections", "statements", "positions", "oldest review"):
        table.add_column(name, justify="right")
    for row in rows:
        dots = Text()
        for topic in topics:
            sign, colour, _ = LOOKS[row.cells[topic.id]]
            dots.append(sign, style=colour)
        counts = (row.laws, row.sections, row.statements, row.positions)
        table.add_row(
            row.jurisdiction, dots, *(str(c) for c in counts), row.oldest.isoformat() if row.oldest else "–"
        )
    console.print(table)
    sums = [sum(getattr(r, name) for r in rows) for name in ("laws", "sections", "statements", "positions")]
    console.print(
        f"\n{len(rows)} jurisdictions, {sums[0]} laws, {sums[1]} sections, {sums[2]} statements, {sums[3]} positions"
    )
    cells = [cell for row in rows for cell in row.cells.values()]
    for cell, (sign, colour, meaning) in LOOKS.items():
        share = cells.count(cell) / (len(cells) or 1)
        console.print(
            Text(f"{sign} ", style=colour).append(
                f"{meaning}: {cells.count(cell)} ({share:.0%})", style="default"
            )
        )
    legend = Table(box=None, padding=(0, 2), show_header=False)
    thirds = [topics[i::3] for i in range(3)]
    for line in range(len(thirds[0])):
        legend.add_row(
            *(f"{topics.index(t[line]) + 1:2} {t[line].name}" if line < len(t) else "" for t in thirds)
        )
    console.print(legend)
