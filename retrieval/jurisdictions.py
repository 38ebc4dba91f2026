"""Which law a text asks for, where it says so, and why.

    text -> tokens (markup) -> units (phrases, spelling) -> short forms settled -> people, rivers, towns set aside
         -> groups with roles -> exclusions -> Jurisdictions

"All states", "every state", "all 50 states" and "which states …" are the 50 states, without the District and the
territories unless these are named beside them; "each US jurisdiction" and "states and territories" are all of them.
A text that names federal law alone asks for federal law; a federal law named beside a state is `mentioned`.
Follow-ups, explicit arguments and defaults: `Detector.resolve`, in jurisdiction_followups.py.
"""

from __future__ import annotations

from retrieval.jurisdiction_codes import ShortForms
from retrieval.jurisdiction_exclusions import ExclusionReader
from retrieval.jurisdiction_federal import asked_federal, asks_state_law, is_federal, settle_federal
from retrieval.jurisdiction_followups import resolve
from retrieval.jurisdiction_groups import GroupReader, Mention
from retrieval.jurisdiction_lexicon import LawName
from retrieval.jurisdiction_namesakes import Namesakes
from retrieval.jurisdiction_phrases import Phrases
from retrieval.jurisdiction_proper_names import ProperNames, is_title
from retrieval.jurisdiction_registry import FEDERAL, Place, Registry, registry
from retrieval.jurisdiction_roles import Role
from retrieval.jurisdiction_surveys import settle_surveys, standing_surveys
from retrieval.jurisdiction_towns import Towns
from retrieval.jurisdiction_units import Reading, Unit, is_all_capitals
from retrieval.markup import read_tokens
from retrieval.records import Detection, Jurisdictions, Question

__all__ = ["REASONS", "Detector", "LawName", "Place", "Registry", "reason", "registry"]


REASONS = {
    "name": "named in your question",
    "code": "named in your question by its postal code",
    "spelling": "as I read the spelling in your question",
    "demonym": "its people are named in your question",
    "city": "the city in your question lies there",
    "law": "its law is named in your question",
    "set": "taken together in your question",
    "argument": "named in front of your question",
    "history": "from earlier in this conversation",
    "default": "set as the default here",
}
"""What `Detection.why` means to the person."""


def reason(detection: Detection) -> str:
    """Return why in the words of an answer: "named in your question"; a word that is not known stands as it is."""
    return REASONS.get(detection.why, detection.why)


