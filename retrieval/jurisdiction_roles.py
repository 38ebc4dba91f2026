"""What part a named place plays: people are there, a business sits there, a server stands there.

The role is read from the noun behind ("Ohio residents", "Delaware LLC") and from what stands before ("customers in",
"headquartered in"). Every look to the left or right is bounded, so time is linear.
"""

from __future__ import annotations

from enum import IntEnum

from retrieval.jurisdiction_bystanders import Bystanders
from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import NAMED, Reading, Unit

_LEFT = 14
_COMPOUND = 7
_STORED_LEFT = 10
_NEAR_REACH = 5
_CLOUDS = frozenset({"aws", "azure", "gcp"})


class Role(IntEnum):
    """How strongly a place is asked about; only the strongest present are.

    BYSTANDER: somebody there whom the law does not protect. TOLD: something happened there. ASKED: nothing tells.
    LAW: its law is named. PEOPLE: those protected are there.
    """

    QUOTED = 1
    PAST = 2
    SERVER = 3
    REFERENCE = 4
    INCORPORATED = 5
    BUSINESS = 6
    SPEAKER = 7
    BYSTANDER = 8
    TOLD = 9
    ASKED = 10
    LAW = 11
    PEOPLE = 12


class RoleReader:
    """Reads the role of the places between two units of a settled text."""

    def __init__(self) -> None:
        known = words()
        self._grammar = known.grammar
        self._roles = known.roles
        self._lawful = known.grammar.legal_right | known.roles.laws
        self._ends = known.grammar.compound_end | known.grammar.prepositions
        self._collected = known.roles.data | {"people", "leads"}
        self._bystanders = Bystanders()
        self._heads = known.roles.business | known.roles.people | known.roles.laws

    def role(self, reading: Reading, first: int, last: int) -> Role:
        """Return the role of the places from unit `first` to unit `last`; ASKED where nothing tells otherwise."""
        left, right = self.left(reading, first), self.right(reading, last)
        unsure = right is None and left in {None, Role.PEOPLE}
        if unsure and self._bystanders.is_bystander(reading, first, last):
            return Role.BYSTANDER
        if self._is_kind_of_law(reading, first):
            return Role.REFERENCE
        if right is None:
            sense = reading.units[last].sense
            if sense is not None and sense.why == "demonym":
                return Role.PAST if self._lives_elsewhere(reading, last) else Role.PEOPLE
            return left or (Role.TOLD if self._bystanders.is_told(reading, first, last) else Role.ASKED)
        if (left, right) == (Role.PAST, Role.BUSINESS):
            return Role.PAST  # "formerly a Texas company"
        if (left, right) == (Role.PEOPLE, Role.BUSINESS) and self._is_site(reading, last):
            return Role.PEOPLE
        if (left, right) == (Role.INCORPORATED, Role.ASKED):
            return Role.INCORPORATED  # "organized under Delaware law" names a seat
        return Role.LAW if right is Role.ASKED else right

    def _is_kind_of_law(self, reading: Reading, first: int) -> bool:
        """As in "a delete act": a law of that kind, not California's."""
        unit = reading.units[first]
        if unit.sense is None or unit.sense.why != "law" or " " not in unit.word:
            return False
        return reading.word(first - 1) in {"a", "an"} and unit.word.rpartition(" ")[2] in self._roles.laws

    def _lives_elsewhere(self, reading: Reading, last: int) -> bool:
        """True for "a New Yorker living in Florida"."""
        ahead = [reading.word(i) for i in range(last + 1, last + 4)]
        who = ahead[0] in {"who", "now"}
        return ahead[who] in self._roles.people_verbs and ahead[who + 1] in {"in", "outside"}

    def _is_site(self, reading: Reading, last: int) -> bool:
        """As in "employees in our Texas office" are in Texas; "customers of a Texas company" need not be."""
        return bool({reading.word(last + 1), reading.word(last + 2)} & self._roles.sites)

    def right(self, reading: Reading, last: int) -> Role | None:
        """Return the role the noun behind gives: "Ohio residents", "Delaware LLC", "Texas-based company", "BIPA-style law"."""
        units = reading.units
        i = last + 1
        if reading.word(i) == "'s":
            i += 1
        hyphen = reading.word(i) == "-"
        if hyphen:
            i += 1
        if reading.word(i) == ":" and reading.after(i + 1) is None:
            return self._label_role(reading.word(i + 1))
        if (reading.word(i), reading.word(i + 1)) == ("is", "where"):
            return next(
                filter(None, (self._label_role(reading.word(j)) for j in range(i + 2, i + _COMPOUND))), None
            )
        role: Role | None = None
        known = True
        for step in range(_COMPOUND):
            if i >= len(units):
                break
            word = units[i].word
            if step == 0 and (given := self._suffix_role(word, hyphen)) is not None:
                role = given
                if role is Role.REFERENCE:
                    break
            elif word == "-" and units[i].touches:
                pass
            elif step == 0 and word.endswith("ing") and reading.word(i + 1) in self._heads:
                pass  # "marketing company": no verb
            elif role is not None and word.endswith(("ing", "ed")) and word not in self._heads:
                break  # "resident | attending college"
            elif self._ends_compound(units[i]) or (role == Role.BUSINESS and word in self._roles.store_verbs):
                break
            else:
                known = known and (role is not None or word in self._lawful)
                role = self._noun_role(word, role, known)
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
        return unit.kind != "word" or unit.word in self._ends

    def _noun_role(self, word: str, role: Role | None, known: bool) -> Role | None:
        """Return the role after one more noun of a compound, whose head comes last.

        `known`: no strange word stands between, so that "Utah lost data" is not read as Utah's data.
        """
        roles = self._roles
        if word in roles.people:
            return Role.PEOPLE
        if word in roles.server:
            return role if role == Role.PEOPLE and word == "database" else Role.SERVER
        if word in roles.laws:
            weak = word in roles.data and (not known or role in {Role.BUSINESS, Role.SERVER})
            return role if weak or role == Role.PEOPLE else Role.ASKED
        if word in roles.incorporated or word == "corporation":
            return Role.INCORPORATED
        if word in roles.business or word in roles.sites:
            return Role.BUSINESS
        return Role.REFERENCE if word in roles.informant else role

    def left(self, reading: Reading, first: int) -> Role | None:
        """Return the role given by what stands before: "customers in", "headquartered in", "a law like"."""
        owner = reading.word(first - 3) in {"our", "my", "the"} and reading.before(first - 3) is None
        near = "near" in {reading.word(first - 1), reading.word(first - 2)}
        if near and self._names_a_place_before(reading, first):
            return Role.REFERENCE
        begins = owner or reading.before(first - 2) is None or reading.word(first - 3) in {",", ";"}
        if reading.word(first - 1) in {":", "?"} and begins:
            return self._label_role(reading.word(first - 2))
        if reading.word(first - 1) in _CLOUDS:
            return Role.SERVER  # "hosted in AWS Virginia"
        preposition = ""
        based = False  # "based in" names a seat unless people are based there
        located = False
        for i in range(first - 1, max(-1, first - 1 - _LEFT), -1):
            unit = reading.units[i]
            word = unit.word
            if unit.kind == "break" or unit.kind in NAMED:
                break
            if word in self._roles.based:
                based, located = True, word in {"located", "situated"}
                continue
            decided, role = self._word_before(reading, i, first, preposition, based and not located, based)
            if decided:
                return role
            if word in self._grammar.prepositions or (word in self._grammar.be and i == first - 1):
                preposition = preposition or word  # "our cloud region is Ohio"
            elif i == first - 2 and reading.word(i - 1) in {"is", ":"} and reading.is_capitalised(unit):
                continue  # "our vendor is Salesforce in San Francisco"
            elif word not in self._grammar.transparent and not (
                unit.kind == "mark" and word in {",", "(", ")", "-"}
            ):
                break
        if based and not located:
            return Role.BUSINESS
        return (
            Role.SERVER
            if preposition in {"in", "on", "at", "to"} and self._is_stored(reading, first)
            else None
        )

    def _names_a_place_before(self, reading: Reading, first: int) -> bool:
        """True for "a shop in Kentucky near Ohio", where Ohio only says where in Kentucky."""
        return any(unit.kind == "place" for unit in reading.units[max(0, first - _NEAR_REACH) : first])

    def _label_role(self, label: str) -> Role | None:
        """Return the role in a form: "HQ: Oregon. Customers: Washington.", "Utah is where the users live"."""
        role = self._noun_role(label, None, known=True)
        return role if role != Role.ASKED else None

    def _word_before(
        self, reading: Reading, at: int, first: int, preposition: str, seated: bool, based: bool
    ) -> tuple[bool, Role | None]:
        """Return whether the word at `at` decides the role of the place at `first`, and which it is."""
        roles = self._roles
        word = reading.word(at)
        if word in roles.reference and at >= first - 2:
            return True, Role.REFERENCE if self._is_yardstick(reading, at) else None
        if word in roles.past:
            return True, Role.PAST
        if word in roles.visits:
            return True, Role.REFERENCE
        if word in roles.people_verbs or word in roles.moves:
            subject = {reading.word(at - 1), reading.word(at - 2)}
            if subject & roles.server:
                return True, Role.SERVER  # "the database lives in Ohio"
            if "i" in subject and word.startswith("work"):
                return True, Role.SPEAKER  # "I work from Miami"
            if subject & roles.informant:
                return True, Role.REFERENCE  # "our counsel retired to Arizona"
        if word in roles.people_verbs or word in roles.people:
            return True, Role.PEOPLE if preposition or word in roles.people_verbs else None
        from_there = preposition in {"from", "out of"}
        if word in roles.operates and not from_there:
            return True, None
        if word in roles.delivers and preposition:
            if preposition in {"to", "into"}:
                return True, Role.PEOPLE
            collects = any(reading.word(i) in self._collected for i in range(at + 1, first))
            return True, Role.BUSINESS if from_there and not collects else None
        if word in roles.incorporated:
            return True, Role.INCORPORATED if preposition or word != "registered" else None
        if word in roles.server:
            return True, Role.SERVER if preposition else None
        if word in roles.business or (word == "store" and self._is_noun(reading, at)):
            return True, Role.BUSINESS if preposition or based else None
        if word in roles.informant:
            return True, Role.REFERENCE if preposition else None
        if word in self._grammar.first_person_in and (word not in {"i", "we"} or based):
            if seated:
                return True, Role.BUSINESS
            return True, Role.SPEAKER if based or preposition in {"in", "from", "at", "within"} else None
        return False, None

    def _is_yardstick(self, reading: Reading, at: int) -> bool:
        """True for "a law like", "anything similar to"; "is Ohio like Utah" asks about both."""
        if reading.word(at) in self._roles.reference_always:
            return True
        if reading.word(at) == "like" and reading.word(at - 1) in {"just", "much", "exactly"}:
            return True
        return bool({reading.word(at - 1), reading.word(at - 2)} & self._roles.reference_nouns)

    def _is_noun(self, reading: Reading, at: int) -> bool:
        """As in "store" is a verb behind a pronoun, "to" or a modal, else a noun."""
        return reading.word(at - 1) not in self._roles.verb_before

    def _is_stored(self, reading: Reading, first: int) -> bool:
        """True when the clause before keeps something there: "we keep customer data in Virginia"."""
        others = False
        for i in range(first - 1, max(-1, first - _STORED_LEFT), -1):
            unit = reading.units[i]
            others = others or unit.kind in NAMED
            if unit.kind == "break" or unit.word in {"but", "if", "when", "because"}:
                return False
            if unit.word in {"keep", "keeps"}:
                return reading.word(i - 1) in {"we", "they", "who", "and"} and reading.word(i - 2) not in {
                    "must",
                    "can",
                    "should",
                    "do",
                }
            if unit.word in {"process", "processed", "processing", "handle", "handled"}:
                return others  # "we process Texans' data in Oklahoma"
            if unit.word in self._roles.store_verbs and reading.word(i - 1) in self._roles.people:
                return False  # "the user sits in Ohio"
            if unit.word in self._roles.store_verbs:
                return unit.word not in {"store", "stores"} or not self._is_noun(reading, i)
        return False
