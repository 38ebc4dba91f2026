"""How official text lies in the store: one row a chunk, the section's record on its first row.

The ids of a section's rows are its record id ("325m#325M.14@official") and that id with "~1", "~2" …; the documents of
the rows, put together in order, are the section's text character for character.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from retrieval.legal_citations import section_number
from retrieval.records import Passage

OFFICIAL = "official"
_MARK = "@official"


@dataclass(frozen=True, slots=True)
class OfficialChunk:
    """One chunk of a section, ready to be written. `passage` is the whole section; `text` this piece of it."""

    passage: Passage
    order: int
    text: str
    header: str

    @property
    def embedded(self) -> str:
        """The text whose vector finds the chunk: state, law, chapter, section and heading go before it."""
        return f"{self.header}\n{self.text}"


def section_id(passage: Passage) -> str:
    """Return the record id of an official section."""
    return f"{passage.law_id}#{passage.section}{_MARK}"


def row_name(section: str, order: int) -> str:
    """Return the id of a section's row, counted from 0; `section` is the section's record id."""
    return f"{section}~{order}" if order else section


def row_id(chunk: OfficialChunk) -> str:
    """Return the id of a chunk's row."""
    return row_name(section_id(chunk.passage), chunk.order)


def record_of(row: str) -> str:
    """Return the record id that a row id stands for: a chunk stands for its section."""
    head, mark, tail = row.rpartition(_MARK)
    return head + mark if mark and (not tail or (tail.startswith("~") and tail[1:].isdigit())) else row


def chunk_metadata(chunk: OfficialChunk, record: str) -> dict[str, Any]:
    """Return a row's metadata; `record` is the JSON of the section without its text, kept on the first row."""
    p = chunk.passage
    own: dict[str, Any] = {
        "jurisdiction": p.jurisdiction,
        "part": OFFICIAL,
        "law_id": p.law_id,
        "text_kind": p.text_kind,
        "governs": p.governs,
        "of": section_id(p),
        "number": section_number(p.citation),
        "order": chunk.order,
        "header": chunk.header,
    }
    return {**own, "record": record} if chunk.order == 0 else own


def without_text(passage: Passage) -> Passage:
    """Return the record that is kept on the first row: the words stand in the documents alone."""
    return replace(passage, text="", distance=None)


def assemble(rows: Iterable[tuple[Mapping[str, Any], str]], read: Any) -> list[Passage]:
    """Return the sections of rows of (metadata, document); `read` turns the JSON of a record into a Passage."""
    first: dict[str, Mapping[str, Any]] = {}
    pieces: dict[str, list[tuple[int, str]]] = {}
    for metadata, document in rows:
        of = str(metadata["of"])
        pieces.setdefault(of, []).append((int(metadata["order"]), document))
        if metadata["order"] == 0:
            first[of] = metadata
    return [
        replace(
            read({"part": "passage", "record": first[of]["record"]}),
            text="".join(t for _, t in sorted(pieces[of])),
        )
        for of in first
    ]


def nearest_records(rows: Sequence[tuple[str, float]], limit: int) -> list[tuple[str, float]]:
    """Return (record id, distance) of the nearest rows, each section once with its nearest chunk."""
    found: dict[str, float] = {}
    for row, distance in rows:
        found.setdefault(record_of(row), distance)
    return list(found.items())[:limit]
