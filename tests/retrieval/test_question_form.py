"""How a question is put: leave, duty, fact or open; asserted, denied, without asking."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.question_form import ASSERTED, NEGATED_DUTY, UNASKED, asking_clause, asking_text, sense_of
from retrieval.records import Jurisdictions, Question
from retrieval.understand import understand


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("Can we skip consent?", "permission"),
        ("ok to text customers?", "permission"),
        ("Could we scan faces without asking?", "permission"),
        ("We sell fingerprints. Allowed?", "permission"),
        ("Do we have to ask before we may sell?", "duty"),  # the first of the two is what is asked
        ("May we sell, or must we ask?", "permission"),
        ("Should we tell the attorney general?", "duty"),
        ("Do we register?", "duty"),
        ("Does Ohio recognise opt-out signals?", "duty"),
        ("Was the cure period dropped?", "fact"),
        ("cure period gone?", "fact"),
        ("And does the act reach banks?", "fact"),
        ("Do we report, and when?", "duty"),  # yes or no comes first
        ("When do we report, and must we?", "open"),
        ("so how long do we keep it", "open"),
        ("Tell me what we may do", "open"),
        ("What if we never told anyone, is that legal?", "permission"),
        ("Explain. Is it legal?", "permission"),
        ("", "open"),
    ],
)
def test_sense(text: str, sense: str) -> None:
    assert sense_of(text) == sense


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("We lost a laptop. Do we tell people? Thanks.", "Do we tell people?"),
        ("What is due? Is it 30 days?", "Is it 30 days?"),
        ("We lost a laptop. How bad is it?", ""),
        ("breach deadline", ""),
    ],
)
def test_the_clause_that_asks_for_yes_or_no(text: str, clause: str) -> None:
    assert asking_clause(text) == clause


@pytest.mark.parametrize(
    ("text", "asserted"),
    [
        ("Consent is needed, right?", True),
        ("Consent is needed. Is that correct?", True),
        ("No consent is needed, isn’t it?", True),
        ("Surely we can skip it.", True),
        ("Obviously nobody has to be told", True),
        ("A vendor claims that we need no consent.", True),
        ("My boss says we must notify", True),
        ("I heard it is 30 days", True),
        ("We can ignore it, no?", True),
        ("Do we have to notify, yes or no?", False),  # asks, and says in which words to answer
        ("Do we have to notify?", False),
        ("Is the right to cure gone?", False),
        ("Is there a right of access?", False),
        ("What does the law say", False),
    ],
)
def test_what_is_asserted(text: str, asserted: bool) -> None:
    assert bool(ASSERTED.search(text)) == asserted


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("Is notice optional?", True),
        ("Is it voluntary?", True),
        ("We don't have to notify, right?", True),
        ("We don’t need to ask, do we?", True),
        ("A small shop does not have to register?", True),
        ("Is there no duty to tell anyone?", True),
        ("Is notice not required?", True),
        ("Are we exempt from notice?", True),
        ("Do we have to notify?", False),
        ("Isn't notice required?", False),
        ("Is notice required?", False),
        ("Do we need to ask?", False),
    ],
)
def test_a_duty_denied(text: str, denied: bool) -> None:
    assert bool(NEGATED_DUTY.search(text)) == denied


@pytest.mark.parametrize(
    ("text", "unasked"),
    [
        ("Can we sell it without asking?", True),
        ("Can we sell it without prior written consent?", True),
        ("Can we sell it without the customer's permission?", True),
        ("Can we track people without their knowledge?", True),
        ("Can we text w/o telling anyone?", True),
        ("no consent, is that fine?", True),
        ("Are we free to sell it?", True),
        ("Can we sell it? Feel free to be brief.", False),
        ("Can we sell it with consent?", False),
        ("Can police look without a warrant?", False),
        ("Can we sell it?", False),
    ],
)
def test_leave_to_do_without_what_the_law_may_want(text: str, unasked: bool) -> None:
    assert bool(UNASKED.search(text)) == unasked


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("And Nevada?", "Can we sell student data in Ohio?"),
        ("And is it legal in Nevada?", "And is it legal in Nevada?"),
        ("How soon must we report a breach in Nevada?", "How soon must we report a breach in Nevada?"),
    ],
)
def test_a_text_that_only_goes_on_asks_in_the_words_before(text: str, asks: str) -> None:
    question = Question(text, dt.date(2026, 11, 21), ("Can we sell student data in Ohio?",))
    assert asking_text(understand(question, Jurisdictions(), ())) == asks
