"""What a term means: the sentence of the digest that defines what a question asks the meaning of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from retrieval.ranking import Ranked
from retrieval.understand import Understanding
from retrieval.words import content_stems, stems

_TERM = re.compile(
    r"\b(?:defin(?:e|es|ed|ition of|e the term)|meaning of|who(?:['’]s| is| are| counts as)|what(?:['’]s| is| are| counts as| qualifies as)(?: meant by| considered(?: as)?)?|counts? as|meant by)\s+"
    r"(?:an? |the )?(?:term )?[\"'“‘]?(?P<term>[A-Za-z][\w-]*(?: [\w-]+){0,3}?)[\"'”’]?\s*"
    r"(?=[?.,;:!]|$|\b(?:under|in|for|by|according|there|here|as|and|to|of|within|per)\b)|"
    r"\bwhat does [\"'“‘]?(?P<meant>[\w -]{3,40}?)[\"'”’]? mean\b",
    re.IGNORECASE,
)
_IS_IT = re.compile(
    r"(?:^|[.?!:;,–-]\s+|\b(?:and|so)\s+)(?:is|are|does|do|would)\s+"
    r"(?:(?!\b(?:consent|requir\w+|needs?|needed|must|allow\w*|necessary|sell\w*|process\w*|apply|notif\w+|protect\w*)\b)[^.?!]){3,90}?[\"'“‘ ]"
    r"(?P<term>sensitive (?:personal )?(?:data|information)|personal(?:ly)? (?:identif\w+ )?information|personal data|biometric (?:data|identifiers?|information)|consumer health data)\b",
    re.IGNORECASE,
)
"""Asks whether a thing falls under a defined term: "is a username personal information in Arizona?"."""
_VERB = re.compile(r"\s(?:is|are|means|mean|covers?|includes?|counts?)\s|:\s", re.IGNORECASE)
_NOT_A_TERM = frozenset(
    stem
    for word in (
        "fine", "penalty", "deadline", "rule", "law", "requirement", "threshold", "exempt", "cover", "allow", "difference", "limit", "time",
    )
    for stem in stems(word)
)  # fmt: skip
"""Stems of what people ask for by "what is the …" and no law defines."""


def asked_term(text: str) -> str | None:
    """Return the term whose meaning a text asks for ("who is an 'operator' in …" – "operator"), or None."""
    match = _TERM.search(text)
    if match is None or _NOT_A_TERM.intersection(content_stems(match["term"] or match["meant"])):
        named = _IS_IT.search(text)
        return named["term"] if named else None
    term = (match["term"] or match["meant"]).strip()
    return term if content_stems(term) else None


@lru_cache(maxsize=8_192)
def _before_verb(statement: str) -> frozenset[str]:
    """Return the stems before a statement's verb: what it defines, if it defines anything."""
    verb = _VERB.search(statement)
    return frozenset(content_stems(statement[: verb.start()])) if verb else frozenset()


def definition(understood: Understanding, ranked: Iterable[Ranked]) -> Ranked | None:
    """Return the statement that defines the term asked for, or None.

    A statement defines a term when the term stands before its verb; of several, the one with fewest other words there,
    from a section of definitions first.
    """
    term = asked_term(understood.text)
    if term is None:
        return None
    wanted = set(content_stems(term))
    named = {law for _, law in understood.laws}
    found: list[tuple[tuple[bool, bool, int, int], Ranked]] = []
    for r in ranked:
        head = _before_verb(r.entry.statement.text)
        if r.starts is None and wanted <= head:
            of_definitions = "defin" in r.entry.passage.title.lower()
            elsewhere = bool(named) and r.entry.passage.law_id not in named
            found.append(((elsewhere, not of_definitions, len(head - wanted), r.entry.order), r))
    best = min(found, key=lambda f: f[0], default=None)
    return best[1] if best and (not best[0][1] or best[0][2] <= 4) else None
