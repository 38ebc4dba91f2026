"""Official text in an answer: sections that the digest does not sum up, and the wording of an earlier day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.embeddings import embedding_model
from retrieval.law_names import LawNames
from retrieval.official_text import as_of_day, quotation
from retrieval.pipeline import Reggi, build_pipeline
from retrieval.records import Answer, Passage, Position, Question
from retrieval.retriever import Evidence, LawLibrary
from retrieval.store import MemoryStore
from retrieval.understand import understand
from retrieval.versions import Version, Versions
from tests.retrieval.law import LAW, NAMES, TODAY, ask, passage, places, resolve, texts

MODEL = embedding_model("wordllama-64")
BEES = "A keeper of bees shall register each hive with the county."
BROKERS = "A data broker shall register with the secretary of state by January 31."


def official(place: str, section: str, text: str, **other: object) -> Passage:
    made = passage(place, "official-code", section, text_kind="official", **{"title": "Hives", **other})
    return replace(made, text=text)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("One two.\n  Three.", 3, "“One two. Three.”"),
        ("One two. Three four. Five.", 4, "“One two. Three four. …”"),
        ("One two; three four five.", 3, "“One two; …”"),
        ("One two three four five.", 3, "“One two three …”"),
        ("", 3, "“”"),
    ],
)
def test_a_quotation_ends_with_a_sentence_where_one_ends_in_time(
    text: str, words: int, expected: str
) -> None:
    assert quotation(text, words) == expected


def test_a_quotation_is_the_law_word_for_word() -> None:
    text = "A keeper shall tell the county of each hive. " * 40
    quoted = quotation(text).removeprefix("“").removesuffix(" …”")
    assert text.startswith(quoted)
    assert 60 < len(quoted.split()) <= 70


async def find(text: str, law: Sequence[Passage | Position]) -> Evidence:
    question = Question(text, TODAY)
    return await LawLibrary(MemoryStore(law, MODEL.embed), MODEL).find(understand(question, places(text), ()))


async def test_a_section_without_a_digest_is_found_by_its_citation() -> None:
    law = (*LAW, official("MN", "325.77", BEES), official("OR", "325.77", BEES))
    evidence = await find("What does § 325.77 say in Minnesota?", law)
    assert [p.key for p in evidence.official] == [("MN", "official-code", "325.77")]
    assert ("MN", "official-code", "325.77") not in evidence.catalogues["MN"].digest


async def test_federal_official_text_is_cited_beside_a_state() -> None:
    law = (*LAW, official("US", "6502", BEES, citation="15 U.S.C. § 6502"))
    evidence = await find("Does 15 USC 6502 bind us in Minnesota?", law)
    assert [p.citation for p in evidence.official] == ["15 U.S.C. § 6502"]


async def test_a_number_that_only_looks_alike_is_not_the_section() -> None:
    law = (*LAW, official("MN", "14", BEES, citation="410 ILCS 5/14"))
    answer = await ask("What does 740 ILCS 14/14 say in Minnesota?", law=law)
    assert (answer.status, answer.sources) == ("not_found", ())
    nearer = [official("MN", f"9.{n}", "What does 740 ILCS say in Minnesota?") for n in range(1, 4)]
    evidence = await find("What does 740 ILCS 14/14 say in Minnesota?", (*law, *nearer))
    assert [p.section for p in evidence.official] == ["9.1", "9.2", "9.3"]


async def test_a_section_with_a_digest_is_not_told_apart_from_it() -> None:
    own = passage("MN", "breach-act", "61", text_kind="official")
    evidence = await find("What does § 61 say in Minnesota?", (*LAW, replace(own, text=BEES)))
    assert evidence.official == ()
    assert evidence.catalogues["MN"].official[own.key].text == BEES


async def test_at_most_three_sections_near_in_meaning_are_read() -> None:
    law = (*LAW, *(official("MN", f"9.{n}", f"{BROKERS} Part {n}.") for n in range(1, 6)))
    evidence = await find("Do data brokers have to register in Minnesota?", law)
    assert len(evidence.official) == 3
    assert {p.law_id for p in evidence.official} == {"official-code"}


async def test_a_cited_section_is_quoted_with_its_heading_and_source() -> None:
    answer = await ask("What does § 325.77 say in Minnesota?", law=(*LAW, official("MN", "325.77", BEES)))
    assert answer.status == "answered"
    assert answer.short_answer[0].text == f"MN Code § 325.77, Hives: “{BEES}”"
    assert [(s.citation, s.text_kind) for s in answer.sources] == [("MN Code § 325.77", "official")]
    assert not any("I do not have" in n for n in answer.notices)


async def test_a_heading_that_only_repeats_the_number_is_left_out() -> None:
    law = (*LAW, official("MN", "325.77", BEES, title="§ 325.77."))
    answer = await ask("What does § 325.77 say in Minnesota?", law=law)
    assert answer.short_answer[0].text == f"MN Code § 325.77: “{BEES}”"


async def test_where_the_digest_is_silent_the_nearest_official_text_is_shown() -> None:
    law = (*LAW, official("MN", "325.80", BROKERS, title="Brokers"))
    answer = await ask("Do data brokers have to register in Minnesota?", law=law)
    assert answer.status == "not_found"
    assert answer.verdict is None
    assert "What follows is the nearest I have" in answer.short_answer[0].text
    assert [s.heading for s in answer.sections] == ["Nearest official text, not summed up here"]
    assert answer.sections[0].statements[0].text == f"MN Code § 325.80, Brokers: “{BROKERS}”"
    assert [s.text_kind for s in answer.sources] == ["official"]


async def test_where_the_digest_answers_official_text_is_not_laid_beside_it() -> None:
    law = (*LAW, official("MN", "325.80", "How soon must a business tell people of a breach"))
    answer = await ask("How soon must we tell people of a breach in Minnesota?", law=law)
    assert answer.status == "answered"
    assert {s.text_kind for s in answer.sources} == {"digest"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What does § 999.9 say in Minnesota?", "§ 999.9"),
        ("What do § 999.9 and § 888.8 say about bees and privacy in Minnesota?", "§ 999.9 and § 888.8"),
    ],
)
async def test_an_unknown_citation_is_named_and_nothing_else_offered_for_it(text: str, named: str) -> None:
    answer = await ask(text, law=(*LAW, official("MN", "325.77", BEES)))
    assert answer.status == "not_found"
    assert answer.sources == ()
    assert f"I do not have {named} in my corpus, so I do not say what it provides." in answer.notices


async def test_of_two_sections_only_the_unknown_one_is_named() -> None:
    answer = await ask("What do § 61 and § 999.9 say about a breach in Minnesota?")
    assert answer.status == "answered"
    assert [s.citation for s in answer.sources] == ["MN Code § 61"]
    assert [n for n in answer.notices if n.startswith("I do not have")] == [
        "I do not have § 999.9 in my corpus, so I do not say what it provides."
    ]


async def test_a_place_with_official_text_alone_is_searched_too() -> None:
    law = (*LAW, official("GU", "48.20", BEES))
    assert (await find("What does § 48.20 say in Guam?", law)).official


CHANGED = dt.date(2025, 6, 1)
THEN, NOW = "A business shall tell people within 60 days.", "A business shall tell people within 45 days."


class KeptStore(MemoryStore):
    """A store with a folder in which the versions of official text lie."""

    def __init__(self, law: Sequence[Passage | Position], folder: Path) -> None:
        super().__init__(law, MODEL.embed)
        self.folder = folder


def keep(folder: Path, held: Passage, then: str, now: str) -> None:
    """Write two versions of a section: one that ended on `CHANGED`, and the one in force since."""
    versions = Versions(folder)
    for text, loaded, ended in ((then, dt.date(2024, 1, 2), CHANGED), (now, CHANGED, None)):
        versions.add(
            Version(
                *held.key, held.citation, held.title, text, "", held.url, "file", "root", text, 1,
                None, None, loaded, ended, current=ended is None,
            )
        )  # fmt: skip
    versions.close()


async def asked_in(folder: Path, text: str, law: Sequence[Passage | Position]) -> Answer:
    library = LawLibrary(KeptStore(law, folder), MODEL)
    pipeline = build_pipeline(library, resolve, LawNames(await library.law_names()), NAMES)
    return await Reggi(pipeline).answer(Question(text, TODAY))


SUMMED_UP = replace(passage("MN", "breach-act", "61", text_kind="official", title="Notice"), text=NOW)
HOW_SOON = "how soon must we tell people of a breach in Minnesota?"


async def test_a_question_about_an_earlier_day_gets_the_wording_of_that_day(tmp_path: Path) -> None:
    keep(tmp_path, SUMMED_UP, THEN, NOW)
    answer = await asked_in(tmp_path, f"As of 2024-03-01, {HOW_SOON}", (*LAW, SUMMED_UP))
    section = next(s for s in answer.sections if s.heading.startswith("Wording"))
    assert section.heading == "Wording in force on 2024-03-01"
    assert section.statements[0].text == f"MN Code § 61 (text of 2024-03-01), Notice: “{THEN}”"
    mark = section.statements[0].marks[0]
    assert [s.citation for s in answer.sources if s.mark == mark] == ["MN Code § 61 (text of 2024-03-01)"]
    assert len({s.mark for s in answer.sources}) == len(answer.sources)


@pytest.mark.parametrize("day", ["As of 2025-06-01, ", ""], ids=["after the change", "today"])
async def test_where_the_wording_is_the_same_none_is_added(tmp_path: Path, day: str) -> None:
    keep(tmp_path, SUMMED_UP, THEN, NOW)
    answer = await asked_in(tmp_path, f"{day}{HOW_SOON}", (*LAW, SUMMED_UP))
    assert answer.status == "answered"
    assert "Wording in force" not in texts(answer)
    assert THEN not in texts(answer)


async def test_without_kept_versions_the_digest_answers_with_a_warning(tmp_path: Path) -> None:
    answer = await asked_in(tmp_path, f"As of 2024-03-01, {HOW_SOON}", (*LAW, SUMMED_UP))
    assert "within 45 days" in answer.short_answer[0].text.lower()
    assert "Wording in force" not in texts(answer)
    assert any("wording in force on an earlier date may have differed" in n for n in answer.notices)


async def test_a_section_cited_that_has_no_digest_is_quoted_as_of_that_day_too(tmp_path: Path) -> None:
    held = official("MN", "325.77", BEES)
    keep(tmp_path, held, "A keeper of bees need not register.", BEES)
    answer = await asked_in(tmp_path, "As of 2024-03-01, what does § 325.77 say in Minnesota?", (*LAW, held))
    section = next(s for s in answer.sections if s.heading == "Wording in force on 2024-03-01")
    assert [s.text for s in section.statements] == [
        "MN Code § 325.77 (text of 2024-03-01), Hives: “A keeper of bees need not register.”"
    ]


def test_a_section_of_an_earlier_day_is_a_source_of_its_own() -> None:
    version = Version(
        *SUMMED_UP.key, "c", "h", THEN, "", "", "s", "r", "x", 1, dt.date(2020, 1, 1), dt.date(2025, 5, 31),
        dt.date(2024, 1, 2),
    )  # fmt: skip
    earlier = as_of_day(SUMMED_UP, version, dt.date(2024, 3, 1))
    assert earlier.key != SUMMED_UP.key
    assert (earlier.text, earlier.url) == (THEN, SUMMED_UP.url)
    assert (earlier.in_force_from, earlier.in_force_to) == (dt.date(2020, 1, 1), dt.date(2025, 5, 31))
