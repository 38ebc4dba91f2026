"""Federal law: asked about by its name, brought along by "HIPAA in Texas", or only a word in "federal court"."""

from __future__ import annotations

from retrieval.jurisdiction_groups import Mention
from retrieval.jurisdiction_registry import FEDERAL, words
from retrieval.jurisdiction_units import Reading, Unit

_AGAINST = frozenset({"vs", "versus", "vs .", "v ."})
_COMPARED_REACH = 6
_VERB_REACH = 2  # "does FERPA beat California's law"
_STATE_LAW = frozenset({"law", "laws", "rules", "statutes", "requirements", "and", "privacy"})


def is_federal(unit: Unit) -> bool:
    """True for a unit that names the United States, federal law or a federal statute."""
    return unit.kind in {"federal", "country"} or unit.codes == (FEDERAL,)


def settle_federal(reading: Reading) -> None:
    """Turn "federal court" and the "US" of "US customers" into plain words: neither names a law."""
    known = words()
    for at, unit in enumerate(reading.units):
        after = reading.after(at)
        if after is None or after.kind not in {"word", "mark"}:
            continue
        if (unit.kind == "federal" and unit.word == "federal" and after.word in known.federal.not_before) or (
            unit.kind == "country"
            and (
                after.word in known.roles.people
                or after.word in known.roles.business
                or (after.word == "-" and reading.word(at + 2) in known.roles.based)
            )
        ):
            unit.kind = "word"


def asked_federal(
    reading: Reading, mentions: list[Mention], places: bool
) -> tuple[list[Mention], list[Mention]]:
    """Return the federal mentions asked about and those only mentioned; `places`: a state is asked about too.

    Beside a state only "federal law" in so many words counts, or a federal statute set against the state's law. Alone,
    everything counts; "in the US" only where no federal law is named.
    """
    named = [
        m
        for m in mentions
        if m.unit.kind == "federal" and not m.excluded and reading.word(m.at - 1) not in {"no", "without"}
    ]
    statutes = [m for m in mentions if m.unit.kind == "place"]
    if places:
        compared = [m for m in statutes if _is_compared(reading, m)]
        asked = sorted(named + compared, key=lambda m: m.at)
        return asked, [] if compared else statutes
    asked = sorted(named + [m for m in statutes if not m.excluded], key=lambda m: m.at)
    return asked or [m for m in mentions if m.unit.kind == "country" and not m.excluded], []


def asks_state_law(reading: Reading) -> bool:
    """True for "which federal and state laws apply?": a state is needed after all."""
    return any(
        unit.word in {"state", "states"} and reading.word(at + 1) in _STATE_LAW
        for at, unit in enumerate(reading.units)
    )


def _is_compared(reading: Reading, mention: Mention) -> bool:
    if {reading.word(mention.at + 1), reading.word(mention.at - 1)} & _AGAINST:
        return True
    if reading.word(mention.at - (2 if reading.word(mention.at - 1) == "the" else 1)) == "than":
        return True
    compared = words().federal.compared
    after = reading.after(mention.at + 1)
    if after is not None and after.word == "the":
        after = reading.after(mention.at + 2)
    if reading.word(mention.at + 1) in {"and", "or", "&"} and after is not None and after.kind == "place":
        return True  # "HIPAA and Texas medical privacy"
    first, last = max(0, mention.at - _COMPARED_REACH), mention.at + _VERB_REACH
    return any(reading.word(i) in compared for i in range(first, last + 1))
