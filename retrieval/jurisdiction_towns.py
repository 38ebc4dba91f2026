"""Cities: "Paris, Texas" is Texas, "St. Petersburg, Russia" is abroad, "the Denver ordinance" is the city's own rule."""

from __future__ import annotations

from retrieval.jurisdiction_proper_names import normal_set
from retrieval.jurisdiction_registry import FEDERAL, names, registry, words
from retrieval.jurisdiction_spelling import is_misspelt_city
from retrieval.jurisdiction_units import Reading, Sense, Unit
from retrieval.markup import normal, read_tokens

_LOCATIVE = frozenset({"in", "near", "at", "from", "office", "store", "shop", "outside", "around"})
_LINKS = frozenset({",", "and", "or", "&", "/"})
_OF_SEVERAL = frozenset({"laws", "rules", "statutes", "acts", "deadlines", "thresholds", "requirements"})
_CONTRASTS = frozenset({"both", "either", "states", "two", "vs", "versus"})
_IN_TOWN_NAMES = frozenset(
    {
        "city",
        "springs",
        "falls",
        "beach",
        "shore",
        "center",
        "junction",
        "heights",
        "ridge",
        "park",
        "lake",
        "valley",
    }
)
_ORDINANCE_REACH = 7
_BAN_REACH = 5
_ABROAD_REACH = 6
_CONTRAST_REACH = 12


