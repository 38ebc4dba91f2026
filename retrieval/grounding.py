"""Whether a written sentence is borne by the law it cites, checked claim by claim and without any model.

A source is a set of grounds (retrieval/grounds.py). A clause of the sentence stands when one ground bears all of it: its
figures with their bounds, its parties, places and law names, what must, may or may not be done and by whom, under which
condition, and nearly all of its content words (retrieval/bearing.py). A clause may be borne by several grounds only part by
part, so that a figure of one law cannot be hung on the duty of another. What is not borne is named, so that it can be mended
or left out.

The measure is tests/benchmarks/bench_grounding.py; `ENOUGH` was set by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from retrieval.bearing import affirms, compare, heads_meet, likeness, says_otherwise
from retrieval.claim_part import Part, clauses_of, part_of, segments_of
from retrieval.claims import Mention, Reading
from retrieval.grounds import Ground, normal
from retrieval.name_checks import name_fault, places_of
from retrieval.read_claims import read, sentences
from retrieval.wordings import wordings

ENOUGH = 0.8
"""Share of a clause's content words that one ground must hold; set by measurement."""

_CLAIM = 1.5
"""What a sentence must claim (`_told`): less is too little to be checked."""


def why_not(text: str, grounds: tuple[Ground, ...], enough: float = ENOUGH) -> str | None:
    """Return why a sentence is not borne by the grounds of the sections it cites, or None if it is.

    A sentence that stands word for word in one of them is borne.
    """
    if not grounds:
        return "no source"
    same = normal(text)
    if any(same == g.verbatim and not g.starts for g in grounds):
        return None
    for sentence in sentences(text):
        reading = _counted(read(sentence), grounds)
        if _breaks_off(reading.text):
            return "breaks off"
        if reading.empty or _told(reading) < _CLAIM:
            return "says too little to be checked"
        bearing: list[Ground] = []
        for clause in clauses_of(reading):
            borne = _borne(part_of(reading, clause), grounds, enough)
            if not borne.by and not borne.contradicted:
                apart = _by_segments(reading, clause, grounds, enough)
                if apart is None or not apart.by:
                    apart = _each_exempt(reading, clause, grounds, enough) or apart
                borne = apart or borne
            if not borne.by:
                return borne.reason
            bearing += borne.by
        if fault := name_fault(reading, tuple(bearing) or grounds):
            return fault
    return None


_LAWS = re.compile(r"\W+(?:\w+ ){0,2}(?:states|jurisdictions|acts|laws|statutes)\b")


def _counted(reading: Reading, grounds: tuple[Ground, ...]) -> Reading:
    """Return a sentence on "all three states" as one that names each state cited, if they are three."""
    places = sorted({g.jurisdiction for g in grounds})
    for quantity in reading.quantities:
        figure = quantity.figure
        if (
            figure.kind == "count"
            and figure.value == str(len(places))
            and _LAWS.match(reading.text, figure.end)
        ):
            named = tuple(Mention(p, quantity.clause, quantity.segment) for p in places)
            rest = tuple(q for q in reading.quantities if q is not quantity)
            return replace(reading, quantities=rest, places=(*reading.places, *named))
    return reading


def _breaks_off(text: str) -> bool:
    last = re.search(r"[a-z]+$", text.lower())
    return last is not None and last[0] in wordings().never_last


_OF_CONDITIONS = frozenset(("only", "sole", "before", "all"))


def _told(reading: Reading) -> float:
    """Return how much a sentence claims: content words beyond the names of laws, figures; half for a place, and for a "must"."""
    words = sum(w.weight for w in reading.words if not w.named and not w.concepts <= _OF_CONDITIONS)
    rules = any(reading.scopes[w.scope].modality != "plain" for w in reading.words)
    return words + len(reading.quantities) + 0.5 * bool(reading.places) + 0.5 * rules


@dataclass(frozen=True, slots=True)
class _Borne:
    """The grounds that bear a part, each by itself; where there are none, why not, and whether one says the contrary."""

    by: tuple[Ground, ...]
    reason: str = ""
    contradicted: bool = False


