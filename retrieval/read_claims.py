"""Reads a sentence for comparison: what it speaks of, what it says must, may or may not be done, by whom, where, how much.

Reading is the same for a sentence of an answer and for a statement of the law, so that an oddity of one is an oddity of
the other. The words are in config/grounding.toml. No model: tokens, stems, and a few rules of English law prose.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from retrieval.claim_grammar import pass_over
from retrieval.claim_reader import Reader
from retrieval.claim_tokens import names_in, tokens_of
from retrieval.claims import Mention, Quantity, Reading, Scope, Word
from retrieval.jurisdiction_registry import FEDERAL
from retrieval.wordings import wordings

_MARK = re.compile(r"\s*\[[\d., ]+\]")
_LEAD = re.compile(
    r"^(?:Yes|No|It depends|Partly|Only in part)(?:,? (?:with (?:conditions|an opt-out|opt-out)|in part|in effect|but))?[:;,]\s+",
    re.IGNORECASE,
)
"""A yes or no and nothing that could be a claim of its own ("Yes, 30 days: …")."""
_TIMES = re.compile(r"\b(2|3|two|three) times\b|\btwice\b", re.IGNORECASE)
_US = re.compile(r"\bU\.S\.?(?=\s)")
_BROKEN = re.compile(
    r"\bbreach(?:es)? of(?= (?:the|this|that|a|any|an|its) (?:[A-Z]|act\b|law\b|section\b|chapter\b|statute\b))"
)
"""A law is violated; a breach is of data."""
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]”\"%][.!?])\s+(?=[A-Z“\"])")
_PRONOUN = re.compile(r"^(?:It|They|That|This|Such|These|Those|He|She|Nor|The same|Its|Their|Also)\b")
_REGARDLESS = re.compile(
    r"\beven (?:if|when|where|though|with|without|after)\b|\bregardless\b|\bwhether or not\b|\bfor \w+ or not\b",
    re.IGNORECASE,
)
_ANYWAY = re.compile(
    r"\b(?:does|do) not (?:lift|change|matter|help)\b|\bmere(?:ly)?\b|\benough\b|\bwhatever\b|\bat all\b|\bhowever\b|\bwithout (?:any|being)\b|\bno (?:\w+ ){0,2}(?:minimum|threshold|test)\b",
    re.IGNORECASE,
)
_FEDERAL = re.compile(
    r"\b(?:federal(?:ly)?|United States|U\.S\.?|(?-i:US))\b(?! (?:consumer reporting|credit))", re.IGNORECASE
)


@cache
def _abbreviated() -> re.Pattern[str]:
    known = "|".join(re.escape(a) for a in sorted(wordings().abbreviations, key=len, reverse=True))
    return re.compile(rf"\b({known}|(?:[A-Z]\.)*[A-Z])\.(?=[\s,)])")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; "Minn. Stat. § 1" stays whole, without the stops of its abbreviations."""
    whole = _abbreviated().sub(r"\1", text.strip())
    return tuple(part.strip() for part in _SENTENCE.split(whole) if part.strip())


def without_lead(text: str) -> str:
    """Return a sentence without the yes or no it opens with."""
    return _LEAD.sub("", text, count=1)


def plain(text: str) -> str:
    """Return a sentence without marks and its lead, with straight quotation marks."""
    text = _BROKEN.sub("violation of", _US.sub("US", _abbreviated().sub(r"\1", text)))
    text = _TIMES.sub(lambda m: "treble" if m[1] in ("3", "three") else "double", text)
    return without_lead(_MARK.sub("", text.replace("’", "'").replace("“", '"').replace("”", '"')).strip())


