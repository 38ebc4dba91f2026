"""Whether a part of a sentence keeps what a source ties its rule to: conditions, thresholds, exemptions, whom it binds."""

from __future__ import annotations

import re

from retrieval.claim_part import Part, denied, ruled
from retrieval.claims import Quantity, Reading, Word
from retrieval.figures import agrees
from retrieval.grounds import Ground
from retrieval.wordings import guilt, wordings

_THRESHOLDS = frozenset(("count", "share", "money"))
_CONSEQUENCES = frozenset(("penalty", "sue", "damag"))
_ASKED_FOR = frozenset(("consent", "opt"))


def condition_fault(part: Part, ground: Ground) -> str | None:
    """Return what a part leaves out of, or adds to, the conditions of a source; None if it keeps them."""
    theirs = ground.reading
    if part.reading.regardless and not theirs.anyway:
        return "adds “even if”"
    by_concept: dict[str, list[Word]] = {}
    for word in theirs.words:
        for concept in word.concepts:
            by_concept.setdefault(concept, []).append(word)
    said = [w for w in part.words if not w.zone and not w.named and w.weight >= 1]
    matched = [[o for c in w.concepts for o in by_concept.get(c, ())] for w in said]
    if _only_the_condition(matched, len(said), theirs):
        return "tells a condition of the source as the rule"
    if head := _verb_of_condition(part, by_concept):
        return f"tells a condition of the source, “{head}”, as the rule"
    if _all_left_out(part, theirs):
        return "leaves out that all must consent"
    if left := _guilt_left_out(part, theirs):
        return f"leaves out “{left}”"
    return _threshold_fault(part, theirs, matched)


def _only_the_condition(matched: list[list[Word]], words: int, theirs: Reading) -> bool:
    """Return whether most of what is said stands in a condition of the source, and nothing in its rule."""
    clauses = {o.clause for others in matched for o in others}
    met = {id(o) for others in matched for o in others}
    rule = [
        o
        for o in theirs.words
        if o.clause in clauses
        and not o.zone
        and o.weight >= 1
        and not o.named
        and not theirs.scopes[o.scope].subject
    ]
    inside = sum(1 for others in matched if others and all(o.zone == "if" for o in others))
    return bool(rule) and inside * 2 > words and not any(id(o) in met for o in rule)


def _verb_of_condition(part: Part, held: dict[str, list[Word]]) -> str | None:
    """Return the verb of a "must" or "may" that the source has in a condition only; consent may be told either way."""
    mains = [w for w in part.words if ruled(w, part.reading) and part.scope(w).modality != "not"]
    for word in mains[:1]:
        others = [o for c in word.concepts for o in held.get(c, ())]
        if others and all(o.zone == "if" for o in others) and not word.concepts & _ASKED_FOR:
            return word.text
    return None


def _all_left_out(part: Part, theirs: Reading) -> bool:
    """Return whether the consent of all is told as the consent of somebody: "if one party consents"."""
    said = any(w.zone and w.concepts & _ASKED_FOR for w in part.words)
    held = {o.clause for o in theirs.words if o.zone == "if" and o.concepts & _ASKED_FOR}
    alls = any(o.zone == "if" and o.text in wordings().all and o.clause in held for o in theirs.words)
    return said and alls and "all" not in part.reading.concepts


def _guilt_left_out(part: Part, theirs: Reading) -> str | None:
    """Return how a violation must be meant to cost what is said, where the sentence does not say so."""
    spoken = frozenset(c for w in part.reading.words for c in w.concepts)
    sums = [s for s in part.quantities if s.figure.kind == "money"]
    if spoken & guilt() or not (sums or spoken & _CONSEQUENCES):
        return None
    meant = [w for w in theirs.words if w.concepts & guilt()]
    if not sums:
        near = _nearest(spoken, theirs)
        return next((w.text for w in meant if w.clause in near and theirs.scopes[w.scope].subject), None)
    held = [q for q in theirs.quantities if any(agrees(s.figure, q.figure) for s in sums)]
    found = [next((w.text for w in meant if _of_sum(w, q, theirs)), None) for q in held]
    return found[0] if found and all(found) else None


