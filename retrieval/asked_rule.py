"""What the law's sentences rule on the very act a question asks about: banned, required, allowed only with something.

A position answers its topic's standard question; a person asks about one act ("print it on a badge?"). Both are read
into duties and permissions by retrieval/read_claims.py; the rule whose words are the question's own decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from retrieval.claims import Reading
from retrieval.read_claims import read

Ruled = Literal["banned", "banned unless", "only with", "allowed", "required", "not required"]

COMMON = frozenset(
    [
        "information", "person", "privaci", "privacy", "law", "act", "answer", "apply", "compani", "business", "shop", "store", "keep", "firm", "small",
        "tini", "big", "app", "website", "web", "want", "new", "data", "secure", "enough", "sufficient", "actual", "realli", "year", "yearly", "day",
        "only", "consumer", "customer", "worker", "resident", "breach", "violate", "state", "notify", "consent", "opt", "ok", "ask", "include", "use", "polici",
        "collect", "recover", "disclose", "purpose", "servic",
    ]
)  # fmt: skip
"""Concepts in so many rules that they alone tie no rule to a question; beside a rarer one they count."""

_PARTS = re.compile(r",\s+(?=(?:and |but )?(?:may|must) not\b)")
"""A ban that shares its subject with what stands before it: "may use it only for school purposes, may not sell it"."""
_CONDITIONS = frozenset({"consent", "opt", "notify"})
_OF_COURSE = re.compile(
    r"\b(?:law|statute|court|order)\w*\b[^,.;]*\b(?:requires?|permits?|allows?|orders?)\b|\brequired by\b",
    re.IGNORECASE,
)
"""An exception that lies in the nature of things: "unless the law requires it"."""

LIMITED = re.compile(
    r"\bdo[- ]not[- ]call|\bno-call\b|\bregistr(?:y|ies)\b|\bon the (?:state )?list\b", re.IGNORECASE
)
"""A ban of some calls: it binds who asks about those, and is a condition for anyone else."""
_NEVER = re.compile(r"\bnever\b|\b(?:is|are) not allowed\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule on the act asked about: how many of the question's concepts it names, and how many as the act itself."""

    ruled: Ruled
    named: int
    acts: int


@lru_cache(maxsize=8_192)
def _read(text: str) -> Reading:
    return read(text)


def asked_concepts(text: str) -> frozenset[str]:
    """Return the groups of meaning of a question's content words."""
    return frozenset(c for w in _read(text).words if w.weight >= 1 for c in w.concepts)


def ruling(question: str, statements: Iterable[str], subject: str = "") -> Finding | None:
    """Return the rule on the act asked about, or None where no sentence rules on it, or one rules both ways.

    Of sentences that name as much of the question the first decides.

    A rule counts when it names at least two of the question's concepts, one of them rare, the act itself under its verb.
    `subject` is what all the statements are about, though they may not say so each time ("Student data").
    """
    asked = asked_concepts(question)
    known = asked_concepts(subject) & asked
    limited = bool(LIMITED.search(question))
    found = [
        rules
        for text in statements
        if (rules := [f for part in _PARTS.split(text) for f in _rules(_read(part), asked, known, limited)])
    ]
    if not found:
        return None
    best = max((f.named, f.acts) for rules in found for f in rules)
    first = next(rules for rules in found if any((f.named, f.acts) == best for f in rules))
    kinds = {f.ruled for f in first if (f.named, f.acts) == best}
    return Finding(kinds.pop(), *best) if len(kinds) == 1 else None


def _rules(
    reading: Reading, asked: frozenset[str], known: frozenset[str], limited: bool = False
) -> list[Finding]:
    found = []
    for number, scope in enumerate(reading.scopes):
        if scope.modality == "plain" or scope.subject or scope.owner >= 0:
            continue
        own = [w for w in reading.words if w.scope == number]
        act = {c for w in own if not w.zone for c in w.concepts} & asked
        clauses = {w.clause for w in own}
        about = {
            c
            for w in reading.words
            if w.clause in clauses and reading.scopes[w.scope].modality == "plain" and not w.zone
            for c in w.concepts
        } & asked
        named = act | about | known
        if not act - known or len(named) < 2 or named <= COMMON:
            continue
        with_words = {c for w in own if w.zone for c in w.concepts}
        if scope.modality == "not" and not _NEVER.search(reading.text):
            continue  # "had no law limiting sale" is no ban
        kind = _kind(scope.modality, scope.exception, reading.text, with_words, asked)
        if kind == "banned" and LIMITED.search(reading.text) and not limited:
            kind = "banned unless"
        found.append(Finding(kind, len(named), len(act - known - _CONDITIONS)))
    return found


def _kind(modality: str, exception: str, text: str, with_words: set[str], asked: frozenset[str]) -> Ruled:
    if modality in ("must", "mustlet"):
        return "required"
    if modality == "neednot":
        return "not required"
    if modality == "may" and exception != "only":
        return "allowed"
    if modality == "may":
        offered = asked & _CONDITIONS
        return "banned" if offered and not offered & with_words else "only with"
    return "banned unless" if exception and not _OF_COURSE.search(text) else "banned"
