"""The digest format: what is read, and what is refused with its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus_loader.errors import DigestError
from corpus_loader.read_digest import digest_files, digest_law_names, read_law, read_positions, section_key

FIXTURE = Path(__file__).parents[1] / "fixtures" / "digest"
LAW = FIXTURE / "mn" / "consumer-data-privacy-act.md"


def rewritten(tmp_path: Path, old: str, new: str, source: Path = LAW) -> Path:
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mn" / source.name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_law_becomes_its_sections() -> None:
    law = read_law(LAW)
    scope, enforcement = law.sections
    assert (scope.jurisdiction, scope.law_id, scope.section) == ("MN", "consumer-data-privacy-act", "325M.12")
    assert scope.citation == "Minn. Stat. § 325M.12"
    assert scope.url.endswith("325M.12")
    assert scope.statements[0].text.endswith("in a calendar year.")
    assert scope.statements[0].topics == ("applicability",)
    assert enforcement.checked == "official_page"
    assert enforcement.url.endswith("325M")


def test_a_statement_has_its_own_topics_and_dates() -> None:
    enforcement, cure, sale = read_law(LAW).sections[1].statements
    assert enforcement.topics == ("enforcement",)
    assert cure.in_force_to == dt.date(2026, 1, 31)
    assert sale.in_force_from == dt.date(2027, 1, 1)


def test_positions_refer_to_sections_or_to_a_survey() -> None:
    applicability, brokers = read_positions(FIXTURE / "mn" / "positions.md").positions
    assert applicability.verdict == "conditional"
    assert applicability.statements[0].rests_on == (("MN", "consumer-data-privacy-act", "325M.12"),)
    assert not applicability.no_law
    assert brokers.no_law
    assert brokers.statements[0].rests_on == (("MN", "survey", "data-brokers"),)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("+++\nname", "name", 1, "begin with TOML"),
        ('checked_with = "a fixture"\n+++', 'checked_with = "a fixture"', 1, "not closed"),
        ('kind = "statute"', 'kind = "poem"', 1, "kind is"),
        ('governs = "business"', 'governs = "everyone"', 1, "governs is"),
        ("in_force_from = 2025-07-31", 'in_force_from = "2025"', 1, "TOML date"),
        ('url = "https://www', 'url = "http://www', 1, "https://"),
        ('citation = "Minn.', 'colour = "Minn.', 1, "unknown keys"),
        ("## § 325M.12 — Scope", "## § 325M.12 Scope", 15, "em dash"),
        ("- The Minnesota Consumer", "The Minnesota Consumer", 19, "neither a heading"),
        ("until 2026-01-31", "until January", 27, "not a date"),
        ("## § 325M.20", "## § 325M.12", 1, "named twice"),
    ],
)
def test_a_broken_law_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    with pytest.raises(DigestError, match=reason) as caught:
        read_law(rewritten(tmp_path, old, new))
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (" [none]", "", "ends with its references"),
        ("[none]", "[somewhere]", "a reference reads"),
        ("data-brokers: no", "data-brokers: maybe", "heading reads"),
        ("reviewed = 2026-11-21", 'reviewed = "today"', "front matter of positions"),
    ],
)
def test_broken_positions_are_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(DigestError, match=reason):
        read_positions(rewritten(tmp_path, old, new, FIXTURE / "mn" / "positions.md"))


@pytest.mark.parametrize(
    ("heading", "key"),
    [("§ 325M.14", "325M.14"), ("§§ 60-62", "60-62"), ("17.03", "17.03"), ("ch. 93H, § 3", "ch.-93H,-3")],
)
def test_section_keys(heading: str, key: str) -> None:
    assert section_key(heading) == key


def test_laws_and_positions_are_told_apart() -> None:
    laws, positions = digest_files(FIXTURE)
    assert [p.name for p in laws] == ["consumer-data-privacy-act.md", "can-spam-act.md"]
    assert [p.parent.name for p in positions] == ["mn"]
    assert ("MCDPA", "MN") in digest_law_names(FIXTURE)