def _of_sum(word: Word, held: Quantity, theirs: Reading) -> bool:
    """Return whether a word stands with a sum, not with one before: "$1,000, for a knowing one $5,000"."""
    others = [q.segment for q in theirs.quantities if q.figure.kind == "money" and q.segment < held.segment]
    return word.clause == held.clause and max(others, default=-1) < word.segment <= held.segment


def _threshold_fault(part: Part, theirs: Reading, matched: list[list[Word]]) -> str | None:
    """Return that a duty "if more than 500 are affected" is told without a number and without any condition."""
    if any(q.figure.kind in _THRESHOLDS for q in part.reading.quantities) or any(
        w.zone for w in part.reading.words
    ):
        return None
    zones = {q.clause for q in theirs.quantities if q.zone == "if" and q.figure.kind in _THRESHOLDS}
    duties = (o for others in matched for o in others if o.clause in zones and not o.zone)
    if any(theirs.scopes[o.scope].modality in ("must", "mustlet") for o in duties):
        return "leaves out the threshold of the source"
    return None


_ALL = re.compile(r"\b(?:all|every|everyone|everybody)\b", re.IGNORECASE)
_ANY = re.compile(r"\b(?:all|any|anyone|each|every|everyone|everybody|whoever)\b", re.IGNORECASE)


def reach_fault(part: Part, ground: Ground) -> str | None:
    """Return that a part on whom a law binds says more than the source: without its threshold, of all, or of the exempt."""
    theirs = ground.reading
    if _speaks_of_exempt(part, theirs):
        return "the source speaks of an exemption"
    applies = [w for w in part.words if "apply" in w.concepts and not w.named and not denied(w, part.reading)]
    binds = [w for w in theirs.words if "apply" in w.concepts and not w.named and not w.zone]
    musts = any(part.scope(w).modality in ("must", "mustlet") for w in part.words)
    if musts and binds and not applies and all(s.modality in ("plain", "not") for s in theirs.scopes):
        return "tells whom a law binds as a duty"
    if not applies or part.reading.quantities:
        return None
    levels = {q.clause for q in theirs.quantities if q.figure.kind in _THRESHOLDS}
    if any(w.clause in levels for w in binds):
        return "leaves out whom the source binds"
    if binds and _ALL.search(part.reading.text) and not _ANY.search(theirs.text):
        return "speaks of all, the source does not"
    return None


def _speaks_of_exempt(part: Part, theirs: Reading) -> bool:
    """Return whether a source says of something that it is exempt, and the sentence, neither denying nor exempting, does not."""
    if "exempt" in part.reading.concepts or any(
        part.scope(w).modality in ("not", "neednot") for w in part.words
    ):
        return False
    spoken = frozenset(c for w in part.words if w.weight >= 1 and not w.named for c in w.concepts)
    rules = any(s.modality not in ("plain", "not") for s in theirs.scopes)
    exempting = [
        w
        for w in theirs.words
        if "exempt" in w.concepts and not w.zone and w.weight >= 1 and _predicate(w, theirs)
    ]
    opens = theirs.words[:1]  # "Exempt from the law: …"
    return any(not rules or w in opens or w.clause in _nearest(spoken, theirs) for w in exempting)


def _nearest(spoken: frozenset[str], reading: Reading) -> set[int]:
    """Return the clauses that share most with what is spoken of."""
    shared: dict[int, float] = {}
    for word in reading.words:
        if word.weight >= 1 and not word.named and word.concepts & spoken:
            shared[word.clause] = shared.get(word.clause, 0.0) + 1
    return {clause for clause, n in shared.items() if n >= max(shared.values())}


def _predicate(word: Word, reading: Reading) -> bool:
    """Return whether a clause says this word of something: no denial of it, no rule after it ("even if exempt, it must")."""
    later = {
        w.scope for w in reading.words if w.clause == word.clause and w.scope >= word.scope and not w.zone
    }
    return all(reading.scopes[i].modality == "plain" for i in later)
