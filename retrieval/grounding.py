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
from dataclasses import dataclass
from functools import lru_cache

from retrieval.catalogue import in_force, starts_on
from retrieval.claims import Mention, Quantity, Reading, Scope, Word, read, sentences
from retrieval.figures import agrees
from retrieval.records import Passage
from retrieval.wordings import wordings
from retrieval.words import stems

ENOUGH = 0.8
"""Share of a clause's content words that one ground must hold. Measured: see the table in tests/benchmarks/bench_grounding.py."""

_AGREEMENT = 0.6
"""Share of the words that sentence and ground have in common of which both must say the same: must, may, may not …"""


@dataclass(frozen=True, slots=True)
class Ground:
    """One sentence that may bear a claim. `around` are words of its section that a claim may use; `law` those that name it."""

    reading: Reading
    jurisdiction: str
    around: frozenset[str]
    parties: frozenset[str]
    names: frozenset[str]
    verbatim: str
    since: tuple[str, ...] = ()
    until: tuple[str, ...] = ()


def normal(text: str) -> str:
    """Return a text for comparing word for word: case, spaces, quotation marks and the full stop do not count."""
    return " ".join(text.replace("’", "'").replace("“", '"').replace("”", '"').casefold().split()).rstrip(
        ".;: "
    )


def _about(passage: Passage) -> str:
    """Return what a section says of itself, as a sentence that bears "… has been in force since …"."""
    began = passage.in_force_from
    since = f" took effect and has been in force since {began.isoformat()}" if began else ""
    until = f" expires and is in force until {passage.in_force_to.isoformat()}" if passage.in_force_to else ""
    return f"{passage.law} ({', '.join(passage.short_names)}), {passage.citation} — {passage.title};{since}{until}"


@lru_cache(maxsize=4_096)
def _of_section(passage: Passage) -> tuple[Reading, frozenset[str], frozenset[str], frozenset[str]]:
    """Return (about, words around, parties, names) of a section."""
    about = read(_about(passage))
    named = read(f"{passage.law}, {' '.join(passage.short_names)}, {passage.citation}, {passage.title}")
    words = frozenset(named.concepts)
    names = frozenset(
        stems(f"{passage.law} {' '.join(passage.short_names)} {passage.citation} {passage.title}")
    )
    return about, words, frozenset(p.name for p in named.parties), names


@lru_cache(maxsize=8_192)
def grounds_of(passage: Passage, day: dt.date) -> tuple[Ground, ...]:
    """Return the grounds of a section on a day: its statements, and what it says of itself.

    A statement whose time is over is none; one whose time has not come says so ("from 2027-01-01"), and bears only
    claims that say it too. Official text is read sentence by sentence.
    """
    about, words, parties, names = _of_section(passage)
    found = [Ground(about, passage.jurisdiction, words, parties, names, normal(about.text))]
    before: Reading | None = None
    rows = [(s.text, s) for s in passage.statements] or [(text, None) for text in sentences(passage.text)]
    for text, statement in rows:
        starts = starts_on(passage, statement, day) if statement else None
        if statement and starts is None and not in_force(passage, statement, day):
            continue
        reading = read(f"{text} (from {starts.isoformat()})" if starts else text)
        near, who = words, parties
        if before is not None and reading.opens_with_pronoun:
            near, who = near | before.concepts, who | {p.name for p in before.parties}
        found.append(
            Ground(reading, passage.jurisdiction, near, who, names | frozenset(stems(text)), normal(text))
        )
        before = reading
    return tuple(found)


def ground_in(text: str, passages: tuple[Passage, ...]) -> Ground:
    """Return a sentence of a position as a ground; it rests on these sections."""
    parts = [_of_section(p) for p in passages]
    own = frozenset(stems(text))
    return Ground(
        read(text), passages[0].jurisdiction, frozenset().union(*(p[1] for p in parts)),
        frozenset().union(*(p[2] for p in parts)), own.union(*(p[3] for p in parts)), normal(text),
    )  # fmt: skip


_TIME = frozenset(("deadline",))
"""A ground with a figure bears the words "time", "limit", "deadline"."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a reading that is compared with one ground: a clause, or a segment of one."""

    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    parties: tuple[Mention, ...]
    places: tuple[Mention, ...]


def _part(reading: Reading, clauses: frozenset[int], segments: frozenset[int] | None = None) -> _Part:
    def here(item: Word | Quantity | Mention) -> bool:
        return item.clause in clauses and (segments is None or item.segment in segments)

    return _Part(
        tuple(w for w in reading.words if here(w)), tuple(q for q in reading.quantities if here(q)),
        tuple(p for p in reading.parties if here(p)), tuple(p for p in reading.places if here(p)),
    )  # fmt: skip


