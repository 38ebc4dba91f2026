"""Names of a state or city that are somebody's: "Judge Washington", "Virginia from HR asked", "Savannah, our intern"."""

from __future__ import annotations

from collections.abc import Mapping

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import Reading, Unit

_POSSESSIVES = frozenset({"our", "my", "his", "her", "their", "the", "your"})
_SURNAMES = frozenset({"washington", "jackson", "houston", "montana"})
_PRONOUNS = frozenset({"she", "her", "he", "him"})
_SUBJECTS = frozenset({"she", "he", "she'll", "he'll", "she'd", "he'd"})
_PRONOUN_REACH = 9
_HANDS_TO = frozenset({"forward", "give", "hand", "pass", "show"})
_GREETINGS = frozenset({"thanks", "hi", "hello", "hey", "you"})


class Persons:
    """Tells whether a settled place is a person's name. Looks at a few units to either side."""

    def __init__(self, lists: Mapping[str, frozenset[str]]) -> None:
        self._lists = lists
        known = words()
        self._grammar = known.grammar
        self._nouns = known.grammar.legal_right | known.roles.people | known.roles.business | known.roles.laws
        self._sites = known.roles.business | known.roles.sites | self._lists["markets"]
        self._persons = self._lists["person_before"] | known.roles.informant

    def is_person(self, reading: Reading, at: int, unit: Unit, several: bool) -> bool:
        """Say whether the name at `at` is a person's; `several`: the text names other places too."""
        if self._is_surname(reading, at, unit) or self._is_before_its_surname(reading, at, unit, several):
            return True
        first_name = unit.word in self._lists["first_name_states"]
        return first_name and self._is_first_name(reading, at, unit, several)

    def _is_surname(self, reading: Reading, at: int, unit: Unit) -> bool:
        """As in "Mr. Washington", "Judge Houston", "Kerry Washington"."""
        title = reading.units[at - 1] if at else None
        if title is not None and title.word == "." and at >= 2:
            title = reading.units[at - 2]
        if title is None:
            return False
        if title.word.rstrip(" .") in self._lists["titles"]:
            return True
        if not reading.is_capitalised(title):
            return False
        if title.word in self._lists["titles_capital"]:
            return True
        named = unit.word in self._lists["surname_states"] and title.word in self._lists["first_names"]
        return named and reading.is_capitalised(unit)

    def _is_before_its_surname(self, reading: Reading, at: int, unit: Unit, several: bool) -> bool:
        """As in "Madison Washington", both halves of it, where another place is named too; not "Austin Texas"."""
        if not several or not reading.is_capitalised(unit):
            return False
        for first_at, last_at in ((at, at + 1), (at - 1, at)):
            if first_at < 0 or last_at >= len(reading.units):
                continue
            first, last = reading.units[first_at], reading.units[last_at]
            if first.word in self._lists["first_name_states"] and last.word in _SURNAMES:
                placed = reading.word(first_at - 1) in self._grammar.prepositions
                return not placed and not set(first.codes) & set(last.codes)
        return False

    def _is_first_name(self, reading: Reading, at: int, unit: Unit, several: bool) -> bool:
        """As in "Virginia Smith", "Georgia from HR asked", "thanks, Virginia", "Savannah, our intern"."""
        before, after = reading.before(at), reading.after(at)
        if before is not None and before.word in self._lists["person_before"]:
            if after is None:
                return True
            return after.kind != "place" and after.word not in self._nouns and after.word not in {"'s", "-"}
        if before is not None and before.word == "to" and (after is None or after.kind == "mark"):
            # "I'll forward it to Savannah"
            return reading.is_capitalised(unit) and reading.word(at - 3) in _HANDS_TO
        if after is None:
            return before is not None and before.word == "," and reading.word(at - 2) in _GREETINGS
        if self._works_in_department(reading, at):
            return True
        if not reading.is_capitalised(unit):
            return False
        if before is not None and (before.word, after.word) == (",", ","):
            return reading.word(at - 2) in self._persons  # "the intern, Orlando, wrote"
        if after.word in self._lists["surnames"] and reading.is_capitalised(after):
            return True
        if self._is_full_name(reading, at, after):
            return True
        if after.word in {",", "("} and reading.word(at + 2) in _POSSESSIVES:
            introduced = [reading.word(i) for i in range(at + 3, at + 6)]
            if introduced[0] in self._persons:
                return True
            told = before is None and after.word == "," and reading.word(at + 2) in {"our", "my"}
            return told and introduced[0].isalpha() and not self._sites & set(introduced)
        return before is None and (
            self._is_addressed(reading, at) or self._is_told_of(reading, at, after, several)
        )

    def _is_told_of(self, reading: Reading, at: int, after: Unit, several: bool) -> bool:
        """As in "Virginia thinks", "Georgia and I", "Montana, who runs support", "Madison had both but she's on leave"."""
        if after.word in self._lists["person_after"]:
            return True
        if (after.word, reading.word(at + 2)) in {("and", "i"), (",", "who")}:
            return True
        ahead = [reading.word(i) for i in range(at + 2, at + _PRONOUN_REACH)]
        if after.word in self._lists["person_after_beside_a_place"]:
            return several or bool(_PRONOUNS & set(ahead))
        if after.word not in self._lists["person_after_with_a_pronoun"]:
            return False
        subject = next((i for i, word in enumerate(ahead) if word in _SUBJECTS), 0)
        return subject > 0 and not self._nouns & set(ahead[:subject])

    def _is_full_name(self, reading: Reading, at: int, after: Unit) -> bool:
        """As in "Montana Fishburne wants …", "Virginia Satir's": an unknown name behind, and then what people do or have."""
        if after.kind != "word" or after.word in self._nouns or not reading.is_capitalised(after):
            return False
        verb = reading.word(at + 2)
        return (
            verb == "'s"
            or verb in self._lists["person_after"]
            or verb in self._lists["person_after_beside_a_place"]
        )

    def _is_addressed(self, reading: Reading, at: int) -> bool:
        """As in "Virginia, can you …", "Georgia is on vacation"."""
        following = [reading.word(i) for i in range(at + 1, at + 5)]
        if following[0] == ",":
            return (
                following[2] == "you"
                or following[1] == "thanks"
                or (following[1] == "please" and bool(following[2]))
            )
        if following[0] == "is out":
            return following[1] in self._lists["person_is"] | {"today", "until", "this", "tomorrow", "of"}
        return following[0] in {"is", "'s"} and bool(set(following[1:]) & self._lists["person_is"])

    def _works_in_department(self, reading: Reading, at: int) -> bool:
        """As in "Georgia from HR", "Virginia and Dakota from marketing", "to Savannah and to Jackson from procurement"."""
        last = at
        if reading.word(at + 1) == "and":
            step = 3 if reading.word(at + 2) == "to" else 2
            last += step if reading.word(at + step) in self._lists["first_name_states"] else 0
        link = reading.word(last + 1)
        if link not in {"from", "in", "over in", "at"}:
            return False
        department = last + (3 if reading.word(last + 2) in {"our", "the"} else 2)
        before = reading.before(at)
        placed = before is not None and before.word in self._grammar.prepositions
        handed = reading.word(at - 1) == "to" and link == "from"
        if placed and (not handed or reading.word(department + 1) in self._nouns):
            return False
        return reading.word(department) in self._lists["person_departments"]
