"""The sentences that may bear a claim: statements of the digest, sentences of official text, sentences of positions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.catalogue import in_force, starts_on
from retrieval.claims import Reading
from retrieval.read_claims import read, sentences
from retrieval.records import LawStatement, Passage
from retrieval.words import stems

_TIME = frozenset(("deadline",))
"""A ground with a figure bears the words "time", "limit", "deadline"."""
_LEVEL = frozenset(("threshold",))
"""One with a number, share or sum bears the word "threshold"."""


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
    rows: list[tuple[str, LawStatement | None]] = [(s.text, s) for s in passage.statements]
    rows = rows or [(text, None) for text in sentences(passage.text)]
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
        reading, jurisdiction, around | _of_figures(reading), parties,
        section.names | frozenset(stems(text)), section.initials | _initials(text), normal(text), since, until, starts,
    )  # fmt: skip


def _of_figures(reading: Reading) -> frozenset[str]:
    if not reading.quantities:
        return frozenset()
    return _TIME | (
        _LEVEL
        if any(q.figure.kind in ("count", "share", "money") for q in reading.quantities)
        else frozenset()
    )


@lru_cache(maxsize=8_192)
def ground_in(text: str, passages: tuple[Passage, ...], day: dt.date, subject: str = "") -> Ground:
    """Return a sentence of a position as a ground; it rests on these sections.

    `subject` is what the position answers ("Breach notice deadline"), which its sentences take as said: "Within 45 days".
    """
    parts = [_section(p, day) for p in passages]
    asked = read(subject).concepts if subject else frozenset()
    section = _Section(
        parts[0].about,
        asked.union(*(p.around for p in parts)),
        frozenset().union(*(p.parties for p in parts)),
        frozenset().union(*(p.names for p in parts)),
        frozenset().union(*(p.initials for p in parts)),
    )
    since = tuple(p.in_force_from.isoformat() for p in passages if p.in_force_from)
    return _ground(read(text), section, passages[0].jurisdiction, text, (), since)
