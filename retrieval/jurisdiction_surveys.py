"""When every state is meant ("all 50 states", "which states …"), and when the states named beside it are."""

from __future__ import annotations

from retrieval.jurisdiction_groups import Mention
from retrieval.jurisdiction_registry import registry, words
from retrieval.jurisdiction_roles import Role
from retrieval.jurisdiction_units import Reading, Sense

_SENTENCE_ENDS = frozenset({".", "?", "!", ";", "\n", "—"})
_STATING = frozenset(
    {
        "states that",
        "states with",
        "states which",
        "states do",
        "states have",
        "states where",
        "states currently",
    }
)
_EXCEPTING = frozenset(
    {
        "except",
        "except for",
        "excepting",
        "excluding",
        "minus",
        "but",
        "but not",
        "other than",
        "apart from",
        "aside from",
        "besides",
        "save",
        "save for",
        "with the exception of",
        "not including",
    }
)
_YARDSTICKS = frozenset({"like", "unlike", "than"})
"""Before "the other states" they only compare: "sunset like the other states'"."""
_BY_STATE = frozenset({"by state", "per state"})
_DENIALS = frozenset(
    {"no", "none", "nobody", "no one", "not", "don't", "doesn't", "do not", "does not", "never"}
)
_DENIED_REACH = 5
_ANY_STATE = frozenset({"any state", "any states"})
_EACH = frozenset({"each state", "each of the states"})
_EVERY = frozenset({"every state", "all states", "all the states", "all of the states"})
_NAMED_BEFORE = frozenset({"there", "we", "concerned", "named", "mentioned"})
_OF_A_REGION = frozenset({"region", "area", "those", "these"})
_ONE_STATE = frozenset({"which state", "what state"})


def settle_surveys(reading: Reading) -> None:
    """Turn "which state law applies", "the notice, which states that" and "everywhere in Texas" into plain words."""
    every = words().every
    for at, unit in enumerate(reading.units):
        if unit.kind == "country" and _is_all_but(reading, at):
            unit.sense = Sense("every", "all")
            unit.settle("every", registry().states)
        if unit.kind != "every" or unit.sense is None:
            continue
        before, after = reading.before(at), reading.after(at)
        follows = after.word if after else ""
        if unit.sense.why == "place":
            plain = follows in {"in", "within", "inside", "across", "near"}
            if unit.word.startswith("anywhere") and _is_denied(reading, at):
                plain = True
                if follows in _EXCEPTING:
                    reading.units[at + 1].word = "only"  # "we do not sell anywhere but Ohio"
        elif unit.word in _ONE_STATE:
            plain = follows not in every.one_state_before
        elif unit.word in _BY_STATE:
            plain = after is not None and after.kind == "word" and after.word not in {"and", "or", "in"}
        elif unit.word in {"which states", "what states"}:
            plain = (
                follows in every.verb_after
                and before is not None
                and before.word not in every.question_before
            )
        elif unit.word in _STATING:
            plain = before is not None and (
                before.word in words().roles.laws or before.word in every.stating_before
            )
        elif unit.word.endswith(" state"):
            plain = follows in every.state_nouns
        else:
            plain = unit.word == "all but" and (after is None or after.kind not in {"place", "maybe"})
        if plain or (before is not None and before.word in _YARDSTICKS):
            unit.kind = "word"


def standing_surveys(reading: Reading, surveys: list[Mention], places: list[Mention]) -> list[Mention]:
    """Return the surveys that still stand beside the places named.

    "Which states" gives way to places it can choose among ("in Texas", "Ohio or Utah") but not to a yardstick
    ("shorter than Texas"). "We sell in all 50 states. What does Ohio require?" is about Ohio.
    """
    if len({code for m in places if m.role >= Role.BUSINESS for code in m.unit.codes}) > 1:
        surveys = [m for m in surveys if not _means_those(reading, m.at)]
    asked = [m for m in places if m.role >= Role.ASKED]
    if not surveys or not asked:
        return surveys
    every = words().every
    narrowed, measured = (
        any(_narrows(reading, m) for m in asked),
        all(_is_yardstick(reading, m) for m in asked),
    )
    sentences, asking = _sentences(reading)
    asked_in = {sentences[m.at] for m in asked}
    kept = []
    for survey in surveys:
        unit = survey.unit
        why = unit.sense.why if unit.sense else ""
        if unit.word in every.loose or (why == "survey" and narrowed):
            continue
        if _is_within_a_set(reading, survey.at):
            continue
        law = unit.word in _ANY_STATE and reading.word(survey.at + 1) in words().roles.laws
        if law and not measured:
            continue  # "any state rules on drones", about the state named
        here = sentences[survey.at]
        if why != "survey" and here not in asking and asked_in - {here}:
            continue
        kept.append(survey)
    return kept


def _narrows(reading: Reading, place: Mention) -> bool:
    """True when the place answers "which states" or says where: "in Texas", "Ohio or Utah"."""
    group = place.group
    before = reading.word(group.first - 1)
    if _is_yardstick(reading, place) or before == "of":
        return False
    if len({code for at in group.members for code in reading.units[at].codes}) > 1:
        return True
    return before in {"in", "for", "within", "from", "to", "under"} or place.role == Role.PEOPLE


def _is_yardstick(reading: Reading, place: Mention) -> bool:
    """True for "shorter than Texas"."""
    first = place.group.first
    return bool({"than", "as", "like"} & {reading.word(first - 1), reading.word(first - 2)})


def _is_denied(reading: Reading, at: int) -> bool:
    """True for "none live anywhere else"."""
    for i in range(at - 1, max(-1, at - 1 - _DENIED_REACH), -1):
        if reading.units[i].kind == "break":
            return False
        if reading.word(i) in _DENIALS:
            return True
    return False


def _means_those(reading: Reading, at: int) -> bool:
    """True for "each state" and "every state we operate in", which mean the states named."""
    unit = reading.units[at]
    if unit.word not in _EVERY:
        return unit.word in _EACH
    return reading.word(at + 1) in _NAMED_BEFORE or bool(
        _OF_A_REGION & {reading.word(i) for i in range(at + 1, at + 4)}
    )


def _is_all_but(reading: Reading, at: int) -> bool:
    """True for the country in "the US except Louisiana"."""
    if reading.word(at + 1) not in _EXCEPTING:
        return False
    i = at + 3 if reading.word(at + 2) in {"the", "in", "for"} else at + 2
    return i < len(reading.units) and reading.units[i].kind == "place"


def _is_within_a_set(reading: Reading, at: int) -> bool:
    """True for "every state in New England"."""
    if reading.word(at + 1) not in {"in", "of", "across", "within"}:
        return False
    i = at + 3 if reading.word(at + 2) == "the" else at + 2
    sense = reading.units[i].sense if i < len(reading.units) else None
    return sense is not None and sense.why == "set" and reading.units[i].kind == "place"


def _sentences(reading: Reading) -> tuple[list[int], set[int]]:
    """Return the sentence of each unit, and the sentences that ask for law."""
    asking_words = words().every.asking
    number = 0
    sentences = []
    asking = set()
    for unit in reading.units:
        sentences.append(number)
        if (
            unit.word == "?"
            or unit.word in asking_words
            or (unit.kind == "every" and unit.sense is not None and unit.sense.why == "survey")
        ):
            asking.add(number)
        if unit.kind == "break" and unit.word in _SENTENCE_ENDS:
            number += 1
    return sentences, asking
