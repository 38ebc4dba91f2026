"""A reply as a row of pieces, in reading order; what Slack, Teams and the terminal each put into their own form.

Order and words are decided here once, so that no channel says more or less than another. Pieces hold plain
text: whoever renders them escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from bots.turn import Note, Reply
from retrieval.dates import day_text
from retrieval.jurisdictions import reason
from retrieval.records import Answer, Detection, Source, Statement, Table

FEDERAL = "US"
LISTED_PLACES = 12
"""More jurisdictions than this are counted, not listed: "all states" would fill the message."""


@dataclass(frozen=True, slots=True)
class Title:
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Level 1 begins a jurisdiction, the conclusion or the sources; level 2 a law or topic within it."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullet:
    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A comparison. The first column is the jurisdiction; `rows` pair its name with its cells, in order of `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Statement, ...]], ...]


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One source: `mark` ("1.1"), what it is, its official address or None, and what else to know of it."""

    mark: str
    text: str
    url: str | None
    details: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A small line at the end; `label` may be empty."""

    label: str
    text: str

    @property
    def line(self) -> str:
        """Both as one line of plain text."""
        return f"{self.label}: {self.text}" if self.label else self.text


Piece = Title | Heading | Paragraph | Bullet | Grid | SourceItem | Fact
Links = Mapping[str, str]
"""Official addresses by mark, so that a mark in the text can be clicked."""


def pieces_of(reply: Reply) -> tuple[Piece, ...]:
    """Return the pieces of a reply in reading order. A note is one paragraph."""
    if isinstance(reply, Note):
        return (Paragraph(reply.text),)
    names = place_names(reply)
    pieces: list[Piece] = [Title(reply.title)] if reply.title else []
    pieces += [Paragraph(s.text, s.marks) for s in reply.short_answer]
    if reply.table:
        pieces.append(_grid(reply.table, names))
    pieces += _sections(reply, names)
    if reply.conclusion:
        pieces.append(Heading("Conclusion", level=1))
        pieces += [Paragraph(s.text, s.marks) for s in reply.conclusion]
    if reply.sources:
        pieces.append(Heading("Source(s):", level=1))
        pieces += [source_item(source) for source in reply.sources]
    if reply.jurisdictions:
        label = "Jurisdiction" if len(reply.jurisdictions) == 1 else "Jurisdictions"
        pieces.append(Fact(label, places_line(reply.jurisdictions)))
    if reply.excluded:
        pieces.append(Fact("Left out", ", ".join(d.name for d in reply.excluded)))
    pieces += [Fact("", notice) for notice in reply.notices]
    return tuple(pieces)


def growing_pieces(so_far: Answer) -> tuple[Piece, ...]:
    """Return what is shown of an answer that is still being written; it begins what is shown of the whole.

    The sources, and what is known only at the end, come with the whole.
    """
    shown = [piece for piece in pieces_of(so_far) if not isinstance(piece, SourceItem | Fact)]
    return tuple(shown[:-1] if so_far.sources else shown)  # the heading of the sources stands last


def links_of(pieces: Iterable[Piece]) -> Links:
    """Return the addresses of the sources that have one."""
    return {piece.mark: piece.url for piece in pieces if isinstance(piece, SourceItem) and piece.url}


def place_names(answer: Answer) -> dict[str, str]:
    """Return the names of the jurisdictions an answer speaks of, by code; a code without a name stands for itself."""
    codes = [s.jurisdiction for s in answer.sections if s.jurisdiction] + [
        s.jurisdiction for s in answer.sources
    ]
    codes += [row.jurisdiction for row in answer.table.rows] if answer.table else []
    found = {d.code: d.name for d in answer.jurisdictions}
    return {code: code for code in codes} | found | {FEDERAL: "Federal law"}


def has_several_places(answer: Answer) -> bool:
    """Return whether an answer speaks of more than one state.

    That is read from the question, which is known from an answer's first part on: sections shown while the answer
    grows must not change when another state's section comes.
    """
    told = {s.jurisdiction for s in answer.sections if s.jurisdiction}
    return len(({d.code for d in answer.jurisdictions} or told) - {FEDERAL}) > 1


def places_line(places: Iterable[Detection]) -> str:
    """Return "Minnesota — named in your question", grouped by reason, in the order found."""
    parts = []
    for why, group in groupby(places, key=reason):
        names = [place.name for place in group]
        listed = ", ".join(names) if len(names) <= LISTED_PLACES else f"{len(names)} jurisdictions"
        parts.append(f"{listed} — {why}" if why else listed)
    return "; ".join(parts)


def source_item(source: Source) -> SourceItem:
    """Return a source as it stands in the list, e.g. [1.1] Minnesota Consumer Data Privacy Act, Minn. Stat. § …"""
    text = f"{source.law}, {source.citation}" + (f" — {source.title}" if source.title else "")
    details = [
        "official text" if source.text_kind == "official" else "",
        f"in force since {day_text(source.in_force_from)}" if source.in_force_from else "",
        f"until {source.in_force_to.isoformat()}" if source.in_force_to else "",
        "governs public bodies" if source.governs == "government" else "",
        "checked against a secondary source" if source.checked == "secondary" else "",
        f"reviewed {source.reviewed.isoformat()}",
    ]
    return SourceItem(source.mark, text, safe_link(source.url), ", ".join(d for d in details if d))


def safe_link(url: str) -> str | None:
    """Return an address that may be put into a link: http or https, and nothing that could end the link early."""
    return url if re.fullmatch(r"https?://[^\s<>\"'`|\\^{}\x00-\x1f]+", url) else None


def marks_text(marks: tuple[str, ...]) -> str:
    """Return marks as they stand behind a sentence: "[1.1] [1.2]"."""
    return " ".join(f"[{mark}]" for mark in marks)


def with_marks(text: str, marks: tuple[str, ...]) -> str:
    """Return a sentence with its marks behind it."""
    return f"{text} {marks_text(marks)}" if marks else text


def short_text(reply: Reply) -> str:
    """Return the short answer as one line without marks, for notifications; never empty."""
    if isinstance(reply, Note):
        return reply.text
    return " ".join(s.text for s in reply.short_answer) or reply.title


def plain_lines(reply: Reply) -> tuple[str, ...]:
    """Return a reply as lines of plain text, with nothing left out: for logs of a screen reader, files, last resorts."""
    return lines_of(pieces_of(reply))


def lines_of(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """Return pieces as lines of plain text."""
    lines: list[str] = []
    for piece in pieces:
        match piece:
            case Title(text):
                lines += [text, ""]
            case Heading(text):
                lines += ["", text]
            case Paragraph(text, marks):
                lines.append(with_marks(text, marks))
            case Bullet(text, marks):
                lines.append(f"- {with_marks(text, marks)}")
            case Grid():
                lines += ["", *grid_lines(piece)]
            case SourceItem(mark, text, url, details):
                lines.append(f"- [{mark}] {text} ({details})" + (f" {url}" if url else ""))
            case Fact():
                lines.append(piece.line)
    return tuple(lines)


def grid_lines(grid: Grid) -> tuple[str, ...]:
    """Return a table as lines, a row below the other, for places that have no tables: cells are whole sentences."""
    lines: list[str] = []
    for name, cells in grid.rows:
        lines.append(name)
        lines += [
            f"- {column}: {with_marks(cell.text, cell.marks)}"
            for column, cell in zip(grid.columns, cells, strict=False)
        ]
    return tuple(lines)


def split_text(text: str, limit: int) -> tuple[str, ...]:
    """Return a text in pieces of at most `limit` characters, cut between words where there are any; loses none."""
    parts = []
    while len(text) > limit:
        cut = text.rfind(" ", 1, limit + 1)
        cut = cut if cut > limit // 2 else limit
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return (*parts, text)


def _sections(answer: Answer, names: dict[str, str]) -> list[Piece]:
    """Sections in order; with several jurisdictions, a heading wherever another one begins unnamed."""
    several = has_several_places(answer)
    pieces: list[Piece] = []
    before: str | None = None
    for section in answer.sections:
        code = section.jurisdiction
        if several and code and code != before and not section.heading.startswith(names[code]):
            pieces.append(Heading(names[code], level=1))
        before = code
        pieces.append(Heading(section.heading))
        pieces += [Bullet(s.text, s.marks) for s in section.statements]
    return pieces


def _grid(table: Table, names: dict[str, str]) -> Grid:
    rows = tuple((names.get(row.jurisdiction, row.jurisdiction), row.cells) for row in table.rows)
    return Grid(table.columns, rows)
