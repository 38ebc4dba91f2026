"""Names of a state that mean something else: a paper, a team, a river, a song, a font; persons are in their own module.

Fixed phrases ("Washington Post") are confusables in config/jurisdictions.toml and never get here. This step says what
can be said in general: "the Ohio River", "Georgia or Helvetica", "Kansas, the band".
"""

from __future__ import annotations

from retrieval.jurisdiction_persons import Persons
from retrieval.jurisdiction_proper_names import normal_set
from retrieval.jurisdiction_registry import names, words
from retrieval.jurisdiction_units import Reading, Unit

_FONTS = frozenset(
    {
        "font",
        "fonts",
        "typeface",
        "typeset",
        "serif",
        "arial",
        "helvetica",
        "verdana",
        "garamond",
        "calibri",
        "roman",
    }
)
_FONT_LEFT = 6
_DETERMINERS = frozenset({"the", "my", "our", "a", "her", "his"})
_FONT_LINKS = frozenset({"or", "and", "/", ",", "&"})
_FONT_BETWEEN = frozenset({"to", "is", "in", "as", "be", ":", "the", ","})
_LINKS = frozenset({",", "and", "or", "&", "/"})
_LINKS_AT_MOST = 2
_COUNTRY_REACH = 9
_INSTALMENTS = frozenset({"season", "episode", "volume"})
_SELLERS = frozenset(
    {
        "rental",
        "rentals",
        "guests",
        "law",
        "laws",
        "customers",
        "farmers",
        "growers",
        "house",
        "houses",
        "shack",
        "stand",
        "joint",
        "parlor",
    }
)
_PRODUCT_REACH = 4  # "Maui vacation rental guests", "Syracuse snow-tire shop"
_QUOTES = ('"', "'", "“", "”", "‘", "’", "«", "»")
_TYPE_SIZES = frozenset({"pt", "px", "point", "points", "bold", "italic"})
_SIZE_REACH = 4


