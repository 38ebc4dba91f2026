"""Page furniture: running heads, page numbers, rules and repeated notices, which are no part of the law.

Only what repeats at the edges of pages, or says of itself what it is, is taken out; the caller reports how much.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from corpus_loader.documents import Block
from corpus_loader.paragraphs import Line

_RULE = re.compile(r"^[\s=\-_*~.#]{5,}$")
_PAGE = re.compile(r"^\s*(?:page\s+)?\d{1,4}(?:\s+of\s+\d{1,4})?\s*$", re.IGNORECASE)
_EDGE = 4
"""Lines with text at the top and at the bottom of a page that may be running heads."""


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split())).casefold()


def without_furniture(lines: Sequence[Line]) -> tuple[list[Line], int]:
    """Return the lines without rules, page numbers and running heads, and how many were taken out."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        if line.text.strip() and not _RULE.match(line.text):
            pages.setdefault(line.page, []).append(line)
    edges = {line.number for page in pages.values() if page[0].page for line in (*page[:_EDGE], *page[-_EDGE:])}
    seen = Counter(shape for page in pages.values() if page[0].page for shape in {_shape(x.text) for x in (*page[:_EDGE], *page[-_EDGE:])})
    often = max(3, len(pages) // 4)
    repeated = {shape for shape, count in seen.items() if count >= often and "#" in shape}
    # a head that names the section of its page differs in letters too: its words without numbers repeat
    words = Counter(w for page in pages.values() if page[0].page for w in {_words(x.text) for x in (*page[:2], *page[-1:])})
    kept, gone = [], 0
    for line in lines:
        at_edge = line.number in edges
        furniture = _RULE.match(line.text) and line.text.strip()
        furniture = furniture or (at_edge and (_PAGE.match(line.text) or _shape(line.text) in repeated))
        furniture = furniture or (at_edge and len(_words(line.text)) > 8 and words[_words(line.text)] >= often and not line.text.rstrip().endswith((".", ";", ",", ":")))
        if furniture:
            gone += 1
            kept.append(Line("", line.start, line.start, line.number, line.page)) if not line.page else None
        else:
            kept.append(line)
    return kept, gone


def _words(text: str) -> str:
    return " ".join(re.findall(r"[A-Z][A-Z]{2,}", text))


def repeated_notices(blocks: Sequence[Block], section_starts: int) -> frozenset[str]:
    """Return texts of 60 characters and more that stand as a paragraph after at least half of three or more sections."""
    if section_starts < 3:
        return frozenset()
    counts = Counter(b.text for b in blocks if len(b.text) >= 60)
    return frozenset(t for t, n in counts.items() if n >= max(3, section_starts // 2))
