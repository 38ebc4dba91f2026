"""Which law a text asks for, where it says so, and why.

    text -> tokens (markup) -> units (phrases, spelling) -> short forms settled -> people, rivers, towns set aside
         -> groups with roles -> exclusions -> Jurisdictions

"All states", "every state", "all 50 states" and "which states …" are the 50 states, without the District and the
territories unless these are named beside them; "each US jurisdiction" and "states and territories" are all of them.
A text that names federal law alone asks for federal law; a federal law named beside a state is `mentioned`.
Follow-ups, explicit arguments and defaults: `Detector.resolve`, in jurisdiction_followups.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.jurisdiction_codes import ShortForms
from retrieval.jurisdiction_context import Context
from retrieval.jurisdiction_exclusions import ExclusionReader
from retrieval.jurisdiction_phrases import LawName, Phrases
from retrieval.jurisdiction_registry import FEDERAL, Place, Registry, registry, words
from retrieval.jurisdiction_roles import Group, Role, RoleReader
from retrieval.jurisdiction_units import Reading, Unit, is_all_capitals
from retrieval.markup import read_tokens
from retrieval.records import Detection, Jurisdictions, Question

__all__ = ["Detector", "LawName", "Place", "Registry", "reason", "registry"]


def reason(detection: Detection) -> str:
    """Return why in the words of an answer: "named in your question"."""
    return _REASONS[detection.why]


_REASONS = {
    "name": "named in your question",
    "code": "by its postal code in your question",
    "spelling": "as I read the spelling in your question",
    "demonym": "from the people named in your question",
    "city": "from the city in your question",
    "law": "from the law named in your question",
    "set": "one of the states your question takes together",
    "argument": "given with the command",
    "history": "from earlier in this conversation",
    "default": "the default set for this place",
}


@dataclass(slots=True)
class _Mention:
    """A group member with what was decided about it."""

    unit: Unit
    role: Role
    excluded: bool
    hypothetical: bool
    group: Group
    at: int


class Detector:
    """Reads jurisdictions from texts. Build it once: that takes some 50 ms; reading takes well under 1 ms.

    `law_names` are the names, acronyms and citation prefixes of the corpus's laws; a name that several jurisdictions
    share makes the text ambiguous unless it names one of them.
    """

    def __init__(self, places: Registry, law_names: tuple[LawName, ...] = ()) -> None:
        self._places = places
        self._phrases = Phrases(places, law_names)
        self._short_forms = ShortForms()
        self._context = Context()
        self._roles = RoleReader()
        self._exclusions = ExclusionReader()
        self._not_federal_law = words().federal.not_before
        self._survey_law = words().every.law_after

    def detect(self, text: str) -> Jurisdictions:
        """Return what the text alone asks about. Spans are half-open, in the text as given, in order.

        Never raises, whatever the text. Codes stand in order of appearance, a set's in the registry's order.
        """
        read = read_tokens(text)
        units = self._phrases.units(read)
        reading = Reading(text, units, read.quoted, is_all_capitals(text, units))
        self._short_forms.settle(reading)
        self._settle_federal(reading)
        local = self._context.settle(reading)
        self._settle_every(reading)
        groups = self._roles.groups(reading)
        self._exclusions.read(reading, groups)
        mentions = [
            _Mention(units[at], group.role, group.excluded, group.hypothetical, group, at)
            for group in groups
            for at in group.members
        ]
        outside = tuple(dict.fromkeys([reading.raw(u) for u in units if u.kind == "outside"] + list(local)))
        return self._judge(reading, mentions, outside)

    def resolve(self, question: Question) -> Jurisdictions:
        """Return what the question asks about: its explicit argument, else its text, the conversation, the defaults.

        Raises:
            QuestionRejected: the explicit argument names no jurisdiction; `plain` says so.
        """
        from retrieval.jurisdiction_followups import resolve

        return resolve(question, self.detect, self._places)

    # -- settling ---------------------------------------------------------------------------------------------------

    def _settle_federal(self, reading: Reading) -> None:
        """Drop "federal court" and the "US" of "US customers"; these name no law."""
        for at, unit in enumerate(reading.units):
            after = reading.after(at)
            if (
                unit.kind == "federal"
                and unit.word == "federal"
                and after is not None
                and after.word in self._not_federal_law
            ):
                unit.kind = "word"
            elif unit.kind == "country" and after is not None and after.kind == "word":
                people = after.word in words().roles.people or after.word in words().roles.business
                if people or (after.word == "-" and reading.word(at + 2) == "based"):
                    unit.kind = "word"

    def _settle_every(self, reading: Reading) -> None:
        """Drop "which state law applies", "the notice, which states that", "everywhere in Texas"."""
        for at, unit in enumerate(reading.units):
            if unit.kind != "every" or unit.sense is None:
                continue
            after = reading.after(at)
            if (
                unit.sense.why == "place"
                and after is not None
                and after.word in {"in", "within", "inside", "across"}
            ):
                unit.kind = "word"
            elif (
                unit.word in {"which state", "what state", "any state", "any other state"}
                and after is not None
                and after.word in self._survey_law - {"privacy", "breach", "is", "do", "are"}
            ):
                unit.kind = "word" if unit.word in {"which state", "what state"} else unit.kind
            elif (unit.word in {"which states", "what states"} and self._is_verb(reading, at)) or (
                unit.word
                in {"states that", "states with", "states which", "states do", "states have", "states where"}
                and self._is_law_stating(reading, at)
            ):
                unit.kind = "word"

    def _is_verb(self, reading: Reading, at: int) -> bool:
        """ "our policy, which states that …"."""
        after = reading.after(at)
        if after is None or after.word not in {
            "that",
            "the",
            "we",
            "our",
            "you",
            "it",
            ",",
            "all",
            "how",
            "what",
        }:
            return False
        before = reading.before(at)
        return before is not None and (
            before.word == ","
            or (
                before.kind == "word"
                and before.word.isalpha()
                and before.word
                not in {
                    "in",
                    "of",
                    "for",
                    "and",
                    "know",
                    "list",
                    "tell",
                    "me",
                    "show",
                    "say",
                    "or",
                    "to",
                    "under",
                    "from",
                    "see",
                    "ask",
                    "about",
                    "out",
                    "determine",
                    "identify",
                    "check",
                    "explain",
                    "understand",
                }
            )
        )

    def _is_law_stating(self, reading: Reading, at: int) -> bool:
        """ "the act states that …": a noun in the singular stands before the verb."""
        before = reading.before(at)
        return before is not None and (
            before.word in words().roles.laws
            or before.word
            in {
                "it",
                "policy",
                "he",
                "she",
                "contract",
                "agreement",
                "clearly",
                "also",
                "which",
                "that",
                "united",
                "page",
                "letter",
                "email",
                "form",
                "document",
                "memo",
                "website",
            }
        )

    # -- judging ----------------------------------------------------------------------------------------------------

    def _judge(self, reading: Reading, mentions: list[_Mention], outside: tuple[str, ...]) -> Jurisdictions:
        every = [m for m in mentions if m.unit.kind == "every" and not m.excluded]
        federal = [m for m in mentions if self._is_federal(m.unit)]
        places = [m for m in mentions if m.unit.kind == "place" and not self._is_federal(m.unit)]
        places = self._choose(places)
        chosen = [m for m in places if not m.unit.choose]
        open_choices = [m for m in places if m.unit.choose]
        excluded, kept = self._exclude(chosen)
        every = self._settle_survey(reading, every, kept)
        level = max((m.role for m in kept), default=Role.QUOTED)
        floor = (
            Role.ASKED
            if level >= Role.ASKED
            else Role.BUSINESS
            if level in {Role.BUSINESS, Role.SPEAKER}
            else level
        )
        if every:
            floor = Role.ASKED
        asked = [m for m in kept if m.role >= floor]
        aside = [m for m in kept if m.role < floor]
        left_out = tuple(dict.fromkeys(code for m in excluded for code in m.unit.codes))
        own = {code for m in asked if m.unit.sense and m.unit.sense.why != "set" for code in m.unit.codes}
        found = self._detections([*every, *asked], skip=set(left_out) - own)
        found_codes = {d.code for d in found}
        asked_federal, aside_federal = self._federal(reading, federal, bool(found) or bool(open_choices))
        if asked_federal:
            found = self._detections([*every, *asked, *asked_federal], skip=set(left_out) - own)
        ambiguous: tuple[str, ...] = ()
        for m in open_choices:
            if not m.excluded and not set(m.unit.codes) & (found_codes | set(left_out)):
                ambiguous = tuple(dict.fromkeys((*ambiguous, *m.unit.codes)))
        return Jurisdictions(
            found=found,
            excluded=self._detections(excluded, skip=own | found_codes),
            mentioned=self._detections(
                [*aside, *aside_federal], skip={d.code for d in found} | set(left_out)
            ),
            outside=outside,
            ambiguous=ambiguous,
            federal_only=bool(asked_federal)
            and {d.code for d in found} == {FEDERAL}
            and not ambiguous
            and not self._asks_state_law(reading),
            every=bool(every),
        )

    def _is_federal(self, unit: Unit) -> bool:
        return unit.kind in {"federal", "country"} or unit.codes == (FEDERAL,)

    def _choose(self, places: list[_Mention]) -> list[_Mention]:
        """Settle open choices by the other places named, and drop law names of no state where a place is named."""
        sure = {
            code
            for m in places
            if not m.unit.choose and not self._is_generic(m.unit)
            for code in m.unit.codes
        }
        kept = []
        for m in places:
            if self._is_generic(m.unit) and sure:
                continue
            if m.unit.choose:
                common = tuple(code for code in m.unit.codes if code in sure)
                if len(common) == 1:
                    m.unit.settle("place", common)
                elif common:
                    continue
            kept.append(m)
        return kept

    def _is_generic(self, unit: Unit) -> bool:
        return unit.sense is not None and unit.sense.gate == "generic"

    def _exclude(self, places: list[_Mention]) -> tuple[list[_Mention], list[_Mention]]:
        excluded = [m for m in places if m.excluded]
        kept = [m for m in places if not m.excluded]
        if not kept:  # "if we do not operate in Texas, must we comply?": Texas is asked about all the same
            kept = [m for m in excluded if m.hypothetical]
            excluded = [m for m in excluded if not m.hypothetical]
        return excluded, kept

    def _settle_survey(
        self, reading: Reading, every: list[_Mention], places: list[_Mention]
    ) -> list[_Mention]:
        """Return the "all states" that still stand beside the states named."""
        asked = [m for m in places if m.role >= Role.ASKED]
        kept = []
        for m in every:
            why = m.unit.sense.why if m.unit.sense else ""
            weak = why == "survey"
            if weak and any(self._narrows(reading, m, place) for place in asked):
                continue
            if not weak and any(self._asks_apart(reading, m, place) for place in asked):
                continue
            kept.append(m)
        return kept

    def _narrows(self, reading: Reading, every: _Mention, place: _Mention) -> bool:
        """True when the states named are the answer to "which states": "in Texas", "Ohio or Utah"."""
        group = place.group
        before = reading.word(group.first - 1)
        if before in {"than", "as", "like", "of"} or reading.word(group.first - 2) in {"than", "as", "like"}:
            return False
        if every.unit.word in {
            "other states",
            "most states",
            "some states",
            "many states",
            "several states",
            "different states",
            "various states",
            "multiple states",
            "multi-state",
            "multistate",
            "the states",
            "us states",
            "u.s. states",
            "state by state",
            "state-by-state",
        }:
            return True
        if len({code for at in group.members for code in reading.units[at].codes}) > 1:
            return True
        return before in {"in", "for", "within", "from", "to", "under"} or place.role == Role.PEOPLE

    def _asks_apart(self, reading: Reading, every: _Mention, place: _Mention) -> bool:
        """True for "We sell in all 50 states. What does Ohio require?": the question is about Ohio."""
        first, last = sorted((every.at, place.at))
        if any(
            unit.kind == "break" and unit.word in {".", "?", "!", ";", "\n", "—"}
            for unit in reading.units[first:last]
        ):
            start, end = self._sentence(reading, every.at)
            asks = any(unit.word == "?" for unit in reading.units[end : end + 1])
            return not asks and not any(self._is_law_word(reading.units[i]) for i in range(start, end))
        return (
            every.unit.sense is not None
            and every.unit.word in {"nationwide", "nation-wide", "countrywide"}
            and place.role == Role.ASKED
        )

    def _is_law_word(self, unit: Unit) -> bool:
        return unit.word in {
            "law",
            "laws",
            "deadline",
            "deadlines",
            "rule",
            "rules",
            "require",
            "requires",
            "requirements",
            "compare",
            "what",
            "which",
            "how",
            "list",
            "chart",
            "survey",
            "need",
        }

    def _sentence(self, reading: Reading, at: int) -> tuple[int, int]:
        start = at
        while start > 0 and reading.units[start - 1].kind != "break":
            start -= 1
        end = at
        while end < len(reading.units) and reading.units[end].kind != "break":
            end += 1
        return start, end

    def _federal(
        self, reading: Reading, federal: list[_Mention], places: bool
    ) -> tuple[list[_Mention], list[_Mention]]:
        """Return which federal mentions are asked about and which only mentioned."""
        named = [
            m
            for m in federal
            if m.unit.kind == "federal" and not m.excluded and reading.word(m.at - 1) not in {"no", "without"}
        ]
        compared = [m for m in federal if m.unit.kind == "place" and self._is_compared(reading, m)]
        country = [m for m in federal if m.unit.kind == "country"]
        laws = [m for m in federal if m.unit.kind == "place"]
        if not places:
            asked = [
                m for m in federal if not m.excluded and m.unit.kind != "country" and m not in named
            ] + named
            asked = sorted(asked, key=lambda m: m.at) or [m for m in country if not m.excluded]
            return asked, [m for m in federal if m not in asked]
        asked = sorted({id(m): m for m in (*named, *compared)}.values(), key=lambda m: m.at)
        return asked, [m for m in laws if m not in asked]

    def _is_compared(self, reading: Reading, mention: _Mention) -> bool:
        near = {reading.word(mention.at + 1), reading.word(mention.at - 1)}
        opened = any(
            reading.word(i) in {"compare", "difference", "differences", "differ", "comparing", "comparison"}
            for i in range(max(0, mention.at - 6), mention.at)
        )
        return bool(near & {"vs", "versus", "vs.", "v."}) or opened

    def _asks_state_law(self, reading: Reading) -> bool:
        """ "Which federal and state laws apply?" needs a state after all."""
        return any(
            unit.word in {"state", "states"}
            and reading.word(at + 1) in {"law", "laws", "rules", "statutes", "requirements", "and", "privacy"}
            for at, unit in enumerate(reading.units)
        )

    def _detections(self, mentions: list[_Mention], skip: set[str]) -> tuple[Detection, ...]:
        """Return one detection for each code, in order of appearance; a set's members share its span."""
        found: dict[str, Detection] = {}
        for m in sorted(mentions, key=lambda m: m.at):
            why = "set" if m.unit.kind == "every" else (m.unit.sense.why if m.unit.sense else "name")
            for code in m.unit.codes:
                if code not in skip and code not in found:
                    found[code] = Detection(code, self._places.name(code), (m.unit.start, m.unit.end), why)
        return tuple(found.values())
