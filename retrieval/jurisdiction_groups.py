"""The places of a text in lists: "Ohio, Utah and Iowa" share what stands around them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import zip_longest

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_roles import Role, RoleReader
from retrieval.jurisdiction_units import NAMED, Reading, Unit

_BETWEEN_AT_MOST = 5
_MOVED_LEFT = 4
_TAPED = frozenset(
    {"record", "recording", "recorded", "wiretap", "tape", "taping"}
)  # both ends of a call count
_CORRECTIONS = frozenset({("i", "meant"), ("make", "that"), ("scratch", "that"), ("we", "meant")})


@dataclass(slots=True)
class Group:
    """The places of one list. `first` and `last` are units; `members` are those that name a place."""

    first: int
    last: int
    members: list[int] = field(default_factory=list)
    role: Role = Role.ASKED
    excluded: bool = False
    hypothetical: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """One member of a group, at unit `at`."""

    unit: Unit
    at: int
    group: Group

    @property
    def role(self) -> Role:
        return self.group.role

    @property
    def excluded(self) -> bool:
        return self.group.excluded

    @property
    def hypothetical(self) -> bool:
        return self.group.hypothetical


class GroupReader:
    """Reads the lists of a settled text and gives each its role."""

    def __init__(self) -> None:
        known = words()
        self._grammar = known.grammar
        self._roles = known.roles
        self._cues = known.exclusion.cues
        self._reader = RoleReader()

    def groups(self, reading: Reading) -> list[Group]:
        """Return the places of the text in lists, in order, each with its role."""
        groups: list[Group] = []
        for at, unit in enumerate(reading.units):
            if unit.kind not in NAMED:
                continue
            if groups and self._joins(reading, groups[-1], at):
                groups[-1].members.append(at)
                groups[-1].last = at
            else:
                groups.append(Group(at, at, [at]))
        recording = any(unit.word in self._roles.records for unit in reading.units)
        taped = any(unit.word in _TAPED for unit in reading.units)
        quotes = [start for start, _ in reading.quoted]
        for group in groups:
            group.role = self._reader.role(reading, group.first, group.last)
        for group, following in zip_longest(groups, groups[1:]):
            called = (
                taped and group.role == Role.BUSINESS and reading.word(group.first - 1) in {"from", "our"}
            )
            if called or (recording and group.role == Role.SPEAKER):
                group.role = Role.ASKED  # both ends of a call count
            start = reading.units[group.first].start
            quote = bisect_right(quotes, start) - 1
            if quote >= 0 and start < reading.quoted[quote][1]:
                group.role = Role.QUOTED
            elif following is not None:
                self._left_behind(reading, group, following, taped)
        self._take_back(reading, groups)
        return groups

    def _take_back(self, reading: Reading, groups: list[Group]) -> None:
        """As in "Arkansas? I meant Kansas.": what was named before is taken back."""
        last = max(
            (i for i, group in enumerate(groups) if self._is_correction(reading, group.first)), default=0
        )
        for group in groups[:last]:
            group.role = Role.PAST

    def _is_correction(self, reading: Reading, first: int) -> bool:
        words_before = [reading.word(i) for i in range(first - 3, first)]
        if words_before[-1] in {"the", ":", ","}:
            words_before = [reading.word(first - 4), *words_before[:-1]]
        return tuple(words_before[-2:]) in _CORRECTIONS or words_before[-1] == "correction"

    def _joins(self, reading: Reading, group: Group, at: int) -> bool:
        """True when only separators stand between the group and this place, and it does not begin something new."""
        units = reading.units
        between = [unit.word for unit in units[group.last + 1 : at]]
        senses = (units[group.last].sense, units[at].sense)
        if senses[0] and senses[1] and senses[0].why != "demonym" and senses[1].why == "demonym":
            return False  # "the shop is in Ohio and Utahns are the users"
        if between == ["-"] and not units[at - 1].touches and reading.word(group.first - 1) in self._cues:
            return False  # "not Missouri - Mississippi"
        if len(between) > _BETWEEN_AT_MOST or "every" in {units[group.last].kind, units[at].kind}:
            return False
        if not between or between == ["'s"]:
            return units[group.last].kind == units[at].kind == "place"
        if not self._is_list(between):
            return False
        return not ("," in between and self._begins_anew(reading, group, at, between))

    def _is_list(self, between: list[str]) -> bool:
        separators = self._grammar.separators
        if not any(word in separators for word in between):
            return False
        allowed = self._grammar.in_lists
        return all(
            word in separators or (i > 0 and word in allowed) or word in {"'s", ")", "("}
            for i, word in enumerate(between)
        )

    def _begins_anew(self, reading: Reading, group: Group, at: int, between: list[str]) -> bool:
        """True where a comma parts rather than lists: "Virginia, not Maryland, and Ohio", "in Texas, and Ohio is …"."""
        units = reading.units
        if len(between) == 1 and len(units[group.last].codes) > 1 and not units[group.last].choose:
            return True  # "New England, Ohio excepted"
        if len(group.members) == 1:
            head = reading.word(group.first - 1)
            if head == "not" and reading.word(group.first - 2) == "," and "and" in between:
                return True
            if reading.word(group.first - 2) == "not" and between == [",", head]:
                return True  # "not in Texas, in Ohio"
            following = reading.word(at + 1)
            if (
                head == "not"
                and reading.before(group.first - 1) is None
                and between == [","]
                and following not in self._grammar.separators
            ):
                return True  # "not Texas, Ohio"
            after = reading.after(at)
            if after is not None and after.word in self._grammar.be and after.word != "'s":
                return True
        if len(between) > 1:
            return False
        left, right = self._reader.left(reading, group.first), self._reader.right(reading, at)
        return left is not None and right is not None and left != right

    def _left_behind(self, reading: Reading, group: Group, following: Group, taped: bool) -> None:
        """As in "moved from Ohio to Utah": Ohio is past. "ships wine from Ohio to Utah": Ohio is where the business is.

        "moved our office from Ohio to Utah": Utah is where the business is now.
        """
        if following.first - group.last > 3:
            return
        between = {reading.word(i) for i in range(group.last + 1, following.first)}
        left = {reading.word(i) for i in range(max(0, group.first - _MOVED_LEFT), group.first)}
        if "to" not in between or "from" not in left:
            return
        if left & self._roles.moves:
            group.role = Role.PAST
            if left & self._roles.business and following.role == Role.ASKED:
                following.role = Role.BUSINESS
        elif left & self._roles.delivers and not left & self._roles.data and not taped:
            group.role = Role.BUSINESS
