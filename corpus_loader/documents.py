"""What a reader makes of a file: blocks of text with their place in it, later cut into sections."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Format = Literal["html", "xml", "markdown", "text", "pdf", "rtf", "docx", "json", "jsonl"]
Status = Literal["in_force", "repealed", "reserved", "renumbered", "expired"]


@dataclass(frozen=True, slots=True)
class Skip:
    """One thing that was not loaded: where it stands and why. `line` counts from 1; 0 is the file as a whole."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or heading. `text` has single spaces; `start` and `end` are characters in `Document.text`.

    `lead` is what stands in bold or in a heading at its very beginning; `level` is 1 to 6 for a heading, else 0;
    `line` counts from 1 in the source, `page` from 1 in a PDF (0 elsewhere); `within` are the ids of the HTML
    elements around it, outermost first.
    """

    text: str
    start: int = 0
    end: int = 0
    lead: str = ""
    level: int = 0
    line: int = 0
    page: int = 0
    within: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One subsection: its label ("(a)"), depth from 0, and where it stands in `Section.text`.

    A part ends where the next one begins, so the parts of a section do not overlap.
    """

    label: str
    depth: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """One section as its source has it.

    `number` is bare ("1798.100"; "165.540"), `through` the last of a range or "". `path` holds title, chapter, article
    and so on, outermost first. `text` is the body without number and heading, paragraphs parted by line breaks.
    `span` counts characters of `Document.text`: the decoded file for HTML, XML, JSON, Markdown and plain text, the
    text as extracted for PDF, RTF and DOCX. Everything in `text` stands in that span in the same order; the span also
    holds mark-up and page furniture. `citation` and `jurisdiction` are set where the source itself gives them.
    """

    number: str
    heading: str
    text: str
    path: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    history: str = ""
    status: Status = "in_force"
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None
    references: tuple[str, ...] = ()
    through: str = ""
    span: tuple[int, int] | None = None
    line: int = 0
    page: int = 0
    source: str = ""
    citation: str = ""
    jurisdiction: str = ""
    url: str = ""
    kind: Literal["section", "excerpt", "act"] = "section"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read. `blocks` is for formats that flow; `sections` for those that say themselves what a section is.

    `left_out` counts what was recognised as no part of the law, by kind ("page furniture").
    """

    format: Format
    text: str
    encoding: str = ""
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    skips: tuple[Skip, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where the law stands on a site's pages (CSS). Empty: the page is read as a whole, without its navigation."""

    content: str = ""
    drop: tuple[str, ...] = ()
    bold: tuple[str, ...] = ()
    """Elements to read as bold, for sites that mark headings by class alone."""
