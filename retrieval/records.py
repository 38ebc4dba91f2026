"""The values that flow: a Question becomes Jurisdictions, Passages and an Answer.

All records are frozen and hold tuples, so that a step can pass them on without a copy. `Answer`
is also the JSON contract of `reggi ask --json`: `answer_as_json` writes it field by field.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

Governs = Literal["business", "government", "both"]
TextKind = Literal["digest", "official"]
Checked = Literal["statute_text", "official_page", "secondary"]
Status = Literal["answered", "needs_jurisdiction", "not_found", "out_of_scope", "help"]
Verdict = Literal["yes", "no", "conditional"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, free of anything of Slack or Teams.

    `history` holds earlier questions of the conversation, oldest first. `jurisdiction` is an explicit
    argument (`/reggi NM …`) and beats what the text says; `default_jurisdictions` (channel, person) come last.
    """

    text: str
    asked_on: dt.date
    history: tuple[str, ...] = ()
    jurisdiction: str | None = None
    default_jurisdictions: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """One jurisdiction found, where (character span in the text as given, or None) and why."""

    code: str
    name: str
    span: tuple[int, int] | None
    why: str


@dataclass(frozen=True, slots=True)
class Jurisdictions:
    """What a text asks about. `mentioned` are named but not asked about (a seat, a server)."""

    found: tuple[Detection, ...] = ()
    excluded: tuple[Detection, ...] = ()
    mentioned: tuple[Detection, ...] = ()
    outside: tuple[str, ...] = ()  # foreign or local law named: "GDPR", "Canada"
    ambiguous: tuple[str, ...] = ()  # codes between which the text does not choose
    federal_only: bool = False  # "What does COPPA require?" needs no state
    every: bool = False  # "all states", "which states": a survey
    roles_unclear: bool = False  # several places of business and nobody's residence: all were taken

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(d.code for d in self.found)


@dataclass(frozen=True, slots=True)
class LawStatement:
    """One sentence of the digest that can be quoted alone, with its topics and own dates."""

    text: str
    topics: tuple[str, ...]
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of one law, from the digest or from official text.

    `law_id` is unique in the jurisdiction ("consumer-data-privacy-act"), `section` in the law ("325M.14").
    `statements` is empty for official text, whose words stand in `text`. `distance` is cosine: 0 identical, 2 opposite.
    """

    jurisdiction: str
    law_id: str
    law: str
    section: str
    citation: str
    title: str
    url: str
    text: str
    text_kind: TextKind
    kind: Literal["statute", "regulation", "case_law", "survey"]
    governs: Governs
    topics: tuple[str, ...]
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    reviewed: dt.date
    checked: Checked
    statements: tuple[LawStatement, ...] = ()
    short_names: tuple[str, ...] = ()
    distance: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.jurisdiction, self.law_id, self.section)


@dataclass(frozen=True, slots=True)
class PositionStatement:
    """One sentence of a position and the sections (`Passage.key`) it rests on."""

    text: str
    rests_on: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Position:
    """What a careful lawyer would say first about one topic in one jurisdiction.

    `verdict` answers the topic's `verdict_asks`; None where that is not a yes/no question.
    `no_law` is True where the digest found no such law on `reviewed`.
    """

    jurisdiction: str
    topic: str
    verdict: Verdict | None
    statements: tuple[PositionStatement, ...]
    reviewed: dt.date
    no_law: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and the marks of its sources, e.g. ("1.1", "2.3")."""

    text: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A headed part of an answer; `jurisdiction` is a code, or None for a part about several."""

    heading: str
    jurisdiction: str | None
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One jurisdiction's cells, in the order of `Table.columns` after the first."""

    jurisdiction: str
    cells: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison. `columns` names the cells; every cell carries marks."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One numbered source: `mark` is "law.section", used for one section of one law only."""

    mark: str
    jurisdiction: str
    law: str
    citation: str
    title: str
    url: str
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    reviewed: dt.date
    text_kind: TextKind
    governs: Governs
    checked: Checked = "statute_text"


@dataclass(frozen=True, slots=True)
class Verification:
    """How many sentences that a model wrote were kept as they were, kept after a second try, and dropped."""

    kept: int
    repaired: int
    dropped: int


