"""Towns in front of a postal code that is also a word: "Houlton, ME", "Zanesville OH"."""

from __future__ import annotations

from functools import cache

from retrieval.jurisdiction_registry import as_unit, towns
from retrieval.jurisdiction_units import Reading

_WORDS_AT_MOST = 4
_INTRODUCES = frozenset(
    {
        "our",
        "the",
        "a",
        "an",
        "my",
        "their",
        "in",
        "at",
        "from",
        "near",
        "of",
        "for",
        "to",
        "and",
        "both",
        "is",
    }
)


@cache
def _towns() -> frozenset[tuple[str, str]]:
    """Return (town, code) for each town, the town as its units are joined."""
    return frozenset((as_unit(town), code) for code, names in towns().items() for town in names)


def follows_its_town(reading: Reading, at: int) -> bool:
    """True where the code at `at` stands behind one of its towns: "Houlton, ME", "Klamath Falls OR"."""
    end = at - 2 if reading.word(at - 1) == "," else at - 1
    code = reading.word(at).upper()
    name = ""
    for start in range(end, max(-1, end - _WORDS_AT_MOST), -1):
        unit = reading.units[start]
        if unit.kind == "break" and unit.word != ".":
            return False
        name = f"{unit.word} {name}".rstrip()
        if (name, code) in _towns() and reading.is_capitalised(unit):
            return True
    return False


def follows_a_name(reading: Reading, at: int) -> bool:
    """True behind a capitalised name, a comma and nothing else of the sentence: "Sumpter, OR clinic", "our Sumpter, OR clinic"."""
    if reading.word(at - 1) != ",":
        return False
    start = at - 1
    while start > 0 and at - start <= _WORDS_AT_MOST and _is_name(reading, start - 1):
        start -= 1
    if start == at - 1:
        return False
    before = reading.before(start)
    return before is None or before.word in _INTRODUCES


def _is_name(reading: Reading, at: int) -> bool:
    unit = reading.units[at]
    return unit.kind == "word" and unit.word.isalpha() and reading.is_capitalised(unit)
