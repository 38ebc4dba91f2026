"""Checks a statement of an answer against the sections it cites, claim by claim, and mends its marks where it can."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from retrieval.catalogue import Key
from retrieval.grounding import why_not
from retrieval.grounds import Ground, ground_in, grounds_of, normal
from retrieval.records import Passage, Statement, Verdict
from retrieval.retriever import Evidence
from retrieval.topics import all_topics

_LONGEST = 600
_MARKS_AT_MOST = 4
"""Of a model's sentence; the digest's own may rest on more. Who cites everything has shown nothing."""
_MARK_UP = re.compile(r"[<>`*_|{}\[\]@\x00-\x1f]|https?:|www\.|\]\(")
"""A sentence of law needs none of these; a forged link or a ping to a channel does. Marks are taken out before."""
_NO_STATEMENT = re.compile(r"\?|\b(?:[Ww]e|[Oo]ur|us|I|[Mm]y|me)\b")
"""A question, or words of the one who asks or answers: the law says neither."""
_INLINE_MARKS = re.compile(r"\s*[\[(]\d{1,3}\.\d{1,3}(?:\s*[,;]\s*\d{1,3}\.\d{1,3})*[\])]")
_LEAD = re.compile(r"^(?P<lead>Yes, with (?:conditions|an opt-out)|It depends|Yes|No)(?P<after>[:,.]\s+|\s+[—–-]\s+)(?P<rest>.+)$", re.DOTALL)  # fmt: skip


def _subject(topic: str) -> str:
    known = all_topics().get(topic)
    return known.name if known else ""


class ClaimCheck:
    """The sections of an answer, by mark, and what the digest's own positions say of them.

    `own` are sentences as the extractive composer would post them, true as they stand, with the sections they rest on.
    """

    def __init__(
        self,
        evidence: Evidence,
        passages: dict[str, Passage],
        own: Mapping[str, frozenset[Key]] | None = None,
    ) -> None:
        self._passages = passages
        self._own = own or {}
        self._day = evidence.understood.as_of
        by_key = {p.key: p for p in passages.values()}
        self._findings: list[tuple[frozenset[Key], Ground]] = []
        for catalogue in evidence.catalogues.values():
            for position in catalogue.positions.values():
                for s in position.statements:
                    if all(key in by_key for key in s.rests_on):
                        rests_on = tuple(by_key[key] for key in dict.fromkeys(s.rests_on))
                        ground = ground_in(s.text, rests_on, self._day, _subject(position.topic))
                        self._findings.append((frozenset(s.rests_on), ground))

    def why_not(self, statement: Statement) -> str | None:
        """Return why a statement may not be shown, or None. Its marks are taken as they are."""
        text = statement.text
        if not statement.marks:
            return "is empty or too long" if not text else "no source"
        if any(m not in self._passages for m in statement.marks):
            return "a mark without a source"
        rests_on = self._own.get(normal(text))
        if rests_on and rests_on <= {self._passages[m].key for m in statement.marks}:
            return None
        if not text or len(text) > _LONGEST:
            return "is empty or too long"
        if _MARK_UP.search(text):
            return "holds mark-up"
        if _NO_STATEMENT.search(text):
            return "is no statement of law"
        if len(statement.marks) > _MARKS_AT_MOST:
            return "cites more sections than one sentence can rest on"
        return why_not(text, self._grounds(statement.marks))

    def _grounds(self, marks: tuple[str, ...]) -> tuple[Ground, ...]:
        passages = [self._passages[m] for m in marks]
        keys = {p.key for p in passages}
        own = [g for p in passages for g in grounds_of(p, self._day)]
        return (*own, *(ground for rests_on, ground in self._findings if rests_on <= keys))

    def settle(self, text: str, marks: tuple[str, ...]) -> tuple[Statement, str | None]:
        """Return a statement with the marks that bear it, and why it may not be shown (None: it may).

        Marks are added only where a position says just this of several sections of the laws cited; a mark that
        bears nothing by itself and is not needed is taken out.
        """
        statement = Statement(_INLINE_MARKS.sub("", text).strip(), marks)
        reason = self.why_not(statement)
        if reason and not reason.startswith(("a mark", "is empty", "holds")) and marks:
            fuller = self._completed(statement)
            statement, reason = (fuller, None) if fuller else (statement, reason)
        if reason is None and len(statement.marks) > 1:
            statement = self._pruned(statement)
        return statement, reason

    def _completed(self, statement: Statement) -> Statement | None:
        cited = {self._passages[m].key for m in statement.marks}
        laws = {key[:2] for key in cited}
        marks = {p.key: m for m, p in self._passages.items()}
        for rests_on, _ in self._findings:
            if rests_on & cited and not rests_on <= cited and all(key[:2] in laws for key in rests_on):
                added = tuple(marks[k] for k in sorted(rests_on - cited) if k in marks)
                fuller = replace(statement, marks=(*statement.marks, *added))
                if self.why_not(fuller) is None:
                    return fuller
        return None

    def _pruned(self, statement: Statement) -> Statement:
        kept = statement.marks
        for mark in statement.marks:
            fewer = tuple(m for m in kept if m != mark)
            if not fewer or self.why_not(replace(statement, marks=fewer)) is not None:
                continue
            if self.why_not(replace(statement, marks=(mark,))) is not None:
                kept = fewer
        return replace(statement, marks=kept)


_ASIDE = re.compile(
    r"(?:^|[^\w\s]\s*)(?:yes|no|nope)\b(?!\. ?\d)\s*(?:[^\w\s]|$)"
    r"|\b(?:is|was|be|say|says) (?:a |an? (?:clear|plain|simple) )?(?:yes|no)(?:\s*(?:[^\w\s]|$)| (?:because|since|if|when|with|under|for|in)\b)",
    re.IGNORECASE,
)
"""A yes or no that does not open the sentence: "In Minnesota, no: …", "the answer is yes"."""


def with_checked_verdict(text: str, verdict: Verdict | None) -> tuple[str, str | None]:
    """Return a sentence and why its yes or no is wrong (None: it is not).

    Without a reviewed verdict on what it answers a yes or no is taken off; a yes to what is "yes, with conditions" gets
    the conditions. Only at its beginning may a sentence say yes or no.
    """
    match = _LEAD.match(text)
    rest = match["rest"] if match else text
    if _ASIDE.search(rest):
        return text, "says yes or no within the sentence"
    if match is None:
        return text, None
    lead = match["lead"].casefold()
    said = "no" if lead == "no" else "yes" if lead == "yes" else "conditional"
    if verdict is None:
        return rest[:1].upper() + rest[1:], None
    if said == verdict:
        return text, None
    if {said, verdict} == {"yes", "conditional"}:
        return f"{'Yes, with conditions' if verdict == 'conditional' else 'Yes'}: {rest}", None
    return text, f"says {match['lead'].lower()}, the reviewed verdict is {verdict}"


def has_lead(text: str) -> bool:
    """Return whether a sentence begins with a yes or no."""
    return _LEAD.match(text) is not None