class Namesakes:
    """Tells whether a settled place is something else. Looks at a few units to either side."""

    def __init__(self) -> None:
        self._lists = {
            key: normal_set(values) for key, values in names()["confusables"].items() if key != "phrases"
        }
        known = words()
        self._grammar = known.grammar
        self._nouns = known.grammar.legal_right | known.roles.people | known.roles.business | known.roles.laws
        self._sellers = known.roles.business | known.roles.sites | _SELLERS
        self._persons = Persons(self._lists)

    def is_something_else(self, reading: Reading, at: int, several: bool) -> bool:
        """Say whether the place at `at` is no place; `several`: the text names others too."""
        unit = reading.units[at]
        if unit.sense is not None and unit.sense.why == "demonym":
            return reading.word(at + 1) in self._lists["products"] or self._is_the_country(reading, at, unit)
        if unit.sense is None or unit.sense.why not in {"name", "city", "spelling", "set"}:
            return False
        return (
            self._has_thing_behind(reading, at)
            or self._has_thing_before(reading, at, unit)
            or self._is_river(reading, at, unit)
            or self._is_the_country(reading, at, unit)
            or self._persons.is_person(reading, at, unit, several)
        )

    def _has_thing_behind(self, reading: Reading, at: int) -> bool:
        """As in "Ohio River", "Boise State Broncos", "Kansas, the band", "the Fargo film" but not "a Georgia film company".

        Also "Fargo season 2" and "'Nebraska' by Springsteen".
        """
        lists = self._lists
        after = reading.after(at)
        if after is None:
            return False
        further = reading.after(at + 1)
        if after.word in lists["after"] or self._is_product(reading, at):
            return True
        if after.word in lists["after_capital"] and reading.is_capitalised(after):
            return True
        if after.word in {"state", "tech"} and further is not None and further.word in lists["after_capital"]:
            return reading.is_capitalised(further)
        if further is not None and after.word in _INSTALMENTS and further.word[0].isdigit():
            return True
        if after.word == "by" and further is not None and reading.is_capitalised(further):
            unit = reading.units[at]
            return reading.text[unit.start - 1 : unit.start] in _QUOTES and reading.text[unit.end] in _QUOTES
        if after.word == "-" and reading.word(at + 2) == "class" and reading.word(at + 3) != "action":
            return True
        if after.word == "the" and reading.word(at + 2) in lists["after_at_end"] | lists["creatures"]:
            return True
        said = after.word in {",", "("} and reading.word(at + 2) in _DETERMINERS
        if said and reading.word(at + 3) in lists["creatures"]:
            return True
        if after.word in {",", "("} and reading.word(at + 2) == "the":
            return any(
                reading.word(i) in lists["before"] or reading.word(i) in lists["after_at_end"]
                for i in (at + 3, at + 4)
            )
        if after.word in lists["after_at_end"]:
            return further is None or further.kind == "mark" or further.word in self._grammar.compound_end
        return False

    def _is_product(self, reading: Reading, at: int) -> bool:
        """As in "Idaho potatoes", "Vermont maple syrup", but not "a Vermont cheese shop"."""
        for i in (at + 1, at + 2):
            word = reading.word(i)
            if word in self._lists["products"]:
                return not self._sellers & {reading.word(j) for j in range(i + 1, i + _PRODUCT_REACH)}
            if word in self._nouns or word in self._grammar.compound_end or not word.isalpha():
                return False
        return False

    def _has_thing_before(self, reading: Reading, at: int, unit: Unit) -> bool:
        """As in "the song Ohio", "Mt. Washington", "set the font to Georgia"."""
        before = reading.before(at)
        if before is not None:
            quoted = reading.text[unit.start - 1 : unit.start] in _QUOTES
            if (reading.word(at - 2), before.word) == ("code", "name") or (
                quoted and before.word == "project"
            ):
                return True
            if before.word in self._lists["before"]:
                return before.word not in {"called", "named"} or reading.is_capitalised(unit) or quoted
            if before.word.rstrip(" .") in self._lists["before_capital"] and reading.is_capitalised(before):
                return True
        if unit.word == "georgia":
            left = {reading.word(i) for i in range(max(0, at - _FONT_LEFT), at)}
            right = [reading.word(i) for i in range(at + 1, at + _SIZE_REACH)]
            beside = reading.word(at + 1) in _FONT_LINKS and reading.word(at + 2) in _FONTS
            if beside or _FONTS & left or any(word.lstrip("0123456789") in _TYPE_SIZES for word in right):
                return True
        i = at - 1
        while i >= 0 and reading.word(i) in _FONT_BETWEEN:
            i -= 1
        return reading.word(i) in _FONTS

    def _is_river(self, reading: Reading, at: int, unit: Unit) -> bool:
        """As in "the Mississippi flooded": a river's name with the article and no noun behind."""
        if unit.word not in self._lists["rivers"] or reading.word(at - 1) != "the":
            return False
        after = reading.after(at)
        listed = after is not None and after.word in {"and", "or", "&", ",", "/"}
        if listed and at + 2 < len(reading.units) and reading.units[at + 2].kind == "place":
            return False  # "the Colorado and Connecticut acts": states in a list, which share the article
        if after is not None and after.kind in {"place", "federal"}:
            return False  # "the Ohio HIPAA rules"
        if after is None or after.kind != "word" or after.word in self._grammar.compound_end:
            return True
        return (
            after.word.endswith("ed") and after.word not in self._nouns and not reading.is_capitalised(after)
        )

    def _is_the_country(self, reading: Reading, at: int, unit: Unit) -> bool:
        """As in "Georgia, Armenia and Azerbaijan": the country beside its neighbours."""
        if not unit.word.startswith("georgia"):
            return False
        near = range(max(0, at - _COUNTRY_REACH), at + _COUNTRY_REACH)
        if any(reading.word(i) in self._lists["in_georgia_abroad"] for i in near):
            return True
        for step in (-1, 1):
            i = at + step
            while 0 <= i < len(reading.units) and reading.word(i) in _LINKS and abs(i - at) <= _LINKS_AT_MOST:
                i += step
            if i != at + step and reading.word(i) in self._lists["around_georgia"]:
                return True
        return False
