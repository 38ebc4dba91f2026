"""A part of a sentence, as it is compared with one sentence of the law: a clause of it, or some segments of a clause."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.claims import Mention, Quantity, Reading, Scope, Word
from retrieval.wordings import wordings

Item = Word | Quantity | Mention

APART = 2.0
"""Content words, figures, places and parties that a segment must have to be borne by a ground of its own."""


@dataclass(frozen=True, slots=True)
class Part:
    """Words, figures, parties and places of a part; `reading` is the whole sentence."""

    reading: Reading
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    parties: tuple[Mention, ...]
    places: tuple[Mention, ...]

    def scope(self, word: Word) -> Scope:
        """Return the scope that a word of the part stands in."""
        return self.reading.scopes[word.scope]


def ruled(word: Word, reading: Reading) -> bool:
    """Return whether a word is what a sentence says must, may or may not be done, or is not so."""
    return word.head and word.weight >= 1 and not word.zone and reading.scopes[word.scope].modality != "plain"


def denied(word: Word, reading: Reading) -> bool:
    """Return whether a word stands under a "not", "may not" or "need not"."""
    return reading.scopes[word.scope].modality in ("not", "maynot", "neednot")


def clauses_of(reading: Reading) -> list[int]:
    """Return the clauses of a sentence in which something stands, in order."""
    items: tuple[Item, ...] = (*reading.words, *reading.quantities, *reading.parties, *reading.places)
    return sorted({i.clause for i in items})


def part_of(reading: Reading, clause: int, segments: set[int] | None = None) -> Part:
    """Return a clause of a sentence, or some of its segments.

    One without content words goes on with the words before: "New York 30 days".
    """

    def here(item: Item) -> bool:
        return item.clause == clause and (segments is None or item.segment in segments)

    words = tuple(w for w in reading.words if here(w))
    if sum(w.weight for w in words) < 1:
        other = [w for w in reading.words if (w.clause, w.segment) < (clause, min(segments or {0}))]
        other = other or [w for w in reading.words if w.clause >= clause]
        words = (*(w for w in other if w.clause == other[-1].clause and w not in words), *words)
    return Part(
        reading, words, tuple(q for q in reading.quantities if here(q)),
        tuple(p for p in reading.parties if here(p)), tuple(p for p in reading.places if here(p)),
    )  # fmt: skip


def segments_of(reading: Reading, clause: int) -> list[set[int]]:
    """Return groups of segments of a clause that may be borne one by one; fewer than two where it is one part.

    Segments lie between commas and conjunctions. One that holds too little goes with the next, the last with the one before.
    """
    held: dict[int, float] = {}
    for word in reading.words:
        if word.clause == clause:
            held[word.segment] = held.get(word.segment, 0.0) + (word.weight if word.weight >= 1 else 0.0)
    exact = tuple(p for p in reading.parties if p.name in wordings().exact)
    counted: tuple[Quantity | Mention, ...] = (*reading.quantities, *reading.places, *exact)
    for item in counted:
        if item.clause == clause:
            held[item.segment] = held.get(item.segment, 0.0) + 1.0
    stated = {p.segment for p in reading.places if p.clause == clause}
    stated &= {q.segment for q in reading.quantities if q.clause == clause}
    groups: list[set[int]] = [set()]
    weight = 0.0
    for segment in sorted(set(held) | {p.segment for p in reading.parties if p.clause == clause}):
        groups[-1].add(segment)
        weight += held.get(segment, 0.0)
        if weight >= APART or segment in stated:
            groups.append(set())
            weight = 0.0
    last = groups.pop()
    if last and groups:
        groups[-1] |= last
    return groups
