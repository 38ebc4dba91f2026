"""Sentences put together from parts: seats beside residences, exclusions beside sets, negations that leave nothing out."""

from __future__ import annotations

from itertools import product

import pytest

from retrieval.jurisdictions import registry
from tests.retrieval.jurisdiction_table import detector

SEATS = (
    "a Delaware company", "our Delaware office", "we are based in Delaware", "we're headquartered in Delaware", "a company incorporated in Delaware",
    "a Delaware-based retailer", "a Delaware LLC", "our store in Delaware", "our HQ is in Delaware", "our business is located in Delaware", "we operate out of Delaware",
    "our servers are in Delaware", "data hosted in Delaware", "our data center in Delaware", "a Delaware bank", "I run a shop in Delaware", "we're a company from Delaware",
    "the company is organized under Delaware law", "our data is stored in Delaware", "a retailer out of Delaware", "we're located in Delaware",
)  # fmt: skip
RESIDENCES = (
    "customers in Nebraska", "Nebraska residents", "users who live in Nebraska", "employees in Nebraska", "consumers located in Nebraska", "patients from Nebraska",
    "subscribers based in Nebraska", "a customer who lives in Nebraska", "a resident of Nebraska", "students residing in Nebraska", "Nebraskans",
)  # fmt: skip
JOINED = (
    "{seat} with {people}: what law applies?",
    "{seat} and we sell to {people}",
    "{seat}. We have {people}.",
    "{people} contacted us; {seat}",
    "Can we email {people} if {seat}?",
)


@pytest.mark.parametrize("joined", JOINED)
def test_a_residence_beats_a_place_of_business(joined: str) -> None:
    wrong = []
    for seat, people in product(SEATS, RESIDENCES):
        text = joined.format(seat=seat, people=people)
        result = detector().detect(text)
        if result.codes != ("NE",) or [d.code for d in result.mentioned] != ["DE"]:
            wrong.append((text, result.codes))
    assert not wrong


@pytest.mark.parametrize("seat", SEATS)
def test_a_place_of_business_alone_is_asked_about(seat: str) -> None:
    assert detector().detect(f"{seat}: what are the rules?").codes == ("DE",)


CUES = (
    "except {x}", "but not {x}", "other than {x}", "excluding {x}", "besides {x}", "apart from {x}", "with the exception of {x}", "minus {x}", "outside of {x}", "but {x}",
    "save for {x}", "except in {x}", "(except {x})", "(not {x})", "without {x}", ", {x} excepted", ", just not {x}",
)  # fmt: skip
SETS = {
    "all states": registry().states,
    "every state": registry().states,
    "any state": registry().states,
    "everywhere": registry().states,
    "which states": registry().states,
    "New England": ("CT", "ME", "MA", "NH", "RI", "VT"),
    "the West Coast states": ("CA", "OR", "WA"),
}
LEFT_OUT = {
    "Ohio": ("OH",),
    "Maine and Vermont": ("ME", "VT"),
    "CA and TX": ("CA", "TX"),
    "New York, Texas, and Utah": ("NY", "TX", "UT"),
}


@pytest.mark.parametrize("cue", CUES)
def test_what_is_excepted_from_a_set_is_excluded(cue: str) -> None:
    wrong = []
    for (name, members), (named, out) in product(SETS.items(), LEFT_OUT.items()):
        text = f"Compare the rules in {name} {cue.format(x=named)}".replace(" ,", ",")
        result = detector().detect(text)
        if set(result.codes) != set(members) - set(out) or {d.code for d in result.excluded} != set(out):
            wrong.append((text, len(result.codes), [d.code for d in result.excluded]))
    assert not wrong


ABSENT = (
    "We do not operate in {x}", "we don't do business in {x}", "We have no customers in {x}", "none of our customers are in {x}", "We do not sell to {x}", "No {x} customers",
    "not {x}", "we no longer operate in {x}", "I'm not asking about {x}", "ignore {x}", "We aren't located in {x}", "nobody lives in {x}", "leave {x} out", "this isn't about {x}",
)  # fmt: skip


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize(
    "frame", ["{n}.", "{n}, only in Nebraska", "Nebraska only; {n}", "{n}. What about Nebraska?"]
)
def test_a_denied_presence_is_excluded(absent: str, frame: str) -> None:
    result = detector().detect(frame.format(n=absent.format(x="Ohio")))
    assert result.codes == (("NE",) if "Nebraska" in frame else ())
    assert [d.code for d in result.excluded] == ["OH"]


ASKED = (
    "Doesn't {x} require notice?", "Isn't consent needed in {x}?", "We do not sell data in {x}.", "What if we do not notify people in {x}?", "I do not know if {x} requires it",
    "not only {x}", "I can't find the {x} law", "Can we not do that in {x}?", "There is no law in {x}, right?", "without telling customers in {x}", "we didn't get consent in {x}",
    "if I don't comply with {x} law", "Is notice not required in {x}?", "Do not call rules in {x}", "is there no private right of action in {x}", "besides the AG, who enforces in {x}?",
    "outside counsel in {x}", "the fine for ignoring {x}'s breach rule", "is a bank outside the {x} breach act?",
)  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_a_negation_of_something_else_excludes_nothing(text: str) -> None:
    result = detector().detect(text.format(x="Ohio"))
    assert result.codes == ("OH",)
    assert result.excluded == ()
