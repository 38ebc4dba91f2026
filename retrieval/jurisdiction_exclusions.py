"""What the text leaves out: "except Ohio", "we do not operate in Texas", "not just Texas" (which leaves out nothing).

From each place the words to the left are read until one does not belong between an exclusion and its place: "without
customers in Texas" leaves Texas out, "without consent in Texas" does not. Bounded looks, linear time.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from retrieval.jurisdiction_groups import Group
from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import NAMED, Reading

_LEFT = 10
_IF_LEFT = 14
_NOT = frozenset({"not", "nor", "neither", "never", "ni"})
_MODALS = frozenset({"may", "can", "must", "could", "should", "shall"})
_TURNED_ROUND = frozenset({"isn't", "aren't", "wasn't", "weren't"})
_QUESTION_HEADS = frozenset({"why", "so", "but", "and", "then"})
_ALL_BEFORE_BUT = frozenset(
    {"everyone", "anyone", "everything", "anything", "all", "everywhere", "anywhere", "everybody", "anybody"}
)
_OUT_VERBS = frozenset(
    {"leave", "leaving", "take", "taking", "keep", "rule", "ruling", "cut", "count", "counting"}
)
_BREAKING = frozenset({"ignoring", "disregarding", "skipping", "omitting"})
_POINTERS = frozenset({"that", "this", "it"})
_BEFORE_ORDERS = frozenset({",", "so", "and", "please", "then", "just", "you", "'s", "-", "but"})
_UNWANTED = frozenset({"meant", "mean", "asked", "ask", "want", "wanted", "need", "needed"})
_OUTSIDE = frozenset({"outside", "outside of", "without"})
_NEVER_ASKS = frozenset({"no longer", "not yet", "not currently"})  # "no longer in Texas" is no question
_MINDING = frozenset({"worry", "care", "include", "cover", "count", "bother", "consider"})
_HAPPENS = frozenset(
    {
        "is",
        "are",
        "was",
        "were",
        "will",
        "would",
        "has",
        "had",
        "got",
        "could",
        "may",
        "might",
        "complained",
        "told",
        "said",
        "knows",
        "knew",
        "reported",
    }
)
_NO_IF = frozenset({"but", "but not", "and not", "except"})


@dataclass(slots=True)
class _Passed:
    """What stood between the cue and the place."""

    presence: bool = False  # operate, have, sell
    people: bool = False  # customers, office
    prepared: bool = False  # in, of, the


class ExclusionReader:
    """Finds which groups are left out."""

    def __init__(self) -> None:
        known = words()
        self._words = known.exclusion
        self._people = (
            known.roles.people | known.roles.business | known.roles.operates | {"presence", "nexus"}
        )
        self._living = known.roles.people_verbs
        self._laws = known.roles.laws - {"question", "questions", "text", "texts", "data"}

    def read(self, reading: Reading, groups: list[Group]) -> None:
        """Mark the groups that are excluded, and those excluded only in an if-clause (`hypothetical`)."""
        earlier: Group | None = None
        for group in groups:
            if reading.units[group.first].kind == "every":
                group.excluded = reading.word(group.first - 1) == "not"
            else:
                lone = len(groups) == 1 and self._is_told_of(reading, group)
                before = self._is_left_out(reading, group, earlier) and not lone
                group.hypothetical = before and self._is_hypothetical(reading, group.first)
                group.excluded = before or self._is_left_out_behind(reading, group)
            earlier = group
        self._read_orders(reading, groups)

    def _read_orders(self, reading: Reading, groups: list[Group]) -> None:
        """As in "… Illinois, so leave that one out" and "leave Illinois out": the place is left out."""
        for group in groups:
            if reading.word(group.last + 1) in {"out", "out of"} and self._is_ordered(
                reading, group.first - 1
            ):
                codes = reading.units[group.first].codes
                for same in groups:
                    same.excluded |= reading.units[same.first].codes == codes
        ends = [group.last for group in groups]
        for at in range(len(reading.units)):
            if reading.word(at) in _POINTERS and self._is_dropped(reading, at):
                before = bisect_left(ends, at) - 1
                if before >= 0 and reading.units[groups[before].first].kind != "every":
                    groups[before].excluded = True

    def _is_dropped(self, reading: Reading, at: int) -> bool:
        """True for the "that" of "leave that one out" and "so skip that state", not of "can we leave that out?"."""
        order = reading.before(at - 1)
        if order is not None and order.word not in _BEFORE_ORDERS:
            return False  # "can we leave it out?"
        verb, one = reading.word(at - 1), reading.word(at + 1) in {"one", "state"}
        if self._is_ordered(reading, at - 1) and reading.word(at + 2 if one else at + 1) == "out":
            return True
        return one and verb in self._words.cues

    def _is_ordered(self, reading: Reading, verb: int) -> bool:
        """True for the "leave" of "so leave Ohio out", not of "can we leave Ohio out?"."""
        before = reading.before(verb)
        return reading.word(verb) in _OUT_VERBS and (before is None or before.word in _BEFORE_ORDERS)

    def _is_left_out(self, reading: Reading, group: Group, earlier: Group | None) -> bool:
        known = self._words
        passed = _Passed()
        stop = earlier.last if earlier else -1
        for i in range(group.first - 1, max(-1, group.first - 1 - _LEFT), -1):
            unit = reading.units[i]
            word = unit.word
            if i == stop:
                return word == "all but" and i == group.first - 1
            if unit.kind == "break":
                return False
            if (
                word in known.cues_after_sets
                and self._follows_a_set(reading, earlier, i, word)
                and not passed.presence
            ):
                return True
            if word == "but":
                return reading.word(i - 1) in _ALL_BEFORE_BUT
            if word in _NOT:
                return self._not(reading, i, group, passed)
            if word == "are not" and i == group.first - 1 and self._follows_a_set(reading, earlier, i, word):
                return True  # "all states that are not Ohio"
            if word == "no" and self._ends_a_list(reading, group, earlier, i):
                return True
            if word in known.negated:
                return self._negated(reading, i, group, passed)
            if word in known.nobody:
                return word != "no" or self._no(reading, group, passed)
            if word in known.cues:
                if word == "non":
                    return reading.word(i + 1) == "-" or i + 1 == group.first
                if word in _BREAKING and self._has_law_behind(reading, group):
                    return False  # "the fine for ignoring Ohio's rule"
                if word in _OUTSIDE:  # "outside the New Mexico act" is a question about that act
                    return not passed.presence and not self._has_law_behind(reading, group)
                return True
            if (
                word in {"have", "has", "need"}
                and reading.word(i + 1) == "to"
                and reading.word(i + 2) not in _MINDING
            ):
                return False  # "do not have to notify"
            if word in known.presence:
                passed.presence = True
            elif word in self._people or word in known.objects:
                passed.people = True
            elif word in known.between or word in self._living or word == "-":
                passed.prepared = True
            else:
                return False
        return False

    def _is_told_of(self, reading: Reading, group: Group) -> bool:
        """True where something happens to people of the place: "nobody in Alaska was harmed", "no Texan will be hurt"."""
        if not any(reading.word(i) in self._words.nobody for i in range(group.first - 3, group.first)):
            return False
        verb = group.last + 1
        while reading.word(verb) in self._people:
            verb += 1
        return reading.word(verb) in _HAPPENS

    def _has_law_behind(self, reading: Reading, group: Group) -> bool:
        """True for "Ohio law", "Ohio's breach notice rule"."""
        start = group.last + (2 if reading.word(group.last + 1) == "'s" else 1)
        return reading.word(start) in self._laws

    def _follows_a_set(self, reading: Reading, earlier: Group | None, at: int, word: str) -> bool:
        """True right behind "all states", "the Carolinas" or a list, where "but" and "save" leave out."""
        if earlier is None or at - earlier.last > 4:
            return False
        last = reading.units[earlier.last]
        return last.kind == "every" or len(last.codes) > 1 or word == "minus"

    def _ends_a_list(self, reading: Reading, group: Group, earlier: Group | None, at: int) -> bool:
        """True for "only Utah, no Ohio" and "no Ohio, only Utah"."""
        if at != group.first - 1:
            return False
        ahead = reading.after(group.last)
        if earlier is not None and at - 2 == earlier.last and reading.word(at - 1) == ",":
            return ahead is None or ahead.word == ","
        return reading.before(at) is None and ahead is not None and ahead.word == ","

    def _not(self, reading: Reading, at: int, group: Group, passed: _Passed) -> bool:
        """As in "not in Texas" leaves out; "not only Texas", "or not", "is not Texas stricter" do not."""
        before = reading.word(at - 1)
        following = reading.word(at + 1) if at + 1 < group.first else ""
        if following in self._words.not_excluding or before in _MODALS:
            return False
        if before in {"or", "why", "whether", "if"} and not passed.presence:
            return False
        if any(reading.word(i) in _MODALS for i in (at - 2, at - 3)) and reading.before(at - 2) is None:
            return False  # "can we not sell there?"
        turned = before in {"is", "are", "was", "were", "am"} and reading.before(at - 1) is None
        return passed.prepared or not turned

    def _negated(self, reading: Reading, at: int, group: Group, passed: _Passed) -> bool:
        """As in "do not operate in Texas" leaves out; "doesn't Texas require" and "don't we need" are questions."""
        word, following = reading.word(at), reading.word(at + 1)
        if following in self._words.not_excluding:
            return False
        if word == "no":
            return self._no(reading, group, passed)
        head = (word not in _NEVER_ASKS and reading.before(at) is None) or reading.word(
            at - 1
        ) in _QUESTION_HEADS
        if head and following not in self._words.presence:
            return False
        if passed.presence:
            return not (head and word in _TURNED_ROUND)
        return word in self._words.negated_be and (passed.prepared or self._is_people_behind(reading, group))

    def _no(self, reading: Reading, group: Group, passed: _Passed) -> bool:
        """As in "no customers in Texas", "no Texas customers"; "no Texas law" is a law looked for."""
        return not self._has_law_behind(reading, group) and (
            passed.people or self._is_people_behind(reading, group)
        )

    def _is_people_behind(self, reading: Reading, group: Group) -> bool:
        sense = reading.units[group.first].sense
        if sense is not None and sense.why == "demonym":
            return True
        ahead = {reading.word(group.last + 1), reading.word(group.last + 2)}
        return bool(ahead & self._people)

    def _is_hypothetical(self, reading: Reading, first: int) -> bool:
        for i in range(first - 1, max(-1, first - _IF_LEFT), -1):
            unit = reading.units[i]
            if unit.kind == "break" or unit.word in _NO_IF:
                return False
            if unit.word in self._words.hypothetical:
                return True
        return False

    def _is_left_out_behind(self, reading: Reading, group: Group) -> bool:
        """As in "Texas aside", "Texas is not included", "leave Texas out"."""
        if self._is_not_meant(reading, group.last + 1):
            return True
        ahead = (reading.word(group.last + 1), reading.word(group.last + 2))
        if ahead[0] in self._words.after or (ahead[0] in {"is", "are"} and ahead[1] in self._words.after):
            return reading.units[group.last].kind in NAMED
        return ahead[0] == "out" and reading.word(group.first - 1) in _OUT_VERBS

    def _is_not_meant(self, reading: Reading, at: int) -> bool:
        """True for ", which isn't what I meant" and "is not what we asked about"."""
        at += reading.word(at) in self._laws
        at += reading.word(at) == ","
        at += reading.word(at) in {"which", "that", "but that"}
        if reading.word(at) in {"is", "was"} and reading.word(at + 1) == "not":
            at += 1
        elif reading.word(at) not in self._words.negated_be | {"isn't", "wasn't"}:
            return False
        what = [reading.word(i) for i in range(at + 1, at + 4)]
        return what[0] in {"what", "where"} and what[1] in {"i", "we"} and what[2] in _UNWANTED
