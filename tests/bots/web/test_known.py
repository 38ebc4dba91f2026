"""The map, the jurisdictions and the sections."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bots.web.tiles import (
    COMING,
    IN_FORCE,
    NO_ACT,
    TILES,
    UNKNOWN,
    act_shade,
    legend,
    review_shade,
    topic_shade,
)
from bots.web.timeline import by_day, changes
from corpus_loader.coverage import Coverage, coverage
from retrieval.catalogue import Catalogue
from retrieval.jurisdictions import registry
from retrieval.records import LawStatement, Passage, Position
from retrieval.topics import all_topics
from tests.bots.web.conftest import OFFICIAL_WORDS, Elements, Page
from tests.retrieval.law import TODAY, passage, position

NEXT = dt.date(2027, 5, 1)


def law(*records: Passage | Position) -> Catalogue:
    return Catalogue(
        "OK",
        tuple(r for r in records if isinstance(r, Passage)),
        tuple(r for r in records if isinstance(r, Position)),
    )


def row(oldest: dt.date) -> Coverage:
    cells = dict.fromkeys(all_topics(), "none") | {"sale": "secondary"}
    return Coverage("OK", cells, 1, 1, 1, 1, {}, oldest)  # type: ignore[arg-type]


def test_every_jurisdiction_has_one_tile_of_its_own() -> None:
    assert sorted(tile.code for tile in TILES) == sorted(registry().codes)
    assert len({(tile.row, tile.column) for tile in TILES}) == len(TILES)


def test_act_is_in_force_coming_absent_or_not_known() -> None:
    now = passage("OK", "act", "1", ("sale", "x"))
    later = replace(now, in_force_from=NEXT)
    yes = position("OK", "comprehensive-act", "yes", ("Yes.", "act#1"))
    no = position("OK", "comprehensive-act", "no", ("Not yet.", "act#1"))
    assert act_shade(law(now, yes), TODAY).label == IN_FORCE
    assert act_shade(law(later, no), TODAY).label == COMING
    assert act_shade(law(later, no), TODAY).detail == "from May 1, 2027"
    assert act_shade(law(now, no), TODAY).label == NO_ACT
    assert act_shade(law(now), TODAY).label == UNKNOWN


def test_topic_is_shaded_by_how_it_was_checked() -> None:
    said = position("OK", "sale", "yes", ("Data may be sold.", "act#1"))
    shade = topic_shade(row(TODAY), law(said), all_topics()["sale"])
    assert (shade.tone, shade.detail) == ("half", "Data may be sold.")
    assert topic_shade(None, law(), all_topics()["sale"]).tone == "gap"


def test_review_is_shaded_by_its_age() -> None:
    tones = [review_shade(row(TODAY - dt.timedelta(days=d)), TODAY).tone for d in (0, 31, 32, 200, 400)]
    assert tones == ["full", "full", "strong", "light", "none"]
    assert review_shade(None, TODAY).tone == "gap"


def test_legend_counts_every_tile_once() -> None:
    shades = {"OK": act_shade(law(), TODAY), "GU": act_shade(law(), TODAY)}
    assert [(line.label, line.count) for line in legend(shades)] == [(UNKNOWN, 2)]


def test_timeline_tells_laws_sections_and_rules_apart() -> None:
    old = passage("OK", "act", "1", ("sale", "x"))
    new_section = replace(old, section="2", title="New part", in_force_from=NEXT)
    ruled = LawStatement("A cure right ends.", ("cure",), None, dt.date(2026, 12, 31))
    begins = LawStatement("Fees begin.", ("penalties",), dt.date(2027, 1, 1))
    third = replace(old, section="3", statements=(ruled, begins))
    new_law = passage("OK", "new-act", "1", ("sale", "x"), in_force_from=NEXT)
    found = changes(law(old, new_section, third, new_law), TODAY, TODAY)
    assert [(c.day.isoformat(), c.law_id, c.kind) for c in found] == [
        ("2026-12-31", "act", "ends"),
        ("2027-01-01", "act", "rule"),
        ("2027-05-01", "act", "sections"),
        ("2027-05-01", "new-act", "law"),
    ]
    assert found[2].what == "New part"
    assert [len(group) for _, group in by_day(found)] == [1, 1, 2]
    assert changes(law(old, third), dt.date(2030, 1, 1), dt.date(2030, 1, 1)) == ()


async def test_map_links_every_jurisdiction_and_says_what_its_colour_means(page: Page) -> None:
    for address in ("/coverage", "/coverage?by=review", "/coverage?by=sale", "/coverage?by=nonsense"):
        response = await page.get(address)
        assert response.status == 200
        shown = Elements(await response.text())
        tiles = [
            attrs.get("href") for tag, attrs in shown.tags if (attrs.get("class") or "").startswith("t ")
        ]
        assert len([href for href in tiles if href]) == 57
        assert "Guam (GU): " in shown.words


async def test_counts_are_those_of_the_digest(page: Page) -> None:
    words = Elements(await (await page.get("/coverage")).text()).words
    assert f"{sum(r.statements for r in coverage()):,} statements" in words


async def test_jurisdiction_shows_its_laws_and_names_its_gaps(page: Page) -> None:
    shown = Elements(await (await page.get("/coverage/mn")).text())
    assert "/law/MN/privacy-act" in shown.all("a", "href")
    assert "gaps, where Reggi does not know: " in shown.words
    unknown = sorted({tile.code for tile in TILES} - {row.jurisdiction for row in coverage()})
    assert unknown == ["AS", "MP"]
    empty = await (await page.get("/coverage/AS")).text()
    assert "Reggi knows no law of American Samoa" in empty
    assert (await page.get("/coverage/XX")).status == 404


async def test_section_shows_digest_official_words_dates_and_check(page: Page) -> None:
    for address in (
        "/law/MN/privacy-act",
        "/law/MN/privacy-act/325M.14",
        "/law/mn/privacy-act/325M.14?part=1",
    ):
        shown = Elements(await (await page.get(address)).text())
        assert "A consumer may opt out of the sale of personal data." in shown.words
        assert OFFICIAL_WORDS in shown.words
        assert "read on an official page" in shown.words
        assert "January 1, 2020" in shown.words
        assert "https://law.example/MN/325M.14" in shown.all("a", "href")
    assert "<html" not in await (await page.get("/law/MN/privacy-act/325M.14?part=1")).text()


async def test_law_that_is_not_there_is_said(page: Page) -> None:
    for address in ("/law/MN/no-such", "/law/MN/privacy-act/1", "/law/ZZ/a/b"):
        assert (await page.get(address)).status == 404
