"""Questions in a conversation: explicit argument, question, conversation so far, default."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.errors import QuestionRejected
from retrieval.jurisdictions import registry
from retrieval.records import Jurisdictions, Question
from tests.retrieval.jurisdiction_table import detector

TODAY = dt.date(2026, 11, 21)


def resolve(
    text: str, *history: str, argument: str | None = None, defaults: tuple[str, ...] = ()
) -> Jurisdictions:
    question = Question(text, TODAY, history=history, jurisdiction=argument, default_jurisdictions=defaults)
    return detector().resolve(question)


@pytest.mark.parametrize(
    ("text", "history", "codes"),
    [
        ("and Nevada?", ["Breach deadline in Arizona?"], "NV"),
        ("same but for Utah", ["Can I record calls in Ohio?"], "UT"),
        ("and in OR?", ["breach in WA"], "OR"),
        ("and there?", ["Can I record calls in Ohio?"], "OH"),
        ("is that calendar days?", ["Breach in Texas", "Breach in Colorado?"], "CO"),
        ("who do I report it to?", ["Breach in Texas", "What is the deadline?"], "TX"),
        ("what about the other two?", ["Compare AZ, MO and OR", "And the AG in AZ?"], "MO OR"),
        ("Nevada is clear, what about the other two?", ["Compare AZ, NV and OR"], "AZ OR"),
        ("what about the others?", ["Compare Ohio, Iowa and Utah", "What about Iowa?"], "OH UT"),
        ("not Ohio, the other one", ["Compare Ohio and Utah"], "UT"),
        ("what about the other Carolina", ["In North Carolina who must hear of a breach?"], "SC"),
        ("and the other Dakota?", ["South Dakota breach deadline"], "ND"),
        ("do we need the other party's consent?", ["Recording calls in Ohio"], "OH"),
        ("what about the second one?", ["Compare Ohio and Utah"], "UT"),
        ("and both together?", ["Compare Ohio and Utah"], "OH UT"),
        ("do those states also need AG notice?", ["Compare Ohio and Utah"], "OH UT"),
        ("now without Ohio", ["Compare Ohio, Iowa and Utah"], "IA UT"),
        ("how does that compare to Nevada?", ["Breach deadline in Colorado?"], "CO NV"),
        ("what about Kansas City?", ["Breach law in Missouri"], "MO"),
        ("What does COPPA require?", ["Breach law in Missouri"], "US"),
        ("Does the GDPR apply?", ["Breach law in Missouri"], ""),
        ("what about me?", [], ""),
        ("Kansas City?", [], ""),
    ],
)
def test_a_follow_up_points_back(text: str, history: list[str], codes: str) -> None:
    assert resolve(text, *history).codes == tuple(codes.split())


def test_the_rest_of_the_states_are_all_but_the_one_before() -> None:
    rest = resolve("and the rest of the states?", "the rule in California?")
    assert set(rest.codes) == set(registry().states) - {"CA"}
    assert rest.every


def test_a_survey_stays_a_survey_in_the_next_question() -> None:
    after = resolve("thanks, and what is the fine?", "which states require it?")
    assert after.codes == registry().states
    assert after.every


def test_each_source_yields_to_the_one_before_it() -> None:
    history, defaults = "breach in Iowa", ("CA",)
    assert resolve("breach in Utah", history, argument="NM", defaults=defaults).found[0].why == "argument"
    assert resolve("breach in Utah", history, defaults=defaults).codes == ("UT",)
    assert [(d.code, d.why) for d in resolve("what fine?", history, defaults=defaults).found] == [
        ("IA", "history")
    ]
    assert [(d.code, d.why) for d in resolve("what fine?", defaults=defaults).found] == [("CA", "default")]
    assert resolve("what fine?").found == ()


def test_a_default_that_is_excluded_is_not_taken() -> None:
    result = resolve("we do not operate in Texas", defaults=("TX", "CA", "ZZ"))
    assert result.codes == ("CA",)
    assert [d.code for d in result.excluded] == ["TX"]


@pytest.mark.parametrize(
    ("argument", "codes"),
    [
        ("NM", "NM"),
        ("nm", "NM"),
        (" me ", "ME"),
        ("New Mexico", "NM"),
        ("OR NV", "OR NV"),
        ("CA,NV", "CA NV"),
        ("Nuevo México", "NM"),
        ("US", "US"),
    ],
)
def test_an_argument_is_a_code_or_a_name(argument: str, codes: str) -> None:
    result = resolve("breach?", argument=argument)
    assert result.codes == tuple(codes.split())
    assert {d.span for d in result.found} == {None}


@pytest.mark.parametrize("argument", ["xx", "Zamunda", "???"])
def test_an_unknown_argument_is_refused_in_plain_words(argument: str) -> None:
    with pytest.raises(QuestionRejected) as refused:
        resolve("breach?", argument=argument)
    assert argument in refused.value.plain
