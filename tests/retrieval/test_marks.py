"""Marks: numbers in order of first use, one pair for one section of one law."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from retrieval.catalogue import Catalogue
from retrieval.marks import Marks, as_source, in_order
from retrieval.records import Passage, Statement
from tests.retrieval.law import LAW, passage

PASSAGES = tuple(r for r in LAW if isinstance(r, Passage))
CATALOGUES = {
    place: Catalogue(place, tuple(p for p in PASSAGES if p.jurisdiction == place), ())
    for place in ("MN", "NM", "US")
}
RULE, SCOPE, DEADLINE = ("MN", "privacy-act", "11"), ("MN", "privacy-act", "10"), ("MN", "breach-act", "61")
ELSEWHERE = ("NM", "breach-act", "6")


def test_laws_and_sections_are_numbered_in_order_of_first_use() -> None:
    marks = Marks(CATALOGUES)
    assert [marks.mark(k) for k in (RULE, DEADLINE, SCOPE)] == ["1.1", "2.1", "1.2"]


def test_a_section_keeps_its_mark() -> None:
    marks = Marks(CATALOGUES)
    first = marks.mark(RULE)
    marks.mark(SCOPE)
    assert marks.mark(RULE) == first
    assert len(marks.passages()) == 2


def test_laws_of_the_same_name_in_two_places_are_two_laws() -> None:
    marks = Marks(CATALOGUES)
    assert (marks.mark(DEADLINE), marks.mark(ELSEWHERE)) == ("1.1", "2.1")


def test_what_is_not_there_gets_no_mark_and_takes_no_number() -> None:
    marks = Marks(CATALOGUES)
    assert marks.mark(("MN", "privacy-act", "999")) is None
    assert marks.mark(("GU", "privacy-act", "11")) is None
    assert marks.mark(("MN", "no-act", "1")) is None
    assert marks.mark(RULE) == "1.1"


def test_the_passage_behind_every_mark_is_known() -> None:
    marks = Marks(CATALOGUES)
    marks.mark(RULE)
    marks.mark(DEADLINE)
    assert {m: p.key for m, p in marks.passages().items()} == {"1.1": RULE, "2.1": DEADLINE}
    marks.passages().clear()
    assert len(marks.passages()) == 2


def test_a_statement_carries_each_mark_once_and_only_known_ones() -> None:
    marks = Marks(CATALOGUES)
    said = marks.statement("Both.", (RULE, DEADLINE, RULE, ("MN", "no-act", "1")))
    assert said == Statement("Both.", ("1.1", "2.1"))
    assert marks.statement("Nothing.", ()).marks == ()


def test_the_digest_speaks_where_there_are_both() -> None:
    digest = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    official = replace(digest, text_kind="official", statements=(), url="https://law.example/official")
    alone = replace(official, section="2")
    marks = Marks({"MN": Catalogue("MN", (official, digest, alone), ())})
    assert marks.passage(digest.key) is digest
    assert marks.passage(alone.key) is alone


def test_a_source_tells_whose_law_it_is_and_official_text_lends_its_link() -> None:
    digest = replace(
        passage("MN", "act", "1", ("disposal", "Shred.")),
        in_force_to=dt.date(2027, 1, 1),
        checked="secondary",
    )
    official = replace(digest, text_kind="official", url="https://law.example/official")
    source = as_source("2.1", digest)
    assert (source.mark, source.jurisdiction, source.citation) == ("2.1", "MN", "MN Code § 1")
    assert (source.in_force_from, source.in_force_to) == (digest.in_force_from, dt.date(2027, 1, 1))
    assert (source.checked, source.governs, source.text_kind) == ("secondary", "business", "digest")
    assert source.url == digest.url
    assert as_source("2.1", digest, official) == replace(source, url="https://law.example/official")


def test_marks_sort_as_numbers() -> None:
    assert sorted(["10.2", "9.1", "9.10", "9.2"], key=in_order) == ["9.1", "9.2", "9.10", "10.2"]
