"""Places that a text only tells of: where a thief was, where a laptop was left; not those whose law is asked for.

They are asked about where nothing stronger is named. Every look is bounded.
"""

from __future__ import annotations

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import Reading

_PERSON_LEFT = 5
_CLAUSE = 14
_SENTENCE = 60
_WHERE = frozenset({"in", "near", "at", "out of"})


class Bystanders:
    """Tells whether the places from unit `first` to unit `last` are only told of."""

    def __init__(self) -> None:
        known = words()
        self._roles = known.roles
        self._no_events = (
            known.grammar.compound_end
            | known.grammar.prepositions
            | known.grammar.transparent
            | known.grammar.separators
            | known.grammar.legal_left
            | known.grammar.legal_right
            | known.roles.laws
            | known.roles.operates
            | known.roles.counted
        )

    def is_bystander(self, reading: Reading, first: int, last: int) -> bool:
        """True for "a hacker in Texas", "a contractor in Florida clicked", "by someone in Ohio": not whom the law protects."""
        for i in range(first - 2, max(-1, first - _PERSON_LEFT), -1):
            word = reading.word(i)
            if word in self._roles.bystanders:
                return True
            if word in self._roles.doers:
                before = {reading.word(i - 1), reading.word(i - 2)}
                told = reading.word(last + 1) in self._roles.mishaps and "and" not in before
                return told or "by" in before
        return False

    def is_told(self, reading: Reading, first: int, last: int) -> bool:
        """True for "the laptop was stolen in Ohio.": where something happened, in a sentence that asks nothing."""
        if reading.word(first - 1) not in _WHERE or first < 2:
            return False
        event = reading.units[first - 2]
        if event.kind != "word" or not event.word.isalpha() or event.word in self._no_events:
            return False
        for i in range(first - 2, max(-1, first - _CLAUSE), -1):
            if reading.units[i].kind == "break":
                break
            if reading.word(i) == "we" and not self._is_past(reading.word(i + 1)):
                return False  # "we rent cars in Ohio"
        for i in range(last + 1, min(len(reading.units), last + _SENTENCE)):
            if reading.units[i].kind == "break":
                return reading.word(i) != "?"
        return True

    def _is_past(self, verb: str) -> bool:
        return verb.endswith("ed") or verb in self._roles.past_verbs
