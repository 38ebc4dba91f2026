"""Whether a part of a sentence speaks of the places, times, parties and laws that a source speaks of."""

from __future__ import annotations

from retrieval.claim_part import Part
from retrieval.claims import Reading
from retrieval.grounds import Ground
from retrieval.wordings import wordings
from retrieval.words import stems


def time_fault(part: Part, ground: Ground) -> str | None:
    """Return that a law to come is told as law in force: a sentence on it names at least the year."""
    if not ground.starts:
        return None
    years = {q.figure.value[:4] for q in part.reading.quantities if q.figure.kind == "date"}
    return None if ground.starts[:4] in years else f"in force only from {ground.starts}"


def place_fault(part: Part, ground: Ground) -> str | None:
    """Return a place that a part speaks of and a source does not."""
    said = {p.name for p in part.places}
    if said and not said & places_of(ground):
        return f"speaks of {min(said)}, the source of {ground.jurisdiction}"
    return None


def places_of(ground: Ground) -> set[str]:
    """Return the places that a source speaks of."""
    return {p.name for p in ground.reading.places} | {ground.jurisdiction}


def party_fault(part: Part, ground: Ground) -> str | None:
    """Return a party of config/grounding.toml's `exact` that a source does not name."""
    held = {p.name for p in ground.reading.parties} | ground.parties
    missing = sorted({p.name for p in part.parties if p.name in wordings().exact} - held)
    return f"speaks of the {missing[0]}, the source does not" if missing else None


_SMALL = frozenset(
    "the of and act law code rule rules regulation for a an in on to this that under by with unlike if when where since".split()  # noqa: SIM905
)


def name_fault(reading: Reading, grounds: tuple[Ground, ...]) -> str | None:
    """Return a law or other proper name that stands in none of the grounds."""
    if not reading.names:
        return None
    held = frozenset().union(*(g.names for g in grounds))
    for name in reading.names:
        spelled = wordings().known_as.get(name.upper().removesuffix("S"), name)
        if any(all(w in held for w in stems(n) if w not in _SMALL) for n in (name, spelled)):
            continue
        if not any(name.casefold().removesuffix("s") in g.initials for g in grounds):
            return f"names “{name}”, the source does not"
    return None