@lru_cache(maxsize=16_384)
def read(text: str) -> Reading:
    """Return a sentence read. Marks such as [1.2] and a leading yes or no are no part of it."""
    bare = plain(text)
    reader = pass_over(tokens_of(bare))
    words = _rescoped(reader)
    places = [*reader.places, *([Mention(FEDERAL, 0, 0)] if _FEDERAL.search(bare) else [])]
    return Reading(
        text=bare,
        words=tuple(words),
        scopes=_scopes(reader, words),
        quantities=tuple(
            Quantity(figure, _near(words, at, clause, segment), clause, segment, zone, scope)
            for figure, at, clause, segment, zone, scope in reader.figures
        ),
        parties=tuple(reader.parties),
        places=tuple(places),
        names=names_in(bare),
        concepts=frozenset(c for w in words for c in w.concepts),
        opens_with_pronoun=bool(_PRONOUN.match(bare)),
        regardless=bool(_REGARDLESS.search(bare)),
        anyway=bool(_REGARDLESS.search(bare) or _ANYWAY.search(bare)),
        empty=_rules_nothing(reader, words),
    )


def _rules_nothing(r: Reader, words: list[Word]) -> bool:
    """Return whether a "must" or "may" is left without what it is of: "This is not allowed: …", "what a court asks is banned".

    A last clause may be short: "…, and consumers may not".
    """
    told = {w.scope for w in words} | {scope for *_, scope in r.figures}
    clauses = {w.clause for w in words} | {clause for _, _, clause, *_ in r.figures}
    for number, scope in enumerate(r.scopes):
        if scope.modality in ("plain", "not") or scope.conditional or number in told:
            continue
        if any(s.clause == scope.clause and s.words for s in r.scopes[number + 1 :]):
            continue  # an auxiliary: what it is of comes behind the next verb
        if scope.bans if scope.clause in clauses else scope.clause < r.clause:
            return True
    return False


def _rescoped(r: Reader) -> list[Word]:
    """Return the words, a subject under its verb where nothing follows it: in "Notice is not required" none need be given."""
    words = r.words
    for number, scope in enumerate(r.scopes):
        if (
            scope.modality == "plain"
            or scope.conditional
            or any(w.scope == number and not w.zone for w in words)
        ):
            continue
        if scope.modality == "not" and any(
            s.clause == scope.clause and s.modality not in ("plain", "not") for s in r.scopes[number + 1 :]
        ):
            continue  # "data that it does not own must be": who owns is not what is said of the data
        back = number - 1
        while (
            back >= 0
            and r.scopes[back].clause == scope.clause
            and (not r.scopes[back].words or r.scopes[back].conditional)
        ):
            back -= 1
        if (
            back < 0
            or r.scopes[back].clause != scope.clause
            or r.scopes[back].modality not in ("plain", "not")
        ):
            continue
        while (
            back >= 0
            and r.scopes[back].clause == scope.clause
            and r.scopes[back].modality in ("plain", "not")
        ):
            words = [replace(w, scope=number) if w.scope == back and not w.zone else w for w in words]
            scope.words, r.scopes[back].words = scope.words + r.scopes[back].words, 0
            back -= 1
    return words


def _scopes(r: Reader, words: list[Word]) -> tuple[Scope, ...]:
    made = []
    for number, s in enumerate(r.scopes):
        opens = s.modality == "plain" and (number == 0 or r.scopes[number - 1].clause != s.clause)
        more = any(o.clause == s.clause and o.words and not o.conditional for o in r.scopes[number + 1 :])
        # without a verb of our list the clause is all one scope, and who acts stands somewhere in it
        actors = s.objects if opens and not s.actors else s.actors
        made.append(
            Scope(
                s.modality, frozenset(actors), frozenset(s.objects), s.exception, frozenset(s.excepted), opens and more, s.owner,
                s.excepted_from, s.bans,
            )
        )  # fmt: skip
    return tuple(made)


_NEAR = 5
"""Words to either side of a figure that say what it is a figure of."""


def _near(words: list[Word], at: int, clause: int, segment: int) -> frozenset[str]:
    window = words[max(0, at - _NEAR) : at + _NEAR]
    return frozenset(c for w in window if w.clause == clause and w.segment == segment for c in w.concepts)
