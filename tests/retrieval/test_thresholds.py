"""Numbers in a question against thresholds in a position: size of a business, people hit by a breach."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.records import Jurisdictions, Question
from retrieval.thresholds import by_count, by_size
from retrieval.understand import understand
from tests.retrieval.law import LAW, ask, passage, position

TWO_DOORS = "No: the act binds whoever has data of 100,000 consumers, or of 25,000 with over 50% of revenue from sales."
ONE_DOOR = "No: only businesses with data of 175,000 consumers."
FLOOR_AND_DOORS = "No: only businesses with $25,000,000 in revenue and data of 100,000 consumers, or of 25,000 with over 50% of revenue from sales."
BILLION = "No: only businesses with over $1 billion in revenue and half of it from ads, or an app store with 250,000 applications."
REVENUE_DOOR = (
    "No: revenue above $26,625,000, or data of 100,000 consumers or households bought, sold or shared."
)
ANY = "No: 35,000 consumers, or any sensitive data."
MORE_THAN = "No: only businesses with data of more than 25,000 consumers."
TO_COME = "No comprehensive act binds anyone before May 1, 2027; then data of 25,000 consumers will be the threshold."
STARTS = "No act in force yet: it will start on January 1, 2028 with 35,000 consumers."
NONE_SAID = "No: it binds every business that is not small."


def sized(told: str, said: str) -> str | None:
    understood = understand(Question(told, dt.date(2026, 11, 21)), Jurisdictions(), ())
    return by_size(understood, position("MN", "applicability", "no", (said, "act#1")))


@pytest.mark.parametrize(
    ("said", "told", "expected"),
    [
        (TWO_DOORS, "100,000 consumers", "yes"),
        (TWO_DOORS, "99,999 consumers", None),  # sales are not told of
        (TWO_DOORS, "24,999 consumers", "no"),
        (TWO_DOORS, "25,000 consumers", None),
        (TWO_DOORS, "40k users, no data sales", "no"),
        (TWO_DOORS, "40,000 customers and we don't sell data", "no"),
        (TWO_DOORS, "40,000 customers and we do not sell for money", None),  # for other gain, perhaps
        (TWO_DOORS, "40,000 customers, 60% of revenue from sales", "yes"),
        (TWO_DOORS, "40,000 customers, 50% of revenue from sales", "no"),
        (TWO_DOORS, "20,000 customers, 90% of revenue from sales", "no"),
        (TWO_DOORS, "a few customers", None),
        (ONE_DOOR, "175,000 consumers", "yes"),
        (ONE_DOOR, "174,999 consumers, no data sales", "no"),
        (MORE_THAN, "25,000 consumers", "no"),
        (MORE_THAN, "25,001 consumers", "yes"),
        (ANY, "35,000 consumers", "yes"),
        (ANY, "200 consumers", None),  # sensitive data of one would do
        (NONE_SAID, "1,000,000 consumers", None),
    ],
)
def test_counts_and_shares(said: str, told: str, expected: str | None) -> None:
    assert sized(f"We have {told}. Does the act apply?", said) == expected


@pytest.mark.parametrize(
    ("said", "told", "expected"),
    [
        (FLOOR_AND_DOORS, "$24 million in revenue and 900,000 consumers", "no"),
        (FLOOR_AND_DOORS, "$25 million in revenue and 100,000 consumers", "yes"),
        (FLOOR_AND_DOORS, "$30M in revenue and 20,000 consumers", None),  # "$" may tell of another door
        (FLOOR_AND_DOORS, "900,000 consumers", None),  # revenue is not told of
        (FLOOR_AND_DOORS, "$40 million in revenue", None),
        (BILLION, "$900 million in revenue", "no"),
        (BILLION, "$2 billion in revenue", None),  # the rest of the test is not told of
        (BILLION, "$2 billion in revenue and 300,000 consumers", None),  # 250,000 are applications
        (REVENUE_DOOR, "$30 million in revenue and 10 consumers", None),
        (REVENUE_DOOR, "200,000 consumers", None),  # counted only where bought, sold or shared
        (REVENUE_DOOR, "data of 200,000 consumers that we sell", "yes"),
        (REVENUE_DOOR, "50 consumers", None),  # revenue is a door of its own
    ],
)
def test_revenue_as_a_floor_and_as_a_door(said: str, told: str, expected: str | None) -> None:
    assert sized(f"We have {told}. Does the act apply?", said) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("We have 40 employees and 120,000 customers.", "yes"),
        ("We have 120,000 customers and 40 full-time employees.", "yes"),
        ("Our 12-person shop has 120,000 customers.", "yes"),
        ("We are a 150,000-employee company with 900 customers.", "no"),
        ("We have 40 employees.", None),
    ],
)
def test_who_works_for_the_asker_is_no_consumer(told: str, expected: str | None) -> None:
    assert sized(f"{told} Does the act apply?", TWO_DOORS) == expected


@pytest.mark.parametrize("said", [TO_COME, STARTS])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We have 90,000 consumers. Does the act apply?", "no"),
        ("We have 90,000 consumers. Will the act apply?", None),
        ("We have 90 consumers. Will the act apply?", "no"),
    ],
)
def test_an_act_to_come_reaches_nobody_today(said: str, text: str, expected: str | None) -> None:
    assert sized(text, said) == expected


@pytest.mark.parametrize("told", ["$2B revenue", "$2bn in revenue"])
def test_a_billion_is_also_written_with_a_letter(told: str) -> None:
    assert sized(f"We have {told}. Does the act apply?", BILLION) is None


def counted(text: str, said: str, own: str = "yes") -> tuple[str, str] | None:
    understood = understand(Question(text, dt.date(2026, 11, 21)), Jurisdictions(), ())
    return by_count(understood, position("MN", "breach-regulator", own, (said, "act#1")))


@pytest.mark.parametrize(
    ("said", "people", "expected"),
    [
        ("Yes: the attorney general, from 500 affected residents on.", 499, ("no", "499")),
        ("Yes: the attorney general, from 500 affected residents on.", 500, ("yes", "500")),
        ("Yes: above 1,000 persons notified, all bureaus.", 1000, ("no", "1,000")),
        ("Yes: above 1,000 persons notified, all bureaus.", 1001, ("yes", "1,001")),
        ("Yes, if the breach exceeds 250 residents.", 251, ("yes", "251")),
        ("Yes, if 500 or more residents are told.", 12_000, ("yes", "12,000")),
        ("Yes, at least 30 days before the residents.", 5, None),
        ("Yes, no more than 30 days after discovery.", 5, None),
        ("Yes, from 30 calendar days on.", 5, None),
        ("Yes, where over 50% of residents are hit.", 5, None),
        ("Yes, whatever the number.", 5, None),
        ("Yes: with the notice if 500 or more are hit, else within 60 days of the year's end.", 499, None),
        ("Yes: with the notice if 500 or more are hit, else within 60 days of the year's end.", 500, ("yes", "500")),
    ],
)  # fmt: skip
def test_people_hit_against_the_threshold(said: str, people: int, expected: tuple[str, str] | None) -> None:
    assert (
        counted(f"{people} people were hit by our breach. Do we tell the attorney general?", said) == expected
    )


@pytest.mark.parametrize("own", ["no", None])
def test_where_nobody_is_to_be_told_no_number_changes_it(own: str) -> None:
    assert counted("900 people were hit.", "No: not even at 500 or more residents.", own) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Our 12-person clinic lost data of 600 patients.", ("yes", "600")),
        ("We have 40 employees; 600 patients were hit.", ("yes", "600")),
        ("Data of 600 employees was stolen.", ("yes", "600")),  # employees may be hit too
        ("We have 600 employees and all their data was stolen.", ("yes", "600")),
        ("Do we tell the attorney general?", None),
    ],
)
def test_who_was_hit_is_counted_not_who_works_there(text: str, expected: tuple[str, str] | None) -> None:
    assert counted(text, "Yes, if 500 or more residents are told.") == expected


TOLD = "Yes: the attorney general, if more than 250 residents are told."
REGULATOR = (
    *LAW,
    passage("OR", "breach-act", "8", ("breach-regulator", "If more than 250 residents are told, so must be the state.")),
    position("OR", "breach-regulator", "yes", (TOLD, "breach-act#8")),
)  # fmt: skip


@pytest.mark.parametrize(("people", "verdict", "lead"), [("251", "yes", "Yes, at that number"), ("250", "no", "Not at that number")])  # fmt: skip
async def test_the_answer_says_that_the_number_decided(people: str, verdict: str, lead: str) -> None:
    answer = await ask(
        f"{people} residents were hit by our breach in Oregon. Do we have to tell the attorney general?",
        law=REGULATOR,
    )
    assert answer.verdict == verdict
    assert (
        answer.short_answer[0].text == f"{lead}: the attorney general, if more than 250 residents are told."
    )


@pytest.mark.parametrize(("consumers", "verdict"), [("100,000", "yes"), ("99,999", "no")])
async def test_the_size_told_decides_whether_an_act_applies(consumers: str, verdict: str) -> None:
    answer = await ask(f"We have {consumers} consumers. Does the Minnesota Privacy Act apply to us?")
    assert answer.topics[0] == "applicability"
    assert answer.verdict == verdict
