"""The pieces a text is cut into for detection: units, what they can mean, and how they stand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

UnitKind = Literal[
    "word", "mark", "break", "noise", "maybe", "place", "every", "federal", "country", "outside"
]
Gate = Literal[
    "any",
    "capital",
    "in",
    "in or shop",
    "code",
    "abbreviation",
    "dotted",
    "acronym",
    "generic",
    "pronoun",
    "owner",
]

NAMED: frozenset[UnitKind] = frozenset({"place", "every", "federal", "country", "outside"})


class Sense(NamedTuple):
    """What a phrase means. `choose` is True when only one of `codes` is meant,
    `prefers` when that is the first unless another is named; `gate` is what must be seen first."""

    kind: UnitKind
    why: str
    codes: tuple[str, ...] = ()
    gate: Gate = "any"
    choose: bool = False
    prefers: bool = False


@dataclass(slots=True)
class Unit:
    """One word, mark or phrase. `word` is in normal form, the tokens of a phrase joined by spaces.

    `kind` starts as the sense's and is settled by the steps that follow; `codes` likewise. `touches` says that nothing
    stands between this unit and the one before.
    """

    word: str
    start: int
    end: int
    kind: UnitKind
    sense: Sense | None = None
    codes: tuple[str, ...] = ()
    touches: bool = False
    choose: bool = False

    def settle(self, kind: UnitKind, codes: tuple[str, ...] | None = None) -> None:
        self.kind = kind
        if codes is not None:
            self.codes = codes
            self.choose = self.choose and len(codes) > 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as units. `capitals` is True when it is written in capitals throughout, so that they say nothing."""

    text: str
    units: list[Unit]
    quoted: tuple[tuple[int, int], ...]
    capitals: bool

    def before(self, at: int) -> Unit | None:
        """Return the unit before, None at the beginning of a sentence."""
        if at <= 0 or self.units[at - 1].kind == "break":
            return None
        return self.units[at - 1]

    def after(self, at: int) -> Unit | None:
        """Return the unit after, None at the end of a sentence."""
        if at + 1 >= len(self.units) or self.units[at + 1].kind == "break":
            return None
        return self.units[at + 1]

    def word(self, at: int) -> str:
        """Return the word of the unit at `at`, "" outside the text."""
        return self.units[at].word if 0 <= at < len(self.units) else ""

    def raw(self, unit: Unit) -> str:
        return self.text[unit.start : unit.end]

    def is_capitalised(self, unit: Unit) -> bool:
        """True where a capital says something: the first letter is one and the text is not all capitals."""
        start = unit.start + (len("the ") if unit.word.startswith("the ") else 0)
        return not self.capitals and start < unit.end and self.text[start].isupper()

    def is_upper(self, unit: Unit) -> bool:
        """True for "OR" in a text that is not all capitals."""
        return not self.capitals and self.raw(unit).isupper()


def is_all_capitals(text: str, units: list[Unit]) -> bool:
    """True when no letter is small and some word is longer than a postal code ("WHAT ABOUT CA AND NV?")."""
    if any(c.islower() for c in text):
        return False
    return any(len(unit.word) > 2 and unit.word.isalpha() for unit in units)
