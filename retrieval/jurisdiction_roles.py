"""What part each named place plays: people are there, a business sits there, a server stands there.

The names of a list ("Ohio, Utah and Iowa") form a group and share what stands around them. A residence or a law asked
for outranks a place of business, that outranks a server; what outranks nothing is asked for. Every look to the left or
right is bounded, so time is linear.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import NAMED, Reading, Unit

_LEFT = 14
_COMPOUND = 7
_DATA = frozenset(
    {
        "data",
        "information",
        "records",
        "record",
        "security",
        "consent",
        "notice",
        "privacy",
        "breach",
        "text",
        "texts",
        "question",
        "questions",
        "right",
        "rights",
    }
)
_LISTED = frozenset(
    {
        "in",
        "for",
        "the",
        "of",
        "both",
        "also",
        "from",
        "to",
        "maybe",
        "possibly",
        "under",
        "either",
        "state of",
        "commonwealth of",
        "states of",
        "'s",
        "(",
        ")",
    }
)


class Role(IntEnum):
    """How strongly a place is asked about; only the strongest present are."""

    QUOTED = 1
    PAST = 2
    SERVER = 3
    REFERENCE = 4
    INCORPORATED = 5
    BUSINESS = 6
    SPEAKER = 7
    ASKED = 9
    PEOPLE = 10


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


class RoleReader:
    """Reads groups and roles from a settled text."""

    def __init__(self) -> None:
        known = words()
        self._grammar = known.grammar
        self._roles = known.roles
        self._exclusion = known.exclusion

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
        for i, group in enumerate(groups):
            group.role = self._role(reading, group)
            if recording and group.role in {Role.SPEAKER}:
                group.role = Role.ASKED
            if any(start <= reading.units[group.first].start < end for start, end in reading.quoted):
                group.role = Role.QUOTED
            self._moved(reading, group, groups[i + 1] if i + 1 < len(groups) else None)
        return groups

    def _joins(self, reading: Reading, group: Group, at: int) -> bool:
        """True when only separators stand between the group and this place."""
        units = reading.units
        between = units[group.last + 1 : at]
        if len(between) > 5 or "every" in {units[group.last].kind, units[at].kind}:
            return False
        separators = self._grammar.separators
        if not between:
            return units[group.last].kind == "place" and units[at].kind == "place"
        if not all(
            u.word in separators or (i and u.word in _LISTED) or u.word in {"'s", ")", "("}
            for i, u in enumerate(between)
        ):
            return False
        if not any(u.word in separators for u in between):
            return [u.word for u in between] == ["'s"]
        if (
            between[0].word == ","
            and reading.word(group.first - 1) in {"not", "the"}
            and "," in {reading.word(group.first - 2), reading.word(group.first - 3)}
            and not group.members[1:]
            and "not" in {reading.word(group.first - 1), reading.word(group.first - 2)}
        ):
            return False  # "Virginia, not Maryland, and Ohio"
        joined_by = between[0].word
        after = reading.after(at)
        if joined_by == "-" and not between[0].touches and units[group.last].kind != "place":
            return False
        if any(u.word == "," for u in between) and after is not None:
            if after.word in self._grammar.be and after.word != "'s" and not group.members[1:]:
                return False
            left_role = self._left_role(reading, group.first)
            right_role = self._right_role(reading, at)
            if (
                len(between) == 1
                and left_role is not None
                and right_role is not None
                and left_role != right_role
            ):
                return False
        return True

    def _role(self, reading: Reading, group: Group) -> Role:
        right = self._right_role(reading, group.last)
        left = self._left_role(reading, group.first)
        if right is not None:
            if right == Role.BUSINESS and left == Role.PEOPLE and reading.word(group.last + 1) != "-":
                return Role.PEOPLE if self._is_site(reading, group.last) else Role.BUSINESS
            # "organized under Delaware law" names a seat
            return Role.INCORPORATED if (left, right) == (Role.INCORPORATED, Role.ASKED) else right
        return left or Role.ASKED

    def _is_site(self, reading: Reading, at: int) -> bool:
        """ "employees in our Texas office" are in Texas; "customers of a Texas company" need not be."""
        ahead = {reading.word(at + 1), reading.word(at + 2)}
        return bool(
            ahead
            & {
                "office",
                "offices",
                "store",
                "stores",
                "location",
                "locations",
                "warehouse",
                "facility",
                "plant",
                "branch",
                "site",
                "clinic",
                "campus",
            }
        )

    def _right_role(self, reading: Reading, at: int) -> Role | None:
        """Return the role the noun behind gives: "Ohio residents", "Delaware LLC", "Texas-based company", "BIPA-style law"."""
        units = reading.units
        i = at + 1
        if i < len(units) and units[i].word == "'s":
            i += 1
        role: Role | None = None
        hyphen = i < len(units) and units[i].word == "-"
        if hyphen:
            i += 1
        known = True
        for step in range(_COMPOUND):
            if i >= len(units):
                break
            word = units[i].word
            if step == 0 and (given := self._suffix_role(word, hyphen)) is not None:
                if given is Role.REFERENCE:
                    return given
                role = given
            elif word == "-" and units[i].touches:
                pass
            elif step == 0 and word.endswith("ing") and self._is_noun_ahead(reading, i + 1):
                pass  # "marketing company"
            elif self._ends_compound(units[i]) or (role == Role.BUSINESS and word in self._roles.store_verbs):
                break
            else:
                known = known and (
                    word in self._grammar.legal_right or word in self._roles.laws or bool(role)
                )
                role = self._noun_role(reading, i, role, known)
            i += 1
        return role

    def _suffix_role(self, word: str, hyphen: bool) -> Role | None:
        """Return the role of "Ohio-based", "Delaware-registered", "Virginia-hosted", "BIPA-style", "CCPA equivalent"."""
        if word in self._roles.based and (hyphen or word != "located"):
            return Role.BUSINESS
        if hyphen and word in {"incorporated", "registered", "domiciled"}:
            return Role.INCORPORATED
        if hyphen and word == "hosted":
            return Role.SERVER
        if word in self._roles.reference_after and (hyphen or word not in {"like", "type"}):
            return Role.REFERENCE
        return None

    def _ends_compound(self, unit: Unit) -> bool:
        return (
            unit.kind != "word"
            or unit.word in self._grammar.compound_end
            or unit.word in self._grammar.prepositions
        )

    def _is_noun_ahead(self, reading: Reading, at: int) -> bool:
        """True for "marketing company", where the first word is no verb."""
        word = reading.word(at)
        return word in self._roles.business or word in self._roles.people or word in self._roles.laws

    def _noun_role(self, reading: Reading, at: int, role: Role | None, known: bool) -> Role | None:
        """Return the role after reading one more noun of a compound; its head comes last.

        `known`: no strange word stands between, so that "Utah lost data" is not read as Utah's data.
        """
        word = reading.word(at)
        if word in self._roles.people:
            return Role.PEOPLE
        if word in self._roles.server:
            return Role.SERVER if role != Role.PEOPLE or word != "database" else role
        if word in self._roles.laws:
            if word in _DATA and (not known or role == Role.BUSINESS):
                return role
            return Role.ASKED if role != Role.PEOPLE else role
        if word in self._roles.incorporated or (word == "corporation"):
            return Role.INCORPORATED
        if word in self._roles.business or word in {"store", "operator", "site"}:
            return Role.BUSINESS
        if word in self._roles.informant:
            return Role.REFERENCE
        return role

    def _left_role(self, reading: Reading, first: int) -> Role | None:
        """Return the role given by what stands before: "customers in", "headquartered in", "like"."""
        units = reading.units
        roles, grammar = self._roles, self._grammar
        preposition = ""
        based = located = False
        for i in range(first - 1, max(-1, first - 1 - _LEFT), -1):
            unit = units[i]
            word = unit.word
            if unit.kind == "break" or unit.kind in NAMED:
                break
            if (word in roles.reference and i == first - 1) or (
                word in roles.reference and reading.word(first - 1) in {"in", "the"} and i == first - 2
            ):
                return Role.REFERENCE if self._is_yardstick(reading, i) else None
            if word in roles.past:
                return Role.PAST
            if word in roles.visits:
                return Role.REFERENCE
            if word in roles.people_verbs or word in roles.people:
                return Role.PEOPLE if preposition or word in roles.people_verbs else None
            if word in roles.operates and preposition not in {"from", "out of"}:
                return None
            if word in roles.delivers and preposition:
                if preposition in {"to", "into"}:
                    return Role.PEOPLE
                return (
                    Role.BUSINESS
                    if preposition in {"from", "out of"} and not self._collects(reading, i)
                    else None
                )
            if word in roles.incorporated:
                return Role.INCORPORATED if preposition or word != "registered" else None
            if word in roles.based:
                based, located = True, word in {"located", "situated"}
                continue
            if word in roles.server:
                return Role.SERVER if preposition else None
            if word in roles.business or (word == "store" and self._is_noun(reading, i)):
                return Role.BUSINESS if preposition or based else None
            if word in roles.informant:
                return Role.REFERENCE if preposition else None
            if word in grammar.first_person_in and (word not in {"i", "we"} or based):
                return (
                    Role.BUSINESS
                    if based and not located
                    else Role.SPEAKER
                    if preposition in {"in", "from", "at", "within"} or based
                    else None
                )
            if word in grammar.prepositions:
                preposition = preposition or word
                continue
            if (
                word in grammar.transparent
                or word in {"law", "laws"}
                or (unit.kind == "mark" and word in {",", "(", ")", "-"})
            ):
                continue
            break
        if based and not located:
            return Role.BUSINESS
        if preposition in {"in", "on", "at", "to"} and self._is_stored(reading, first):
            return Role.SERVER
        return None

    def _is_yardstick(self, reading: Reading, at: int) -> bool:
        """True for "a law like", "anything similar to"; "is Ohio like Utah" asks about both."""
        before = reading.word(at - 1)
        if reading.word(at) in self._roles.reference_always:
            return True
        return before in self._roles.reference_nouns or reading.word(at - 2) in self._roles.reference_nouns

    def _collects(self, reading: Reading, at: int) -> bool:
        return any(
            reading.word(i) in _DATA | {"people", "leads"}
            for i in range(at + 1, min(at + 5, len(reading.units)))
        )

    def _is_noun(self, reading: Reading, at: int) -> bool:
        """ "store" is a verb behind a pronoun, "to" or a modal, else a noun."""
        return reading.word(at - 1) not in {
            "we",
            "i",
            "to",
            "they",
            "you",
            "can",
            "must",
            "may",
            "should",
            "would",
            "could",
            "that",
            "who",
            "which",
            "and",
            "not",
            "don't",
            "also",
            "will",
            "or",
        }

    def _is_stored(self, reading: Reading, first: int) -> bool:
        """True when the clause before stores or processes something there: "we keep customer data in Virginia"."""
        for i in range(first - 1, max(-1, first - 10), -1):
            unit = reading.units[i]
            if unit.kind == "break" or unit.word in {"but", "if", "when", "because"}:
                return False
            if unit.word in self._roles.store_verbs:
                return (
                    unit.word not in {"store", "stores"}
                    or (unit.word == "stores" and not self._is_noun(reading, i))
                    or (unit.word == "store" and not self._is_noun(reading, i))
                )
        return False

    def _moved(self, reading: Reading, group: Group, following: Group | None) -> None:
        """ "moved from Ohio to Utah": Ohio is past."""
        if following is None or following.first - group.last > 3:
            return
        between = [unit.word for unit in reading.units[group.last + 1 : following.first]]
        left = [reading.word(i) for i in range(max(0, group.first - 4), group.first)]
        if "to" not in between or "from" not in left:
            return
        if any(word in self._roles.moves for word in left):
            group.role = Role.PAST
        elif any(word in self._roles.delivers for word in left) and not set(left) & _DATA:
            group.role = Role.BUSINESS
