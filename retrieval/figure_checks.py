"""Whether the figures of a part of a sentence are those of a source, of the same thing, at the same rate, of the same ones."""

from __future__ import annotations

import re

from retrieval.claim_part import Part
from retrieval.claims import Quantity, Scope
from retrieval.figures import agrees, bounds_agree
from retrieval.grounds import Ground
from retrieval.modality import alike
from retrieval.words import stems


def figure_fault(part: Part, ground: Ground) -> str | None:
    """Return a figure that a source does not have, or has of something else or with another figure."""
    if not part.quantities:
        return None
    counted = {(q.clause, q.segment) for q in part.quantities}
    free = frozenset(c for w in part.words if (w.clause, w.segment) not in counted for c in w.concepts)
    for quantity in part.quantities:
        figure = quantity.figure
        held = [q for q in ground.reading.quantities if agrees(figure, q.figure)]
        if not held:
            if figure.kind == "date" and _holds_then(quantity, part, ground):
                continue
            if figure.kind == "section" and all(w in ground.names for w in stems(figure.value)):
                continue
            return f"the figure {figure.value}{' ' + figure.unit if figure.unit else ''} is not in the source"
        rivals = [
            r
            for r in _rivals(quantity, held, ground)
            if not any(_in_order(part, quantity, r, q) for q in held)
        ]
        if any(all(_fits_better(quantity, rival, q, free) for q in held) for rival in rivals):
            return f"the figure {figure.value} belongs to something else in the source"
        if figure.kind == "money" and not any(_same_rate(quantity, part, q, ground) for q in held):
            return f"the figure {figure.value} is at another rate in the source"
    return _pairs_fault(part, ground)


def _rivals(quantity: Quantity, held: list[Quantity], ground: Ground) -> list[Quantity]:
    """Return other figures of the kind; "at least 13 but under 16": one with another bound is no rival."""
    return [
        q
        for q in ground.reading.quantities
        if q.figure.kind == quantity.figure.kind
        and q.figure.value != quantity.figure.value
        and all(
            bounds_agree(q.figure.bound, h.figure.bound) or bounds_agree(h.figure.bound, q.figure.bound)
            for h in held
        )
    ]


def _in_order(part: Part, said: Quantity, rival: Quantity, held: Quantity) -> bool:
    """Return whether a sentence has both figures, in the source's order: then each is of what it is of there."""
    both = [q for q in part.quantities if agrees(q.figure, rival.figure)]
    return any((q.figure.start > said.figure.start) == (rival.figure.start > held.figure.start) for q in both)


def _fits_better(said: Quantity, rival: Quantity, held: Quantity, free: frozenset[str]) -> bool:
    """Return whether what a figure is said of is what another figure of the source is of, and not its own.

    `free` are the concepts that stand with no figure: "For willful violations … up to $3,000".
    """
    others = (held.near - rival.near) - said.near
    return bool(said.near & (rival.near - held.near)) and (not held.near or bool(others - free))


_RATE = re.compile(
    r"\W{0,2}(?:(?:for )?(?:each|every|per|an?) (?!total)(\w+)|(?:\w+ ){1,3}(?:each|every|per|an?) (day|week|month|year)\b)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\W*(?:\w+\W+)?(?:in total|in all|altogether|overall|in (?:the )?aggregate)\b", re.IGNORECASE
)
_TIMES = frozenset(("day", "week", "month", "year"))


def _rate(quantity: Quantity, text: str) -> str:
    """Return "day" for "$50 a day", "each" for "$50 per record", "total" for "$50 in total", "" for "$50"."""
    if _TOTAL.match(text, quantity.figure.end):
        return "total"
    match = _RATE.match(text, quantity.figure.end)
    unit = (match[1] or match[2]).lower() if match else ""
    return unit if not match or unit in _TIMES else "each"


def _same_rate(said: Quantity, part: Part, held: Quantity, ground: Ground) -> bool:
    ours, theirs = _rate(said, part.reading.text), _rate(held, ground.reading.text)
    return ours == theirs or not ours or not (theirs or ours in _TIMES)


def _pairs_fault(part: Part, ground: Ground) -> str | None:
    """Return a figure that the source has with another one than the sentence: "$10,000 for the first 60 days"."""
    held = ground.reading.quantities
    for first in part.quantities:
        rivals = [
            q for q in held if q.figure.kind == first.figure.kind and q.figure.value != first.figure.value
        ]
        for second in part.quantities:
            if first.segment != second.segment or first.figure.kind == second.figure.kind:
                continue
            ones = [q for q in held if agrees(first.figure, q.figure)]
            others = [q for q in held if agrees(second.figure, q.figure)]
            together = any(
                a.segment == b.segment or all(r.segment != b.segment for r in rivals)
                for a in ones
                for b in others
            )
            if ones and others and not together:
                return f"the source has {second.figure.value} with another figure than {first.figure.value}"
    return None


_SINCE = re.compile(
    r"\b(?:since|from|as of|effective|force|effect|starting|beginning|after|started|began)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|before|expires?|expired|ends?|ended)\W+(?:\w+\W+)?$", re.IGNORECASE
)


def _holds_then(quantity: Quantity, part: Part, ground: Ground) -> bool:
    """Return whether a date is said to be the one from which, or until which, the ground's law holds, and is."""
    before = part.reading.text[max(0, quantity.figure.start - 30) : quantity.figure.start]
    days = (
        *(ground.since if _SINCE.search(before) else ()),
        *(ground.until if _UNTIL.search(before) else ()),
    )
    return any(day.startswith(quantity.figure.value) for day in days)


_AUTHORITIES = frozenset(("attorney-general", "regulator", "reporting-agency", "law-enforcement"))


def figure_party_fault(part: Part, ground: Ground) -> str | None:
    """Return that a figure is of somebody else: 5 years that agencies owe are not what a business owes."""
    theirs = ground.reading
    said = frozenset(
        a for w in part.words if part.scope(w).modality not in ("plain", "not") for a in part.scope(w).actors
    )
    named = {p.name for p in part.reading.parties}
    for quantity in part.quantities:
        held = [q for q in theirs.quantities if agrees(quantity.figure, q.figure)]
        clauses = {q.clause for q in held}
        wrong = f"the figure {quantity.figure.value} is of somebody else in the source"
        if held and all(
            _of_others(part.reading.scopes[quantity.scope], theirs.scopes[q.scope]) for q in held
        ):
            return wrong
        # "the attorney general, within 10 days after the people": not the people within 10 days
        firsts = {next((p.name for p in theirs.parties if p.clause == c), "") for c in clauses} - {""}
        if "individual" in named and firsts and firsts <= _AUTHORITIES - named:
            return wrong
        scopes = [theirs.scopes[i] for i in {w.scope for w in theirs.words if w.clause in clauses}]
        scopes = [s for s in scopes if s.actors and s.modality not in ("plain", "not", "mustlet")]
        if said and scopes and not any(alike(said, s.actors | s.objects) for s in scopes):
            return wrong
    return None


def _of_others(said: Scope, held: Scope) -> bool:
    """Return whether two duties are owed to different ones: told to people, told to an authority."""
    if "plain" in (said.modality, held.modality) or said.actors or held.subject:
        return False
    return bool(said.objects and held.objects) and not alike(said.objects, held.objects)
