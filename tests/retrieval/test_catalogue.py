"""One place's law in memory: what is in it, on which day a statement holds, and how words weigh."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest

from retrieval.catalogue import Catalogue, in_force, starts_on
from retrieval.records import LawStatement, Passage, Position
from tests.retrieval.law import LAW, passage

DAY = dt.date(2026, 11, 21)
BEFORE, AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)


def catalogue(place: str, law: tuple[Passage | Position, ...] = LAW) -> Catalogue:
    own = [r for r in law if r.jurisdiction == place]
    return Catalogue(
        place,
        tuple(r for r in own if isinstance(r, Passage)),
        tuple(r for r in own if isinstance(r, Position)),
    )


def dated(
    section: tuple[dt.date | None, dt.date | None], own: tuple[dt.date | None, dt.date | None]
) -> tuple[Passage, LawStatement]:
    """Return a section and its statement with (from, to) of each."""
    statement = LawStatement("A business must do it.", ("disposal",), *own)
    held = passage("MN", "act", "1", statements=(statement,))
    return replace(held, in_force_from=section[0], in_force_to=section[1]), statement


@pytest.mark.parametrize(
    ("section", "own", "holds"),
    [
        ((None, None), (None, None), True),
        ((DAY, None), (None, None), True),  # the first day counts
        ((AFTER, None), (None, None), False),
        ((None, DAY), (None, None), True),  # and so does the last
        ((None, BEFORE), (None, None), False),
        ((None, None), (AFTER, None), False),
        ((None, None), (None, BEFORE), False),
        ((BEFORE, None), (AFTER, None), False),  # the later of two beginnings
        ((AFTER, None), (BEFORE, None), False),
        ((None, AFTER), (None, BEFORE), False),  # the earlier of two ends
        ((None, BEFORE), (None, AFTER), False),
        ((BEFORE, AFTER), (DAY, DAY), True),
    ],
)
def test_a_statement_holds_while_its_section_and_itself_do(
    section: tuple[dt.date | None, dt.date | None], own: tuple[dt.date | None, dt.date | None], holds: bool
) -> None:
    assert in_force(*dated(section, own), DAY) is holds


@pytest.mark.parametrize(
    ("section", "own", "starts"),
    [
        (None, None, None),
        (DAY, None, None),  # begun today is begun
        (BEFORE, AFTER, AFTER),
        (AFTER, BEFORE, AFTER),
        (AFTER, AFTER + dt.timedelta(days=30), AFTER + dt.timedelta(days=30)),
    ],
)
def test_the_day_on_which_a_statement_begins_to_hold(
    section: dt.date | None, own: dt.date | None, starts: dt.date | None
) -> None:
    assert starts_on(*dated((section, None), (own, None)), DAY) == starts


def test_statements_stand_by_topic_and_in_the_order_of_the_law() -> None:
    minnesota = catalogue("MN")
    assert [e.order for e in minnesota.entries] == list(range(len(minnesota.entries)))
    assert [e.passage.section for e in minnesota.by_topic["marketing-use"]] == ["11", "11", "13", "90"]
    assert set(minnesota.laws) == {"privacy-act", "breach-act", "data-practices-act", "profiling-act"}
    assert minnesota.law_topics["privacy-act"]["marketing-use"] == 2
    assert minnesota.positions["breach-deadline"].verdict == "yes"
    assert minnesota.law_name("privacy-act") == "Minnesota Privacy Act"


def test_a_survey_is_found_by_key_but_is_no_law() -> None:
    mexico = catalogue("NM")
    assert ("NM", "survey", "comprehensive-act") in mexico.digest
    assert "survey" not in mexico.laws
    assert "comprehensive-act" not in mexico.by_topic


def test_official_text_stands_apart_from_the_digest() -> None:
    digest = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    official = replace(digest, text_kind="official", statements=(), text="Shred them.")
    alone = replace(official, section="2")
    both = catalogue("MN", (digest, official, alone))
    assert both.digest == {digest.key: digest}
    assert both.official == {official.key: official, alone.key: alone}
    assert [e.passage for e in both.entries] == [digest]


def test_a_place_without_law_is_an_empty_catalogue() -> None:
    guam = catalogue("GU")
    assert (guam.entries, guam.digest, guam.positions, guam.laws) == ([], {}, {}, {})
    assert guam.rarest == math.log(2)


SHREDDING = (
    passage("MN", "act", "1", ("disposal", "A business must shred paper records.")),
    passage("MN", "act", "2", ("disposal", "A business must wipe electronic records.")),
    passage("MN", "act", "3", ("disposal", "A business must keep customer records for years.")),
)


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    held = catalogue("MN", SHREDDING)
    assert held.weight["shred"] > held.weight["record"]
    assert held.weight["shred"] == pytest.approx(math.log(1 + 3 / 1))
    assert held.weight["record"] == pytest.approx(math.log(1 + 3 / 3))


def test_overlap_is_the_weighted_share_of_the_questions_words() -> None:
    held = catalogue("MN", SHREDDING)
    shred, wipe, _ = held.entries
    assert held.overlap(frozenset({"shred", "record"}), shred) == pytest.approx(1.0)
    share = held.weight["record"] / (held.weight["record"] + held.weight["shred"])
    assert held.overlap(frozenset({"shred", "record"}), wipe) == pytest.approx(share)
    assert held.overlap(frozenset(), shred) == 0.0
    assert held.overlap(frozenset({"telephone"}), shred) == 0.0


def test_a_word_of_no_law_counts_as_the_rarest() -> None:
    held = catalogue("MN", SHREDDING)
    half = held.overlap(frozenset({"shred", "zeppelin"}), held.entries[0])
    assert half == pytest.approx(held.weight["shred"] / (held.weight["shred"] + held.rarest))
    assert half == pytest.approx(0.5)


def test_the_heading_of_a_section_counts_for_each_of_its_statements() -> None:
    titled = replace(SHREDDING[0], title="Disposal of records")
    entry = catalogue("MN", (titled,)).entries[0]
    assert {"dispos", "shred"} <= entry.words
