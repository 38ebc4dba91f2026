"""The rows of config/sources: every state, every row of use, every law of the digest either fetched or explained."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from corpus_loader.check import read_digest
from corpus_loader.codes import SOURCES, all_codes, code_of
from corpus_loader.errors import CorpusError, UnreadableFile
from corpus_loader.read_digest import digest_files
from corpus_loader.sources import Site, all_sites, pages_of
from retrieval.jurisdictions import registry

STATES = {p.code for p in registry().places if p.code not in ("US", "PR", "GU", "VI", "AS", "MP")}


def test_every_state_has_a_code_and_a_site() -> None:
    assert len(STATES) == 51
    assert {c.jurisdiction for c in all_codes()} >= STATES
    assert {s.jurisdiction for s in all_sites()} >= STATES


def test_every_law_of_the_digest_is_fetched_or_explained() -> None:
    laws = read_digest().laws
    pages, left = pages_of(laws)
    explained = {(u.jurisdiction, u.law_id) for u in left if u.why}
    fetched = {
        (law.jurisdiction, law.law_id) for law in laws if pages_of((law,))[0]
    }  # several laws may share a page
    assert fetched | explained == {(law.jurisdiction, law.law_id) for law in laws}
    assert not fetched & explained
    assert len(fetched) > 3 * len(explained)
    assert all(urlsplit(p.url).scheme == "https" for p in pages)


@pytest.mark.parametrize("site", all_sites(), ids=lambda s: f"{s.jurisdiction} {s.name}")
def test_a_row_matches_its_own_site_and_no_mirror(site: Site) -> None:
    assert site.licence
    assert site.format in ("html", "pdf", "xml")
    if site.jurisdiction in ("TN", "US") and not site.fetch:
        return  # these rows name a mirror in order to leave it out
    for mirror in (
        "https://law.justia.com/codes/x/",
        "https://codes.findlaw.com/x",
        "https://evil.example/https://www.azleg.gov/ars/",
    ):
        assert not site.match.search(mirror)


@pytest.mark.parametrize(
    ("jurisdiction", "number", "citation", "url"),
    [
        ("AZ", "18-552", "A.R.S. § 18-552", "https://www.azleg.gov/ars/18/00552.htm"),
        ("AZ", "44-1372.01", "A.R.S. § 44-1372.01", "https://www.azleg.gov/ars/44/01372-01.htm"),
        ("MN", "325M.14", "Minn. Stat. § 325M.14", "https://www.revisor.mn.gov/statutes/cite/325M.14"),
        (
            "MT",
            "30-14-2803",
            "Mont. Code Ann. § 30-14-2803",
            "https://mca.legmt.gov/bills/mca/title_0300/chapter_0140/part_0280/section_0030/0300-0140-0280-0030.html",
        ),
        (
            "PA",
            "5702",
            "18 Pa. Cons. Stat. § 5702",
            "https://www.legis.state.pa.us/cfdocs/legis/LI/consCheck.cfm?txtType=HTM&ttl=18&div=0&chpt=57&sctn=2&subsctn=0",
        ),
        (
            "US",
            "6501",
            "15 U.S.C. § 6501",
            "https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title15-section6501&num=0&edition=prelim",
        ),
        ("US", "312.5", "16 C.F.R. § 312.5", "https://www.ecfr.gov/current/title-16/section-312.5"),
        (
            "WA",
            "19.373.010",
            "Wash. Rev. Code § 19.373.010",
            "https://app.leg.wa.gov/RCW/default.aspx?cite=19.373.010",
        ),
    ],
)
def test_a_section_gives_its_address(jurisdiction: str, number: str, citation: str, url: str) -> None:
    own = [s for s in all_sites() if s.jurisdiction == jurisdiction]
    assert [a for s in own if (a := s.address(number, citation))] == [url]


@pytest.mark.parametrize(
    ("jurisdiction", "number"), [("MN", "ch. 61"), ("AZ", "2026-14"), ("MT", "3"), ("US", "none")]
)
def test_a_number_that_does_not_fit_gives_none(jurisdiction: str, number: str) -> None:
    found = [
        s.address(number, f"Session Laws {number}") for s in all_sites() if s.jurisdiction == jurisdiction
    ]
    assert not any(found) or jurisdiction == "AZ"


def test_a_row_that_is_wrong_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mn.toml").write_text(
        '[[site]]\nname = "x"\nmatch = "y"\nformat = "html"\nlicence = "z"\nfetch = false\n', encoding="utf-8"
    )
    with pytest.raises(CorpusError, match="needs a why"):
        all_sites(tmp_path)


@pytest.mark.parametrize(
    ("opening", "name", "cite_as"),
    [
        ("Code of Virginia Title 59.1. Trade and Commerce", "x.html", "Va. Code Ann."),
        ("Civil Code - CIV DIVISION 3. OBLIGATIONS", "x.html", "Cal. Civ. Code"),
        ("Evidence Code State of California", "x.txt", "Cal. Evid. Code"),
        ("Chapter 325M", "mn/325m.txt", "Minn. Stat."),
        ("Montana Code Annotated 2025", "law.md", "Mont. Code Ann."),
    ],
)
def test_a_code_is_told_from_its_first_words_or_its_name(opening: str, name: str, cite_as: str) -> None:
    assert code_of(opening, name).cite_as == cite_as


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("Some act", "law.txt"),
        ("Iowa Code compared with the Code of Virginia", "x.txt"),
        ("Chapter 5", "ca/x.txt"),
    ],
)
def test_several_codes_or_none_is_not_a_guess(opening: str, name: str) -> None:
    with pytest.raises(UnreadableFile, match="--jurisdiction"):
        code_of(opening, name)


def test_the_digest_is_there() -> None:
    assert digest_files()[0]
    assert SOURCES.is_dir()
