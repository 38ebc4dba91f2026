"""The pieces of a reply as Block Kit blocks.

Everything is written as `rich_text` and `plain_text`, which Slack shows letter by letter, and nothing as `mrkdwn`,
where a typed `<!channel>` or `<https://…|…>` would have to be escaped and a `*` could not be. So no words of a
person or of a law can ping anyone or forge a link.
"""

from __future__ import annotations

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
    split_text,
)
from retrieval.records import Statement

Block = dict[str, Any]

HEADER_TEXT = 150  # https://docs.slack.dev/reference/block-kit/blocks/header-block
BLOCK_TEXT = 2_800
"""Text in one block. 3,000 is the limit of a section; rich_text has none written down, so it keeps to the same."""
CONTEXT_TEXT = 1_900  # https://docs.slack.dev/reference/block-kit/blocks/context-block
TABLE_COLUMNS = 20  # https://docs.slack.dev/reference/block-kit/blocks/table-block
TABLE_ROWS = 100
TABLE_TEXT = 8_000
"""Characters in one table. Slack allows 10,000 and one table a message."""


def blocks_of(pieces: Iterable[Piece], links: Links) -> list[Block]:
    """Return the blocks of the pieces, in order. None holds more text than Slack takes in one block."""
    blocks: list[Block] = []
    prose: list[Piece] = []
    facts: list[Fact] = []

    def flush() -> None:
        blocks.extend(_prose_blocks(prose, links))
        blocks.extend(_context_blocks(facts))
        prose.clear()
        facts.clear()

    for piece in pieces:
        match piece:
            case Title(text) | Heading(text, 1):
                flush()
                blocks.extend(_header(text))
            case Heading():
                flush()
                prose.append(piece)
            case Grid():
                flush()
                blocks.extend(table_blocks(piece, links))
            case Fact():
                if prose:
                    flush()
                facts.append(piece)
            case _:
                if facts:
                    flush()
                prose.append(piece)
    flush()
    return blocks


def text_size(value: Any) -> int:
    """Return the characters of all texts and addresses in blocks, which is what Slack's limit seems to count."""
    if isinstance(value, dict):
        own = sum(len(value[key]) for key in ("text", "url") if isinstance(value.get(key), str))
        return own + sum(text_size(inner) for inner in value.values() if isinstance(inner, dict | list))
    return sum(text_size(inner) for inner in value) if isinstance(value, list) else 0


def table_blocks(grid: Grid, links: Links) -> list[Block]:
    """Return a comparison as table blocks, each with the head row; as a list if it is too wide for one."""
    if len(grid.columns) + 1 > TABLE_COLUMNS:
        lines: list[Piece] = [Bullet(line.removeprefix("- ")) for line in grid_lines(grid)]
        return _prose_blocks(lines, links)
    head = [{"type": "raw_text", "text": name} for name in ("Jurisdiction", *grid.columns)]
    tables: list[list[Any]] = []
    size = TABLE_TEXT
    for name, cells in grid.rows:
        row = [_cell(Statement(name, ()), links, bold=True), *(_cell(cell, links) for cell in cells)]
        if size + text_size(row) > TABLE_TEXT or len(tables[-1]) >= TABLE_ROWS:
            tables.append([head])
            size = text_size(head)
        tables[-1].append(row)
        size += text_size(row)
    settings = [{"is_wrapped": True}] * (len(grid.columns) + 1)
    return [{"type": "table", "rows": rows, "column_settings": settings} for rows in tables]


def context(*lines: str) -> Block:
    """Return small grey lines."""
    return {"type": "context", "elements": [plain(line) for line in lines]}


def quoted(label: str, text: str, limit: int = 300) -> Block:
    """Return what a person wrote as a quotation, cut at `limit`: a reminder, not a record."""
    shown = text if len(text) <= limit else split_text(text, limit)[0] + " …"
    elements = [_text(f"{label} ", bold=True), _text(shown or "(nothing)")]  # Slack takes no empty text
    return _rich([{"type": "rich_text_quote", "elements": elements}])


def _header(text: str) -> list[Block]:
    first, *rest = split_text(text, HEADER_TEXT)
    blocks: list[Block] = [{"type": "header", "text": plain(first)}]
    # A title too long for a header goes on below it.
    return blocks + [_rich([_section([_text(part, bold=True)])]) for part in rest]


def _prose_blocks(pieces: list[Piece], links: Links) -> list[Block]:
    """Headings, paragraphs, bullets and sources as rich_text blocks of at most BLOCK_TEXT characters."""
    blocks: list[Block] = []
    elements: list[Block] = []
    size = 0
    for element in _prose_elements(pieces, links):
        if elements and size + text_size(element) > BLOCK_TEXT:
            blocks.append(_rich(elements))
            elements, size = [], 0
        last = elements[-1] if elements else None
        if last and last["type"] == element["type"] == "rich_text_list":
            last["elements"].extend(element["elements"])
        else:
            elements.append(element)
        size += text_size(element)
    return [*blocks, _rich(elements)] if elements else blocks


def _prose_elements(pieces: Iterable[Piece], links: Links) -> Iterable[Block]:
    for piece in pieces:
        match piece:
            case Heading(text):
                for part in split_text(text, BLOCK_TEXT):
                    yield _section([_text(f"{part}\n", bold=True)])
            case Paragraph(text, marks):
                for part, its_marks in _parts(text, marks):
                    yield _section([_text(part), *_marks(its_marks, links), _text("\n")])
            case Bullet(text, marks):
                for part, its_marks in _parts(text, marks):
                    yield _list([_section([_text(part), *_marks(its_marks, links)])])
            case SourceItem():
                yield _list([_section(_source(piece))])


def _parts(text: str, marks: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """A text in parts that fit into a block, the marks behind the last."""
    *parts, last = split_text(text, BLOCK_TEXT // 2)
    return [*((part, ()) for part in parts), (last, marks)]


def _marks(marks: tuple[str, ...], links: Links) -> list[Block]:
    elements: list[Block] = []
    for mark in marks:
        elements.append(_text(" "))
        if mark in links:
            elements.append({"type": "link", "url": links[mark], "text": f"[{mark}]"})
        else:
            elements.append(_text(f"[{mark}]"))
    return elements


def _source(item: SourceItem) -> list[Block]:
    named: Block = {"type": "link", "url": item.url, "text": item.text} if item.url else _text(item.text)
    official = "official link, " if item.url else ""
    return [_text(f"[{item.mark}] ", bold=True), named, _text(f" ({official}{item.details})")]


def _cell(statement: Statement, links: Links, bold: bool = False) -> Block:
    return _rich([_section([_text(statement.text or "–", bold=bold), *_marks(statement.marks, links)])])


def _context_blocks(facts: list[Fact]) -> list[Block]:
    short = [part for fact in facts for part in split_text(fact.line, CONTEXT_TEXT)]
    # One block a line: elements of one context block run on in one line.
    return [context(line) for line in short]


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _list(items: list[Block]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": items}


def _text(text: str, bold: bool = False) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}} if bold else {"type": "text", "text": text}


def plain(text: str) -> Block:
    """Return words that Slack shows letter by letter, without emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}
