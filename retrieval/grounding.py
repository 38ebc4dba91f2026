"""Whether a written sentence is borne by the law it cites, checked claim by claim and without any model.

A source is a set of *grounds*: statements of the digest (or sentences of official text), each with what its section says
of itself (law, citation, title, dates). A clause of the sentence stands when one ground bears all of it: its figures with
their bounds, its parties, places and law names, what must, may or may not be done and by whom, and nearly all of its
content words. A clause may be borne by several grounds only part by part, so that a figure of one law cannot be hung on
the duty of another. What is not borne is named, so that it can be mended or left out.

The measure is tests/benchmarks/bench_grounding.py; `ENOUGH` was set by it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.catalogue import in_force, starts_on
from retrieval.claims import Mention, Quantity, Reading, Word, read, sentences
from retrieval.figures import agrees
from retrieval.modality import modality_fault
from retrieval.records import Passage
from retrieval.wordings import wordings
from retrieval.words import stems

ENOUGH = 0.8
"""Share of a clause's content words that one ground must hold; set by measurement."""

_SLACK = 0.67
"""Weight of content words that may be missing in any case: two of config/grounding.toml's soft words."""

_OWN = 0.5
"""Share of a clause's content words that the ground's own sentence must hold; the rest may stand in the section's name."""

_TIME = frozenset(("deadline",))
"""A ground with a figure bears the words "time", "limit", "deadline"."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One sentence that may bear a claim, and what its section adds.

    `around` are groups of meaning that a claim may take from the section's name, title and citation, `parties` those
    named there; `names` are the stems by which laws may be named; `since` and `until` the days (ISO) between which it holds.
    """

    reading: Reading
    jurisdiction: str
    around: frozenset[str]
    parties: frozenset[str]
    names: frozenset[str]
    initials: frozenset[str]
    verbatim: str
    since: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    starts: str = ""  # the day from which it will hold, if that is to come
    names_only: bool = False  # the section's own name and dates: it says nothing of what must or may be done


@dataclass(frozen=True, slots=True)
class _Section:
    """What the statements of a section have in common."""

    about: Reading
    around: frozenset[str]
    parties: frozenset[str]
    names: frozenset[str]
    initials: frozenset[str]


def normal(text: str) -> str:
    """Return a text for comparing word for word: case, spaces, quotation marks and the full stop do not count."""
    return " ".join(text.replace("’", "'").replace("“", '"').replace("”", '"').casefold().split()).rstrip(
        ".;: "
    )


def _section(passage: Passage, day: dt.date) -> _Section:
    """Return what a section says of itself; `about` bears "… has been in force since …"."""
    began, ends = passage.in_force_from, passage.in_force_to
    came = (
        "took effect and has been in force since"
        if began and began <= day
        else "will take effect and be in force on"
    )
    since = f" {came} {began.isoformat()}" if began else ""
    until = f" expires and is in force until {ends.isoformat()}" if ends else ""
    named = f"{passage.law}, {', '.join(passage.short_names)}, {passage.citation}, {passage.title}"
    reading = read(named)
    return _Section(
        read(f"{named};{since}{until}"),
        reading.concepts,
        frozenset(p.name for p in reading.parties),
        frozenset(stems(named)),
        _initials(named),
    )


def _initials(text: str) -> frozenset[str]:
    """Return the abbreviations of three letters and more that the capitals of a text give: "mcdpa"."""
    letters = "".join(word[0] for word in text.replace("-", " ").split() if word[:1].isupper()).casefold()
    return frozenset(
        letters[i:j] for i in range(len(letters)) for j in range(i + 3, min(len(letters), i + 9) + 1)
    )


