"""What the text leaves out: "except Ohio", "we do not operate in Texas", "not just Texas" (which leaves out nothing).

From each place the words to the left are read until one does not belong between an exclusion and its place: "without
customers in Texas" leaves Texas out, "without consent in Texas" does not. Bounded looks, linear time.
"""

from __future__ import annotations

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_roles import Group
from retrieval.jurisdiction_units import NAMED, Reading

_LEFT = 10
_NOT = frozenset({"not", "nor", "neither", "never", "ni"})
_CONTRACTED = frozenset(
    {
        "don't",
        "dont",
        "doesn't",
        "doesnt",
        "didn't",
        "aren't",
        "isn't",
        "haven't",
        "hasn't",
        "won't",
        "wasn't",
        "weren't",
        "ain't",
    }
)
_QUESTION_HEADS = frozenset({"why", "so", "but", "and", "then"})


class ExclusionReader:
    """Finds which groups are left out."""

    def __init__(self) -> None:
        known = words()
        self._words = known.exclusion
        self._people = known.roles.people
        self._sites = known.roles.business | known.roles.operates
        self._legal = known.roles.laws

    def read(self, reading: Reading, groups: list[Group]) -> None:
        """Mark the groups that are excluded, and those excluded only in an if-clause (`hypothetical`)."""
        for i, group in enumerate(groups):
            earlier = groups[i - 1] if i else None
            if reading.units[group.first].kind == "every":
                group.excluded = reading.word(group.first - 1) == "not"
                continue
            verb = self._is_left_out(reading, group, earlier)
            if verb and self._is_hypothetical(reading, group.first):
                group.hypothetical = True
            group.excluded = verb or self._is_left_out_behind(reading, group)

    def _is_left_out(self, reading: Reading, group: Group, earlier: Group | None) -> bool:
        units = reading.units
        presence = prepared = person = site = False
        stop = earlier.last if earlier else -1
        for i in range(group.first - 1, max(-1, group.first - 1 - _LEFT), -1):
            unit = units[i]
            word = unit.word
            if i == stop:
                return word == "everywhere" and False
            if unit.kind == "break":
                return False
            following = reading.word(i + 1) if i + 1 < group.first else ""
            if (
                word in self._words.cues_after_sets
                and earlier is not None
                and i - earlier.last <= 4
                and not presence
            ):
                if (
                    units[earlier.last].kind == "every"
                    or len(units[earlier.last].codes) > 1
                    or word in {"minus"}
                ):
                    return True
            if word in {"but"}:
                return reading.word(i - 1) in {
                    "everyone",
                    "anyone",
                    "all",
                    "everywhere",
                    "anywhere",
                    "everybody",
                    "anybody",
                }
            if word in _NOT:
                return self._not(reading, i, following, group, presence, prepared)
            if word in self._words.negated:
                return self._negated(reading, i, group, presence, prepared, person or site)
            if word in self._words.nobody:
                return (
                    person or site or word != "no" or self._is_people_behind(reading, group)
                ) and not self._asks_for_law(reading, group)
            if word in self._words.cues:
                if word == "non":
                    return units[i + 1].word == "-" or i + 1 == group.first
                return not (presence and word in {"without", "outside"})
            if word in self._words.presence:
                presence = True
            elif word in self._people:
                person = True
            elif word in self._sites:
                site = True
            elif word in self._words.between or word in self._words.objects or word == "-":
                prepared = True
            else:
                return False
        return False

    def _not(
        self, reading: Reading, at: int, following: str, group: Group, presence: bool, prepared: bool
    ) -> bool:
        before = reading.word(at - 1)
        if following in self._words.not_excluding or (
            before in {"or", "why", "whether", "if", "may", "can", "must", "could"} and not presence
        ):
            return False
        if before in {"may", "can", "must", "could", "should", "shall"}:
            return False
        sense = reading.units[group.first].sense
        if (
            before in {"is", "are", "was", "were", "am"}
            and self._is_subject_behind(reading, at, group)
            and not prepared
        ):
            return False
        return sense is not None

    def _is_subject_behind(self, reading: Reading, at: int, group: Group) -> bool:
        """ "is not Texas stricter": a question turned round."""
        return at - 1 == 0 or reading.units[at - 2].kind == "break"

    def _negated(
        self, reading: Reading, at: int, group: Group, presence: bool, prepared: bool, someone: bool
    ) -> bool:
        word = reading.word(at)
        following = reading.word(at + 1)
        if following in self._words.not_excluding:
            return False
        if word == "no":
            return (someone or self._is_people_behind(reading, group)) and not self._asks_for_law(
                reading, group
            )
        head = at == 0 or reading.units[at - 1].kind == "break" or reading.word(at - 1) in _QUESTION_HEADS
        if head and following not in self._words.presence:
            return False
        if presence:
            return not (head and word in {"isn't", "aren't", "wasn't", "weren't"})
        return word in self._words.negated_be and prepared

    def _is_people_behind(self, reading: Reading, group: Group) -> bool:
        """ "no Texas customers"."""
        ahead = [reading.word(group.last + 1), reading.word(group.last + 2)]
        return any(
            word in self._people or word in self._sites or word in {"presence", "nexus", "business"}
            for word in ahead
        )

    def _asks_for_law(self, reading: Reading, group: Group) -> bool:
        """ "no Texas law": the law is looked for, not left out."""
        return reading.word(group.last + 1) in self._legal - {
            "question",
            "questions",
            "text",
            "texts",
            "data",
        }

    def _is_hypothetical(self, reading: Reading, first: int) -> bool:
        for i in range(first - 1, max(-1, first - 14), -1):
            unit = reading.units[i]
            if unit.kind == "break" or unit.word in {"but", "but not", "and not", "except"}:
                return False
            if unit.word in self._words.hypothetical:
                return True
        return False

    def _is_left_out_behind(self, reading: Reading, group: Group) -> bool:
        """ "Texas aside", "Texas is not included", "leave Texas out"."""
        ahead = [reading.word(group.last + 1), reading.word(group.last + 2), reading.word(group.last + 3)]
        if ahead[0] in self._words.after:
            return True
        if ahead[0] in {"is", "are"} and ahead[1] in self._words.after:
            return True
        if ahead[0] == "out" and reading.word(group.first - 1) in {
            "leave",
            "leaving",
            "take",
            "taking",
            "keep",
            "rule",
            "ruling",
            "cut",
            "count",
            "counting",
        }:
            return True
        return ahead[0] == "aside" and reading.units[group.last].kind in NAMED
