"""Whether a written sentence is borne by the law it cites, checked claim by claim and without any model.

A source is a set of grounds (retrieval/grounds.py). A clause of the sentence stands when one ground bears all of it: its
figures with their bounds, its parties, places and law names, what must, may or may not be done and by whom, and nearly all
of its content words. A clause may be borne by several grounds only part by part, so that a figure of one law cannot be hung
on the duty of another. What is not borne is named, so that it can be mended or left out.

The measure is tests/benchmarks/bench_grounding.py; `ENOUGH` was set by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.claims import Mention, Quantity, Reading, Word
from retrieval.figures import agrees, bounds_agree
from retrieval.grounds import Ground, normal
from retrieval.modality import modality_fault
from retrieval.read_claims import read, sentences
from retrieval.wordings import wordings
from retrieval.words import stems

ENOUGH = 0.8
"""Share of a clause's content words that one ground must hold; set by measurement."""

_SLACK = 0.67
"""Weight of content words that may be missing in any case: two of config/grounding.toml's soft words."""

_OWN = 0.5
"""Share of a clause's content words that the ground's own sentence must hold; the rest may stand in the section's name."""


_Item = Word | Quantity | Mention


@dataclass(frozen=True, slots=True)
class _Part:
    """What is compared with one ground: a clause of a reading, or a segment of one."""

    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    parties: tuple[Mention, ...]
    places: tuple[Mention, ...]


def _part(reading: Reading, clause: int, segments: set[int] | None = None) -> _Part:
    def here(item: _Item) -> bool:
        return item.clause == clause and (segments is None or item.segment in segments)

    words = tuple(w for w in reading.words if here(w))
    if sum(w.weight for w in words) < 1:  # "New York 30 days" goes on with the words before
        other = [w for w in reading.words if (w.clause, w.segment) < (clause, min(segments or {0}))]
        other = other or [w for w in reading.words if w.clause >= clause]
        words = (*(w for w in other if w.clause == other[-1].clause and w not in words), *words)
    return _Part(
        words, tuple(q for q in reading.quantities if here(q)),
        tuple(p for p in reading.parties if here(p)), tuple(p for p in reading.places if here(p)),
    )  # fmt: skip


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
        reading = read(sentence)
        bearing: list[Ground] = []
        items: tuple[_Item, ...] = (*reading.words, *reading.quantities, *reading.parties, *reading.places)
        for clause in sorted({i.clause for i in items}):
            borne = _borne(_part(reading, clause), reading, grounds, enough)
            if not borne.by and not borne.contradicted:
                borne = _by_segments(reading, clause, grounds, enough) or borne
            if not borne.by:
                return borne.reason
            bearing += borne.by
        if fault := _name_fault(reading, tuple(bearing) or grounds):
            return fault
    return None


@dataclass(frozen=True, slots=True)
class _Borne:
    """The grounds that bear a part, each by itself; where there are none, why not, and whether one says the contrary."""

    by: tuple[Ground, ...]
    reason: str = ""
    contradicted: bool = False


def _by_segments(reading: Reading, clause: int, grounds: tuple[Ground, ...], enough: float) -> _Borne | None:
    """Return what bears a clause part by part, the parts being between commas and conjunctions; None if it is one part.

    A part without content words ("Since January 1, 2024,") goes with the next one, or the last with the one before.
    """
    groups: list[set[int]] = [set()]
    held = {w.segment for w in reading.words if w.clause == clause}
    stated = {p.segment for p in reading.places if p.clause == clause} & {
        q.segment for q in reading.quantities if q.clause == clause
    }
    rest: tuple[_Item, ...] = (*reading.quantities, *reading.parties, *reading.places)
    for segment in sorted(held | {i.segment for i in rest if i.clause == clause}):
        groups[-1].add(segment)
        if segment in held or segment in stated:
            groups.append(set())
    last = groups.pop()
    if last and groups:
        groups[-1] |= last
    if len(groups) < 2:
        return None
    bearing: list[Ground] = []
    for group in groups:
        borne = _borne(_part(reading, clause, group), reading, grounds, enough)
        if not borne.by:
            return borne
        bearing += borne.by
    return _Borne(tuple(bearing))


def _borne(part: _Part, reading: Reading, grounds: tuple[Ground, ...], enough: float) -> _Borne:
    """Return the grounds that bear a part. A ground much more like it that says the contrary outweighs them."""
    bearing: list[Ground] = []
    nearest: tuple[float, str] = (-1.0, "no source")
    contrary: tuple[float, str] = (_LIKE, "")
    likest = 0.0
    for ground in grounds:
        share, reason, denies = _fault(part, reading, ground, enough)
        if reason is None:
            bearing.append(ground)
            likest = max(likest, _likeness(part, ground))
        elif share > nearest[0]:
            nearest = (share, reason)
        if reason is not None and denies and (likeness := _likeness(part, ground)) > contrary[0]:
            contrary = (likeness, reason)
    if contrary[1] and (contrary[0] > _LIKER * likest or contrary[0] > max(likest, _SAME)):
        return _Borne((), contrary[1], contradicted=True)
    # "New Jersey and New Hampshire both require": each of them
    if left := {p.name for p in part.places} - {place for g in bearing for place in _places(g)}:
        return _Borne((), nearest[1] if nearest[0] >= 0 else f"speaks of {min(left)}, no source does")
    return _Borne(tuple(bearing), nearest[1])


_LIKE, _LIKER, _SAME = 0.5, 1.25, 0.9
"""A ground says the contrary when it shares this much with a part, and this many times as much as those that bear it; or
when it is all but the same and they are not."""


