"""What a name is when it is not the state: a person, a paper, a river, a town elsewhere, a city's own rule.

Fixed phrases ("Washington Post") are confusables in config/jurisdictions.toml and never get here. This step handles
what can be said in general: "Judge Washington", "the Ohio River", "Virginia from HR asked", "Paris, Texas".
"""

from __future__ import annotations

from retrieval.jurisdiction_registry import names, words
from retrieval.jurisdiction_units import Reading, Unit
from retrieval.markup import normal

_LOCATIVE = frozenset({"in", "near", "at", "from", "office", "store", "shop", "outside", "around"})
_LINKS = frozenset({",", "and", "or", "&", "/"})
_LOCAL_WINDOW = 7


def _normal(values: list[str]) -> frozenset[str]:
    return frozenset(normal(value) for value in values)


class Context:
    """Settles places that are something else. Looks a fixed number of units to either side of each."""

    def __init__(self) -> None:
        rows = names()["confusables"]
        self._after = _normal(rows["after"])
        self._after_at_end = _normal(rows["after_at_end"])
        self._after_capital = _normal(rows["after_capital"])
        self._before = _normal(rows["before"])
        self._before_capital = _normal(rows["before_capital"])
        self._surname_states = _normal(rows["surname_states"])
        self._first_name_states = _normal(rows["first_name_states"])
        self._titles = _normal(rows["titles"])
        self._titles_capital = _normal(rows["titles_capital"])
        self._first_names = _normal(rows["first_names"])
        self._surnames = _normal(rows["surnames"])
        self._person_after = _normal(rows["person_after"])
        self._person_after_beside = _normal(rows["person_after_beside_a_place"])
        self._departments = _normal(rows["person_departments"])
        self._person_before = _normal(rows["person_before"])
        self._local_law = _normal(names()["outside"]["local_law"])
        self._local_ban = _normal(names()["outside"]["local_ban"])
        self._towns = {tuple(pair) for pair in names()["towns_named_like_states"]["pairs"]}
        grammar = words().grammar
        self._compound_end = grammar.compound_end
        self._nouns = grammar.legal_right | words().roles.people | words().roles.business | words().roles.laws

    def settle(self, reading: Reading) -> tuple[str, ...]:
        """Silence what is no jurisdiction, merge "city, state", and return the local laws named."""
        units = reading.units
        places = [at for at, unit in enumerate(units) if unit.kind == "place"]
        several = len({code for at in places for code in units[at].codes}) > 1
        for at in places:
            if self._is_something_else(reading, at, several):
                units[at].kind = "noise"
        for at in places:
            self._merge_town(reading, at)
            abroad = units[at + 2] if at + 2 < len(units) and units[at + 1].word == "," else None
            sense = units[at].sense
            if abroad is not None and abroad.kind == "outside" and sense is not None and sense.why == "city":
                units[at].kind = "noise"  # "St. Petersburg, Russia"
        return self._local_rules(reading)

    def _is_something_else(self, reading: Reading, at: int, several: bool) -> bool:
        unit = reading.units[at]
        if unit.sense is None or unit.sense.why not in {"name", "city", "spelling", "set"}:
            return False
        before, after = reading.before(at), reading.after(at)
        if after is not None and self._is_title_after(reading, at, after):
            return True
        if (
            before is not None
            and before.word in self._before
            and (before.word not in {"called", "named"} or reading.is_capitalised(unit))
        ):
            return True
        if before is not None and before.word in self._before_capital and reading.is_capitalised(before):
            return True
        if reading.word(at - 1) in {"mt .", "ft ."} and reading.is_capitalised(reading.units[at - 1]):
            return True
        if {"font", "fonts", "typeface", "serif"} & {reading.word(i) for i in range(at - 4, at)}:
            return True
        return self._is_person(reading, at, several)

    def _is_title_after(self, reading: Reading, at: int, after: Unit) -> bool:
        if after.word in self._after:
            return True
        if after.word in self._after_capital and reading.is_capitalised(after):
            return True
        further = reading.after(at + 1)
        if after.word in {"state", "tech"} and further is not None and further.word in self._after_capital:
            return reading.is_capitalised(further)  # "Boise State Broncos"
        if after.word == "," and further is not None and further.word == "the":
            return reading.word(at + 3) in self._before | self._after_at_end  # "Kansas, the band"
        if after.word in self._after_at_end:
            further = reading.after(at + 1)
            return further is None or further.kind == "mark" or further.word in self._compound_end
        return False

    def _is_person(self, reading: Reading, at: int, several: bool) -> bool:
        unit = reading.units[at]
        before, after = reading.before(at), reading.after(at)
        capital = reading.is_capitalised(unit)
        title = reading.units[at - 1] if at else None
        if title is not None and title.word == "." and at >= 2:
            title = reading.units[at - 2]
        if title is not None and (
            title.word in self._titles
            or (title.word in self._titles_capital and reading.is_capitalised(title))
        ):
            return True
        if (
            capital
            and before is not None
            and unit.word in self._surname_states
            and before.word in self._first_names
            and reading.is_capitalised(before)
        ):
            return True
        if unit.word not in self._first_name_states:
            return False
        if after is not None:
            if capital and after.word in self._surnames and reading.is_capitalised(after):
                return True
            if (
                capital
                and (
                    after.word in self._person_after or (several and after.word in self._person_after_beside)
                )
                and before is None
            ):
                return True
            if after.word in {"from", "in", "over in", "at"} and (
                before is None or before.word not in words().grammar.prepositions
            ):
                ahead = [reading.word(at + 2), reading.word(at + 3)]
                if ahead[0] in self._departments or (
                    ahead[0] in {"our", "the"} and ahead[1] in self._departments
                ):
                    return True
        if before is not None and before.word in self._person_before:
            return after is None or (
                after.kind != "place" and after.word not in self._nouns and after.word not in {"'s", "-"}
            )
        return (
            before is not None
            and before.word == ","
            and reading.word(at - 2) in {"thanks", "hi", "hello", "hey", "you"}
            and after is None
        )

    def _merge_town(self, reading: Reading, at: int) -> None:
        """Let "Paris, Texas" and "Austin, TX" be the state alone."""
        units = reading.units
        state = units[at]
        if (
            state.kind != "place"
            or state.sense is None
            or len(state.codes) != 1
            or state.sense.why not in {"name", "code", "spelling"}
        ):
            return
        comma = at >= 2 and units[at - 1].word in {",", "(", "-"}
        town_at = at - 2 if comma else at - 1
        if town_at < 0:
            return
        town = units[town_at]
        code = state.codes[0]
        listed = self._goes_on(reading, at)
        if town.kind == "outside" and town.sense is not None and town.sense.why != "laws":
            if town.sense.why == "cities" or not listed:
                town.kind = "noise"
        elif town.kind == "place" and town.sense is not None and (town.sense.why == "city" or town.choose):
            if code in town.codes:
                town.settle("place", (code,))
            elif town.sense.why == "city" and not (comma and listed):
                town.kind = "noise"
        elif (
            town.kind == "place"
            and town.sense is not None
            and town.sense.why == "name"
            and comma
            and not listed
        ):
            in_town = reading.word(town_at - 1) in _LOCATIVE and town.word != state.word
            if town.codes and (town.codes[0], code) in self._towns and (in_town or state.sense.why == "code"):
                town.kind = "noise"

    def _goes_on(self, reading: Reading, at: int) -> bool:
        """True when the place at `at` is followed by another one in a list."""
        units = reading.units
        i = at + 1
        while i < len(units) and i <= at + 3 and units[i].word in _LINKS:
            i += 1
        return i > at + 1 and i < len(units) and units[i].kind in {"place", "outside"}

    def _local_rules(self, reading: Reading) -> tuple[str, ...]:
        """Silence cities whose own rule is meant, and return how the text names those rules."""
        units = reading.units
        rules: list[str] = []
        for at, unit in enumerate(units):
            if unit.word not in self._local_law and unit.word not in self._local_ban:
                continue
            ban = unit.word in self._local_ban
            city = self._city_near(reading, at, ban)
            if city is None:
                if not ban and unit.word not in {"local law", "local laws"}:
                    rules.append(reading.raw(unit))
                continue
            start, end = city
            name = reading.text[units[start].start : units[end].end]
            rules.append(f"{name} {'ordinance' if not ban else reading.raw(unit)}")
            for i in range(start, end + 1):
                if units[i].kind == "place":
                    units[i].kind = "noise"
        return tuple(dict.fromkeys(rules))

    def _city_near(self, reading: Reading, at: int, ban: bool) -> tuple[int, int] | None:
        """Return the units of the city whose rule stands at `at`, with the state behind it, in the same sentence."""
        units = reading.units
        ahead = 0 if ban else _LOCAL_WINDOW
        behind = 5 if ban else _LOCAL_WINDOW
        reach = [
            *range(at - 1, max(-1, at - behind - 1), -1),
            *range(at + 1, min(len(units), at + ahead + 1)),
        ]
        stopped = False
        for i in reach:
            if i > at:
                stopped = False if i == at + 1 else stopped
            if units[i].kind == "break":
                stopped = True
            if stopped:
                continue
            sense = units[i].sense
            is_city = units[i].kind in {"place", "noise"} and sense is not None and sense.why == "city"
            if is_city:
                end = i
                if i + 2 < len(units) and units[i + 1].word == "," and units[i + 2].kind == "place":
                    end = i + 2
                elif i + 1 < len(units) and units[i + 1].kind == "place":
                    end = i + 1
                return i, end
        return None
