"""Settles what a phrase alone cannot: short forms ("OR", "Mass.", "CPA"), cities that are also words, "us".

Written in capitals in a text that is not, most postal codes speak for themselves. In small letters, or in a text all in
capitals, they want a sign beside them. A list vouches for its members: "ca, or, wa".
"""

from __future__ import annotations

from retrieval.jurisdiction_registry import names, words
from retrieval.jurisdiction_units import NAMED, Reading, Unit
from retrieval.jurisdiction_word_codes import WordCodes, is_legal
from retrieval.markup import normal

_LIST_GATES = frozenset({"code", "abbreviation", "dotted"})
_LONG_RUN = 4
_LINKS_AT_MOST = 3
_LAW_AHEAD = 6


class ShortForms:
    """Settles every unit of kind `maybe`. Each is looked at three times, so time is linear."""

    def __init__(self) -> None:
        known = words()
        self._grammar, self._codes = known.grammar, known.codes
        self._word_codes = WordCodes()
        self._law_words = known.roles.laws | {"under", "legal"}
        self._nouns = known.grammar.legal_right | known.roles.people | known.roles.business | known.roles.laws
        self._law_ahead = self._law_words | known.codes.law_verbs | {":"}
        self._opens_list = known.grammar.code_prepositions | {
            "(",
            "[",
            "compare",
            "comparing",
            "the",
            "states",
        }
        self._businesses = known.roles.business | known.codes.people_there
        self._first_names = frozenset(normal(name) for name in names()["confusables"]["first_names"])

    def settle(self, reading: Reading) -> None:
        """Turn each `maybe` into a place, a country or a plain word."""
        self._settle_runs(reading)
        open_units: list[int] = []
        for at, unit in enumerate(reading.units):
            if unit.kind == "maybe":
                verdict = self._alone(reading, at, unit)
                if verdict is None:
                    open_units.append(at)
                else:
                    self._close(reading, at, verdict)
        for at in (*open_units, *reversed(open_units)):
            if self._belongs_to_list(reading, at):
                self._close(reading, at, True)
        for at in open_units:
            if reading.units[at].kind == "maybe":
                reading.units[at].kind = "word"

    def _close(self, reading: Reading, at: int, is_place: bool) -> None:
        unit = reading.units[at]
        unit.kind = "word" if not is_place else "country" if unit.word == "us" else "place"
        if is_place and unit.word == "la":
            codes = self._los_angeles_or_louisiana(reading, at)
            unit.choose = len(codes) > 1
            unit.settle("place", codes)

    def _settle_runs(self, reading: Reading) -> None:
        """Take "CA OR WA ID" as four codes: so many in a row, in capitals, are a list. So is "al/ca"."""
        for at in self._only_codes(reading):
            self._close(reading, at, True)
        run: list[int] = []
        for at in range(len(reading.units) + 1):
            unit = reading.units[at] if at < len(reading.units) else None
            if unit is not None and _is_code(unit) and reading.is_upper(unit):
                run.append(at)
                continue
            if len(run) >= _LONG_RUN:
                for i in run:
                    self._close(reading, i, True)
            run = []
            if unit is not None and unit.word == "/" and 0 < at < len(reading.units) - 1:
                self._settle_slash(reading, at)

    def _only_codes(self, reading: Reading) -> list[int]:
        """Return the codes of a text that is nothing but a list of codes: "id, mt", "ca, or, wa", "OK / KS"."""
        listed: list[int] = []
        linked = True
        for at, unit in enumerate(reading.units):
            conjunction = unit.word == "or" and not linked and self._is_conjunction(reading, at)
            if _is_code(unit) and not conjunction:
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
        words_only = all(reading.units[at].word in self._codes.words_in_capitals for at in listed)
        doubtful = words_only and not reading.is_upper(reading.units[0])
        return [] if greeting or doubtful else listed

    def _is_conjunction(self, reading: Reading, at: int) -> bool:
        """True for the "or" of "ID or OR" and "ca or wa", not for that of "ca, or, wa"."""
        small = not reading.is_upper(reading.units[at]) and not reading.capitals
        following = reading.units[at + 1] if at + 1 < len(reading.units) else None
        if following is not None and small and reading.is_upper(following):
            return True
        return reading.word(at + 1) not in {"", *self._codes.links}

    def _settle_slash(self, reading: Reading, at: int) -> None:
        left, right = reading.units[at - 1], reading.units[at + 1]
        if not (_is_code(left) and _is_code(right) and reading.units[at].touches and right.touches):
            return
        if any(unit.word not in self._codes.words_in_capitals for unit in (left, right)):
            for i in (at - 1, at + 1):
                self._close(reading, i, True)

    def _alone(self, reading: Reading, at: int, unit: Unit) -> bool | None:
        """Say whether the unit is a place by its own surroundings; None leaves it to the list it stands in."""
        gate = unit.sense.gate if unit.sense else "any"
        before, after = reading.before(at), reading.after(at)
        if gate == "code":
            return self._code(reading, at, unit)
        if gate in {"abbreviation", "dotted"}:
            return self._abbreviation(reading, at, unit)
        if gate == "pronoun":
            return reading.is_upper(unit) and (before is None or before.word not in self._codes.telling)
        if gate == "acronym":
            return reading.is_upper(unit) or (before is not None and before.word == "under")
        prepared = before is not None and before.word in self._codes.city_prepositions
        if gate == "in or shop" and after is not None and after.word in self._businesses:
            return reading.is_capitalised(unit) or unit.word == "jersey"
        beside = after is not None and is_legal(after)
        if gate == "capital":
            return (
                reading.is_capitalised(unit)
                or prepared
                or beside
                or (after is not None and after.kind in NAMED)
            )
        if gate in {"in", "in or shop"}:
            prepared = prepared and reading.word(at - 1) not in {"to", "at"}
            if reading.capitals or unit.word == "jersey":
                return prepared or beside
            return reading.is_capitalised(unit) and (prepared or (beside and unit.choose))
        return True

    def _abbreviation(self, reading: Reading, at: int, unit: Unit) -> bool | None:
        before, after = reading.before(at), reading.after(at)
        beside = after is not None and after.word in self._nouns
        prepared = (
            before is not None
            and before.word in self._grammar.code_prepositions
            and (after is None or after.kind != "word" or beside or after.word in self._codes.goes_on)
        )
        if reading.is_capitalised(unit):
            sure = unit.word.endswith(".") and unit.sense is not None and unit.sense.gate == "abbreviation"
            return True if sure or beside or prepared else None
        if unit.word.endswith(".") and after is not None and is_legal(after):
            return True
        if unit.word.rstrip(". ") in {"miss", "ill", "ind", "mont"}:
            return None
        return (
            True
            if prepared and before is not None and before.word in self._codes.place_prepositions
            else None
        )

    def _code(self, reading: Reading, at: int, unit: Unit) -> bool | None:
        if self._is_hyphenated_word(reading, at) or self._is_degree(reading, at):
            return False
        upper = reading.is_upper(unit)
        town = reading.before(at)  # "Portland OR"
        if (
            town is not None
            and town.sense is not None
            and town.sense.why == "city"
            and set(unit.codes) & set(town.codes)
        ):
            return upper or reading.after(at) is None or unit.word != "or"
        if self._word_codes.is_doubtful(unit.word, upper):
            return self._word_codes.decide(reading, at)
        return (
            True if upper or unit.word not in self._codes.need_a_cue or self._has_cue(reading, at) else None
        )

    def _has_cue(self, reading: Reading, at: int) -> bool:
        """True where something beside "ga" or "md", written small, speaks for the state."""
        before, after = reading.before(at), reading.after(at)
        if after is not None and (is_legal(after) or after.word == "'s"):
            return before is None or before.word not in {"my", "a", "an", "'s"}
        if before is None:
            if after is None:
                return True
            return (
                after.word in self._codes.goes_on
                or after.word in {"/", ")", "-"}
                or self._link(reading, at, 1) is not None
            )
        if before.word in self._grammar.code_prepositions:
            return True
        if after is None:
            return (
                before.kind == "word"
                and before.word.isalpha()
                and before.word not in {"my", "a", "the", "an", "no", "so", "mr", "ms"}
            )
        if before.word in {"is", "does", "did", "can", "was"} and reading.before(at - 1) is None:
            return True
        if after.word in self._codes.law_verbs and before.word in self._codes.auxiliaries:
            return True
        if before.word in self._grammar.legal_left and (
            after.word in self._codes.links or after.kind == "mark"
        ):
            return True
        return before.word in {"(", "["} or after.word == ")"

    def _is_hyphenated_word(self, reading: Reading, at: int) -> bool:
        """True for "in-house", "AK-47", "or-else"; False for "OR-based", "CA-NV" and "US-CA"."""
        units = reading.units
        if (
            at + 2 < len(units)
            and units[at + 1].word == "-"
            and units[at + 1].touches
            and units[at + 2].touches
        ):
            right = units[at + 2]
            if right.kind not in {"place", "maybe"} and not is_legal(right):
                bold = reading.is_upper(units[at]) and units[at].word not in self._codes.words_in_capitals
                return not (bold and right.word.isalpha())
        if at >= 2 and units[at - 1].word == "-" and units[at - 1].touches and units[at].touches:
            left = units[at - 2]
            return left.kind not in {"place", "maybe"} and left.word not in {"non", "us", "ex", "pan"}
        return False

    def _is_degree(self, reading: Reading, at: int) -> bool:
        """True for "Jane Smith, MD": letters after a personal name."""
        if reading.word(at - 1) != "," or at < 3:
            return False
        earlier = [reading.word(i) for i in range(max(0, at - 5), at - 2)]
        return any(word in self._first_names or word == "dr" for word in earlier)

    def _link(self, reading: Reading, at: int, step: int) -> Unit | None:
        """Return the neighbour in a list, across at least one separator, else None."""
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
        if unit.word != "or" or not reading.is_upper(unit):
            return True
        beside = [reading.units[i].kind for i in (at - 1, at + 1) if 0 <= i < len(reading.units)]
        return len(beside) == 2 and all(kind in {"place", "maybe"} for kind in beside)

    def _belongs_to_list(self, reading: Reading, at: int) -> bool:
        unit = reading.units[at]
        if unit.kind != "maybe" or unit.sense is None or unit.sense.gate not in _LIST_GATES:
            return False
        upper = reading.is_upper(unit) or (reading.is_capitalised(unit) and unit.sense.gate == "abbreviation")
        left, right = self._link(reading, at, -1), self._link(reading, at, 1)
        if not any(self._vouches(reading, unit, side, upper) for side in (left, right)):
            return False
        before, after = reading.before(at), reading.after(at)
        if after is not None and right is None and not self._may_end(after, upper):
            return False
        if before is not None and left is None and before.word not in self._opens_list:
            plain = upper and unit.word not in self._codes.interjections
            joined = upper and reading.word(at + 1) in {"/", "&", "+", "|"}
            if not joined and not plain and not (upper and before.word in self._grammar.legal_left):
                return False
        if (
            before is None
            and unit.word in self._codes.interjections
            and not self._is_long_list(reading, at, upper)
        ):
            return False
        return not (unit.word == "or" and before is not None and before.kind in NAMED)

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

    def _is_long_list(self, reading: Reading, at: int, upper: bool) -> bool:
        """True for "OK, TX, and NM": at the head of a sentence "OK," is a list member only before two more."""
        units = reading.units
        if at + 1 >= len(units) or units[at + 1].word != ",":
            return at + 1 < len(units)
        more = reading.word(at + 3)
        return more == "," or (upper and units[at].word != "ok" and more in {"and", "or", "&"})

    def _los_angeles_or_louisiana(self, reading: Reading, at: int) -> tuple[str, ...]:
        """Return LA beside other states or legal words, CA beside other cities, else both."""
        right = self._link(reading, at, 1)
        if (
            right is not None
            and right.codes == ("CA",)
            and reading.word(at + 1) == ","
            and reading.word(at + 3) not in self._codes.links
        ):
            return ("CA",)  # "our LA, California office"
        for side in (self._link(reading, at, -1), right):
            if side is not None and side.sense is not None and side.sense.why in {"city", "code", "name"}:
                return ("CA",) if side.sense.why == "city" else ("LA",)
        if reading.word(at + 1) in self._law_ahead:
            return ("LA",)
        before = reading.word(at - 1)
        if before in self._codes.left_out_prepositions:
            return ("LA",)
        if before in {"in", "for", "of", "under"}:
            earlier = [reading.word(i) for i in range(max(0, at - 4), at - 1)]
            if any(word in self._law_words for word in earlier):
                return ("LA",)
        return ("CA", "LA")


def _is_code(unit: Unit) -> bool:
    return unit.kind == "maybe" and unit.sense is not None and unit.sense.gate == "code"
