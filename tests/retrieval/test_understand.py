"""What a question asks: its form, day, figures, asker and whether it is a question of law at all."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.records import Detection, Jurisdictions, Question
from retrieval.understand import as_of, figures_in, understand

TODAY = dt.date(2026, 11, 21)
OHIO = Jurisdictions(found=(Detection("OH", "Ohio", None, "name"),))


def read(text: str, *history: str, places: Jurisdictions = OHIO):  # type: ignore[no-untyped-def]
    return understand(Question(text, TODAY, history), places, ())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("How soon must we notify?", TODAY),
        ("What will the rule be on January 1, 2027?", dt.date(2027, 1, 1)),
        ("as of 2025-03-01, what applied?", dt.date(2025, 3, 1)),
        ("What applies from July 2027?", dt.date(2027, 7, 1)),
        ("what was the law in 2024", dt.date(2024, 12, 31)),
        ("what will the law be in 2028", dt.date(2028, 1, 1)),
        ("what is the law in 2026", TODAY),
        ("as of 2026-02-31", TODAY),
        ("We have 2027 customers", TODAY),
    ],
)
def test_the_day_asked_about(text: str, day: dt.date) -> None:
    assert as_of(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("the 60-day deadline", (("60", "day"),)),
        ("a $7,500 fine", (("7500", "$"),)),
        ("$1 million in revenue", (("1000000", "$"),)),
        ("100,000 consumers", (("100000", "person"),)),
        ("500 people within 30 business days", (("500", "person"), ("30", "day"))),
        ("1,200 Arizonans and 3k customers", (("1200", "person"), ("3000", "person"))),
        ("1,400 Hawaii residents", (("1400", "person"),)),
        ("$15M revenue", (("15000000", "$"),)),
        ("3 letters", ()),
        ("Section 5", ()),
    ],
)
def test_figures(text: str, figures: tuple[tuple[str, str], ...]) -> None:
    assert figures_in(text) == figures


@pytest.mark.parametrize(
    ("text", "asker"),
    [
        ("We are a state agency. May we share records?", "government"),
        ("Can a school district sell data?", "government"),
        ("Which state agency must we notify of a breach?", "business"),
        ("Is our nonprofit covered?", "nonprofit"),
        ("Can I sue a shop over my personal data?", "individual"),
        ("Can I use customer data?", "business"),
    ],
)
def test_who_asks(text: str, asker: str) -> None:
    assert read(text).asker == asker


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("help", "help"),
        ("Hi there!", "help"),
        ("thanks", "help"),
        ("Can I use customer data in Ohio?", "law"),
        ("are dash cams legal in Ohio", "law"),
        ("What is the sales tax in Ohio?", "out"),
        ("write a haiku about Ohio", "out"),
        ("write a poem about data breach notices in Ohio", "out"),
        ("Ohio hotel breach: when do guests have to hear from us?", "law"),
        ("best pizza in Ohio", "out"),
        ("Can I use customer tax records for marketing in Ohio?", "law"),
        ("Does a restaurant have to report a data breach to the attorney general in Ohio?", "law"),
    ],
)
def test_scope(text: str, scope: str) -> None:
    assert read(text).scope == scope


def test_foreign_law_alone_is_outside() -> None:
    gdpr = Jurisdictions(outside=("GDPR",))
    assert read("What are the fines under the GDPR?", places=gdpr).scope == "out"


def test_a_facet_takes_its_subject_along() -> None:
    understood = read("What is the fine for a late breach notice?")
    assert understood.topic_ids[0] == "penalties"
    assert "breach-deadline" in understood.domain


@pytest.mark.parametrize(
    ("text", "history", "topic"),
    [
        ("and Nevada?", "How soon must we report a breach in Ohio?", "breach-deadline"),
        ("who do I report it to there?", "How soon must we report a breach in Ohio?", "breach-regulator"),
        ("what if the data was encrypted?", "How soon must we report a breach in Ohio?", "breach-trigger"),
        ("what about the attorney general", "How soon must we report a breach in Ohio?", "breach-regulator"),
        ("is that calendar days?", "How soon must we report a breach in Ohio?", "breach-deadline"),
        ("Can I record calls?", "How soon must we report a breach in Ohio?", "call-recording"),
    ],
)
def test_follow_ups(text: str, history: str, topic: str) -> None:
    assert read(text, history).topic_ids[0] == topic


def test_likeness_to_known_questions_speaks_where_no_rule_does() -> None:
    def likeness(text: str) -> dict[str, float]:
        return {"disposal": 0.5}

    plain = understand(Question("How soon must we report a breach?", TODAY), OHIO, (), likeness)
    odd = understand(Question("What about the client box in the basement?", TODAY), OHIO, (), likeness)
    assert plain.topic_ids[0] == "breach-deadline"
    assert odd.topic_ids == ("disposal",)


def test_likeness_makes_no_law_question_of_a_chore() -> None:
    assert understand(Question("best pizza in Ohio", TODAY), OHIO, (), lambda _: {"sale": 0.9}).scope == "out"


ACT = (("OH", "privacy-act"),)


@pytest.mark.parametrize(
    ("text", "laws", "topics"),
    [
        ("We have 120,000 customers. Does the Privacy Act apply?", ACT, ("applicability",)),
        ("We have 120,000 customers. Does the act apply to us?", (), ("applicability",)),
        ("$30 million in revenue. Are we covered by the Privacy Act?", ACT, ("applicability",)),
        ("What are the thresholds of the Privacy Act?", ACT, ("applicability",)),
        ("How many consumers does the Privacy Act need?", ACT, ("applicability",)),
        # sales told of in passing come second
        ("90,000 customers, no data sales. Are we under the Privacy Act?", ACT, ("applicability", "sale")),
    ],
)
def test_the_size_of_a_business_asks_whether_an_act_applies(
    text: str, laws: tuple[tuple[str, str], ...], topics: tuple[str, ...]
) -> None:
    assert understand(Question(text, TODAY), OHIO, laws).topic_ids == topics


@pytest.mark.parametrize(
    ("text", "laws", "first"),
    [
        ("We have 120,000 customers. Can we sell their data?", ACT, "sale"),  # no act's reach is asked about
        ("We have 120,000 customers.", (), None),
        ("We lost data of 120,000 customers. How soon must we tell them?", ACT, "breach-deadline"),
        ("We have 120,000 users. Do the cookie rules apply?", (), "web-tracking"),
    ],
)
def test_a_size_told_in_passing_changes_nothing(
    text: str, laws: tuple[tuple[str, str], ...], first: str | None
) -> None:
    assert next(iter(understand(Question(text, TODAY), OHIO, laws).topic_ids), None) == first


WHOLE = ("breach-deadline", "breach-trigger", "breach-regulator")


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("breach rules", WHOLE),
        ("What does the law on a data breach say?", WHOLE),
        ("We had a breach, what now?", WHOLE),
        ("A hacker got data of 900 users. How do we comply?", WHOLE),  # no size of a business
        ("What counts as a breach?", ("breach-trigger",)),
        ("Is it a breach if the data was encrypted?", ("breach-trigger",)),
        ("How soon must we report a breach?", ("breach-deadline",)),
    ],
)
def test_a_breach_without_a_side_asks_for_the_whole_law(text: str, topics: tuple[str, ...]) -> None:
    assert read(text).topic_ids == topics


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("¿Cuándo debo avisar de una brecha de datos?", "breach-deadline"),
        ("¿Debo notificar una filtración?", "breach-deadline"),
        ("Plazo para notificar una brecha de seguridad", "breach-deadline"),
        ("violación de datos: ¿hay que notificar?", "breach-deadline"),
        ("¿Puedo vender datos personales?", "sale"),
        ("¿Qué datos puedo recopilar?", "collection"),
        ("¿Cuál es la multa?", "penalties"),
        ("¿Pueden demandar?", "private-action"),
    ],
)
def test_spanish_words_for_what_is_asked(text: str, topic: str) -> None:
    understood = read(text)
    assert understood.scope == "law"
    assert understood.topic_ids[0] == topic


@pytest.mark.parametrize("text", ["¿Dónde puedo comer tacos?", "Me gusta grabar música"])
def test_spanish_words_for_anything_else_are_outside(text: str) -> None:
    assert read(text).scope == "out"


def test_recording_calls_in_spanish() -> None:
    assert read("¿Puedo grabar llamadas sin consentimiento?").topic_ids[:1] == ("call-recording",)
