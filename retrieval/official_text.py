"""The official text in an answer: a section the digest does not sum up, and the wording of an earlier day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from retrieval.catalogue import Key
from retrieval.legal_citations import cites
from retrieval.marks import Marks
from retrieval.records import AnswerSection, Passage, Statement

if TYPE_CHECKING:
    from retrieval.retriever import Evidence
    from retrieval.versions import Version

_QUOTED = 70
"""Words quoted of one section; the whole is a click away."""
_SPACE = re.compile(r"\s+")
_END = re.compile(r"(?<=[.;:])\s")


def quotation(text: str, words: int = _QUOTED) -> str:
    """Return the beginning of a text in quotation marks, whole sentences where one ends in time, at most `words` words."""
    plain = _SPACE.sub(" ", text).strip()
    if len(plain.split()) <= words:
        return f"“{plain}”"
    kept = ""
    for sentence in _END.split(plain):
        if len(f"{kept} {sentence}".split()) > words:
            break
        kept = f"{kept} {sentence}".strip()
    return f"“{kept or ' '.join(plain.split()[:words])} …”"


def cited_only_officially(evidence: Evidence, place: str) -> list[Passage]:
    """Return the sections of a place that the question cites, of which there is official text and no digest."""
    digest = [p.citation for p in evidence.catalogues[place].digest.values()]
    asked = [c for c in evidence.understood.citations if not any(cites(known, c) for known in digest)]
    return [
        p for p in evidence.official if p.jurisdiction == place and any(cites(p.citation, c) for c in asked)
    ]


def quoted(passages: Iterable[Passage], marks: Marks) -> tuple[Statement, ...]:
    """Return one statement for each section: its citation, heading and first words."""
    return tuple(marks.statement(f"{_named(p)}: {quotation(p.text)}", (p.key,)) for p in passages)


def _named(passage: Passage) -> str:
    plain = passage.title.strip(" .")
    return passage.citation if not plain or "§" in plain else f"{passage.citation}, {plain}"


def nearest_text(evidence: Evidence, place: str, marks: Marks) -> AnswerSection | None:
    """Return the official text nearest to a question on which the digest has nothing; None without any."""
    if evidence.understood.citations:  # another section than the one asked for is no answer
        return None
    near = [p for p in evidence.official if p.jurisdiction == place][:3]
    return (
        AnswerSection("Nearest official text, not summed up here", place, quoted(near, marks))
        if near
        else None
    )


def earlier_text(evidence: Evidence, place: str, lead: Iterable[Key], marks: Marks) -> AnswerSection | None:
    """Return the wording that the controlling sections, and those cited, had on the day asked about, where another is kept."""
    asked = dict.fromkeys((*lead, *(p.key for p in cited_only_officially(evidence, place))))
    held = [evidence.earlier[key] for key in asked if key in evidence.earlier]
    if not held:
        return None
    day = evidence.understood.as_of.isoformat()
    return AnswerSection(f"Wording in force on {day}", place, quoted(held, marks))


def as_of_day(passage: Passage, version: Version, day: dt.date) -> Passage:
    """Return a section with the text of an earlier day, as a source of its own."""
    return replace(
        passage,
        section=f"{passage.section}@{day.isoformat()}",
        citation=f"{passage.citation} (text of {day.isoformat()})",
        text=version.text,
        in_force_from=version.in_force_from,
        in_force_to=version.in_force_to,
    )
