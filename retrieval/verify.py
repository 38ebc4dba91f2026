"""Nothing is shown that its source does not bear: marks, figures and jurisdictions are checked, what fails is taken out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.records import Answer, AnswerSection, Passage, Source, Statement, Table, TableRow

_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)*")
_CORRECTED = re.compile(r"^Not [^:]{1,40}: ")
"""A figure of the question that the sentence denies: it is in no source, and need not be."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer as it may be shown, and what was taken out with the reason."""

    answer: Answer
    dropped: tuple[tuple[str, str], ...]


def _figures(text: str) -> set[str]:
    return {f.replace(",", "") for f in _FIGURE.findall(text)}


def _figures_of_day(day: dt.date | None) -> set[str]:
    return _figures(day.isoformat()) | {str(day.year), str(day.day)} if day else set()


@lru_cache(maxsize=4_096)
def _sentences_of(passage: Passage) -> frozenset[str]:
    return frozenset(s.text for s in passage.statements)


@lru_cache(maxsize=4_096)
def _figures_of(passage: Passage) -> set[str]:
    found = _figures(
        " ".join((passage.text, passage.citation, passage.title, passage.law, *passage.short_names))
    )
    for day in (passage.in_force_from, passage.in_force_to, passage.reviewed):
        found |= _figures_of_day(day)
    for s in passage.statements:
        found |= _figures_of_day(s.in_force_from) | _figures_of_day(s.in_force_to)
    return found


Claims = Callable[[Statement], str | None]
"""Returns why a statement's claims are not borne by what it cites, or None."""


def fault(
    statement: Statement, sources: dict[str, Passage], places: frozenset[str], claims: Claims | None = None
) -> str | None:
    """Return why a statement may not be shown, or None.

    `sources` are the passages by mark; `places` the jurisdictions whose law may be cited. Sentences that a model wrote are
    checked claim by claim (`claims`, see claim_check.py); those of the digest, quoted as they are, by their figures.
    """
    if not statement.marks:
        return "no source"
    cited = [sources[m] for m in statement.marks if m in sources]
    if len(cited) != len(statement.marks):
        return "a mark without a source"
    if wrong := [p.jurisdiction for p in cited if p.jurisdiction not in places]:
        return f"cites {wrong[0]} law"
    if claims is not None:
        return claims(statement)
    if any(statement.text in _sentences_of(p) for p in cited):  # word for word, figures and all
        return None
    known = set().union(*(_figures_of(p) for p in cited))
    said = _CORRECTED.sub("", statement.text)
    if missing := sorted(_figures(said) - known):
        return f"figures {missing} stand in no cited section"
    return None


def verify(
    answer: Answer, sources: dict[str, Passage], places: frozenset[str], claims: Claims | None = None
) -> Verified:
    """Return the answer without the statements that fail; counts and corrections made by the composer are kept.

    Only answered questions are checked: other statuses state no law without marks of their own.
    """
    dropped: list[tuple[str, str]] = []

    def keep(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        good = []
        for s in statements:
            reason = fault(s, sources, places, claims)
            if reason is None or (not s.marks and answer.status == "not_found"):
                good.append(s)
            else:
                dropped.append((s.text, reason))
        return tuple(good)

    if answer.status not in ("answered", "not_found"):
        return Verified(answer, ())
    short = answer.short_answer if answer.table else keep(answer.short_answer)
    sections = tuple(
        AnswerSection(s.heading, s.jurisdiction, kept)
        for s in answer.sections
        if (kept := keep(s.statements))
    )
    table = answer.table
    if table:
        rows = []
        for row in table.rows:
            cells = keep(row.cells)
            if len(cells) == len(row.cells):
                rows.append(TableRow(row.jurisdiction, row.cells))
        table = Table(table.columns, tuple(rows)) if rows else None
    conclusion = keep(answer.conclusion)
    if not short and not table:
        return Verified(
            replace(
                answer,
                status="not_found",
                short_answer=(Statement(WITHHELD, ()),),
                sections=(),
                conclusion=(),
                sources=(),
                table=None,
            ),
            tuple(dropped),
        )
    used = {
        m for s in (*short, *conclusion, *(x for sec in sections for x in sec.statements)) for m in s.marks
    }
    used |= {m for row in (table.rows if table else ()) for cell in row.cells for m in cell.marks}
    kept_sources: tuple[Source, ...] = tuple(s for s in answer.sources if s.mark in used)
    return Verified(
        replace(
            answer,
            short_answer=short,
            sections=sections,
            table=table,
            conclusion=conclusion,
            sources=kept_sources,
        ),
        tuple(dropped),
    )


WITHHELD = "I found law on this, but could not verify an answer against it, so I withhold it."
