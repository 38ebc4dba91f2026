"""One jurisdiction's law, read from the store once and kept with the indexes that ranking needs."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass

from retrieval.records import LawStatement, Passage, Position
from retrieval.words import content_stems

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement with its section and the stems of its words."""

    passage: Passage
    statement: LawStatement
    order: int
    words: frozenset[str]
    starts: dt.date | None = None
    ends: dt.date | None = None


class Catalogue:
    """Passages by key, positions by topic, statements by topic and by word. Read-only after it is made."""

    def __init__(
        self, jurisdiction: str, passages: tuple[Passage, ...], positions: tuple[Position, ...]
    ) -> None:
        self.jurisdiction = jurisdiction
        self.digest = {p.key: p for p in passages if p.text_kind == "digest"}
        self.official = {p.key: p for p in passages if p.text_kind == "official"}
        self.positions = {p.topic: p for p in positions}
        self.entries: list[Entry] = []
        self.sections: list[tuple[Passage, list[Entry]]] = []
        self.by_topic: dict[str, list[Entry]] = {}
        self.laws: dict[str, list[Passage]] = {}
        self.law_topics: dict[str, Counter[str]] = {}
        seen_in: Counter[str] = Counter()
        for passage in self.digest.values():
            if passage.kind == "survey":
                continue
            self.laws.setdefault(passage.law_id, []).append(passage)
            heading = frozenset(content_stems(f"{passage.title}"))
            first = len(self.entries)
            for statement in passage.statements:
                words = frozenset(content_stems(statement.text)) | heading
                entry = Entry(passage, statement, len(self.entries), words, *span_of(passage, statement))
                self.entries.append(entry)
                seen_in.update(words)
                for topic in statement.topics:
                    self.by_topic.setdefault(topic, []).append(entry)
                    self.law_topics.setdefault(passage.law_id, Counter())[topic] += 1
            self.sections.append((passage, self.entries[first:]))
        total = len(self.entries) or 1
        self.weight = {word: math.log(1 + total / count) for word, count in seen_in.items()}
        self.rarest = math.log(1 + total)
        self.holding: dict[str, list[int]] = {}
        for entry in self.entries:
            for word in entry.words:
                self.holding.setdefault(word, []).append(entry.order)

    def overlaps(self, words: frozenset[str]) -> list[float]:
        """Return `overlap` of every entry in one pass over the words' postings."""
        whole = sum(self.weight.get(w, self.rarest) for w in words)
        shared = [0.0] * len(self.entries)
        for word in words:
            if orders := self.holding.get(word):
                share = self.weight[word] / whole
                for order in orders:
                    shared[order] += share
        return shared

    def overlap(self, words: frozenset[str], entry: Entry) -> float:
        """Return how much of the question's rarer words an entry shares, 0 to 1; a word in no law counts as the rarest."""
        whole = sum(self.weight.get(w, self.rarest) for w in words)
        return sum(self.weight[w] for w in words & entry.words) / whole if whole else 0.0

    def law_name(self, law_id: str) -> str:
        """Return the name of a law of this jurisdiction."""
        return self.laws[law_id][0].law


def span_of(passage: Passage, statement: LawStatement) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day on which a statement of a section holds."""
    starts = max((d for d in (passage.in_force_from, statement.in_force_from) if d), default=None)
    ends = min((d for d in (passage.in_force_to, statement.in_force_to) if d), default=None)
    return starts, ends


def in_force(passage: Passage, statement: LawStatement, day: dt.date) -> bool:
    """Return whether a statement of a section holds on a day."""
    starts = max((d for d in (passage.in_force_from, statement.in_force_from) if d), default=None)
    ends = min((d for d in (passage.in_force_to, statement.in_force_to) if d), default=None)
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def starts_on(passage: Passage, statement: LawStatement, day: dt.date) -> dt.date | None:
    """Return the day on which a statement will begin to hold, or None if it has begun by `day`."""
    starts = max((d for d in (passage.in_force_from, statement.in_force_from) if d), default=None)
    return starts if starts and starts > day else None