@lru_cache(maxsize=4_096)
def grounds_of(passage: Passage, day: dt.date) -> tuple[Ground, ...]:
    """Return the grounds of a section on a day: what it says of itself, then its statements.

    A statement whose time is over is none; one whose time has not come says so ("from 2027-01-01") and bears only
    claims that say it too. Official text is read sentence by sentence.
    """
    section = _section(passage, day)
    found = [replace(_ground(section.about, section, passage.jurisdiction, "", ()), names_only=True)]
    before: Reading | None = None
    rows = [(s.text, s) for s in passage.statements] or [(text, None) for text in sentences(passage.text)]
    for text, statement in rows:
        began = [d for d in (passage.in_force_from, statement.in_force_from if statement else None) if d]
        ends = [d for d in (passage.in_force_to, statement.in_force_to if statement else None) if d]
        starts = starts_on(passage, statement, day) if statement else None
        if statement and starts is None and not in_force(passage, statement, day):
            continue
        reading = read(f"{text} (from {starts.isoformat()})" if starts else text)
        dated = any(q.figure.kind == "date" for q in reading.quantities)  # its own words say from when
        # "It must …" speaks of what the statement before spoke of
        context = (before,) if before is not None and reading.opens_with_pronoun else ()
        found.append(
            _ground(
                reading, section, passage.jurisdiction, text, context,
                () if dated else tuple(d.isoformat() for d in began[-1:]), tuple(d.isoformat() for d in ends[-1:]), starts.isoformat() if starts else "",
            )
        )  # fmt: skip
        before = reading
    return tuple(found)


def _ground(
    reading: Reading,
    section: _Section,
    jurisdiction: str,
    text: str,
    context: Iterable[Reading],
    since: tuple[str, ...] = (),
    until: tuple[str, ...] = (),
    starts: str = "",
) -> Ground:
    around, parties = section.around, section.parties
    for other in context:
        around, parties = around | other.concepts, parties | {p.name for p in other.parties}
    return Ground(
        reading, jurisdiction, around | _TIME if reading.quantities else around, parties,
        section.names | frozenset(stems(text)), section.initials | _initials(text), normal(text), since, until, starts,
    )  # fmt: skip


@lru_cache(maxsize=4_096)
def ground_in(text: str, passages: tuple[Passage, ...], day: dt.date) -> Ground:
    """Return a sentence of a position as a ground; it rests on these sections."""
    parts = [_section(p, day) for p in passages]
    section = _Section(
        parts[0].about,
        frozenset().union(*(p.around for p in parts)),
        frozenset().union(*(p.parties for p in parts)),
        frozenset().union(*(p.names for p in parts)),
        frozenset().union(*(p.initials for p in parts)),
    )
    since = tuple(p.in_force_from.isoformat() for p in passages if p.in_force_from)
    return _ground(read(text), section, passages[0].jurisdiction, text, (), since)


@dataclass(frozen=True, slots=True)
class _Part:
    """What is compared with one ground: a clause of a reading, or a segment of one."""

    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    parties: tuple[Mention, ...]
    places: tuple[Mention, ...]


def _part(reading: Reading, clause: int, segments: set[int] | None = None) -> _Part:
    def here(item: Word | Quantity | Mention) -> bool:
        return item.clause == clause and (segments is None or item.segment in segments)

    words = tuple(w for w in reading.words if here(w))
    if sum(w.weight for w in words) < 1:  # "New York 30 days" goes on with the words before
        before = [w for w in reading.words if (w.clause, w.segment) < (clause, min(segments or {0}))]
        words = (*(w for w in before if before and w.clause == before[-1].clause), *words)
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
    if any(same == g.verbatim for g in grounds):
        return None
    for sentence in sentences(text):
        reading = read(sentence)
        bearing: list[Ground] = []
        items = (*reading.words, *reading.quantities, *reading.parties, *reading.places)
        for clause in sorted({i.clause for i in items}):
            found, reason = _borne(_part(reading, clause), reading, grounds, enough)
            if not found:
                found, reason = _by_segments(reading, clause, grounds, enough, reason)
            if not found:
                return reason
            bearing += found
        if fault := _name_fault(reading, tuple(bearing) or grounds):
            return fault
    return None


