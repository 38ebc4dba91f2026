"""Sections to chunks: pieces of a section's text small enough to search by, cut where the law itself is cut.

The chunks of a section, put together in order, give its text back character for character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from corpus_loader.documents import Part
from corpus_loader.subsections import pin

WORDS = 180
"""Most words of a chunk. At 150 to 180 words static vectors found the controlling section best on real statutes."""
_BREAKS = (re.compile(r"\n+"), re.compile(r"(?<=[.;:])\s+(?=[“\"(\[A-Z0-9])"), re.compile(r"\S+\s*"))
"""Where a subsection that is too long is cut: at paragraphs, else at sentences, else between words."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters `start` to `end` of a section's text. `pin` leads to its first words: "(a)(2)"."""

    start: int
    end: int
    pin: str


def _count(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def _cuts(
    text: str, start: int, end: int, words: int, breaks: tuple[re.Pattern[str], ...] = _BREAKS
) -> list[int]:
    """Return where a stretch is cut so that no piece has more than `words` words, at the gentlest break that does it."""
    if _count(text, start, end) <= words or not breaks:
        return []
    edges = [start, *(m.end() for m in breaks[0].finditer(text, start, end) if m.end() < end), end]
    cuts: list[int] = []
    held = start
    for left, right in pairwise(edges):
        if left > held and _count(text, held, right) > words:
            cuts.append(left)
            held = left
        if inner := _cuts(text, left, right, words, breaks[1:]):
            cuts.extend(inner)
            held = inner[-1]
    return cuts


def chunks_of(text: str, parts: tuple[Part, ...] = (), words: int = WORDS) -> tuple[Chunk, ...]:
    """Return the chunks of a section's text in order, without gap or overlap; () for an empty text.

    Whole subsections are kept together while they fit; a chunk holds at most `words` words, unless one single word
    (a table without spaces) is all it has. The first words of a list ("shall include:") stay with its first item.
    """
    if not text:
        return ()
    edges = sorted({0, *(p.start for p in parts if 0 < p.start < len(text)), len(text)})
    units: list[tuple[int, int]] = []
    for left, right in pairwise(edges):
        units.extend(pairwise([left, *_cuts(text, left, right, words), right]))
    depths = {p.start: p.depth for p in parts}
    sizes = [_count(text, a, b) for a, b in units]
    starts: list[int] = []
    held = 0
    for i, ((left, _), size) in enumerate(zip(units, sizes, strict=True)):
        begins = not starts or held + size > words
        # a new top-level subsection begins a chunk when the one before is at least half full
        begins = begins or (depths.get(left) == 0 and held > words // 2)
        if begins:
            starts.append(left)
            held = 0
            if (
                len(starts) > 1
                and i
                and text[units[i - 1][0] : units[i - 1][1]].rstrip().endswith(":")
                and units[i - 1][0] not in starts
                and sizes[i - 1] + size <= words
            ):
                starts[-1] = units[i - 1][0]  # "… all of the following:" goes with what follows
                held = sizes[i - 1]
        held += size
    return tuple(Chunk(a, b, pin(parts, a)) for a, b in zip(starts, [*starts[1:], len(text)], strict=True))


def header(place: str, law: str, path: tuple[str, ...], citation: str, heading: str, at: str) -> str:
    """Return the line that goes before a chunk when it is embedded: state, law, chapter, section, heading, subsection."""
    inner = path[-1] if path else ""
    said = (
        place,
        law,
        inner if inner.casefold() not in law.casefold() else "",
        f"{citation}{at if at.startswith('(') else ''}",
        heading,
    )
    return " | ".join(part[:160] for part in said if part)
