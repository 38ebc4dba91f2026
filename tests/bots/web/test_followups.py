"""Questions offered below an answer."""

from __future__ import annotations

from dataclasses import replace

from bots.web.followups import next_questions
from retrieval.topics import all_topics, asked_topics
from tests.bots.answers import MINNESOTA, WHICH_STATE, survey
from tests.bots.web.conftest import Elements, Page


def test_every_question_offered_is_understood_as_its_topic() -> None:
    for topic in all_topics().values():
        offered = next_questions(replace(MINNESOTA, topics=(topic.id,)), most=99)
        assert [asked_topics(question)[0].topic for question in offered] == [
            other for other in topic.brings if any(asked_topics(q)[0].topic == other for q in offered)
        ]


def test_at_most_three_and_none_that_was_just_asked() -> None:
    offered = next_questions(replace(MINNESOTA, topics=("sale", "applicability", "opt-out-signal")))
    assert len(offered) == 3
    assert offered[0] == "What about sensitive data?"


def test_topic_that_is_a_question_is_asked_as_it_is() -> None:
    assert "What counts as a data breach?" in next_questions(replace(MINNESOTA, topics=("breach-deadline",)))


def test_surveys_and_answers_that_are_none_offer_nothing() -> None:
    assert next_questions(WHICH_STATE) == ()
    assert next_questions(replace(survey(4), topics=("sale",))) == ()
    assert next_questions(replace(MINNESOTA, topics=())) == ()


async def test_questions_stand_below_the_answer(page: Page) -> None:
    words = Elements(await page.ask("Marketing in Minnesota?")).words
    assert all(question in words for question in next_questions(MINNESOTA))
