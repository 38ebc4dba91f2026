"""What a term means: asked for in many forms, answered by the sentence that defines it."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.catalogue import Catalogue
from retrieval.definitions import asked_term, definition
from retrieval.ranking import Ranked
from retrieval.records import Jurisdictions, Passage, Question
from retrieval.understand import understand
from tests.retrieval.law import LAW, TODAY, ask, passage, position


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Who is an 'operator' in the student law?", "operator"),
        ("Who's a controller?", "controller"),
        ("who counts as a minor", "minor"),
        ("What does “sale” mean?", "sale"),
        ("what does 'de-identified data' mean in Ohio", "de-identified data"),
        ("What is personal information under the Ohio law?", "personal information"),
        ("What is biometric data, and who may hold it?", "biometric data"),
        ("What's a data broker", "data broker"),
        ("What counts as a breach?", "breach"),
        ("Which records count as health data?", "health data"),
        ("Define biometric identifier", "biometric identifier"),
        ("How does Ohio define personal information?", "personal information"),
        ("definition of sensitive data in Ohio", "sensitive data"),
        ("What is meant by sale?", "sale"),
        ("What is considered sensitive data?", "sensitive data"),
        ("what is considered as sensitive data in Ohio?", "sensitive data"),
    ],
)
def test_a_term_asked_for(text: str, term: str) -> None:
    assert asked_term(text) == term


@pytest.mark.parametrize(
    "text",
    [
        "Can I sell data?",
        "How soon must we report a breach?",
        "What does the act require?",
        "What are the breach rules in Ohio?",
        "What is the fine for a late notice?",
        "What is the penalty for a late notice?",
        "What are the penalties?",
        "What is the deadline?",
        "What is the deadline for notice?",
        "What is the time limit?",
        "What is required in Ohio?",
        "What is covered?",
        "Who is exempt?",
    ],
)
def test_what_no_law_defines_is_no_term(text: str) -> None:
    assert asked_term(text) is None


OPERATOR = "An operator is whoever runs a site for pupils."
DUTY = "An operator must delete pupils' data on request."
PASSING = "A seller or site operator of any kind is to be told."


def defined(text: str, *passages: Passage, laws: tuple[tuple[str, str], ...] = ()) -> str | None:
    """Return the text of the definition found among passages in force on 2026-11-21."""
    understood = understand(Question(text, TODAY), Jurisdictions(), laws)
    entries = Catalogue("MN", passages, ()).entries
    later = [Ranked(e, 1.0, e.starts if e.starts and e.starts > TODAY else None) for e in entries]
    found = definition(understood, later)
    return found.entry.statement.text if found else None


def section(law: str, number: str, *texts: str, **other: object) -> Passage:
    return passage("MN", law, number, *(("student-data", text) for text in texts), **other)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (OPERATOR, True),
        ("Operator: whoever runs a site for pupils.", True),
        ("An operator means a business with a site for pupils.", True),
        (DUTY, False),  # binds operators, defines none
        ("Schools are told by the operator.", False),  # behind the verb
        ("A controller is whoever decides on data.", False),
    ],
)
def test_a_statement_defines_the_term_before_its_verb(statement: str, found: bool) -> None:
    said = defined("Who is an 'operator'?", section("act", "1", statement))
    assert said == (statement if found else None)


def test_a_question_without_a_term_gets_no_definition() -> None:
    assert defined("Can an operator sell data?", section("act", "1", OPERATOR)) is None


def test_all_words_of_the_term_must_be_defined() -> None:
    one = section("act", "1", "Information is what is known.")
    both = section("act", "2", "Personal information is a name with a number.")
    assert defined("What is personal information?", one) is None
    assert defined("What is personal information?", one, both) == both.text


def test_the_plainer_of_two_is_taken() -> None:
    assert defined("Who is an operator?", section("act", "1", PASSING, OPERATOR)) == OPERATOR


def test_a_section_of_definitions_comes_first() -> None:
    plain = "An operator is no school."
    held = (section("act", "1", plain), section("act", "2", PASSING, title="Definitions"))
    assert defined("Who is an operator?", *held) == PASSING


def test_the_act_named_comes_before_all() -> None:
    elsewhere = section("other", "1", OPERATOR, title="Definitions")
    own = section("act", "1", PASSING)
    assert defined("Who is an operator?", elsewhere, own) == OPERATOR
    assert defined("Who is an operator?", elsewhere, own, laws=(("MN", "act"),)) == PASSING


def test_a_definition_not_yet_in_force_is_none() -> None:
    assert (
        defined("Who is an operator?", section("act", "1", OPERATOR, in_force_from=dt.date(2027, 7, 1)))
        is None
    )


LAWS = (
    *LAW,
    passage("MN", "pupil-act", "31", ("student-data", DUTY)),
    passage("MN", "pupil-act", "30", ("student-data", OPERATOR), title="Definitions"),
    position("MN", "student-data", "yes", ("Yes: the Pupil Act binds sites for pupils.", "pupil-act#31")),
)


async def test_the_sentence_that_defines_comes_before_the_position() -> None:
    answer = await ask("Who is an “operator” for student data in Minnesota?", law=LAWS)
    assert [s.text for s in answer.short_answer[:2]] == [OPERATOR, "The Pupil Act binds sites for pupils."]
    assert answer.verdict is None
    first = answer.short_answer[0].marks
    assert [s.citation for s in answer.sources if s.mark in first] == ["MN Code § 30"]


async def test_where_no_meaning_is_asked_the_position_comes_first() -> None:
    answer = await ask("Is there a law on student data in Minnesota?", law=LAWS)
    assert answer.short_answer[0].text == "Yes: the Pupil Act binds sites for pupils."


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Is a username plus password personal information in Arizona?", "personal information"),
        ("is card number and CVV 'sensitive data' under the act, and so what?", "sensitive data"),
        ("Is consent required for sensitive data in Oregon?", None),
        ("Must we notify people whose personal information leaked?", None),
    ],
)
def test_whether_a_thing_falls_under_a_term_asks_for_its_definition(text: str, term: str | None) -> None:
    assert asked_term(text) == term
