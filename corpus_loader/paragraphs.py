"""Lines of plain text to paragraphs: joins what a page's width broke, keeps what the law broke."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus_loader.documents import Block
from corpus_loader.headings import compound, goes_on, like_title, read_heading

LABEL = re.compile(
    r"^(?:\((?:[0-9]{1,3}|[A-Za-z]{1,5}|[a-z]-[0-9]{1,2}|[0-9]{1,2}\.[0-9]{1,2}|[0-9]{1,2}[A-Z])\)|(?:[0-9]{1,3}|[A-Za-z]{1,2}|[ivx]{1,5})\.(?=\s))"
)
"""A subsection label at the start of a paragraph: (a), (1), (iv), (a-1), 1., A., b."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands: `start` and `end` in the text, without its line break; `number` from 1; page from 1 or 0."""

    text: str
    start: int
    end: int
    number: int
    page: int = 0


def lines_of(text: str, paged: bool = False) -> Iterator[Line]:
    """Yield the lines of a text; a form feed begins a new page. Without any (and not `paged`) the page is 0."""
    start, page = 0, 1 if paged or "\f" in text else 0
    for number, raw in enumerate(text.split("\n"), start=1):
        page += raw.count("\f")
        yield Line(raw.replace("\f", " "), start, start + len(raw), number, page)
        start += len(raw) + 1


_LEADERS = re.compile(r"\.{4,}\s*\d*\s*$|(?:\. ){3,}\d*\s*$")


def heading_line(text: str) -> bool:
    """Return whether a paragraph so far is a section number with a title and no more: "1798.192. Waiver"."""
    heading = read_heading(text)
    return bool(
        heading and heading.rest and (compound(heading.number) or heading.signed) and like_title(heading.rest)
    )


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\u00a0"))


def _begins(line: Line, before: Line, joined: str, width: int) -> bool:
    bare = line.text.strip()
    if _LEADERS.search(before.text):  # a line of a list of contents
        return True
    if goes_on(joined):
        return False
    if LABEL.match(bare):
        return True
    heading = read_heading(bare)
    if heading and (
        heading.dotted or heading.signed or heading.gap > 1 or _indent(line.text) > _indent(before.text)
    ):
        return (
            joined.rstrip().endswith((".", ":", ";", ")", "]", "”", '"'))
            or heading.signed
            or before.text.isupper()
        )
    if (
        heading_line(joined)
        and len(before.text.strip()) < 0.8 * width
        and (bare[0].isupper() or bare[0] in '“"(')
    ):
        return True
    if re.match(
        r"\(?History:|\((?:Amended|Added|Repealed|Enacted)\b|\[(?:\d{4} c\.|Formerly|Amended|Repealed)", bare
    ):
        return True
    return _indent(line.text) >= _indent(before.text) + 2 and joined.rstrip().endswith(
        (".", ":", ";", "or", "and")
    )


def paragraphs(lines: Iterable[Line]) -> Iterator[Block]:
    """Yield the paragraphs of lines. A blank line, a label, a section number or a new indent begins one."""
    lines = list(lines)
    lengths = sorted(len(x.text.strip()) for x in lines if x.text.strip())
    width = lengths[int(len(lengths) * 0.9)] if lengths else 0
    held: list[Line] = []
    joined = ""

    def block() -> Block:
        return Block(
            joined,
            held[0].start + _indent(held[0].text),
            held[-1].start + len(held[-1].text.rstrip()),
            line=held[0].number,
            page=held[0].page,
        )

    for line in lines:
        text = " ".join(line.text.split())
        if not text:
            if held:
                yield block()
            held, joined = [], ""
            continue
        if held and _begins(line, held[-1], joined, width):
            yield block()
            held, joined = [], ""
        joined = f"{joined} {text}" if joined else text
        held.append(line)
    if held:
        yield block()