def _by_segments(reading: Reading, clause: int, grounds: tuple[Ground, ...], enough: float) -> _Borne | None:
    """Return what bears a clause part by part; None if it is one part."""
    groups = segments_of(reading, clause)
    if len(groups) < 2:
        return None
    bearing: list[Ground] = []
    for group in groups:
        borne = _borne(part_of(reading, clause, group), grounds, enough)
        if not borne.by:
            return borne
        bearing += borne.by
    return _Borne(tuple(bearing))


def _each_exempt(reading: Reading, clause: int, grounds: tuple[Ground, ...], enough: float) -> _Borne | None:
    """Return what bears "nonprofits, banks and utilities are exempt", each by a statement of its own; None if it says no such thing."""
    stated = [w for w in reading.words if w.clause == clause and not w.zone]
    exempt = tuple(w for w in stated if "exempt" in w.concepts)
    listed = sorted({w.segment for w in stated if w not in exempt and w.weight >= 1})
    if not exempt or len(listed) < 2:
        return None
    # each is named in its part; who acts in the sentence are all of them
    alone = replace(
        reading, scopes=tuple(replace(s, actors=frozenset(), objects=frozenset()) for s in reading.scopes)
    )
    bearing: list[Ground] = []
    for segment in listed:
        part = part_of(alone, clause, {segment})
        words = (*(w for w in part.words if w not in exempt), *exempt)
        borne = _borne(replace(part, words=words), grounds, enough)
        if not borne.by:
            return borne
        bearing += borne.by
    return _Borne(tuple(bearing))


_LIKE, _LIKER, _SAME, _MUCH_LIKER = 0.5, 1.25, 0.9, 2.0
"""A ground says the contrary when it shares this much with a part, and this many times as much as those that bear it; or
when it is all but the same and they are not; one of another duty or denial also below that, if so many times as much."""


def _borne(part: Part, grounds: tuple[Ground, ...], enough: float) -> _Borne:
    """Return the grounds that bear a part.

    A ground that says the contrary outweighs them: where it is much more like the part, where it alone speaks of the same
    verb, and where none holds the whole part but it.
    """
    bearing: list[Ground] = []
    nearest: tuple[float, str] = (-1.0, "no source")
    contrary: tuple[float, str] = (_LIKE, "")
    turned: tuple[float, str] = (0.0, "")
    likest = 0.0
    of_verb, opposed, affirmed = "", "", False
    for ground in grounds:
        found = compare(part, ground, enough)
        if found.reason is None:
            bearing.append(ground)
            affirmed = affirmed or affirms(part, ground)
            likest = max(likest, likeness(part, ground))
            continue
        if found.share > nearest[0]:
            nearest = (found.share, found.reason)
        if found.denies:
            saying = (likeness(part, ground), found.reason)
            contrary = max(contrary, saying)
            turned = max(turned, saying) if found.turned else turned
        if found.share >= enough:
            opposed = opposed or (found.reason if found.turned else "")
            if not of_verb and heads_meet(part, ground):
                of_verb = says_otherwise(part, ground) or ""
    if contrary[1] and (contrary[0] > _LIKER * likest or contrary[0] > max(likest, _SAME)):
        return _Borne((), contrary[1], contradicted=True)
    if bearing and turned[0] > _MUCH_LIKER * likest:
        return _Borne((), turned[1], contradicted=True)
    if of_verb and not affirmed:
        return _Borne((), of_verb if bearing else nearest[1], contradicted=True)
    if opposed and not bearing:
        return _Borne((), opposed, contradicted=True)
    # "New Jersey and New Hampshire both require": each of them
    if left := {p.name for p in part.places} - {place for g in bearing for place in places_of(g)}:
        return _Borne((), nearest[1] if nearest[0] >= 0 else f"speaks of {min(left)}, no source does")
    return _Borne(tuple(bearing), nearest[1])
