"""Postal codes that are also words, in capitals where only a code would be: "OR-based", "State: OK", "ship to PR"."""

from __future__ import annotations

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import Reading, Unit

_LAW_AHEAD = 6
_EXCLAIMS = frozenset(
    {
        "i",
        "we",
        "no",
        "my",
        "well",
        "god",
        "so",
        "and",
        "ok",
        "yes",
        "the",
        "this",
        "a",
        "our",
        "too",
        "again",
        "or",
    }
)
_FOLLOW_UPS = frozenset({"so", "and", "now", "then", "ok", "okay", "well"})  # "so, ME?"
_HEADS = frozenset({"in", "or", "me", "id", "la"})  # "ME - may we record?"
_LAW_NOUNS = frozenset(
    {
        "law",
        "laws",
        "rule",
        "rules",
        "statute",
        "deadline",
        "deadlines",
        "act",
        "breach",
        "notice",
        "notification",
        "thresholds",
        "penalties",
        "fines",
        "requirements",
    }
)


class CapitalCodes:
    """Looks at a few units around one code in capitals, in a text that is not all capitals."""

    def __init__(self) -> None:
        self._codes = words().codes
        roles = words().roles
        self._laws = roles.laws
        self._people, self._delivers, self._based = roles.people, roles.delivers | roles.moves, roles.based

    def is_plainly_placed(self, reading: Reading, at: int, before: Unit | None, after: Unit | None) -> bool:
        """True in capitals for "OR-based", "State: OK", "compare ME with", "residents of ID", "ship to PR", "breach law OH"."""
        word = reading.word(at)
        if word in {"us", "as"}:
            return False
        if [reading.word(i) for i in (at + 2, at + 3)] == ["the", "state"] and reading.word(at + 1) in {
            ",",
            "(",
        }:
            return True
        if after is not None and after.word == "-":
            if before is None and not after.touches and word in _HEADS:
                return True
            return after.touches and reading.word(at + 2) in self._based and word != "id"
        earlier = reading.word(at - 2)
        if reading.word(at - 1) == ":":
            return earlier in {"state", "states", "jurisdiction", "location"}
        if before is None:
            return False
        if before.word == "," and after is None and earlier in _FOLLOW_UPS:
            return word not in {"ok", "oh", "hi"}
        if before.word in {"compare", "comparing"}:
            return True
        if before.word == "of":
            return earlier in self._people
        if before.word in {"to", "into"}:
            return earlier in self._delivers
        return after is None and word != "ok" and before.word in _LAW_NOUNS

    def opens_question(self, reading: Reading, at: int) -> bool:
        """True for "OR can we share data?" and for "/reggi OK can we …", never for a greeting."""
        word = reading.units[at].word
        if len(reading.units) - sum(unit.kind == "break" for unit in reading.units[:3]) == 1:
            return word not in self._codes.interjections | {"us"}
        if word in {"ok", "hi", "la", "us", "pr", "vi"}:
            return at == 0 and reading.text[: reading.units[at].start].lstrip().startswith("/")
        after = reading.after(at)
        if after is None or after.word in self._codes.asks:
            return True
        ahead = [reading.word(i) for i in range(at + 1, at + _LAW_AHEAD)]
        return (
            after.kind == "word" and ahead[0] not in _EXCLAIMS and any(word in self._laws for word in ahead)
        )
