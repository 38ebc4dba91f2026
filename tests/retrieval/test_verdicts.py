"""Yes, no or it depends: only where the question asks for it, and as it was asked."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.question_form import sense_of
from retrieval.records import Detection, Jurisdictions, Question
from retrieval.thresholds import by_count
from retrieval.understand import understand
from retrieval.verdicts import verdict_for
from tests.retrieval.law import position

OHIO = Jurisdictions(found=(Detection("MN", "Minnesota", None, "name"),))


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("Can I sell data?", "permission"),
        ("Is it legal to record calls?", "permission"),
        ("Are we allowed to scan faces?", "permission"),
        ("Do we have to notify the attorney general?", "duty"),
        ("Must a data broker register?", "duty"),
        ("Is consent required for cookies?", "duty"),
        ("does Kansas make websites honor Global Privacy Control?", "duty"),
        ("Is there a right to cure?", "fact"),
        ("Does Ohio have a privacy act?", "fact"),
        ("300 people hit, attorney general?", "fact"),
        ("How soon must we notify?", "open"),
        ("What can I do?", "open"),
        ("Who enforces the act?", "open"),
        ("massachusetts - who has to be notified?", "open"),
        ("breach deadline", "open"),
        ("We had a breach. Do we have to tell the regulator?", "duty"),
    ],
)
def test_sense(text: str, sense: str) -> None:
    assert sense_of(text) == sense


def verdict(
    text: str, topic: str, own: str | None, said: str = "It is so.", *, none: bool = False
) -> str | None:
    understood = understand(Question(text, dt.date(2026, 11, 21)), OHIO, ())
    ref = f"survey#{topic}" if none else "act#1"
    return verdict_for(understood, position("MN", topic, own, (said, ref)), said)


@pytest.mark.parametrize(
    ("text", "topic", "own", "expected"),
    [
        ("Can I use customer data for marketing?", "marketing-use", "conditional", "conditional"),
        ("What may I do with customer data for marketing?", "marketing-use", "conditional", None),
        ("Do we need consent for fingerprints?", "biometrics", "yes", "yes"),
        ("Can we scan fingerprints?", "biometrics", "yes", "conditional"),
        ("Do we get a cure period?", "cure", "no", "no"),
        ("Must we get consent for marketing?", "marketing-use", "conditional", None),
        ("Can I record a call without telling the other side?", "call-recording", "no", "no"),
        ("Can I record a call?", "call-recording", "no", "conditional"),
        ("Can I record a call?", "call-recording", "yes", "yes"),
        ("Do I need everybody's consent to record a call?", "call-recording", "no", "yes"),
        ("Is one party consent enough to record?", "call-recording", "yes", "yes"),
        ("Who enforces it?", "enforcement", None, None),
    ],
)
def test_a_position_answers_the_question_as_put(
    text: str, topic: str, own: str | None, expected: str | None
) -> None:
    assert verdict(text, topic, own) == expected


def test_no_such_law_is_a_no_however_it_is_asked() -> None:
    assert verdict("What rights do people have?", "consumer-rights", "no", none=True) == "no"


def test_who_may_sue_is_read_from_the_sentence_that_answers() -> None:
    assert (
        verdict("Can they sue us?", "private-action", "no", "Any person aggrieved may sue in state court.")
        == "yes"
    )
    assert (
        verdict("Can they sue us?", "private-action", "yes", "The act creates no private right of action.")
        == "no"
    )


def test_a_ban_answers_may_i() -> None:
    assert (
        verdict(
            "May we sell health data?", "sale", "conditional", "A controller may not sell sensitive data."
        )
        == "no"
    )
    assert (
        verdict(
            "May we sell health data?", "sale", "conditional", "No one may sell health data without consent."
        )
        == "conditional"
    )


@pytest.mark.parametrize(
    ("said", "people", "expected"),
    [
        ("Yes: the attorney general, if 500 or more residents are told.", 499, "no"),
        ("Yes: the attorney general, if 500 or more residents are told.", 500, "yes"),
        ("Yes: the attorney general, if more than 1,000 residents are told.", 1000, "no"),
        ("Yes: the attorney general, if more than 1,000 residents are told.", 1001, "yes"),
        ("Yes: the attorney general, at least 250 residents, within 45 days.", 300, "yes"),
        ("Yes: the attorney general, always.", 3, None),
    ],
)
def test_a_number_in_the_question_meets_the_threshold(said: str, people: int, expected: str | None) -> None:
    text = f"{people} people were hit by our breach. Do we have to tell the attorney general?"
    understood = understand(Question(text, dt.date(2026, 11, 21)), OHIO, ())
    counted = by_count(understood, position("MN", "breach-regulator", "conditional", (said, "act#1")))
    assert (counted[0] if counted else None) == expected