class Towns:
    """Joins towns to their states and sets aside what a city rules itself."""

    def __init__(self) -> None:
        outside = names()["outside"]
        self._local_law = normal_set(outside["local_law"])
        self._local_ban = normal_set(outside["local_ban"])
        self._lawmaking = normal_set(outside["lawmaking"])
        self._lawmaking_cities = frozenset(
            " ".join(token.word for token in read_tokens(city).tokens) for city in outside["lawmaking_cities"]
        )
        self._before_country = words().roles.sites | {
            ",",
            "(",
            "in",
            "the",
            "one",
            "team",
            "staff",
            "hq",
            "school",
        }
        self._ends = words().grammar.compound_end
        self._states = {normal(place.name): place.code for place in registry().places}
        self._namesakes = {tuple(pair) for pair in names()["towns_named_like_states"]["pairs"]}

    def settle(self, reading: Reading, places: list[int]) -> None:
        """Let every town before a state be part of it, and every city before a foreign country be abroad."""
        for at, unit in enumerate(reading.units):
            if unit.kind == "noise" and reading.word(at - 1) == "," and " " in unit.word:
                self._join_product(reading, at - 2, unit)
        for at in places:
            unit = reading.units[at]
            if unit.kind != "place" or unit.sense is None:
                continue
            if unit.sense.why == "name":
                self._take_law(reading, at, unit)
            if len(unit.codes) == 1 and unit.sense.why in {"name", "code", "spelling"}:
                self._join(reading, at, unit)
            elif unit.sense.why == "city" and self._is_abroad(reading, at):
                unit.kind = "noise"

    def _take_law(self, reading: Reading, at: int, state: Unit) -> None:
        """Give "the Texas BIPA" to Texas: a state right before another's law means its own of that kind."""
        law = reading.after(at)
        if law is None or law.kind != "place" or _why(law.sense) != "law" or law.codes == (FEDERAL,):
            return
        if reading.word(at - 1) in {"in", "within"}:
            return  # "in Ohio BIPA does not apply"
        if not set(law.codes) & set(state.codes):
            law.kind = "noise"

    def _join_product(self, reading: Reading, town_at: int, thing: Unit) -> None:
        """Let "Portland, Maine lobster club" be in Maine, whatever Maine lobsters are elsewhere."""
        if town_at < 0:
            return
        town, words = reading.units[town_at], thing.word.split()
        code = self._states.get(words[0]) or self._states.get(" ".join(words[:2]))
        if code in town.codes and _why(town.sense) == "city":
            town.settle("place", (str(code),))

    def _is_abroad(self, reading: Reading, at: int) -> bool:
        """True for "St. Petersburg, Russia", "the Naples office in Italy", "Birmingham, the one in the UK"."""
        units = reading.units
        for i in range(at + 1, min(len(units), at + 1 + _ABROAD_REACH)):
            if units[i].kind == "outside":
                after = reading.after(i)
                apart = after is None or after.kind == "mark" or after.word in self._ends
                near = i == at + 2 or (apart and not self._goes_on(reading, i))
                return i > at + 1 and near and _why(units[i].sense) == "places"
            if units[i].word not in self._before_country:
                return False
        return False

    def _join(self, reading: Reading, at: int, state: Unit) -> None:
        units = reading.units
        comma = at >= 2 and units[at - 1].word in {",", "(", "-"}
        town_at = at - 2 if comma else at - 1
        if town_at < 0:
            return
        if town_at >= 1 and units[town_at].word in _IN_TOWN_NAMES and reading.is_capitalised(units[town_at]):
            if _why(units[town_at - 1].sense) == "name":
                units[town_at - 1].settle("place", state.codes)  # "Colorado City, Texas"
            return
        if units[town_at].sense is None:
            return
        town, code, listed = units[town_at], state.codes[0], self._goes_on(reading, at)
        why = _why(town.sense)
        if town.kind == "outside":
            if why == "cities" or (why == "places" and not listed):
                town.kind = "noise"
        elif town.kind != "place":
            return
        elif why == "city" or town.choose or (comma and is_misspelt_city(town.word)):
            if code in town.codes:
                town.settle("place", (code,))
            elif why in {"city", "spelling"} and not (comma and listed):
                town.kind = "noise"
        elif (
            why == "name"
            and (comma or _why(state.sense) == "code")
            and not listed
            and (town.codes[0], code) in self._namesakes
        ):
            short = _why(state.sense) == "code" or state.word.endswith(".")
            if short or self._is_in_town(reading, town_at, at):
                town.kind = "noise"

    def _is_in_town(self, reading: Reading, town_at: int, at: int) -> bool:
        """True for "Delaware, Ohio residents"; not for "Delaware, Ohio laws", "compare Delaware, Ohio", "Iowa, Delaware, Ohio"."""
        if reading.word(town_at - 1) in _LOCATIVE:
            return True
        if reading.word(town_at + 1) == "-" or reading.word(at + 1) in _OF_SEVERAL:
            return False
        listed = town_at >= 2 and reading.word(town_at - 1) in _LINKS
        if listed and reading.units[town_at - 2].kind in {"place", "outside"}:
            return False
        contrasts = _CONTRASTS | words().federal.compared
        near = range(max(0, town_at - _CONTRAST_REACH), at + _CONTRAST_REACH)
        return not any(reading.word(i) in contrasts for i in near)

    def _goes_on(self, reading: Reading, at: int) -> bool:
        """True when the place at `at` is followed by another one in a list."""
        units = reading.units
        i = at + 1
        while i < len(units) and i <= at + 3 and units[i].word in _LINKS:
            i += 1
        return i > at + 1 and i < len(units) and units[i].kind in {"place", "outside"}

    def local_rules(self, reading: Reading) -> tuple[str, ...]:
        """Set aside the cities whose own rule is meant, and return how the text names those rules."""
        units = reading.units
        rules: list[str] = []
        for at, unit in enumerate(units):
            own = unit.word in self._lawmaking
            ban = unit.word in self._local_ban
            if not (own or ban or unit.word in self._local_law):
                continue
            city = self._city_near(reading, at, only_before=own or ban)
            if city is None:
                if not (own or ban):
                    rules.append(reading.raw(unit))
            elif not own or units[city[0]].word in self._lawmaking_cities:
                start, end = city
                kind = reading.raw(unit) if own or ban else "ordinance"
                rules.append(f"{reading.text[units[start].start : units[end].end]} {kind}")
                for i in range(start, end + 1):
                    if units[i].kind == "place":
                        units[i].kind = "noise"
        return tuple(dict.fromkeys(rules))

    def _city_near(self, reading: Reading, at: int, only_before: bool) -> tuple[int, int] | None:
        """Return the units of the nearest city in the sentence, with the state behind it."""
        reach = _BAN_REACH if only_before else _ORDINANCE_REACH
        for i in range(at - 1, max(-1, at - reach - 1), -1):
            if reading.units[i].kind == "break":
                break
            if self._is_city(reading.units[i]):
                return i, self._city_end(reading, i)
        if only_before:
            return None
        for i in range(at + 1, min(len(reading.units), at + reach + 1)):
            if reading.units[i].kind == "break":
                break
            if self._is_city(reading.units[i]):
                return i, self._city_end(reading, i)
        return None

    def _is_city(self, unit: Unit) -> bool:
        return unit.kind in {"place", "noise"} and _why(unit.sense) == "city"

    def _city_end(self, reading: Reading, at: int) -> int:
        units = reading.units
        for i in (at + 1, at + 2):
            if i < len(units) and units[i].kind == "place":
                return i
            if reading.word(i) != ",":
                break
        return at


def _why(sense: Sense | None) -> str:
    return sense.why if sense else ""
