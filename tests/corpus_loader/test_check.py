"""`reggi check`: each rule finds what it is for, and the shipped digest breaks none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from corpus_loader.check import check_digest
from corpus_loader.read_digest import DIGEST

FIXTURE = Path(__file__).parents[1] / "fixtures" / "digest"


@pytest.fixture
def digest(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "digest"))


def edit(digest: Path, file: str, old: str, new: str) -> None:
    path = digest / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def errors(digest: Path, **options: object) -> list[str]:
    return [f.message for f in check_digest(digest, **options) if f.level == "error"]  # type: ignore[arg-type]


def test_the_fixture_is_clean(digest: Path) -> None:
    assert errors(digest) == []


def test_topics_without_a_position_are_gaps(digest: Path) -> None:
    gaps = [f for f in check_digest(digest, "MN") if f.level == "gap"]
    assert any("breach-deadline" in f.message for f in gaps)
    assert not any("applicability" in f.message for f in gaps)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("mn/positions.md", "100,000 consumers", "90,000 consumers", "figures ['90000']"),
        ("mn/positions.md", "#325M.12]", "#325M.13]", "no such section"),
        ("mn/positions.md", "## data-brokers: no", "## data-brokers: info", "needs yes, no or conditional"),
        ("mn/positions.md", "## data-brokers: no", "## horses: no", "unknown topic"),
        ("mn/positions.md", "## data-brokers: no", "## applicability: no", "a second position"),
        ("mn/consumer-data-privacy-act.md", "topics: applicability", "topics: horses", "unknown topics"),
        ("mn/consumer-data-privacy-act.md", "enforces the act.", "enforces the act", "not a full sentence"),
        (
            "mn/consumer-data-privacy-act.md",
            "enforces the act.",
            "enforces " + "very " * 60 + "much.",
            "words in one statement",
        ),
        ("mn/consumer-data-privacy-act.md", "+++\nname", "name", "must begin with TOML"),
    ],
)
def test_each_rule_finds_its_fault(digest: Path, file: str, old: str, new: str, message: str) -> None:
    edit(digest, file, old, new)
    found = errors(digest)
    assert any(message in e for e in found), found


def test_text_too_close_to_a_source_is_found(digest: Path, tmp_path: Path) -> None:
    source = tmp_path / "law.jsonl"
    words = "binds a business that handles personal data of at least 100,000 consumers in a calendar year"
    source.write_text(json.dumps({"text": f"It {words} or so"}), encoding="utf-8")
    assert any("too close" in e for e in errors(digest, against=[source]))


def test_twelve_words_in_common_are_allowed(digest: Path, tmp_path: Path) -> None:
    source = tmp_path / "law.txt"
    source.write_text(
        "that handles personal data of at least 100,000 consumers in a different way", encoding="utf-8"
    )
    assert errors(digest, against=[source]) == []


def test_unknown_section_numbers_are_warned_of(digest: Path, tmp_path: Path) -> None:
    index = tmp_path / "index.jsonl"
    index.write_text(
        json.dumps({"jurisdiction": "MN", "section": "325M.12", "title": "Scope"}), encoding="utf-8"
    )
    warned = [f.message for f in check_digest(digest, section_index=index) if f.level == "warning"]
    assert len(warned) == 1
    assert "325M.20" in warned[0]


def test_the_shipped_digest_breaks_no_rule() -> None:
    assert [str(f) for f in check_digest(DIGEST) if f.level == "error"] == []
