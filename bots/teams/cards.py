"""The pieces of a reply as Adaptive Cards 1.5, the version that Teams shows everywhere.

Words stand in `RichTextBlock` and not in `TextBlock`, whose Markdown and `{{DATE(…)}}` would mean something: so no words of a
person or of a law can forge a link. A card may have 28 KB
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages); what is longer goes on in the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bots.render import (
    Bullet,
    Fact,
    Grid,
    Heading,
    Links,
    Paragraph,
    Piece,
    SourceItem,
    Title,
    grid_lines,
)
from retrieval.records import Statement

Card = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
VERSION = "1.5"
CARD_BYTES = 24_000
HEADING = "Medium"
"""Space above headings, and nowhere else."""
TABLE_COLUMNS = 5
"""More columns than this leave a word or two to each on a screen; such a comparison is a list."""


def card(body: Iterable[Card], actions: Iterable[Card] = (), wide: bool = True) -> Card:
    """Return a card; `wide` uses the whole width of the message."""
    made: Card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "body": list(body),
    }
    if buttons := list(actions):
        made["actions"] = buttons
    return made | ({"msteams": {"width": "Full"}} if wide else {})


def size_of(value: Any) -> int:
    """Return the bytes of a card or a part of one as it is sent."""
    return len(json.dumps(value).encode())


def tables(grid: Grid, links: Links) -> tuple[Card, ...]:
    """Return a comparison as cards that hold a table each, with the head row in every one.

    None where it is too wide for a table, or a row too long for a card: then it is to be listed.
    """
    if len(grid.columns) + 1 > TABLE_COLUMNS:
        return ()
    head = _row([_cell([run(name, bold=True)]) for name in ("Jurisdiction", *grid.columns)], "accent")
    room = CARD_BYTES - size_of(_table(grid, [head]))
    parts: list[list[Card]] = []
    size = room + 1
    for name, cells in grid.rows:
        row = _row([_cell([run(name, bold=True)]), *(_cell(_said(cell, links)) for cell in cells)])
        if size_of(row) > room:
            return ()
        if size + size_of(row) > room:
            parts.append([head])
            size = 0
        parts[-1].append(row)
        size += size_of(row) + 2
    return tuple(card([_table(grid, rows)]) for rows in parts)


def blocks_of(pieces: Iterable[Piece], links: Links) -> list[Card]:
    """Return pieces as the body of a card, in order."""
    blocks: list[Card] = []
    for piece in pieces:
        match piece:
            case Title(text):
                blocks.append(rich([run(text, bold=True, size="Medium")]))
            case Heading(text):
                blocks.append(rich([run(text, bold=True)], spacing=HEADING))
            case Paragraph(text, marks):
                blocks.append(rich(_said(Statement(text, marks), links)))
            case Bullet(text, marks):
                blocks.append(rich([run("• "), *_said(Statement(text, marks), links)], spacing="Small"))
            case Grid():
                blocks += [rich([run(line)], spacing="Small") for line in grid_lines(piece)]
            case SourceItem(mark, text, url, details):
                named = [run(f"[{mark}] ", bold=True), run(text, url=url), run(f" ({details})", subtle=True)]
                blocks.append(rich(named, spacing="Small"))
            case Fact():
                blocks.append(rich([run(piece.line, subtle=True)], spacing="Small"))
    return blocks


def pages(blocks: list[Card], limit: int = CARD_BYTES) -> tuple[tuple[Card, ...], ...]:
    """Return blocks on pages of at most `limit` bytes; a block that is longer has one of its own.

    A heading at the end of a page stands above what follows it on the next.
    """
    made: list[list[Card]] = [[]]
    size = 0
    for block in blocks:
        if made[-1] and size + size_of(block) > limit:
            heading = [made[-1].pop()] if len(made[-1]) > 1 and made[-1][-1].get("spacing") == HEADING else []
            made.append(heading)
            size = sum(map(size_of, heading))
        made[-1].append(block)
        size += size_of(block) + 2
    return tuple(tuple(page) for page in made)


def rich(runs: Iterable[Card], **settings: Any) -> Card:
    """Return a paragraph of runs."""
    return {"type": "RichTextBlock", "inlines": list(runs), **settings}


def run(text: str, bold: bool = False, subtle: bool = False, size: str = "", url: str | None = None) -> Card:
    """Return words of one look; with a `url` they can be clicked."""
    made: Card = {"type": "TextRun", "text": text}
    if bold:
        made["weight"] = "Bolder"
    if subtle:
        made["isSubtle"] = True
    if size:
        made["size"] = size
    if url:
        made["selectAction"] = {"type": "Action.OpenUrl", "url": url}
    return made


def _said(statement: Statement, links: Links) -> list[Card]:
    runs = [run(statement.text or "–")]
    for mark in statement.marks:
        runs += [run(" "), run(f"[{mark}]", url=links.get(mark))]
    return runs


def _cell(runs: list[Card]) -> Card:
    return {"type": "TableCell", "items": [rich(runs)]}


def _row(cells: list[Card], style: str = "") -> Card:
    return {"type": "TableRow", "cells": cells} | ({"style": style} if style else {})


def _table(grid: Grid, rows: list[Card]) -> Card:
    widths = [{"width": 2}, *({"width": 5} for _ in grid.columns)]
    return {
        "type": "Table",
        "firstRowAsHeaders": True,
        "gridStyle": "default",
        "columns": widths,
        "rows": rows,
    }
