"""An answer as parts in reading order, for channels that show it while it is being written. Every part is verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrieval.records import Answer, AnswerSection, Source, Statement, Table

Kind = Literal["title", "short_answer", "section", "table", "conclusion", "sources"]


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """What may be shown next. `sources` are those of the part's own marks; of the last part, all of the answer.

    The last part has the kind `sources` and carries the whole `answer`, whose parts are those that came before it.
    """

    kind: Kind
    title: str = ""
    statements: tuple[Statement, ...] = ()
    section: AnswerSection | None = None
    table: Table | None = None
    sources: tuple[Source, ...] = ()
    answer: Answer | None = None


def parts_of(answer: Answer) -> tuple[AnswerPart, ...]:
    """Return a finished answer's parts: title, short answer, sections, table, conclusion, sources."""

    def cited(statements: tuple[Statement, ...]) -> tuple[Source, ...]:
        marks = {m for s in statements for m in s.marks}
        return tuple(s for s in answer.sources if s.mark in marks)

    found = [AnswerPart("title", title=answer.title)]
    if answer.short_answer:
        found.append(
            AnswerPart("short_answer", statements=answer.short_answer, sources=cited(answer.short_answer))
        )
    found += [AnswerPart("section", section=s, sources=cited(s.statements)) for s in answer.sections]
    if answer.table:
        cells = tuple(cell for row in answer.table.rows for cell in row.cells)
        found.append(AnswerPart("table", table=answer.table, sources=cited(cells)))
    if answer.conclusion:
        found.append(AnswerPart("conclusion", statements=answer.conclusion, sources=cited(answer.conclusion)))
    return (*found, AnswerPart("sources", sources=answer.sources, answer=answer))
