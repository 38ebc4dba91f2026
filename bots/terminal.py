"""A reply in a terminal, with rich: same pieces, same words as in Slack and Teams."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bots.render import (
    Bullet,
    Fact,
    Grid,
    Heading,
    Paragraph,
    Piece,
    SourceItem,
    Title,
    marks_text,
    pieces_of,
)
from bots.turn import Reply

WIDTH = 110
"""Columns at most: law is hard enough to read in lines of a comfortable length."""
BULLET = "  • "


def print_reply(reply: Reply, console: Console | None = None) -> None:
    """Print a reply. Whatever it holds is shown letter by letter: rich's own mark-up is not read in it."""
    console = console or Console()
    width = min(console.width, WIDTH)
    before: Piece | None = None
    for piece in pieces_of(reply):
        if before is not None and _apart(before, piece):
            console.print()
        for part in _parts(piece, console, width):
            console.print(part, width=width, highlight=False, overflow="fold")
        before = piece


def _apart(before: Piece, piece: Piece) -> bool:
    """Whether an empty line stands between two pieces."""
    same = type(before) is type(piece) and not isinstance(piece, Paragraph)
    return not same and not (
        isinstance(before, Heading) and isinstance(piece, Bullet | SourceItem | Paragraph)
    )


def _parts(piece: Piece, console: Console, width: int) -> list[RenderableType]:
    match piece:
        case Title(text):
            return [Text(text, style="bold underline")]
        case Heading(text, level):
            return [Text(text, style="bold cyan" if level == 1 else "bold")]
        case Paragraph(text, marks):
            return [_marked(text, marks)]
        case Bullet(text, marks):
            return _bullet(_marked(text, marks), console, width)
        case Grid():
            return [_grid(piece)]
        case SourceItem():
            return _bullet(_source(piece), console, width)
        case Fact(label, text):
            return [Text.assemble((f"{label}: ", "bold"), text) if label else Text(text, style="dim")]


def _marked(text: str, marks: tuple[str, ...]) -> Text:
    return Text.assemble(text, (f" {marks_text(marks)}", "cyan")) if marks else Text(text)


def _bullet(text: Text, console: Console, width: int) -> list[RenderableType]:
    """A text as the lines of a bullet, wrapped to hang behind it."""
    parts: list[RenderableType] = []
    for line in text.wrap(console, max(width - len(BULLET), 1), overflow="fold"):
        line.rstrip()
        parts.append(Text.assemble(" " * len(BULLET) if parts else BULLET, line))
    return parts


def _source(item: SourceItem) -> Text:
    text = Text.assemble((f"[{item.mark}] ", "cyan"), item.text, (f" ({item.details})", "dim"))
    if item.url:
        # Written out too: not every terminal opens links, and a printed answer has none.
        text.append("\n").append(item.url, style=f"blue link {item.url}")
    return text


def _grid(grid: Grid) -> RenderableType:
    table = Table(show_lines=True)
    table.add_column("Jurisdiction", style="bold", overflow="fold")
    for column in grid.columns:
        table.add_column(column, overflow="fold")
    for name, cells in grid.rows:
        table.add_row(Text(name), *(_marked(cell.text, cell.marks) for cell in cells))
    return table
