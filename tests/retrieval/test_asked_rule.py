"""The rule on the very act asked about: banned, required, allowed only with something; none where no sentence rules on it."""

from __future__ import annotations

import pytest

from retrieval.asked_rule import Finding, asked_concepts, ruling
from tests.retrieval.law import LAW, ask, passage, position

SELL = "Can we sell student data?"
SHRED = "Do we have to shred paper records?"


@pytest.mark.parametrize(
    ("question", "statement", "ruled"),
    [
        (SELL, "An operator may not sell student data.", "banned"),
        (SELL, "No operator may sell student data.", "banned"),
        (SELL, "An operator may not sell student data unless a parent consents.", "banned unless"),
        (SELL, "An operator may not sell student data unless the law requires it.", "banned"),
        (SELL, "An operator may sell student data only with a parent's consent.", "only with"),
        (SELL, "An operator may sell student data.", "allowed"),
        (SHRED, "A business must shred paper records.", "required"),
        (SHRED, "A business need not shred paper records.", "not required"),
        (
            "Can we print fingerprints on a badge?",
            "No one may print fingerprints on a card or badge.",
            "banned",
        ),
    ],
)
def test_a_sentence_that_names_the_act_rules_on_it(question: str, statement: str, ruled: str) -> None:
    found = ruling(question, [statement])
    assert found is not None
    assert found.ruled == ruled


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        (SELL, "A controller must let people opt out of targeted advertising."),
        (SELL, "An operator may not sell gym passes."),  # of selling, not of students
        ("Can we collect personal data?", "A business may not collect personal data."),  # no rare word
        (
            "Can we sell fingerprints?",
            "Ohio had no law limiting the sale of fingerprints.",
        ),  # silence is no ban
        (SELL, "Student data is sold a lot."),
        ("What now?", "An operator may not sell student data."),
    ],
)
def test_a_sentence_on_another_act_or_in_common_words_alone_rules_on_nothing(
    question: str, statement: str
) -> None:
    assert ruling(question, [statement]) is None


def test_without_statements_nothing_is_ruled() -> None:
    assert ruling(SELL, []) is None


def test_a_sentence_that_rules_both_ways_rules_neither() -> None:
    both = "A shop may sell fingerprints; a school may not sell fingerprints."
    assert ruling("Can we sell fingerprints?", [both]) is None


def test_of_equals_the_first_decides_and_a_closer_one_before_all() -> None:
    allowed, banned = "An operator may sell student data.", "An operator may not sell student data."
    closer = "An operator may not sell student data to advertisers."
    assert ruling(SELL, [allowed, banned]) == Finding("allowed", 3, 3)
    assert ruling(SELL, [banned, allowed]) == Finding("banned", 3, 3)
    asked = "Can we sell student data to advertisers?"
    found = ruling(asked, [allowed, closer])
    assert found is not None
    assert found.ruled == "banned"
    assert found.named > 3


def test_of_as_much_the_rule_on_the_act_itself_decides() -> None:
    statement = "The act bans selling precise location, and other processing needs consent."
    found = ruling(
        "May we sell precise location of people who gave consent?", [statement], "Precise location"
    )
    assert found is not None
    assert found.ruled == "banned"


def test_a_ban_that_shares_its_subject_is_read() -> None:
    statement = (
        "Operators may use student data only for school purposes, may not sell it or target ads with it."
    )
    found = ruling("May we target ads at a student, or sell student data?", [statement], "Student data")
    assert found is not None
    assert found.ruled == "banned"


def test_the_subject_of_all_statements_need_not_be_said_again() -> None:
    statement = "An operator may not sell it."
    assert ruling("Can we sell student records?", [statement]) is None
    found = ruling("Can we sell student records?", [statement], "Student data")
    assert found is not None
    assert found.ruled == "banned"


def test_a_subject_alone_is_no_act() -> None:
    """ "Student data" stands over a rule on deletion too: selling is not ruled on."""
    assert ruling(SELL, ["An operator must delete student data."], "Student data") is None


def test_an_opt_out_does_not_do_where_consent_is_wanted() -> None:
    statement = "A business may sell fingerprints only with written consent."
    for offered, ruled in (("an opt-out", "banned"), ("consent", "only with")):
        found = ruling(f"Can we sell fingerprints with {offered}?", [statement])
        assert found is not None
        assert found.ruled == ruled


def test_words_of_one_meaning_are_one_concept() -> None:
    assert asked_concepts("charities") == asked_concepts("nonprofits") != asked_concepts("banks")
    assert not asked_concepts("")


STUDENTS = (
    *LAW,
    passage("MN", "student-act", "32", ("student-data", "An operator may not sell student data.")),
    position("MN", "student-data", "yes", ("Yes: the Student Act binds operators; it may not sell student data.", "student-act#32")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Can a homework app sell student data in Minnesota?", "no"),
        ("Is there a student data law in Minnesota?", "yes"),
        ("Who may sell student data in Minnesota?", None),
    ],
)
async def test_a_ban_turns_the_answer_of_a_law_that_exists(text: str, verdict: str | None) -> None:
    answer = await ask(text, law=STUDENTS)
    assert answer.status == "answered"
    assert answer.verdict == verdict
    assert [s.citation for s in answer.sources if s.jurisdiction == "MN"] == ["MN Code § 32"]
