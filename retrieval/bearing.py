"""Whether one sentence of the law bears a part of a sentence: coverage first, then every check, the first fault named."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.claim_part import Part, denied
from retrieval.claims import Reading, Word
from retrieval.condition_checks import condition_fault, reach_fault
from retrieval.figure_checks import figure_fault, figure_party_fault
from retrieval.grounds import Ground
from retrieval.modality import modality_fault
from retrieval.name_checks import party_fault, place_fault, time_fault
from retrieval.wordings import base_of, concepts_of, exacting

_SLACK = 0.67
"""Weight of content words that may be missing in any case: two of config/grounding.toml's soft words."""

_OWN = 0.33
"""Share of a part's content words that one clause of the ground must hold; the rest may stand beside or in the section's name."""

_LABEL = 60
"""Characters in which a sentence of the digest may name its subject before a colon."""

_MUST_STAND = {
    "all": "says “all”, the source does not",
    "exempt": "the source speaks of no exemption",
    "no-law": "the source does not say that there is no such law",
}
"""Groups of meaning that must not be missing, whatever else stands there."""


@dataclass(frozen=True, slots=True)
class Found:
    """How much of a part a ground holds (0 to 1), why it does not bear it (None: it does), and whether it says the contrary.

    `turned` is True where the contrary is one of duty or denial, not of figures.
    """

    share: float
    reason: str | None
    denies: bool = False
    turned: bool = False


def compare(part: Part, ground: Ground, enough: float) -> Found:
    """Return what a ground says to a part. `enough` is the share of content words that it must hold."""
    if ground.names_only and any(part.scope(w).modality != "plain" for w in part.words):
        return Found(-0.5, "no source")
    missing = [w for w in part.words if w.weight and not _covered(w, part, ground) and not _idle(w, part)]
    lacking = sum(w.weight for w in missing)
    share = 1.0 if lacking <= _SLACK else 1 - lacking / sum(w.weight for w in part.words)
    if reason := time_fault(part, ground) or place_fault(part, ground) or reach_fault(part, ground):
        return Found(share, reason)
    if reason := figure_fault(part, ground):
        return Found(share, reason, denies=bool(ground.reading.quantities))
    reason = (
        condition_fault(part, ground)
        or party_fault(part, ground)
        or figure_party_fault(part, ground)
        or _words_fault(part, ground, missing, share >= enough)
    )
    if reason:
        return Found(share, reason)
    reason = modality_fault(part.words, part.reading, ground.reading)
    return Found(share, reason, denies=reason is not None, turned=reason is not None)


def _words_fault(part: Part, ground: Ground, missing: list[Word], enough: bool) -> str | None:
    own = [w for w in part.words if not w.named]
    if _held(own, ground.reading) < _OWN * sum(w.weight for w in own):
        return "the source speaks of something else"
    if not enough:
        return f"not in the source: {', '.join(dict.fromkeys(w.text for w in missing))}"
    for word in missing:
        for concept in word.concepts & _MUST_STAND.keys():
            return _MUST_STAND[concept]
        if base_of(word.text) in exacting():
            return f"the source does not say “{word.text}”"
        if word.text[:3] == "non" and concepts_of(word.text[3:]) & ground.reading.concepts:
            return f"the source does not say “{word.text}”"
    heads = [w.text for w in missing if w.head and w.weight == 1]
    return f"the source does not say “{heads[0]}”" if heads else None


def _held(words: list[Word], reading: Reading) -> float:
    """Return the weight of the words that one clause of a source holds, of the clause that holds most."""
    best = 0.0
    label = ":" in reading.text[:_LABEL]  # "For late notice: …" goes with what follows
    for clause in {w.clause for w in reading.words}:
        near = {clause, 0} if label else {clause}
        theirs = frozenset(c for w in reading.words if w.clause in near for c in w.concepts)
        best = max(best, sum(w.weight for w in words if w.concepts & theirs))
    return best


_SOLE = frozenset(("sole",))
_EXEMPT = frozenset(("exempt",))


def _covered(word: Word, part: Part, ground: Ground) -> bool:
    theirs = ground.reading
    if word.concepts & theirs.concepts or (word.concepts & ground.around and not word.concepts & _EXEMPT):
        return True  # a section named "Scope and exemptions" exempts nobody by its name
    if word.concepts & _EXEMPT and "apply" in theirs.concepts:  # "binds no nonprofits"
        own = [w for w in part.words if w.weight >= 1 and not w.named and not w.concepts & _EXEMPT]
        held = frozenset(c for w in theirs.words if denied(w, theirs) and not w.zone for c in w.concepts)
        met = [w for w in own if w.concepts & held]
        return bool(met) and len(met) * 2 >= len(own)
    # "only the attorney general": one whom the source names beside "no private suit"
    return word.concepts == _SOLE and any("privat" in w.concepts and denied(w, theirs) for w in theirs.words)


def _idle(word: Word, part: Part) -> bool:
    """Return whether a word takes nothing away: where there is no exemption there is no "separate" one."""
    return base_of(word.text) in exacting() and denied(word, part.reading)


def heads_meet(part: Part, ground: Ground) -> bool:
    """Return whether a part and a ground say of one verb that it must, may or may not be done."""
    theirs = frozenset(c for w in _verbs(ground.reading.words, ground.reading) for c in w.concepts)
    return any(w.concepts & theirs for w in _verbs(part.words, part.reading))


def affirms(part: Part, ground: Ground) -> bool:
    """Return whether a ground that bears a part speaks of its verb, and names who must or may where the part does."""
    return any(
        w.concepts & o.concepts
        and (not part.scope(w).actors or ground.reading.scopes[o.scope].actors or denied(w, part.reading))
        for w in _verbs(part.words, part.reading)
        for o in _verbs(ground.reading.words, ground.reading)
    )


def _verbs(words: tuple[Word, ...], reading: Reading) -> list[Word]:
    return [w for w in words if w.head and not w.zone and reading.scopes[w.scope].modality != "plain"]


def says_otherwise(part: Part, ground: Ground) -> str | None:
    """Return what a ground says otherwise of a part, where time and place are the same."""
    if time_fault(part, ground) or place_fault(part, ground):
        return None
    return modality_fault(part.words, part.reading, ground.reading)


def likeness(part: Part, ground: Ground) -> float:
    """Return the words a part shares with the nearest clause of a ground, of those of both (0 to 1)."""
    said = frozenset(c for w in part.words for c in w.concepts)
    if not said:
        return 0.0
    own = sum(w.weight for w in part.words)
    best = 0.0
    for clause in {w.clause for w in ground.reading.words}:
        theirs = [w for w in ground.reading.words if w.clause == clause]
        shared = sum(w.weight for w in theirs if w.concepts & said)
        best = max(best, shared / (own + sum(w.weight for w in theirs) - min(shared, own)))
    return best