def _likeness(part: _Part, ground: Ground) -> float:
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


def _fault(part: _Part, reading: Reading, ground: Ground, enough: float) -> tuple[float, str | None, bool]:
    """Return how much of a part a ground holds (0 to 1), the first reason why it does not bear it, and if it says the contrary."""
    if ground.names_only and any(reading.scopes[w.scope].modality != "plain" for w in part.words):
        return -0.5, "no source", False
    missing = [w for w in part.words if not _covered(w, ground)]
    whole = sum(w.weight for w in part.words)
    lacking = sum(w.weight for w in missing)
    share = 1.0 if lacking <= _SLACK else 1 - lacking / whole
    reason = _time_fault(reading, ground) or _place_fault(part, ground)
    if reason is None and (reason := _figure_fault(part, reading, ground)):
        return share, reason, bool(ground.reading.quantities)
    reason = reason or _party_fault(part, ground)
    if (
        reason is None
        and sum(w.weight for w in part.words if w.concepts & ground.reading.concepts) < _OWN * whole
    ):
        reason = "the source speaks of something else"
    if reason is None and share < enough:
        reason = f"not in the source: {', '.join(dict.fromkeys(w.text for w in missing))}"
    if reason is None and (heads := [w.text for w in missing if w.head and w.weight == 1]):
        reason = f"the source does not say “{heads[0]}”"
    if reason is None and (reason := modality_fault(part.words, reading, ground.reading)):
        return share, reason, True
    return share, reason, False


def _covered(word: Word, ground: Ground) -> bool:
    return bool(word.concepts & ground.reading.concepts) or bool(word.concepts & ground.around)


def _figure_fault(part: _Part, reading: Reading, ground: Ground) -> str | None:
    for quantity in part.quantities:
        figure = quantity.figure
        held = [q for q in ground.reading.quantities if agrees(figure, q.figure)]
        if not held:
            if figure.kind == "date" and _holds_then(quantity, reading, ground):
                continue
            if figure.kind == "section" and all(w in ground.names for w in stems(figure.value)):
                continue
            return f"the figure {figure.value}{' ' + figure.unit if figure.unit else ''} is not in the source"
        # "at least 13 but under 16": a figure with another bound is no rival
        rivals = [
            q
            for q in ground.reading.quantities
            if q.figure.kind == figure.kind
            and q.figure.value != figure.value
            and all(
                bounds_agree(q.figure.bound, h.figure.bound) or bounds_agree(h.figure.bound, q.figure.bound)
                for h in held
            )
        ]
        rivals = [r for r in rivals if not any(_in_order(part, quantity, r, q) for q in held)]
        if any(all(_fits_better(quantity, rival, q) for q in held) for rival in rivals):
            return f"the figure {figure.value} belongs to something else in the source"
    return None


def _in_order(part: _Part, said: Quantity, rival: Quantity, held: Quantity) -> bool:
    """Return whether a sentence has both figures, in the source's order: then each is of what it is of there."""
    both = [q for q in part.quantities if agrees(q.figure, rival.figure)]
    return any((q.figure.start > said.figure.start) == (rival.figure.start > held.figure.start) for q in both)


def _fits_better(said: Quantity, rival: Quantity, held: Quantity) -> bool:
    """Return whether what a figure is said of is what another figure of the source is of, and not its own."""
    return bool(said.near & (rival.near - held.near)) and bool((held.near - rival.near) - said.near)


_SINCE = re.compile(
    r"\b(?:since|from|as of|effective|force|effect|starting|beginning|after|started|began)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|before|expires?|expired|ends?|ended)\W+(?:\w+\W+)?$", re.IGNORECASE
)


def _holds_then(quantity: Quantity, reading: Reading, ground: Ground) -> bool:
    """Return whether a date is said to be the one from which, or until which, the ground's law holds, and is."""
    before = reading.text[max(0, quantity.figure.start - 30) : quantity.figure.start]
    days = (
        *(ground.since if _SINCE.search(before) else ()),
        *(ground.until if _UNTIL.search(before) else ()),
    )
    return any(day.startswith(quantity.figure.value) for day in days)


def _time_fault(reading: Reading, ground: Ground) -> str | None:
    """Return that a law to come is told as law in force: a sentence on it names at least the year."""
    if not ground.starts:
        return None
    years = {q.figure.value[:4] for q in reading.quantities if q.figure.kind == "date"}
    return None if ground.starts[:4] in years else f"in force only from {ground.starts}"


def _place_fault(part: _Part, ground: Ground) -> str | None:
    said = {p.name for p in part.places}
    if said and not said & _places(ground):
        return f"speaks of {min(said)}, the source of {ground.jurisdiction}"
    return None


def _places(ground: Ground) -> set[str]:
    return {p.name for p in ground.reading.places} | {ground.jurisdiction}


def _party_fault(part: _Part, ground: Ground) -> str | None:
    held = {p.name for p in ground.reading.parties} | ground.parties
    missing = sorted({p.name for p in part.parties if p.name in wordings().exact} - held)
    return f"speaks of the {missing[0]}, the source does not" if missing else None


_SMALL = frozenset(
    (
        "the",
        "of",
        "and",
        "act",
        "law",
        "code",
        "rule",
        "rules",
        "regulation",
        "for",
        "a",
        "an",
        "in",
        "on",
        "to",
        "this",
        "that",
    )
)


def _name_fault(reading: Reading, grounds: tuple[Ground, ...]) -> str | None:
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
