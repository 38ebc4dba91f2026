"""A message becomes an answer or a sentence, whatever breaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from bots.asked import Asked
from bots.conversations import MemoryConversations
from bots.errors import ConversationsUnavailable
from bots.threads import Thread
from bots.turn import BROKEN, SLOW, Limits, Note, Turns, read_question
from retrieval.errors import QuestionRejected, RetrievalError, StoreUnavailable
from retrieval.records import Question
from tests.bots.answers import HELP, MINNESOTA, WHICH_STATE, FakeBrain, place_of

THREAD = Thread("slack", "T1", "C1:1")
TODAY = dt.date(2026, 11, 21)


def asked(text: str, command: str | None = None, delivery: str = "1", ways: tuple[str, ...] = ()) -> Asked:
    return Asked(text, THREAD, (delivery,), command, ways)


def turns(brain: FakeBrain, conversations: MemoryConversations | None = None, **limits: float) -> Turns:
    kept = conversations or MemoryConversations()
    return Turns(brain, kept, place_of, Limits(**limits), today=lambda: TODAY)  # type: ignore[arg-type]


class BrokenConversations(MemoryConversations):
    """A database that does not answer."""

    async def take(self, thread: Thread, deliveries: Sequence[str]) -> bool:
        raise ConversationsUnavailable("locked")

    async def remember(self, thread: Thread, question: str, limit: int, person: str = "") -> tuple[str, ...]:
        raise ConversationsUnavailable("locked")


async def test_question_reaches_the_brain_clean_and_dated() -> None:
    brain = FakeBrain()
    assert await turns(brain).reply(asked(" Can I\u200b sell\n data? ")) is MINNESOTA
    assert brain.asked == [Question("Can I sell data?", TODAY)]


async def test_state_of_a_command_reaches_the_brain() -> None:
    brain = FakeBrain()
    await turns(brain).reply(asked("NM can I sell data?", "/reggi"))
    assert brain.asked == [Question("can I sell data?", TODAY, jurisdiction="NM")]


async def test_expected_outcome_is_passed_on_as_it_is() -> None:
    assert await turns(FakeBrain(WHICH_STATE)).reply(asked("Can I sell data?")) is WHICH_STATE


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_empty_message_is_told_what_to_ask(text: str) -> None:
    brain = FakeBrain()
    reply = await turns(brain).reply(asked(text))
    assert isinstance(reply, Note)
    assert not reply.failed
    assert "I did not see a question" in reply.text
    assert not brain.asked


@pytest.mark.parametrize("text", ["\u0000\u0001", "\u200b", "???", "…"])
async def test_unreadable_message_is_told_so(text: str) -> None:
    brain = FakeBrain()
    reply = await turns(brain).reply(asked(text))
    assert isinstance(reply, Note)
    assert "could read nothing" in reply.text
    assert not brain.asked


@pytest.mark.parametrize("length", [8_001, 40_000, 1_000_000])
async def test_too_long_message_is_told_both_numbers(length: int) -> None:
    brain = FakeBrain()
    reply = await turns(brain).reply(asked("x" * length))
    assert isinstance(reply, Note)
    assert f"{length:,} characters and I read at most 8,000" in reply.text
    assert not brain.asked


async def test_longest_message_is_answered() -> None:
    assert await turns(FakeBrain()).reply(asked("x" * 8_000)) is MINNESOTA


async def test_state_without_a_question_is_asked_for_one() -> None:
    reply = await turns(FakeBrain()).reply(asked('"New Mexico"', "/reggi"))
    assert isinstance(reply, Note)
    assert reply.text.startswith("You named New Mexico but asked nothing")


async def test_unknown_state_is_named_with_the_way_to_write_it() -> None:
    reply = await turns(FakeBrain()).reply(asked("XZ can I sell data?", "/law"))
    assert isinstance(reply, Note)
    assert "called “XZ”" in reply.text
    assert "/law NM can I" in reply.text


async def test_help_carries_the_ways_to_ask_on_this_platform() -> None:
    reply = await turns(FakeBrain()).reply(asked("", "/reggi", ways=("Mention me.",)))
    assert not isinstance(reply, Note)
    assert reply.short_answer == HELP.short_answer
    assert [s.text for s in reply.sections[-1].statements] == ["Mention me."]


@pytest.mark.parametrize(
    "error",
    [StoreUnavailable("x"), QuestionRejected("x", plain="Please ask about one thing."), RetrievalError("x")],
)
async def test_retrieval_error_becomes_its_plain_sentence(error: RetrievalError) -> None:
    brain = FakeBrain()
    brain.error = error
    assert await turns(brain).reply(asked("Can I sell data?")) == Note(error.plain, failed=True)


async def test_any_other_fault_becomes_a_sentence_without_its_text() -> None:
    brain = FakeBrain()
    brain.error = RuntimeError("password=hunter2")
    assert await turns(brain).reply(asked("Can I sell data?")) == Note(BROKEN, failed=True)


async def test_slow_brain_is_given_up_with_a_sentence() -> None:
    reply = await turns(FakeBrain(seconds=5), answer_seconds=0.05).reply(asked("Can I sell data?"))
    assert reply == Note(SLOW, failed=True)


async def test_follow_up_gets_the_earlier_questions_with_their_state() -> None:
    brain = FakeBrain()
    desk = turns(brain, history=2)
    for number, text in enumerate(
        ["NM: can I sell data?", "and rent it?", "and the fine?", "and who fines?"]
    ):
        await desk.reply(asked(text, delivery=str(number)))
    assert [q.history for q in brain.asked] == [
        (),
        ("NM: can I sell data?",),
        ("NM: can I sell data?", "and rent it?"),
        ("and rent it?", "and the fine?"),
    ]


async def test_command_stands_alone_and_is_not_remembered() -> None:
    brain, kept = FakeBrain(), MemoryConversations()
    await turns(brain, kept).reply(asked("NM can I sell data?", "/reggi"))
    await turns(brain, kept).reply(asked("and the fine?"))
    assert [q.history for q in brain.asked] == [(), ()]


async def test_delivery_is_new_once() -> None:
    desk = turns(FakeBrain())
    assert [await desk.take(asked("x", delivery=d)) for d in ("1", "1", "2")] == [True, False, True]


async def test_without_a_database_questions_are_answered_all_the_same() -> None:
    brain = FakeBrain()
    desk = turns(brain, BrokenConversations())
    assert await desk.take(asked("Can I sell data?"))
    assert await desk.reply(asked("Can I sell data?")) is MINNESOTA


def test_question_is_read_without_a_server() -> None:
    assert read_question("Can I?", TODAY, 8_000) == Question("Can I?", TODAY)
    assert isinstance(read_question("", TODAY, 8_000), Note)
