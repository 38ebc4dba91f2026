"""Whole documents as states publish them, with section counts made by hand.

They are not part of the project: REGGI_TEST_STATUTES names the folder that holds them (raw/ and one JSONL a state).
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from corpus_loader.chunks import chunks_of
from corpus_loader.read_file import read_file

FOLDER = Path(os.environ.get("REGGI_TEST_STATUTES", ""))
TABLE = tomllib.loads(
    (Path(__file__).parents[1] / "fixtures" / "official" / "raw_counts.toml").read_text(encoding="utf-8")
)
needs_documents = pytest.mark.skipif(
    not os.environ.get("REGGI_TEST_STATUTES") or not FOLDER.is_dir(),
    reason="REGGI_TEST_STATUTES does not name a folder of statutes",
)


@needs_documents
@pytest.mark.parametrize("row", TABLE["document"], ids=lambda r: r["name"])
def test_a_document_gives_the_sections_counted_by_hand(row: dict[str, Any]) -> None:
    found = read_file((FOLDER / "raw" / row["name"]).read_bytes(), row["name"])
    assert (found.format, len(found.sections), len(found.skips)) == (row["format"], row["sections"], 0)
    assert (found.sections[0].number, found.sections[-1].number) == (row["first"], row["last"])
    assert sum(s.status != "in_force" for s in found.sections) == row["not_in_force"]
    assert all(s.span for s in found.sections)
    for section in found.sections:
        assert (
            "".join(section.text[c.start : c.end] for c in chunks_of(section.text, section.parts))
            == section.text
        )


@needs_documents
@pytest.mark.parametrize("place", sorted(TABLE["records"]))
def test_every_record_of_a_state_is_a_section(place: str) -> None:
    found = read_file((FOLDER / f"{place}.jsonl").read_bytes(), f"{place}.jsonl")
    assert (len(found.sections), len(found.skips)) == (TABLE["records"][place], 0)
    assert all(s.span and s.jurisdiction == place for s in found.sections)


@needs_documents
def test_two_sources_of_one_law_agree() -> None:
    """The California act as web page and as PDF, Iowa's chapter as RTF and as text of a PDF: the same sections, the same words."""
    for one, other, least in (
        ("ca_ccpa_leginfo.html", "ca_ccpa_cppa_2025.pdf", 25),
        ("ia_715D.rtf", "ia_715D_pdftotext.md", 9),
    ):
        texts = [
            {
                s.number: "".join(s.text.split())
                for s in read_file((FOLDER / "raw" / n).read_bytes(), n).sections
            }
            for n in (one, other)
        ]
        both = texts[0].keys() & texts[1].keys()
        assert sum(texts[0][n] == texts[1][n] for n in both) >= least


@needs_documents
def test_an_index_without_text_is_set_aside_line_by_line() -> None:
    path = FOLDER / "section_index.jsonl"
    found = read_file(path.read_bytes(), path.name)
    assert (len(found.sections), len(found.skips)) == (0, TABLE["index_lines"])
