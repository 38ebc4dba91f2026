"""Sections to chunks: pieces of a section's text small enough to search by, cut where the law itself is cut.

The chunks of a section, put together in order, give its text back character for character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus_loader.subsections import Part, pin

WORDS = 180
"""Most words of a chunk. At 150 to 180 words static vectors found the controlling section best on real statutes."""
_SENTENCE = re.compile(r"(?<=[.;:])\s+(?=[“\"(\[A-Z0-9])")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters `start` to `end` of a section's text. `pin` leads to its first words: "(a)(2)"."""

    start: int
    end: int
    pin: str


def _cuts(text: str, start: int, end: int, words: int) -> list[int]:
    """Return where a stretch that is too long is cut: at paragraphs, else sentences, else words."""
    cuts: list[int] = []
    last = start
    for pattern in (re.compile(r"\n+"), _SENTENCE, _WORD):
        found = [m.end() if pattern is not _WORD else m.start() for m in pattern.finditer(text, start, end)]
        pieces = [p for p in found if start < p < end]
        if pattern is _WORD:
            pieces = pieces[words - 1 :: words] if pieces else []
        if pieces:
            edges = [start, *pieces, end]
            for left, right in zip(edges, edges[1:], strict=False):
                if len(text[last:right].split()) > words and left > last:
                    cuts.append(left)
                    last = left
                if pattern is not _WORD and len(text[left:right].split()) > words:
                    cuts.extend(_cuts(text, left, right, words) if (left, right) != (start, end) else [])
                    last = cuts[-1] if cuts else left
            break
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
    for left, right in zip(edges, edges[1:], strict=False):
        if len(text[left:right].split()) <= words:
            units.append((left, right))
        else:
            inner = [left, *sorted(set(_cuts(text, left, right, words))), right]
            units.extend((a, b) for a, b in zip(inner, inner[1:], strict=False) if a < b)
    depths = {p.start: p.depth for p in parts}
    sizes = [len(text[a:b].split()) for a, b in units]
    starts: list[int] = []
    held = 0
    for i, ((left, _), size) in enumerate(zip(units, sizes, strict=True)):
        begins = not starts or held + size > words
        # a new top-level subsection begins a chunk when the one before is at least half full
        begins = begins or (depths.get(left) == 0 and held > words // 2)
        if begins:
            starts.append(left)
            held = 0
            if len(starts) > 1 and i and text[units[i - 1][0] : units[i - 1][1]].rstrip().endswith(":") and units[i - 1][0] not in starts and sizes[i - 1] + size <= words:
                starts[-1] = units[i - 1][0]  # "… all of the following:" goes with what follows
                held = sizes[i - 1]
        held += size
    return tuple(
        Chunk(a, b, pin(parts, a)) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)
    )


def header(place: str, law: str, path: tuple[str, ...], citation: str, heading: str, at: str) -> str:
    """Return the line that goes before a chunk when it is embedded: state, law, chapter, section, heading, subsection."""
    inner = path[-1] if path else ""
    said = (place, law, inner if inner.casefold() not in law.casefold() else "", f"{citation}{at if at.startswith('(') else ''}", heading)
    return " | ".join(part[:160] for part in said if part)
