"""Page furniture: running heads, page numbers, rules and repeated notices, which are no part of the law.

Only what repeats at the edges of pages, or says of itself what it is, is taken out; the caller reports how much.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from corpus_loader.documents import Block
from corpus_loader.headings import compound, read_heading
from corpus_loader.paragraphs import Line

_RULE = re.compile(r"^\s*(?:[=\-_*~#]\s?){5,}\s*$")
_PAGE = re.compile(r"^\s*(?:page\s+)?\d{1,4}(?:\s+of\s+\d{1,4})?\s*$", re.IGNORECASE)
_EDGE = 3
"""Lines with text at the top and at the bottom of a page that may be running heads."""


def _shapes(text: str) -> set[str]:
    """Return what a running head repeats: itself without digits, and its words in capitals."""
    capitals = " ".join(re.findall(r"[A-Z][A-Z]{2,}", text))
    found = {re.sub(r"\d+", "#", " ".join(text.split())).casefold()}
    if len(capitals) > 8 and re.search(r"\d", text) and not text.rstrip().endswith((".", ";", ",", ":")):
        found.add(capitals)
    return found


def _heads_section(text: str) -> bool:
    heading = read_heading(text.strip())
    return heading is not None and compound(heading.number) and heading.dotted


def without_furniture(lines: Iterable[Line]) -> tuple[list[Line], int]:
    """Return the lines without rules, page numbers and running heads, and how many were taken out.

    Blank lines at the edge of a page go too, so that a paragraph runs on over it.
    """
    pages = [list(page) for _, page in groupby(lines, key=lambda line: line.page)]
    paged = len(pages) > 1
    seen: Counter[str] = Counter()
    for page in pages:
        filled = [x for x in page if x.text.strip()]
        # a section heading at the edge of many short pages looks alike too ("900.02. Rule 2"), and is law
        heads = [x for x in (*filled[:_EDGE], *filled[-_EDGE:]) if not _heads_section(x.text)]
        seen.update({s for x in heads for s in _shapes(x.text) if "#" in s or s.isupper()})
    often = max(3, len(pages) // 4)
    kept: list[Line] = []
    gone = 0
    for page in pages:
        own = []
        for x in page:
            if _RULE.match(x.text):
                gone += 1
                own.append(Line("", x.start, x.start, x.number, x.page))
            else:
                own.append(x)
        if paged:
            own, edges = _without_edges(own, seen, often)
            gone += edges
        kept.extend(own)
    return kept, gone


def _without_edges(page: list[Line], seen: Counter[str], often: int) -> tuple[list[Line], int]:
    gone = 0
    for _ in range(2):  # from the top, then (reversed) from the bottom
        taken = 0
        while page:
            if not page[0].text.strip():
                page = page[1:]
            elif taken < _EDGE and (
                _PAGE.match(page[0].text)
                or (not _heads_section(page[0].text) and any(seen[s] >= often for s in _shapes(page[0].text)))
            ):
                page, taken = page[1:], taken + 1
            else:
                break
        gone += taken
        page = page[::-1]
    return page, gone


def repeated_notices(blocks: Sequence[Block], sections: int) -> frozenset[str]:
    """Return texts of 60 characters and more that stand as a paragraph as often as half of three or more sections."""
    if sections < 3:
        return frozenset()
    counts = Counter(b.text for b in blocks if len(b.text) >= 60 or (b.level and len(b.text) > 8))
    return frozenset(t for t, n in counts.items() if n >= max(3, sections // 2))
