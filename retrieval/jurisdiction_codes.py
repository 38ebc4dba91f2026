"""Settles what a phrase alone cannot: short forms ("OR", "Mass.", "CPA"), cities that are also words, "us".

Written in capitals in a text that is not, most postal codes speak for themselves. In small letters, or in a text all in
capitals, they want a sign beside them. A list vouches for its members: "ca, or, wa".
"""

from __future__ import annotations

from retrieval.jurisdiction_gazetteer import follows_a_name, follows_its_town
from retrieval.jurisdiction_lists import CodeLists, is_code
from retrieval.jurisdiction_registry import names, words
from retrieval.jurisdiction_units import NAMED, Reading, Unit
from retrieval.jurisdiction_word_codes import WordCodes, is_legal
from retrieval.markup import normal

_LAW_AHEAD = 6
_FOR_VETERANS = frozenset({"hospital", "hospitals", "clinic", "clinics", "loan", "loans", "benefits"})
_DEGREES = frozenset({"ma", "ms"})  # "an MA in law"
_TITLES = frozenset(
    {"ms", "mt", "ct", "al", "co", "ma", "de", "me", "id", "in", "or", "ok", "hi", "oh", "pa", "la"}
)
_ROLES = frozenset({"mo", "md", "pa", "co", "ma", "ca"})
"""Somebody's modus operandi, doctor, assistant, officer, mother, certificate authority."""


def prepared_anyhow(before: Unit | None, unit: Unit, prepositions: frozenset[str]) -> bool:
    """True for "for Ga. only" and "Va. robocalls": no word or title ("to Ms. Smith")."""
    short = unit.sense is not None and unit.sense.gate == "dotted" and unit.word.endswith(".")
    if not short or unit.word[:2] in _TITLES - {"pa"}:
        return False
    return before is None or (before.word in prepositions and unit.word[:2] not in _TITLES)


