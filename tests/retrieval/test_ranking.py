"""Ranking: citations and named laws first, then topic, law and wording; whom a law binds and when it holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from retrieval.catalogue import Catalogue, Key
from retrieval.ranking import (
    CITED,
    Ranked,
    binds,
    comprehensive_law,
    domain_laws,
    position_holds,
    question_words,
    rank,
)
from retrieval.records import Detection, Jurisdictions, LawStatement, Passage, Position, Question
from retrieval.retriever import Evidence
from retrieval.understand import Understanding, understand
from tests.retrieval.law import LAW, NAMES, TODAY, passage, position

Law = tuple[Passage | Position, ...]


def catalogue(place: str = "MN", law: Law = LAW) -> Catalogue:
    own = [r for r in law if r.jurisdiction == place]
    return Catalogue(
        place,
        tuple(r for r in own if isinstance(r, Passage)),
        tuple(r for r in own if isinstance(r, Position)),
    )


def read(
    text: str, *codes: str, laws: tuple[tuple[str, str], ...] = (), today: dt.date = TODAY
) -> Understanding:
    found = tuple(Detection(code, NAMES[code], None, "name") for code in codes or ("MN",))
    return understand(Question(text, today), Jurisdictions(found=found), laws)


def ranked(
    understood: Understanding,
    place: str = "MN",
    law: Law = LAW,
    distances: dict[Key, float] | None = None,
) -> list[Ranked]:
    held = {code: catalogue(code, law) for code in {place, "US"}}
    return rank(Evidence(understood, held, distances or {}), place)


def sections(rows: list[Ranked]) -> list[str]:
    return list(dict.fromkeys(r.entry.passage.section for r in rows))


def texts(rows: list[Ranked]) -> list[str]:
    return [r.entry.statement.text for r in rows]


def test_the_topic_leads() -> None:
    assert sections(ranked(read("How soon must we tell people of a breach?")))[0] == "61"
    assert sections(ranked(read("Do we need consent for sensitive data?")))[0] == "11"


def test_the_best_comes_first_and_equals_stay_in_the_order_of_the_law() -> None:
    rows = ranked(read("How soon must we tell people of a breach?"))
    assert [r.score for r in rows] == sorted((r.score for r in rows), reverse=True)
    twins = tuple(
        passage("MN", "act", number, ("disposal", "A business must shred records."))
        for number in ("3", "1", "2")
    )
    assert sections(ranked(read("How must we dispose of records?"), law=twins)) == ["3", "1", "2"]


def test_a_section_cited_beats_everything_else() -> None:
    rows = ranked(read("What does § 62 say of marketing, opt-outs and targeted advertising?"))
    assert rows[0].entry.passage.section == "62"
    assert rows[0].score > CITED > rows[1].score


def test_a_section_cited_is_found_whomever_it_binds() -> None:
    assert sections(ranked(read("What does § 13 say?")))[0] == "13"
    assert "13" not in sections(ranked(read("May we use data for marketing?")))


def test_a_law_named_comes_before_other_laws_of_the_topic() -> None:
    law = (
        passage("MN", "first-act", "1", ("marketing-use", "A marketer must honor objections.")),
        passage("MN", "second-act", "2", ("marketing-use", "A marketer must honor objections.")),
    )
    assert sections(ranked(read("What are the marketing rules?"), law=law)) == ["1", "2"]
    named = read("What are the marketing rules?", laws=(("MN", "second-act"),))
    assert sections(ranked(named, law=law)) == ["2", "1"]


def test_nearness_in_meaning_decides_between_equals() -> None:
    law = tuple(
        passage("MN", "act", number, ("disposal", "A business must shred records.")) for number in ("1", "2")
    )
    question = read("How must we dispose of records?")
    assert sections(ranked(question, law=law, distances={("MN", "act", "2"): 0.2})) == ["2", "1"]
    opposite = ranked(question, law=law, distances={("MN", "act", "2"): 1.8})
    assert sections(opposite) == ["1", "2"]  # what is far adds nothing and takes nothing away
    assert opposite[0].score == opposite[1].score


def test_what_a_position_rests_on_comes_before_its_equals() -> None:
    law = (
        passage("MN", "act", "1", ("disposal", "A business must shred records.")),
        passage("MN", "act", "2", ("disposal", "A business must shred records.")),
    )
    rests = position("MN", "disposal", "yes", ("Yes: records must be shredded.", "act#2"))
    question = read("How must we dispose of records?")
    assert question.topic_ids[0] == "disposal"
    assert sections(ranked(question, law=(*law, rests))) == ["2", "1"]


def test_a_definition_waits_unless_it_is_asked_for() -> None:
    said = ("breach-deadline", "Breach of a system means unauthorized acquisition of data.")
    law = (
        passage("MN", "act", "1", said, title="Definitions"),
        passage("MN", "act", "2", said, title="Notice"),
    )
    assert sections(ranked(read("How soon must we report a breach?"), law=law)) == ["2", "1"]
    asked = ranked(read("How is a breach defined, and how soon must we report it?"), law=law)
    assert next(r.score for r in asked if r.entry.passage.section == "1") > next(
        r.score
        for r in ranked(read("How soon must we report a breach?"), law=law)
        if r.entry.passage.section == "1"
    )


def test_law_that_has_ended_is_left_out() -> None:
    cure = "A violator had 30 days to cure."
    question = "Is there a right to cure?"
    assert cure not in texts(ranked(read(question)))
    assert cure in texts(ranked(read(question, today=dt.date(2026, 1, 31))))


def test_law_to_come_carries_its_date_until_it_holds() -> None:
    def campaign(question: Understanding) -> Ranked:
        return next(r for r in ranked(question) if r.entry.passage.section == "90")

    text = "What must a marketer do?"
    assert campaign(read(text)).starts == dt.date(2027, 7, 1)
    assert campaign(read(text, today=dt.date(2027, 6, 30))).starts == dt.date(2027, 7, 1)
    assert campaign(read(text, today=dt.date(2027, 7, 1))).starts is None


def section(governs: str) -> Passage:
    held = replace(LAW[0], governs=governs)
    assert isinstance(held, Passage)
    return held


@pytest.mark.parametrize(
    ("text", "governs", "bound"),
    [
        ("May we use data for marketing?", "business", True),
        ("May we use data for marketing?", "government", False),
        ("May we use data for marketing?", "both", True),
        ("We are a state agency. May we use data?", "government", True),
        ("We are a state agency. May we use data?", "business", False),
        ("We are a state agency. May we use data?", "both", True),
        ("Is our nonprofit covered?", "business", True),
        ("Is our nonprofit covered?", "government", False),
        ("Can I sue over my personal data?", "business", True),
        ("Can I sue over my personal data?", "government", False),
    ],
)
def test_whom_a_law_binds(text: str, governs: str, bound: bool) -> None:
    assert binds(section(governs), read(text)) is bound


def test_a_question_about_government_records_brings_government_law() -> None:
    question = read("How do I get public records from a state agency?")
    assert "government-records" in question.topic_ids
    assert question.asker != "government"
    assert binds(section("government"), question)


def test_the_words_of_a_question_lack_the_places_asked_about() -> None:
    words = question_words(read("Marketing rules of Minnesota and New Mexico, MN", "MN", "NM"))
    assert words == {"market", "rule"}


def test_the_comprehensive_act_is_the_law_of_scope_and_rights() -> None:
    assert comprehensive_law(catalogue()) is None  # scope alone is not enough
    rights = passage("MN", "privacy-act", "12", ("consumer-rights", "A consumer may have data deleted."))
    health = (
        passage("MN", "health-act", "1", ("applicability", "The Health Act binds clinics.")),
        passage("MN", "health-act", "2", ("consumer-rights", "A patient may see records.")),
    )
    sale = passage("MN", "privacy-act", "13", ("sale", "A consumer may opt out of sale."))
    assert comprehensive_law(catalogue(law=(*health, *LAW, rights, sale))) == "privacy-act"
    assert comprehensive_law(catalogue("GU")) is None


def test_a_facet_is_asked_of_the_law_of_its_subject() -> None:
    penalty = read("What is the fine for a late breach notice?")
    assert domain_laws(catalogue(), penalty) == {"breach-act"}


def test_a_facet_without_a_subject_is_asked_of_the_comprehensive_act() -> None:
    rights = passage("MN", "privacy-act", "12", ("consumer-rights", "A consumer may have data deleted."))
    question = read("Is there a right to cure?")
    assert question.topic_ids == ("cure",)
    assert domain_laws(catalogue(law=(*LAW, rights)), question) == {"privacy-act"}
    assert domain_laws(catalogue(), question) == frozenset()  # no such act: any law


def test_a_law_named_is_the_only_one_that_a_question_is_asked_of() -> None:
    question = read("What are the penalties?", laws=(("MN", "profiling-act"), ("US", "mail-act")))
    assert domain_laws(catalogue(), question) == {"profiling-act"}
    assert domain_laws(catalogue("US"), question) == {"mail-act"}
    assert domain_laws(catalogue("NM"), question) == frozenset()


def test_a_question_of_no_facet_is_asked_of_any_law() -> None:
    assert domain_laws(catalogue(), read("How soon must we report a breach?")) == frozenset()


def test_a_law_that_mentions_the_subject_in_passing_is_not_of_its_domain() -> None:
    main = tuple(
        passage("MN", "breach-act", str(n), ("breach-deadline", f"Rule {n} of breach notice."))
        for n in range(4)
    )
    passing = passage("MN", "other-act", "9", ("breach-deadline", "A breach is reported under another act."))
    question = read("What is the fine for a late breach notice?")
    assert domain_laws(catalogue(law=(*main, passing)), question) == {"breach-act"}


def held_on(day: dt.date, *law: Passage | Position) -> bool:
    taken = next(r for r in law if isinstance(r, Position))
    return position_holds(taken, catalogue(law=law), catalogue("US"), day)


def test_a_position_holds_on_its_day_and_while_its_law_does() -> None:
    rule = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    said = position("MN", "disposal", "yes", ("Yes.", "act#1"))
    assert held_on(TODAY, rule, said)
    assert held_on(dt.date(2027, 1, 1), rule, said)
    assert not held_on(dt.date(2019, 12, 31), rule, said)  # a day before the law began


def test_a_position_ends_with_the_law_it_rests_on() -> None:
    rule = passage(
        "MN", "act", "1", ("disposal", "A business must shred."), in_force_to=dt.date(2026, 12, 31)
    )
    said = position("MN", "disposal", "yes", ("Yes.", "act#1"))
    assert held_on(dt.date(2026, 12, 31), rule, said)
    assert not held_on(dt.date(2027, 1, 1), rule, said)


def test_a_position_on_law_that_has_ended_or_is_to_come_holds_after_its_review() -> None:
    ended = passage(
        "MN", "act", "1", ("cure", "A business had 60 days to cure."), in_force_to=dt.date(2024, 12, 31)
    )
    coming = passage("MN", "new", "2", ("cure", "There will be a cure."), in_force_from=dt.date(2028, 1, 1))
    said = position("MN", "cure", "no", ("No: it ended, and another starts in 2028.", "act#1"))
    assert held_on(TODAY + dt.timedelta(days=1), ended, coming, said)
    assert held_on(dt.date(2027, 12, 31), ended, coming, said)
    assert not held_on(dt.date(2028, 1, 1), ended, coming, said)


def test_a_position_falls_when_law_of_its_topic_begins() -> None:
    rule = passage("MN", "act", "1", ("disposal", "A business must shred."))
    new = passage("MN", "new", "2", ("disposal", "No one may shred."), in_force_from=dt.date(2027, 7, 1))
    said = position("MN", "disposal", "yes", ("Yes.", "act#1"))
    assert held_on(dt.date(2027, 6, 30), rule, new, said)
    assert not held_on(dt.date(2027, 7, 1), rule, new, said)


def test_no_law_found_holds_until_there_is_some() -> None:
    survey = passage("MN", "survey", "disposal", ("disposal", "None was found."), kind="survey")
    said = position("MN", "disposal", "no", ("No.", "survey#disposal"))
    assert held_on(dt.date(2027, 1, 1), survey, said)
    coming = passage("MN", "new", "2", ("disposal", "Shred."), in_force_from=dt.date(2026, 12, 1))
    assert not held_on(dt.date(2027, 1, 1), survey, coming, said)


def test_a_position_that_rests_on_federal_law_looks_there() -> None:
    said = Position(
        "MN",
        "email-marketing",
        "yes",
        (
            replace(
                position("MN", "x", None, ("Federal law lets it.", "a#1")).statements[0],
                rests_on=(("US", "mail-act", "7704"),),
            ),
        ),
        TODAY,
    )
    later = dt.date(2027, 1, 1)
    assert position_holds(said, catalogue(), catalogue("US"), later)
    assert not position_holds(said, catalogue(), None, later)  # what cannot be looked up is not said


def test_a_statement_of_its_own_end_does_not_end_its_section() -> None:
    section = passage(
        "MN",
        "act",
        "1",
        statements=(
            LawStatement("A business must shred.", ("disposal",)),
            LawStatement("It had until 2026.", ("cure",), None, dt.date(2026, 12, 31)),
        ),
    )
    said = position("MN", "disposal", "yes", ("Yes.", "act#1"))
    assert held_on(dt.date(2027, 1, 1), section, said)