def _says_the_same(scope: Scope, theirs: Scope, met: bool) -> bool:
    """Return whether a word stands under the same duty, permission or denial in a sentence and in a ground.

    `met` is whether the sentence speaks of the ground's exception: "needs consent to sell" and "may not sell without
    consent" are one rule, "may sell" is not.
    """
    said, held = scope.modality, theirs.modality
    excepted = bool(theirs.exception) and met
    loose = bool(theirs.exception) and not met
    if said in ("must", "mustlet"):
        return (
            held in ("must", "mustlet", "plain")
            or (held in ("maynot", "may") and excepted)
            or (said == "mustlet" and held == "may")
        )
    if said == "may":
        if held in ("may", "mustlet", "plain"):
            return not loose and not (scope.exception == "without" and theirs.exception != "without")
        if held == "maynot":
            return excepted and scope.exception != "without"
        return held == "must" and scope.exception not in ("", "without") and met
    if said == "maynot":
        return (
            (held == "maynot" and not loose)
            or (held in ("may", "must") and bool(scope.exception) and excepted)
            or held == "not"
        )
    if said == "neednot":
        return held in ("neednot", "not")
    if said == "not":
        return held in ("not", "neednot", "maynot")
    return held in ("plain", "must", "mustlet", "may") or (held in ("maynot", "not") and excepted)


def _alike(said: frozenset[str], held: frozenset[str]) -> bool:
    if not said or not held or said & held:
        return True
    return any(frozenset((a, b)) in wordings().alike for a in said for b in held)


def _modality_fault(part: _Part, reading: Reading, ground: Ground) -> str | None:
    """Return why what must, may or may not be done, or by whom, differs; None where it does not.

    Each scope is compared with the clause of the ground that shares most words with it. Words in common must stand
    under the same modality there; the verbs of either decide alone.
    """
    theirs = ground.reading
    by_concept = _by_concept(theirs)
    spoken = frozenset(c for w in part.words for c in w.concepts)
    flat = reading.regardless and not theirs.regardless
    met = [
        not flat and (not s.excepted or len(s.excepted & spoken) * 2 >= len(s.excepted))
        for s in theirs.scopes
    ]
    for number in sorted({w.scope for w in part.words}):
        scope = reading.scopes[number]
        rows = [
            (w, {o for c in w.concepts for o in by_concept.get(c, ())})
            for w in part.words
            if w.scope == number
        ]
        if fault := _condition_fault(rows):
            return fault
        if scope.subject:
            continue
        rows = [(w, {o for o in others if o.zone != "if"}) for w, others in rows if not w.zone]
        clauses = _nearest_clauses(rows)
        same, shared = 0.0, 0.0
        aligned: dict[int, float] = {}
        for word, others in rows:
            here = [o for o in others if o.clause in clauses]
            if not here:
                continue
            weight = word.weight * (2.0 if word.head else 1.0)
            shared += weight
            fitting = [
                o for o in here
                if o.zone or theirs.scopes[o.scope].subject or _says_the_same(scope, theirs.scopes[o.scope], met[o.scope])
            ]  # fmt: skip
            if not fitting and (word.head or any(o.head for o in here)):
                return f"says “{_PLAIN[scope.modality]} {word.text}” where the source does not"
            same += weight if fitting else 0.0
            for other in {o.scope for o in fitting}:
                aligned[other] = aligned.get(other, 0.0) + weight
        if shared and same < _AGREEMENT * shared:
            return f"says “{_PLAIN[scope.modality]}” where the source does not"
        nearest = [theirs.scopes[i] for i, w in aligned.items() if w >= 0.8 * max(aligned.values())]
        everyone = frozenset(p.name for p in theirs.parties)
        if nearest and (fault := _actor_fault(scope, nearest, everyone)):
            return fault
    return None


@lru_cache(maxsize=8_192)
def _by_concept(reading: Reading) -> dict[str, tuple[Word, ...]]:
    found: dict[str, list[Word]] = {}
    for word in reading.words:
        for concept in word.concepts:
            found.setdefault(concept, []).append(word)
    return {concept: tuple(words) for concept, words in found.items()}