class Detector:
    """Reads jurisdictions from texts. Build it once: that takes some 50 ms; reading takes well under 1 ms.

    `law_names` are the names, acronyms and citation prefixes of the corpus's laws; a name that several jurisdictions
    share makes the text ambiguous unless it names one of them.
    """

    def __init__(self, places: Registry, law_names: tuple[LawName, ...] = ()) -> None:
        self._places = places
        self._phrases = Phrases(places, law_names)
        self._short_forms = ShortForms()
        self._namesakes = Namesakes()
        self._names = ProperNames()
        self._towns = Towns()
        self._groups = GroupReader()
        self._exclusions = ExclusionReader()

    def detect(self, text: str) -> Jurisdictions:
        """Return what the text alone asks about. Spans are half-open, in the text as given, in order.

        Never raises, whatever the text. Codes stand in order of appearance, a set's in the registry's order.
        """
        read = read_tokens(text)
        units = self._phrases.units(read)
        reading = Reading(text, units, read.quoted, is_all_capitals(text, units))
        self._short_forms.settle(reading)
        settle_federal(reading)
        local = self._settle_names(reading)
        settle_surveys(reading)
        groups = self._groups.groups(reading)
        self._exclusions.read(reading, groups)
        mentions = [Mention(units[at], at, group) for group in groups for at in group.members]
        outside = tuple(dict.fromkeys([reading.raw(u) for u in units if u.kind == "outside"] + list(local)))
        return self._judge(reading, mentions, outside)

    def resolve(self, question: Question) -> Jurisdictions:
        """Return what the question asks about: its explicit argument, else its text, the conversation, the defaults.

        Raises:
            QuestionRejected: the explicit argument names no jurisdiction; `plain` says so.
        """
        return resolve(question, self.detect, self._places)

    def _settle_names(self, reading: Reading) -> tuple[str, ...]:
        """Silence people, rivers and songs, join towns to states, and return the local rules named."""
        places = [at for at, unit in enumerate(reading.units) if unit.kind == "place"]
        several = len({code for at in places for code in reading.units[at].codes}) > 1
        titled = is_title(reading)
        for at in places:
            name = not titled and self._names.goes_on(reading, at, reading.units[at])
            if name or self._namesakes.is_something_else(reading, at, several):
                reading.units[at].kind = "noise"
        self._towns.settle(reading, places)
        return self._towns.local_rules(reading)

    def _judge(self, reading: Reading, mentions: list[Mention], outside: tuple[str, ...]) -> Jurisdictions:
        """Weigh the mentions against each other: who is asked about, left out, only mentioned, or open."""
        federal = [m for m in mentions if is_federal(m.unit)]
        places = _choose([m for m in mentions if m.unit.kind == "place" and not is_federal(m.unit)])
        excluded, kept = _left_out([m for m in places if not m.unit.choose])
        surveys = standing_surveys(
            reading, [m for m in mentions if m.unit.kind == "every" and not m.excluded], kept
        )
        floor = _floor(kept, bool(surveys))
        asked = [m for m in kept if m.role >= floor]
        aside = [m for m in kept if m.role < floor]
        by_name = {code for m in asked if m.unit.sense and m.unit.sense.why != "set" for code in m.unit.codes}
        skipped = {code for m in excluded for code in m.unit.codes} - by_name
        found = self._detections([*surveys, *asked], skipped)
        open_choices = [m for m in places if m.unit.choose and not m.excluded]
        with_federal, federal_aside = asked_federal(reading, federal, bool(found or open_choices))
        if with_federal:
            found = self._detections([*surveys, *asked, *with_federal], skipped)
        codes = {d.code for d in found}
        settled = codes | skipped
        ambiguous = dict.fromkeys(
            code for m in open_choices if not settled & set(m.unit.codes) for code in m.unit.codes
        )
        return Jurisdictions(
            found=found,
            excluded=self._detections(excluded, codes),
            mentioned=self._detections([*aside, *federal_aside], settled),
            outside=outside,
            ambiguous=tuple(ambiguous),
            federal_only=codes == {FEDERAL} and not ambiguous and not asks_state_law(reading),
            every=bool(surveys),
            roles_unclear=floor < Role.BYSTANDER and len(codes) > 1,
        )

    def _detections(self, mentions: list[Mention], skip: set[str]) -> tuple[Detection, ...]:
        """Return one detection for each code, in order of appearance; a set's members share its span."""
        found: dict[str, Detection] = {}
        for m in sorted(mentions, key=lambda m: m.at):
            why = "set" if m.unit.kind == "every" else m.unit.sense.why if m.unit.sense else "name"
            for code in m.unit.codes:
                if code not in skip and code not in found:
                    found[code] = Detection(code, self._places.name(code), (m.unit.start, m.unit.end), why)
        return tuple(found.values())


def _floor(kept: list[Mention], surveys: bool) -> Role:
    """Return the weakest role that is still asked about: residences and laws, else places of business, else servers."""
    level = max((m.role for m in kept), default=Role.QUOTED)
    if surveys or level > Role.ASKED:
        return Role.ASKED
    if level >= Role.TOLD:
        return Role.TOLD
    return Role.BUSINESS if level in {Role.BUSINESS, Role.SPEAKER} else level


def _is_generic(unit: Unit) -> bool:
    """True for a law's name that could be any state's ("Data Breach Notification Act"), unless it says whose it is."""
    if unit.sense is None or unit.sense.gate != "generic":
        return False
    return not any(registry().name(code).lower() in unit.word for code in unit.codes)


def _choose(places: list[Mention]) -> list[Mention]:
    """Settle open choices by the other places named, and drop generic law names where a place is named."""
    sure = {code for m in places if not m.unit.choose and not _is_generic(m.unit) for code in m.unit.codes}
    kept = []
    for m in places:
        if _is_generic(m.unit) and sure:
            continue
        if m.unit.choose:
            common = tuple(code for code in m.unit.codes if code in sure)
            if len(common) > 1:
                continue
            if common:
                m.unit.settle("place", common)
            elif m.unit.sense is not None and m.unit.sense.prefers:
                m.unit.settle("place", m.unit.codes[:1])
        kept.append(m)
    return kept


def _left_out(places: list[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Return what is excluded and what is kept; "if we do not operate in Texas, must we comply?" keeps Texas."""
    excluded = [m for m in places if m.excluded]
    kept = [m for m in places if not m.excluded]
    if not kept:
        kept = [m for m in excluded if m.hypothetical]
        excluded = [m for m in excluded if not m.hypothetical]
    return excluded, kept
