"""Lists of short forms: each member vouches for its neighbours ("ca, or, wa"), and a text of codes alone is a list."""

from __future__ import annotations

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import NAMED, Reading, Unit
from retrieval.jurisdiction_word_codes import WordCodes, is_legal

_LIST_GATES = frozenset({"code", "abbreviation", "dotted"})
_OPENING = frozenset({"(", "[", "compare", "comparing", "the", "states"})
_JOINING = frozenset({"/", "&", "+", "|"})
_LONG_RUN = 4
_LINKS_AT_MOST = 3
_CODES_IN_A_ROW = 2
_CITY_LINKS = frozenset({",", "and", "or", "&", "/"})
_CITIES_REACH = 6


def is_code(unit: Unit) -> bool:
    """True for a postal code that is not settled yet."""
    return unit.kind == "maybe" and unit.sense is not None and unit.sense.gate == "code"


class CodeLists:
    """Tells which short forms are places by the list they stand in. Every look is bounded."""

    def __init__(self, word_codes: WordCodes) -> None:
        known = words()
        self._grammar, self._codes = known.grammar, known.codes
        self._word_codes = word_codes
        self._nouns = known.grammar.legal_right | known.roles.people | known.roles.business
        self._opening = known.grammar.code_prepositions | _OPENING

    def plain(self, reading: Reading) -> list[int]:
        """Return the codes of plain lists: a text of codes alone, "CA OR WA ID" in a row, "al/ca"."""
        units = reading.units
        listed = self._codes_alone(reading)
        run: list[int] = []
        for at, unit in enumerate(units):
            if is_code(unit) and reading.is_upper(unit):
                run.append(at)
                if len(run) >= _LONG_RUN:
                    listed += run if len(run) == _LONG_RUN else [at]
                continue
            run = []
            if (unit.word == "/" and self._is_pair(reading, at)) or self._is_joined(reading, at):
                listed += [at - 1, at + 1]
        return listed

    def _is_pair(self, reading: Reading, at: int) -> bool:
        """True for the slash of "al/ca", not for those of "in/or" and "is / ok"."""
        if not 0 < at < len(reading.units) - 1:
            return False
        left, slash, right = reading.units[at - 1 : at + 2]
        if not (is_code(left) and is_code(right) and slash.touches and right.touches):
            return False
        return not {left.word, right.word} <= self._codes.words_in_capitals

    def _is_joined(self, reading: Reading, at: int) -> bool:
        """True for the sign of "PR & VI" and the "and" of "OR and ID", between two codes in capitals."""
        if reading.word(at) not in {"&", "+", "and"} or not 0 < at < len(reading.units) - 1:
            return False
        sides = (reading.units[at - 1], reading.units[at + 1])
        if not all(is_code(side) and reading.is_upper(side) for side in sides):
            return False
        if reading.word(at) != "and":
            return True
        everyday = {side.word for side in sides} <= {"id", "pr", "ok", "us", "as", "me"}
        return not everyday and reading.word(at - 1) not in self._codes.interjections

    def _codes_alone(self, reading: Reading) -> list[int]:
        """Return the codes of a text that is nothing but a list of codes: "id, mt", "ca, or, wa", "OK / KS"."""
        if len(reading.units) > _CODES_IN_A_ROW and all(is_code(unit) for unit in reading.units):
            row = {unit.word for unit in reading.units}
            if "or" not in row and not row <= self._codes.everyday:
                return list(range(len(reading.units)))  # "il in mi oh"
        listed: list[int] = []
        linked = True
        for at, unit in enumerate(reading.units):
            conjunction = unit.word == "or" and not linked and self._is_conjunction(reading, at)
            if is_code(unit) and not conjunction:
                if not linked or reading.is_upper(unit) != reading.is_upper(reading.units[0]):
                    return []
                listed.append(at)
                linked = False
            elif conjunction or unit.word in self._codes.links:
                linked = True
            elif unit.kind != "break":
                return []
        if len(listed) < 2:
            return []
        greeting = (
            len(listed) == 2 and reading.word(0) in self._codes.interjections and reading.word(1) == ","
        )
        everyday = {reading.word(at) for at in listed} <= self._codes.everyday
        return [] if greeting or (everyday and not reading.is_upper(reading.units[0])) else listed

    def _is_conjunction(self, reading: Reading, at: int) -> bool:
        """True for the "or" of "ID or OR" and "ca or wa", not for that of "ca, or, wa"."""
        small = not reading.is_upper(reading.units[at]) and not reading.capitals
        following = reading.units[at + 1] if at + 1 < len(reading.units) else None
        if following is not None and small and reading.is_upper(following):
            return True
        return following is not None and following.word not in self._codes.links

    def neighbour(self, reading: Reading, at: int, step: int) -> Unit | None:
        """Return the next place or short form of the list, across one to three separators, else None."""
        units = reading.units
        i = at + step
        while 0 <= i < len(units) and self._is_link(reading, i):
            if abs(i - at) > _LINKS_AT_MOST:
                return None
            i += step
        if i == at + step or not 0 <= i < len(units):
            return None
        if (
            step > 0
            and i + 1 < len(units)
            and units[i].kind != "place"
            and units[i].word in {"in", "the", "for"}
        ):
            i += 1
        return units[i] if units[i].kind in {"place", "maybe"} else None

    def _is_link(self, reading: Reading, at: int) -> bool:
        """True for a separator; for "OR" in capitals only between two names, where it can be nothing else."""
        unit = reading.units[at]
        if unit.word not in self._codes.links or unit.kind == "place":
            return False
        if unit.word == "then" and reading.word(at - 1) != ",":
            return False  # "OK then Texas"
        if unit.word != "or" or not reading.is_upper(unit):
            return True
        beside = [reading.units[i].kind for i in (at - 1, at + 1) if 0 <= i < len(reading.units)]
        return len(beside) == 2 and set(beside) <= {"place", "maybe"}

    def is_before_people(self, reading: Reading, at: int) -> bool:
        """True for the first city of "charlotte and virginia beach customers", of "mesa, tempe and yuma stores"."""
        units = reading.units
        i = at + 1
        while i + 1 < len(units) and units[i].word in _CITY_LINKS and i <= at + _CITIES_REACH:
            i += 1 + (units[i + 1].word == "and")
            if i >= len(units) or units[i].kind not in {"place", "maybe"} or units[i].sense is None:
                return False
            i += 1
        return i > at + 1 and i < len(units) and units[i].word in self._nouns

    def belongs(self, reading: Reading, at: int) -> bool:
        """True when a settled neighbour vouches for the short form at `at` and the list begins and ends cleanly."""
        unit = reading.units[at]
        if unit.kind != "maybe" or unit.sense is None or unit.sense.gate not in _LIST_GATES:
            return False
        upper = reading.is_upper(unit) or (reading.is_capitalised(unit) and unit.sense.gate == "abbreviation")
        left, right = self.neighbour(reading, at, -1), self.neighbour(reading, at, 1)
        if not any(self._vouches(reading, unit, side, upper) for side in (left, right)):
            return False
        before, after = reading.before(at), reading.after(at)
        if after is not None and right is None and not self._may_end(after, upper):
            return False
        interjection = unit.word in self._codes.interjections
        if before is None:
            return not interjection or self._is_long(reading, at, upper)
        if left is None and before.word not in self._opening:
            joined = (
                not interjection
                or reading.word(at + 1) in _JOINING
                or before.word in self._grammar.legal_left
            )
            if not (upper and joined):
                return False
        return unit.word != "or" or before.kind not in NAMED

    def _vouches(self, reading: Reading, unit: Unit, side: Unit | None, upper: bool) -> bool:
        """True when a settled neighbour is written the same way: "ca, or, wa", "CA, OR", "Portland, OR"."""
        if side is None or side.kind != "place" or side.sense is None:
            return False
        if side.sense.why == "code":
            return upper == reading.is_upper(side) or reading.capitals
        return upper or not self._word_codes.is_doubtful(unit.word, upper)

    def _may_end(self, after: Unit, upper: bool) -> bool:
        if after.kind == "mark" or is_legal(after) or after.word == "'s":
            return True
        if after.word in self._codes.goes_on or after.word in self._codes.law_verbs:
            return True
        return upper and after.kind == "word" and after.word not in self._codes.out

    def _is_long(self, reading: Reading, at: int, upper: bool) -> bool:
        """True for "OK, TX, and NM": at the head of a sentence "OK," is a list member only before two more."""
        if reading.word(at + 1) != ",":
            return at + 1 < len(reading.units)
        more = reading.word(at + 3)
        return more == "," or (upper and reading.word(at) != "ok" and more in {"and", "or", "&"})
