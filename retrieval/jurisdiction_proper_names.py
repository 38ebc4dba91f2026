"""Proper names that begin with a place and go on with a word no place is followed by: "Utah Phillips", "Tulsa World".

The words that do go on about a place, in law, business and everyday speech, are known; behind a capital any other word
makes a name of it. Titles, where every word has a capital, say nothing.
"""

from __future__ import annotations

from functools import cache

from retrieval.jurisdiction_registry import names, words
from retrieval.jurisdiction_units import Reading, Unit
from retrieval.markup import normal, read_tokens

_INSIDE = frozenset({"in", "within", "across", "throughout", "inside", "under", "between"})
_WITHIN_NAMES = frozenset({"of", "and", "&", "the", "for", "on", "to"})
_JUDGED = frozenset(
    {"case", "settlement", "suit", "lawsuit", "decision", "ruling", "fine", "verdict", "opinion", "judgment"}
)
_INSTITUTION_REACH = 7
_SHORT = 4
_TITLE_WORDS_AT_LEAST = 2


def normal_set(values: list[str]) -> frozenset[str]:
    """Return the words of a registry list in normal form."""
    return frozenset(normal(value) for value in values)


@cache
def _common() -> frozenset[str]:
    """Return the single words that may follow a place without making a name of it."""
    known = words()
    common = set(normal_set(names()["confusables"]["goes_on_about_it"]))
    common |= set(normal_set(names()["law_names"]["generic"])) | set(
        normal_set(names()["confusables"]["products"])
    )
    for section in (known.every, known.federal, known.roles, known.exclusion, known.grammar, known.codes):
        for key in section.__dataclass_fields__:
            common |= {word for phrase in getattr(section, key) for word in phrase.split()}
    for law in names()["law"]:
        common |= {token.word for name in law["names"] for token in read_tokens(name).tokens}
    return frozenset(common)


def is_title(reading: Reading) -> bool:
    """True where every other word has a capital, so that capitals tell no names: "Utah Loyalty Program Rules"."""
    plain = bold = 0
    last = None
    for unit in reading.units:
        begins = last is None or last.kind in {"break", "place"}
        if unit.kind == "word" and not begins and len(unit.word) >= _SHORT and unit.word.isalpha():
            plain += 1
            bold += reading.is_capitalised(unit)
        last = unit
    return plain >= _TITLE_WORDS_AT_LEAST and 2 * bold > plain


class ProperNames:
    """Tells whether a place is only the first word of a name. Looks at a few units to the right."""

    def goes_on(self, reading: Reading, at: int, unit: Unit) -> bool:
        """True for "Utah Phillips' songs" and "the Tulsa World", not for "Utah Medicaid" and "in Utah Phillips asked"."""
        after = reading.after(at)
        if unit.sense is None or unit.sense.why not in {"name", "city", "set"}:
            return False
        if after is None or reading.word(at - 1) in _INSIDE or not reading.is_capitalised(unit):
            return False
        if reading.word(at + 2) in _JUDGED:
            return False  # "the Illinois Rosenbach case"
        return self._is_strange(reading, after) and not self._is_institution(reading, at + 2)

    def _is_strange(self, reading: Reading, unit: Unit) -> bool:
        """True for a word in title case that is no word of law, business or everyday speech."""
        raw = reading.raw(unit)
        plain = unit.kind == "word" and len(raw) >= _SHORT and raw.isalpha() and raw.istitle()
        singular = unit.word.removesuffix("s")
        return plain and not {unit.word, singular, f"{unit.word}s"} & _common()

    def _is_institution(self, reading: Reading, at: int) -> bool:
        """True where the name goes on to a law or an office: "Nevada Gaming Control Board", "Texas Harris County"."""
        for i in range(at, min(at + _INSTITUTION_REACH, len(reading.units))):
            unit = reading.units[i]
            if unit.word in _WITHIN_NAMES or unit.kind in {"place", "noise"}:
                continue
            if unit.kind != "word" or not reading.is_capitalised(unit):
                return False
            if unit.word in _common():
                return True
        return False
