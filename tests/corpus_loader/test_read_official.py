"""Real excerpts of official text in every format, against what a person read in them."""

from __future__ import annotations

import html
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from corpus_loader.read_file import FileRead, read_document, read_file

FOLDER = Path(__file__).parents[1] / "fixtures" / "official"
FILES: list[dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))["file"]


def read(name: str) -> FileRead:
    return read_file((FOLDER / name).read_bytes(), name)


@pytest.mark.parametrize("expected", FILES, ids=lambda f: f["name"])
def test_sections_are_what_a_person_reads(expected: dict[str, Any]) -> None:
    found = read(expected["name"])
    assert (found.format, found.encoding) == (expected["format"], expected["encoding"])
    assert [s.number for s in found.sections] == [s["number"] for s in expected["section"]]
    assert [s.line for s in found.skips] == expected.get("skipped_lines", [])
    for section, want in zip(found.sections, expected["section"], strict=True):
        assert section.heading == want["heading"]
        assert section.text.startswith(want["starts"])
        assert section.text.endswith(want["ends"])
        assert section.through == want.get("through", "")
        assert section.status == want.get("status", "in_force")
        assert section.kind == want.get("kind", "section")
        assert section.citation == want.get("citation", "")
        if "parts" in want:
            assert [p.label for p in section.parts] == want["parts"]
        if "parts_begin" in want:
            assert [p.label for p in section.parts][: len(want["parts_begin"])] == want["parts_begin"]
        if "history" in want:
            assert section.history == want["history"]
        if "in_force_from" in want or "in_force_to" in want:
            assert (section.in_force_from, section.in_force_to) == (
                want.get("in_force_from"),
                want.get("in_force_to"),
            )
        if "path_ends" in want:
            assert section.path[-1] == want["path_ends"]


@pytest.mark.parametrize("expected", FILES, ids=lambda f: f["name"])
def test_every_word_of_a_section_stands_in_its_span_in_order(expected: dict[str, Any]) -> None:
    """A span is a quotation: mark-up and furniture may stand between the words, nothing may be missing."""
    document = read_document((FOLDER / expected["name"]).read_bytes(), expected["name"])
    for section in read(expected["name"]).sections:
        if not section.text:
            continue
        assert section.span is not None
        source = document.text[slice(*section.span)]
        if document.format in ("json", "jsonl"):
            source = json.loads(f'"{source}"')
        source = re.sub(r"<[^<>]*>", "", re.sub(r"\]\([^)]*\)|\[(?=\d)", "", source))
        source = html.unescape(html.unescape(source)).replace("&ndash;", "–").replace("&sect;", "§")
        at = 0
        for word in section.text.split():
            at = source.find(word, at)
            assert at >= 0, f"{word!r} of § {section.number} is not in its span"
            at += len(word)


def test_nothing_of_the_page_around_the_law_gets_in() -> None:
    text = " ".join(
        s.text for name in ("ca_leginfo.html", "va_lis.html", "ia_pdftotext.md") for s in read(name).sections
    )
    for furniture in (
        "skip to content",
        "Download bulk files",
        "Create Report",
        "Table of Contents",
        "Tue Nov 19",
        "CONSUMER DATA PROTECTIONS, §",
    ):
        assert furniture not in text


def test_what_is_left_out_is_counted() -> None:
    assert dict(read("ia_pdftotext.md").left_out)["page furniture"] >= 5
    assert dict(read("va_lis.html").left_out)["outside the part that holds the sections"] >= 1