def _nearest_clauses(rows: list[tuple[Word, set[Word]]]) -> set[int]:
    """Return the clauses of a ground that share most words with a scope."""
    shared: dict[int, float] = {}
    for word, others in rows:
        for clause in {o.clause for o in others}:
            shared[clause] = shared.get(clause, 0.0) + word.weight * (2.0 if word.head else 1.0)
    return {clause for clause, weight in shared.items() if weight >= 0.9 * max(shared.values())}


def _condition_fault(rows: list[tuple[Word, set[Word]]]) -> str | None:
    """Return a word of a condition that the ground makes a condition the other way round ("if" for "unless")."""
    for word, others in rows:
        if word.zone == "if" and others and all(o.zone and o.denied != word.denied for o in others):
            return f"turns the condition on “{word.text}” round"
    return None


_PLAIN = {
    "plain": "does", "must": "must", "mustlet": "must let", "may": "may", "maynot": "may not", "neednot": "need not", "not": "not",
}  # fmt: skip


def _actor_fault(said: Scope, held: list[Scope], everyone: frozenset[str]) -> str | None:
    """Return why the ones who act, or on whom, are not those of the nearest scopes of a source; None if they are.

    `everyone` are the parties of the source's whole sentence: one of them may be acted on.
    """
    for theirs in held:
        swapped = (
            said.actors & theirs.objects and said.objects & theirs.actors and not said.actors & theirs.actors
        )
        actors = _alike(said.actors, theirs.actors) or _dual(said, theirs)
        if not swapped and actors and (said.objects & everyone or _alike(said.objects, theirs.objects)):
            return None
    return f"makes {'/'.join(sorted(said.actors)) or 'someone'} act on {'/'.join(sorted(said.objects)) or 'someone'}"


def _dual(said: Scope, held: Scope) -> bool:
    """Return whether a right of one is told as a duty of the other: "people may delete", "a controller must delete"."""
    both = {"business", "operator", "provider"}, {"individual", "child", "parent", "employee", "person"}
    return {said.modality, held.modality} <= {"may", "must", "mustlet"} and any(
        said.actors & a and held.actors & b for a, b in (both, both[::-1])
    )


def _covered(word: Word, ground: Ground) -> bool:
    return bool(word.concepts & ground.reading.concepts) or bool(word.concepts & ground.around)


def _figure_fault(part: _Part, reading: Reading, ground: Ground) -> str | None:
    for quantity in part.quantities:
        figure = quantity.figure
        fitting = [q for q in ground.reading.quantities if agrees(figure, q.figure)]
        if figure.kind == "date" and _in_force_dates(quantity, reading, ground):
            continue
        if figure.kind == "section" and not fitting and any(w in ground.names for w in stems(figure.value)):
            continue
        if not fitting:
            return f"the figure {figure.value}{' ' + figure.unit if figure.unit else ''} is not in the source"
        rivals = [
            q
            for q in ground.reading.quantities
            if q.figure.kind == figure.kind and q.figure.value != figure.value
        ]
        for rival in rivals:
            if any(
                not ((quantity.near & (rival.near - q.near)) and ((q.near - rival.near) - quantity.near))
                for q in fitting
            ):
                continue
            return f"the figure {figure.value} belongs to something else in the source"
    return None


_SINCE = re.compile(
    r"\b(?:since|from|as of|effective|force|effect|starting|beginning|after|started|began)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|before|expires?|expired|ends?|ended)\W+(?:\w+\W+)?$", re.IGNORECASE
)


def _in_force_dates(quantity: Quantity, reading: Reading, ground: Ground) -> bool:
    """Return whether a date is said to be the one from which, or until which, the ground's law holds, and is."""
    before = reading.text[max(0, quantity.figure.start - 30) : quantity.figure.start]
    value = quantity.figure.value
    return any(d.startswith(value) for d in ground.since if _SINCE.search(before)) or any(
        d.startswith(value) for d in ground.until if _UNTIL.search(before)
    )


def _place_fault(part: _Part, ground: Ground) -> str | None:
    held = {p.name for p in ground.reading.places} | {ground.jurisdiction}
    if wrong := sorted({p.name for p in part.places} - held):
        return f"speaks of {wrong[0]}, the source of {ground.jurisdiction}"
    return None


def _party_fault(part: _Part, ground: Ground) -> str | None:
    held = {p.name for p in ground.reading.parties} | ground.parties
    missing = sorted({p.name for p in part.parties if p.name in wordings().exact} - held)
    return f"speaks of the {missing[0]}, the source does not" if missing else None


_SLACK = 0.34
"""Weight of content words that may be missing in any case: one of config/grounding.toml's soft words."""


