"""An answer as parts in reading order, for channels that show it while it is being written. Every part is verified."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from retrieval.records import Answer, AnswerSection, Source, Statement

Kind = Literal["opening", "section", "conclusion", "whole"]


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """What may be shown next.

    `so_far` is the answer up to this part: title, short answer and table (all in the `opening`), the sections and the
    conclusion that have come, the sources of the marks in them. It only grows: what stands in it stands in all later
    ones as it is. Title, verdict, jurisdictions and status are final from the start; notices, counts and times come with
    the last part, `whole`, whose `so_far` is the finished answer.

    `section` is the new one of a part of that kind; `sources` are those of the part's own marks, of `whole` all.
    """

    kind: Kind
    so_far: Answer
    section: AnswerSection | None = None
    sources: tuple[Source, ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences that are new in this part, cells of a table among them."""
        if self.kind == "opening":
            return self.so_far.all_statements()
        if self.kind == "conclusion":
            return self.so_far.conclusion
        return self.section.statements if self.section else ()


def part_of(kind: Kind, so_far: Answer, section: AnswerSection | None = None) -> AnswerPart:
    """Return a part of an answer that has grown by it."""
    part = AnswerPart(kind, so_far, section)
    if kind == "whole":
        return replace(part, sources=so_far.sources)
    marks = {m for s in part.statements for m in s.marks}
    return replace(part, sources=tuple(s for s in so_far.sources if s.mark in marks))


def parts_of(answer: Answer) -> tuple[AnswerPart, ...]:
    """Return a finished answer's parts: the opening, its sections, the conclusion where there is one, the whole."""

    def grown(kind: Kind, sections: int, conclusion: tuple[Statement, ...] = ()) -> AnswerPart:
        told = answer.sections[:sections]
        table = answer.table.rows if answer.table else ()
        said = (
            *answer.short_answer, *conclusion, *(s for section in told for s in section.statements),
            *(cell for row in table for cell in row.cells),
        )  # fmt: skip
        marks = {m for s in said for m in s.marks}
        so_far = replace(
            answer, sections=told, conclusion=conclusion, sources=tuple(s for s in answer.sources if s.mark in marks),
            notices=(), verification=None, elapsed_ms={},
        )  # fmt: skip
        return part_of(kind, so_far, told[-1] if kind == "section" else None)

    found = [grown("opening", 0), *(grown("section", n + 1) for n in range(len(answer.sections)))]
    if answer.conclusion:
        found.append(grown("conclusion", len(answer.sections), answer.conclusion))
    return (*found, part_of("whole", answer))