def _by_segments(
    reading: Reading, clause: int, grounds: tuple[Ground, ...], enough: float, reason: str
) -> tuple[list[Ground], str]:
    """Return grounds that bear a clause part by part, the parts being between commas and conjunctions.

    A part without content words ("Since January 1, 2024,") goes with the next one, or the last with the one before.
    """
    groups: list[set[int]] = [set()]
    held = {w.segment for w in reading.words if w.clause == clause}
    stated = {p.segment for p in reading.places if p.clause == clause} & {
        q.segment for q in reading.quantities if q.clause == clause
    }
    rest = (*reading.quantities, *reading.parties, *reading.places)
    for segment in sorted(held | {i.segment for i in rest if i.clause == clause}):
        groups[-1].add(segment)
        if segment in held or segment in stated:
            groups.append(set())
    last = groups.pop()
    if last and groups:
        groups[-1] |= last
    if len(groups) < 2:
        return [], reason
    bearing: list[Ground] = []
    for group in groups:
        found, fault = _borne(_part(reading, clause, group), reading, grounds, enough)
        if not found:
            return [], fault
        bearing += found
    return bearing, ""


def _borne(
    part: _Part, reading: Reading, grounds: tuple[Ground, ...], enough: float
) -> tuple[list[Ground], str]:
    """Return the grounds that bear a part each by itself, or none and why the nearest does not."""
    bearing: list[Ground] = []
    nearest: tuple[float, str] = (-1.0, "no source")
    for ground in grounds:
        share, reason = _fault(part, reading, ground, enough)
        if reason is None:
            bearing.append(ground)
        elif share > nearest[0]:
            nearest = (share, reason)
    # "New Jersey and New Hampshire both require": each of them
    if left := {p.name for p in part.places} - {place for g in bearing for place in _places(g)}:
        return [], nearest[1] if nearest[0] >= 0 else f"speaks of {min(left)}, no source does"
    return bearing, nearest[1]


def _fault(part: _Part, reading: Reading, ground: Ground, enough: float) -> tuple[float, str | None]:
    """Return how much of a part a ground holds (0 to 1) and the first reason why it does not bear it."""
    if ground.names_only and any(reading.scopes[w.scope].modality != "plain" for w in part.words):
        return 0.0, "no source"
    missing = [w for w in part.words if not _covered(w, ground)]
    own = sum(w.weight for w in part.words if w.concepts & ground.reading.concepts)
    lacking = sum(w.weight for w in missing)
    share = 1.0 if lacking <= _SLACK else 1 - lacking / sum(w.weight for w in part.words)
    whole = sum(w.weight for w in part.words)
    reason = (
        _time_fault(reading, ground)
        or _place_fault(part, ground)
        or _figure_fault(part, reading, ground)
        or _party_fault(part, ground)
    )
    if reason is None and own < _OWN * whole:
        reason = "the source speaks of something else"
    if reason is None and share < enough:
        reason = f"not in the source: {', '.join(dict.fromkeys(w.text for w in missing))}"
    if reason is None and (heads := [w.text for w in missing if w.head]):
        reason = f"the source does not say “{heads[0]}”"
    return share, reason or modality_fault(part.words, reading, ground.reading)


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
        rivals = [
            q
            for q in ground.reading.quantities
            if q.figure.kind == figure.kind and q.figure.value != figure.value
        ]
        if any(all(_fits_better(quantity, rival, q) for q in held) for rival in rivals):
            return f"the figure {figure.value} belongs to something else in the source"
    return None


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


_SMALL = frozenset("the of and act law code rule rules regulation for a an in on to this that".split())


def _name_fault(reading: Reading, grounds: tuple[Ground, ...]) -> str | None:
    """Return a law or other proper name that stands in none of the grounds."""
    if not reading.names:
        return None
    held = frozenset().union(*(g.names for g in grounds))
    for name in reading.names:
        spelled = wordings().known_as.get(name.upper().removesuffix("S"), name)
        if all(w in held for w in stems(spelled) if w not in _SMALL):
            continue
        if not any(name.casefold().removesuffix("s") in g.initials for g in grounds):
            return f"names “{name}”, the source does not"
    return None