def _coverage(part: _Part, ground: Ground) -> float:
    """Return the share of a part's content words that a ground holds; 1 where next to nothing is missing."""
    missing = sum(w.weight for w in part.words if not _covered(w, ground))
    whole = sum(w.weight for w in part.words)
    return 1.0 if missing <= _SLACK else 1 - missing / whole


def _fault(part: _Part, reading: Reading, ground: Ground, enough: float) -> tuple[float, str | None]:
    """Return how much of a part a ground holds (0 to 1) and the first reason why it does not bear it."""
    share = _coverage(part, ground)
    reason = _place_fault(part, ground) or _figure_fault(part, reading, ground) or _party_fault(part, ground)
    if reason is None and share >= enough:
        reason = _modality_fault(part, reading, ground)
    if reason is None:
        heads = [w for w in part.words if w.head and not _covered(w, ground)]
        missing = [w.text for w in part.words if not _covered(w, ground)]
        if share < enough:
            reason = f"not in the source: {', '.join(dict.fromkeys(missing))}"
        elif heads:
            reason = f"the source does not say “{heads[0].text}”"
    return share, reason


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
    return bearing, nearest[1]


def _name_fault(reading: Reading, grounds: tuple[Ground, ...]) -> str | None:
    """Return a law or other proper name that stands in no ground."""
    held = frozenset().union(*(g.names for g in grounds))
    initials = {i for g in grounds for i in _initials(g)}
    for name in reading.names:
        words = [w for w in stems(name) if w not in _SMALL]
        if name.casefold().rstrip("s") in initials or all(w in held for w in words):
            continue
        if expansion := wordings().known_as.get(name.upper().rstrip("S")):
            if all(w in held for w in stems(expansion) if w not in _SMALL):
                continue
        return f"names “{name}”, the source does not"
    return None


_SMALL = frozenset(
    [
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
    ]
)


@lru_cache(maxsize=4_096)
def _initials_of(text: str) -> frozenset[str]:
    words = [w for w in text.replace("-", " ").split() if w[:1].isupper()]
    letters = "".join(w[0] for w in words).casefold()
    return frozenset(
        letters[i:j] for i in range(len(letters)) for j in range(i + 3, min(len(letters), i + 9) + 1)
    )


def _initials(ground: Ground) -> frozenset[str]:
    return _initials_of(ground.reading.text)


def why_not(text: str, grounds: tuple[Ground, ...], enough: float = ENOUGH) -> str | None:
    """Return why a sentence is not borne by the grounds of the sections it cites, or None if it is.

    A sentence that stands word for word in one of them is borne.
    """
    if not grounds:
        return "no source"
    plain = normal(text)
    if any(plain == g.verbatim for g in grounds):
        return None
    for sentence in sentences(text):
        reading = read(sentence)
        bearing: list[Ground] = []
        for clause in _clauses(reading):
            found, reason = _borne(_part(reading, frozenset((clause,))), reading, grounds, enough)
            if not found:
                found, reason = _by_segments(reading, clause, grounds, enough, reason)
            if not found:
                return reason
            bearing += found
        if fault := _name_fault(reading, tuple(bearing) or grounds):
            return fault
    return None


def _clauses(reading: Reading) -> list[int]:
    """Return the numbers of the clauses that claim anything; figures and places alone go with their neighbours."""
    return sorted(
        {i.clause for i in (*reading.words, *reading.quantities, *reading.parties, *reading.places)}
    )


def _by_segments(
    reading: Reading, clause: int, grounds: tuple[Ground, ...], enough: float, reason: str
) -> tuple[list[Ground], str]:
    """Return grounds that bear a clause part by part, the parts being between commas and conjunctions.

    A part without content words ("Since January 1, 2024,") goes with the next one, or the last with the one before.
    """
    groups: list[set[int]] = [set()]
    held = {w.segment for w in reading.words if w.clause == clause}
    rest = (*reading.quantities, *reading.parties, *reading.places)
    for segment in sorted(held | {i.segment for i in rest if i.clause == clause}):
        groups[-1].add(segment)
        if segment in held:
            groups.append(set())
    if not groups[-1]:
        groups.pop()
    elif len(groups) > 1:
        last = groups.pop()
        groups[-1] |= last
    if len(groups) < 2:
        return [], reason
    bearing: list[Ground] = []
    for group in groups:
        found, fault = _borne(
            _part(reading, frozenset((clause,)), frozenset(group)), reading, grounds, enough
        )
        if not found:
            return [], fault
        bearing += found
    return bearing, ""