class UnsupportedAnswer(ValueError):
    """An answer was about to be made with a statement without a source or a mark without a meaning."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to the person.

    Raises:
        UnsupportedAnswer: when status is `answered` and a statement has no mark, a mark no source,
            a mark stands for two sources, or nothing is said at all.
    """

    status: Status
    question: str
    title: str
    short_answer: tuple[Statement, ...] = ()
    sections: tuple[AnswerSection, ...] = ()
    table: Table | None = None
    conclusion: tuple[Statement, ...] = ()
    sources: tuple[Source, ...] = ()
    jurisdictions: tuple[Detection, ...] = ()
    excluded: tuple[Detection, ...] = ()
    topics: tuple[str, ...] = ()
    verdict: Verdict | None = None
    notices: tuple[str, ...] = ()
    engine: str = "extractive"
    id: str | None = None
    elapsed_ms: dict[str, float] = field(default_factory=dict)
    verification: Verification | None = None  # None: no model wrote

    def __post_init__(self) -> None:
        marks = [source.mark for source in self.sources]
        if len(marks) != len(set(marks)):
            raise UnsupportedAnswer(f"a mark stands for two sources: {marks}")
        known = set(marks)
        for statement in self.all_statements():
            unknown = set(statement.marks) - known
            if unknown:
                raise UnsupportedAnswer(f"marks without a source {sorted(unknown)} in {statement.text!r}")
            if self.status == "answered" and not statement.marks:
                raise UnsupportedAnswer(f"no source for {statement.text!r}")
        if self.status == "answered" and not self.short_answer and not self.table:
            raise UnsupportedAnswer("an answered question needs a short answer or a table")

    def all_statements(self) -> tuple[Statement, ...]:
        """Every statement in reading order: short answer, sections, table cells, conclusion."""
        cells = tuple(cell for row in self.table.rows for cell in row.cells) if self.table else ()
        in_sections = tuple(s for section in self.sections for s in section.statements)
        return self.short_answer + in_sections + cells + self.conclusion


def _date(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _statement(value: Statement) -> dict[str, object]:
    return {"text": value.text, "marks": list(value.marks)}


def _detection(value: Detection) -> dict[str, object]:
    return {
        "code": value.code,
        "name": value.name,
        "span": list(value.span) if value.span else None,
        "why": value.why,
    }


def answer_as_json(answer: Answer) -> dict[str, object]:
    """Return the JSON contract of `reggi ask --json`. Fields are only ever added to it."""
    return {
        "id": answer.id,
        "status": answer.status,
        "question": answer.question,
        "title": answer.title,
        "jurisdictions": [_detection(d) for d in answer.jurisdictions],
        "excluded": [_detection(d) for d in answer.excluded],
        "topics": list(answer.topics),
        "verdict": answer.verdict,
        "short_answer": [_statement(s) for s in answer.short_answer],
        "sections": [
            {
                "heading": s.heading,
                "jurisdiction": s.jurisdiction,
                "statements": [_statement(x) for x in s.statements],
            }
            for s in answer.sections
        ],
        "table": None
        if answer.table is None
        else {
            "columns": list(answer.table.columns),
            "rows": [
                {"jurisdiction": row.jurisdiction, "cells": [_statement(cell) for cell in row.cells]}
                for row in answer.table.rows
            ],
        },
        "conclusion": [_statement(s) for s in answer.conclusion],
        "sources": [
            {
                "mark": s.mark,
                "jurisdiction": s.jurisdiction,
                "law": s.law,
                "citation": s.citation,
                "title": s.title,
                "url": s.url,
                "in_force_from": _date(s.in_force_from),
                "in_force_to": _date(s.in_force_to),
                "reviewed": s.reviewed.isoformat(),
                "text_kind": s.text_kind,
                "governs": s.governs,
                "checked": s.checked,
            }
            for s in answer.sources
        ],
        "notices": list(answer.notices),
        "engine": answer.engine,
        "verification": None
        if answer.verification is None
        else {
            "kept": answer.verification.kept,
            "repaired": answer.verification.repaired,
            "dropped": answer.verification.dropped,
        },
        "elapsed_ms": {name: round(ms, 1) for name, ms in answer.elapsed_ms.items()},
    }