class ShortForms:
    """Settles every unit of kind `maybe`. Each is looked at three times, so time is linear."""

    def __init__(self) -> None:
        known = words()
        self._grammar, self._codes = known.grammar, known.codes
        self._word_codes = WordCodes()
        self._lists = CodeLists(self._word_codes)
        self._law_words = known.roles.laws | {"under", "legal"}
        self._nouns = known.grammar.legal_right | known.roles.people | known.roles.business | known.roles.laws
        self._law_ahead = self._law_words | known.codes.law_verbs | {":"}
        self._ends = known.grammar.compound_end
        self._businesses = known.roles.business | known.codes.people_there
        confusables = names()["confusables"]
        self._first_names = frozenset(normal(name) for name in confusables["first_names"])
        self._persons_do = {*confusables["person_after"], *confusables["person_after_beside_a_place"]}

    def settle(self, reading: Reading) -> None:
        """Turn each `maybe` into a place, a country or a plain word."""
        for at, unit in enumerate(reading.units):
            if unit.word == "(":
                self._drop_initials(reading, at)
        for at in self._lists.plain(reading):
            self._close(reading, at, True)
        open_units: list[int] = []
        for at, unit in enumerate(reading.units):
            if unit.kind == "maybe":
                verdict = self._alone(reading, at, unit)
                if verdict is None:
                    open_units.append(at)
                else:
                    self._close(reading, at, verdict)
        for at in (*open_units, *reversed(open_units)):
            if self._lists.belongs(reading, at):
                self._close(reading, at, True)
        for at in open_units:
            if reading.units[at].kind == "maybe":
                reading.units[at].kind = "word"

    def _drop_initials(self, reading: Reading, at: int) -> None:
        """Make a word of the code that only repeats initials: "Google Analytics (GA)", "GA (Google Analytics)"."""
        code_at, names_at = (at + 1, at - 2) if reading.word(at + 2) == ")" else (at - 1, at + 1)
        if not 0 <= code_at < len(reading.units) or names_at < 0 or names_at + 1 >= len(reading.units):
            return
        code, pair = reading.units[code_at], reading.units[names_at : names_at + 2]
        plain = all(unit.kind in {"word", "noise"} and unit.word not in self._ends for unit in pair)
        if plain and is_code(code) and "".join(unit.word[0] for unit in pair) == code.word:
            code.kind = "word"

    def _close(self, reading: Reading, at: int, is_place: bool) -> None:
        unit = reading.units[at]
        unit.kind = "word" if not is_place else "country" if unit.word == "us" else "place"
        if is_place and unit.word == "la":
            codes = self._los_angeles_or_louisiana(reading, at)
            unit.choose = len(codes) > 1
            unit.settle("place", codes)

    def _alone(self, reading: Reading, at: int, unit: Unit) -> bool | None:
        """Say whether the unit is a place by its own surroundings; None leaves it to the list it stands in."""
        gate = unit.sense.gate if unit.sense else "any"
        before, after = reading.before(at), reading.after(at)
        if gate == "code":
            return self._code(reading, at, unit)
        if gate in {"abbreviation", "dotted"}:
            return self._abbreviation(reading, at, unit)
        if gate == "owner":
            return after is not None and is_legal(after)  # "virginias privacy law"
        if gate == "pronoun":
            return reading.is_upper(unit) and (before is None or before.word not in self._codes.telling)
        if gate == "acronym":
            return reading.is_upper(unit) or (before is not None and before.word == "under")
        prepared = before is not None and before.word in self._codes.city_prepositions
        if gate == "in or shop" and after is not None and after.word in self._businesses:
            ours = (
                before is None
                or before.word in self._grammar.prepositions
                or before.word in {"our", "my", "the", "a"}
            )
            return reading.is_capitalised(unit) or (unit.word == "jersey" and ours)
        beside = after is not None and is_legal(after)
        if gate == "capital":
            beside = beside or (after is not None and (after.kind in NAMED or after.word in self._nouns))
            return (
                reading.is_capitalised(unit)
                or prepared
                or beside
                or self._lists.is_before_people(reading, at)
            )
        if gate in {"in", "in or shop"}:
            if self._goes_on_as_a_name(reading, unit, after):
                return False
            prepared = prepared and reading.word(at - 1) not in {"to", "at"}
            if reading.capitals or unit.word == "jersey":
                return prepared or beside
            return reading.is_capitalised(unit) and (prepared or (beside and unit.choose))
        return True

    def _goes_on_as_a_name(self, reading: Reading, unit: Unit, after: Unit | None) -> bool:
        """True for "from Columbia Records" and "Lincoln Electric", not for "in Jackson Mississippi"."""
        if after is None or after.kind != "word" or not reading.is_capitalised(after):
            return False
        return reading.is_capitalised(unit) and after.word not in self._nouns and not is_legal(after)

    def _abbreviation(self, reading: Reading, at: int, unit: Unit) -> bool | None:
        before, after = reading.before(at), reading.after(at)
        beside = after is not None and after.word in self._nouns
        prepared = (
            before is not None
            and before.word in self._grammar.code_prepositions
            and (after is None or after.kind != "word" or beside or after.word in self._codes.goes_on)
        )
        if reading.raw(unit) == "Ms." and after is not None and reading.is_capitalised(after):
            return False  # "Ms. Houston"
        if reading.is_capitalised(unit):
            sure = unit.word.endswith(".") and unit.sense is not None and unit.sense.gate == "abbreviation"
            if prepared_anyhow(before, unit, self._grammar.code_prepositions):
                return True
            if before is not None and before.word == "," and (after is None or after.kind == "mark"):
                sure = sure or reading.is_capitalised(reading.units[at - 2])  # "Monroe, La."
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
        if unit.word == "va" and reading.word(at + 1) in _FOR_VETERANS and reading.word(at - 1) != ",":
            return False
        if self._is_behind_its_town(reading, at, unit, upper):
            return True
        if self._word_codes.is_doubtful(unit.word, upper):
            return self._word_codes.decide(reading, at)
        if upper:
            return not self._is_a_person(reading, at)
        return True if unit.word not in self._codes.need_a_cue or self._has_cue(reading, at) else None

    def _is_a_person(self, reading: Reading, at: int) -> bool:
        """True for "an MD and a PA", "their MO" and "the CO of the base": an article before, no noun behind."""
        article, after = reading.word(at - 1), reading.after(at)
        if reading.word(at) in _DEGREES and reading.word(at + 1) == "in":
            return reading.before(at) is None or article in {"a", "an", "my", "his", "her", "with"}
        if article == "the":
            return after is not None and after.word in {"of", "at"}
        if article in {"our", "their", "your", "its"}:
            if reading.word(at) not in _ROLES:
                return False
        elif article not in {"a", "an", "my", "his", "her"}:
            return False
        if after is None or (reading.word(at) in _ROLES and after.word in self._persons_do):
            return True  # "my MD told me"
        if self._lists.neighbour(reading, at, 1) is not None:
            return False  # "a CA or NV resident"
        if after.word == "'s":
            return reading.word(at) in _ROLES and reading.word(at + 2) not in self._nouns
        return after.word not in {"-", "("} and (after.kind == "mark" or after.word in self._ends)

    def _is_behind_its_town(self, reading: Reading, at: int, unit: Unit, upper: bool) -> bool:
        """True for "Portland OR" and "portland, or", not for "portland or seattle"."""
        town_at = at - 2 if reading.word(at - 1) == "," else at - 1
        if town_at < 0 or reading.before(town_at + 1) is None:
            return False
        town = reading.units[town_at]
        if town.sense is None or town.sense.why != "city" or not set(unit.codes) & set(town.codes):
            return False
        after = reading.after(at)
        return (
            upper or after is None or after.kind == "mark" or is_legal(after) or unit.word not in {"or", "in"}
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
                or self._lists.neighbour(reading, at, 1) is not None
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
            if not right.word[0].isalnum():
                return False  # "TX->OK"
            if right.kind not in {"place", "maybe"} and not is_legal(right):
                if units[at].word in {"de", "co"} and right.word.endswith("ing"):
                    return True  # "DE-icing"
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

    def _los_angeles_or_louisiana(self, reading: Reading, at: int) -> tuple[str, ...]:
        """Return LA beside other states or legal words, CA beside other cities, else both."""
        if follows_its_town(reading, at) or follows_a_name(reading, at):
            return ("LA",)
        if (reading.word(at - 1), reading.word(at - 2)) == (":", "state") or (
            reading.word(at - 1) == "("
            and reading.word(at + 1) == ")"
            and reading.units[at - 2].kind != "place"
        ):
            return ("LA",)
        if reading.word(at - 1) in {"compare", "comparing"} and reading.word(at + 1) in {"with", "to", "and"}:
            beside = reading.units[at + 2 : at + 3]
            if beside and beside[0].sense is not None and beside[0].sense.why in {"code", "name"}:
                return ("LA",)
        right = self._lists.neighbour(reading, at, 1)
        if (
            right is not None
            and right.codes == ("CA",)
            and reading.word(at + 1) == ","
            and reading.word(at + 3) not in self._codes.links
        ):
            return ("CA",)  # "our LA, California office"
        for side in (self._lists.neighbour(reading, at, -1), right):
            if side is not None and side.sense is not None and side.sense.why in {"city", "code", "name"}:
                # "Baton Rouge, LA" is a town in its state, "Chicago, LA" two cities
                return ("CA",) if side.sense.why == "city" and "LA" not in side.codes else ("LA",)
        if reading.word(at + 1) in {",", "("} and reading.word(at + 2) == "the":
            told = {"city": ("CA",), "state": ("LA",)}.get(reading.word(at + 3))
            if told is not None:
                return told
        owner = reading.word(at + 1) == "'s"
        if reading.word(at + 2 if owner else at + 1) in self._law_ahead:
            return ("LA",)
        before = reading.word(at - 1)
        if before in self._codes.left_out_prepositions:
            return ("LA",)
        if before in {"in", "for", "of", "under"}:
            earlier = [reading.word(i) for i in range(max(0, at - 4), at - 1)]
            if any(word in self._law_words for word in earlier):
                return ("LA",)
        return ("CA", "LA")
