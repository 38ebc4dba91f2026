"""Yes, no or it depends: only where the question asks for it, and as it was asked."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.act_verdicts import verdict_by_rule
from retrieval.question_form import sense_of
from retrieval.records import Detection, Jurisdictions, Question
from retrieval.thresholds import by_count
from retrieval.understand import understand
from retrieval.verdicts import verdict_for
from tests.retrieval.law import LAW, ask, passage, position

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


def by_rule(text: str, topic: str, own: str | None, *said: str, beside: tuple[str, ...] = ()) -> str | None:
    """Return the verdict as the composer makes it: of the position, then of the rule on the very act."""
    understood = understand(Question(text, dt.date(2026, 11, 21)), OHIO, ())
    held = position("MN", topic, own, *((sentence, "act#1") for sentence in said))
    return verdict_by_rule(understood, held, verdict_for(understood, held, said[0]), said, beside)


BANNED = "An operator may not sell student data."
WITH_CONSENT = "An operator may sell student data only with parental consent."
ALLOWED = "An operator may sell student data."


@pytest.mark.parametrize(
    ("text", "own", "said", "expected"),
    [
        ("Can we sell student data?", "yes", BANNED, "no"),
        ("Want to sell student data", "yes", BANNED, "no"),  # a wish asks for leave
        ("Can we sell student data?", None, BANNED, "no"),
        ("Can we sell student data?", None, WITH_CONSENT, "conditional"),
        ("Can we sell student data without asking the parents?", "yes", WITH_CONSENT, "no"),
        ("Can we sell student data?", None, ALLOWED, None),
        ("Who may sell student data?", "yes", BANNED, None),  # neither yes nor no answers
        ("Is there a law on student data?", "yes", BANNED, "yes"),
    ],
)
def test_a_rule_on_the_act_asked_about_decides_on_leave(
    text: str, own: str | None, said: str, expected: str | None
) -> None:
    assert by_rule(text, "student-data", own, said) == expected


VAGUE = "Records are treated with care."


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (("A business must shred paper records.",), "yes"),
        (("A business need not shred paper records.",), "no"),
        (("A business must burn its tyres.",), None),
        ((), None),
    ],
)
def test_a_duty_that_a_statement_beside_names_is_a_yes(beside: tuple[str, ...], expected: str | None) -> None:
    assert by_rule("Do we have to shred paper records?", "disposal", None, VAGUE, beside=beside) == expected


def test_a_ban_beside_counts_only_where_it_names_more_than_what_is_said() -> None:
    ban = "No one may sell student data to advertisers."
    asked = "Can we sell student data to advertisers?"
    assert by_rule(asked, "student-data", "yes", "A law binds operators.", beside=(ban,)) == "no"
    other = "No one may burn student lunches."
    assert by_rule(asked, "student-data", "yes", "A law binds operators.", beside=(other,)) is None


def test_a_yes_in_general_is_none_on_an_act_that_nobody_names() -> None:
    said = "Yes: operators may use student data for school purposes."
    assert (
        by_rule("May an operator use student data for school?", "student-data", "yes", said) == "conditional"
    )
    assert by_rule("May an operator print student data on mugs?", "student-data", "yes", said) is None


def test_what_starts_later_binds_nobody_today() -> None:
    said = "From January 1, 2027 a business must shred paper records."
    assert by_rule("Do we have to shred paper records already?", "disposal", "yes", said) == "no"
    assert by_rule("Must we shred paper records from 2027?", "disposal", "yes", said) == "yes"


def test_a_right_denied_is_a_no() -> None:
    said = "Yes: people may get access to their data; there is no right to correct."
    assert (
        by_rule("Does the act give people a right to correct data?", "consumer-rights", "yes", said) == "no"
    )
    assert by_rule("Does the act give people a right of access?", "consumer-rights", "yes", said) == "yes"


@pytest.mark.parametrize(
    ("text", "own", "said", "expected"),
    [
        ("We don't have to shred paper records, right?", "yes", "Yes: shred.", "no"),
        ("Is shredding optional?", "yes", "Yes: shred.", "no"),
        ("We don't have to shred paper records, right?", "no", "No: no law asks for it.", "yes"),
        ("We must shred paper records, right?", "yes", "A business must shred paper records.", "yes"),
        ("We must shred paper records, right?", "yes", "A business need not shred paper records.", "no"),
        ("We must shred paper records, right?", "yes", VAGUE, None),  # nothing said bears it out
        ("Do we have to shred paper records?", "yes", VAGUE, "yes"),
        ("Do we have to shred paper records, yes or no?", "yes", VAGUE, "yes"),
    ],
)
def test_what_is_denied_or_asserted(text: str, own: str, said: str, expected: str | None) -> None:
    assert by_rule(text, "disposal", own, said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Only with consent may fingerprints be taken.", "yes"),
        ("Consent is needed before fingerprints are taken.", "yes"),
        ("A shop may not take fingerprints without written consent.", "yes"),
        ("An opt-out must be offered.", "no"),
        ("An opt-out, not opt-in: people may refuse.", "no"),
        ("It needs consent; an opt-out is not enough.", "yes"),
    ],
)
def test_whether_consent_is_needed_is_read_from_the_first_sentence(said: str, expected: str) -> None:
    assert by_rule("Do we need consent for fingerprints?", "biometrics", "conditional", said) == expected


def test_without_consent_what_needs_it_is_a_no() -> None:
    said = "Only with consent may fingerprints be taken."
    assert by_rule("Can we take fingerprints without consent?", "biometrics", "yes", said) == "no"
    assert by_rule("Can we take fingerprints?", "biometrics", "yes", said) == "conditional"


MIXED = "The act exempts banks; nonprofits are not exempt."


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("Is a bank exempt?", MIXED, "yes"),
        ("Is a bank covered?", MIXED, "no"),
        ("Are nonprofits exempt?", MIXED, "no"),
        ("Are nonprofits covered?", MIXED, "yes"),
        ("Are charities exempt?", MIXED, "no"),  # in other words
        ("Are hospitals exempt?", MIXED, None),  # of neither, and the parts differ
        ("Are banks exempt?", "Banks are out, but not nonprofits.", "yes"),
        ("Are nonprofits exempt?", "Banks are out, but not nonprofits.", "no"),
        ("Are nonprofits exempt?", "The act exempts banks; nonprofits are covered since 2025.", "no"),
        ("Are banks exempt?", "The act does not exempt banks: no bank is exempt.", "no"),
        ("Are banks outside the act?", "No bank is exempt.", "no"),
        ("Are insurers outside the act?", "Insurers are in.", "no"),
        ("Is a bank exempt or covered?", MIXED, None),
        ("Which firms are exempt?", MIXED, None),
        ("Is a bank exempt?", "Banks are told by the attorney general.", None),
    ],
)
def test_an_exemption_is_read_for_the_entity_asked_about(text: str, said: str, expected: str | None) -> None:
    assert verdict(text, "exemptions", None, said) == expected


EXEMPTIONS = (
    *LAW,
    passage("MN", "privacy-act", "12", ("exemptions", "The Privacy Act exempts banks.")),
    position("MN", "exemptions", None, (MIXED, "privacy-act#12")),
)


@pytest.mark.parametrize(("who", "expected"), [("banks", "yes"), ("nonprofits", "no")])
async def test_an_answer_says_who_is_exempt(who: str, expected: str) -> None:
    answer = await ask(f"Are {who} exempt from the privacy act in Minnesota?", law=EXEMPTIONS)
    assert answer.topics[0] == "exemptions"
    assert answer.verdict == expected
