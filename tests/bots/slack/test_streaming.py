"""Answers that grow in a thread: verified parts alone, whole at the end, and whole all the same where Slack does not stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bots.offers import offers_of
from bots.remembered import Choices, Scope
from bots.slack.agent import Agent
from bots.slack.calls import NotSent
from bots.slack.controls import controls
from bots.slack.events import Address
from bots.slack.live import Live, Reader, Tempo
from bots.slack.messages import growing_blocks, messages_of, plain_messages
from bots.slack.pace import Pace
from bots.slack.post import Post
from retrieval.errors import StoreUnavailable
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Answer, AnswerSection, Question, Statement
from tests.bots import fake_slack
from tests.bots.answers import (
    HELP,
    MINNESOTA,
    WHICH_STATE,
    FakeBrain,
    hostile,
    long_answer,
    survey,
    two_states,
)
from tests.bots.conftest import SlackWorld, until
from tests.bots.fake_slack import FakeSlack, payload, pressable, shown
from tests.bots.slack.conftest import Places

ANSWERS = [MINNESOTA, WHICH_STATE, HELP, two_states(), hostile(), survey(3), survey(51), long_answer()]
QUICK = Tempo(patience=0.02, interval=0.01, rest=0.05)
THREAD = Address("C1", "1795285851.000100")


class Stepping(FakeBrain):
    """A brain that hands out the parts of an answer, the next when it is told to; `breaks` after so many."""

    def __init__(self, answer: Answer = MINNESOTA, breaks: int = 99) -> None:
        super().__init__(answer)
        self.breaks = breaks
        self.go = asyncio.Semaphore(0)
        self.freely = False

    async def stream(self, question: Question) -> AsyncGenerator[AnswerPart, None]:
        self.asked.append(question)
        assert isinstance(self.answer_with, Answer)
        for number, part in enumerate(parts_of(self.answer_with)):
            if not self.freely:
                await self.go.acquire()
            if number == self.breaks:
                raise StoreUnavailable("gone")
            yield part

    def step(self, times: int = 1) -> None:
        for _ in range(times):
            self.go.release()


def methods(fake: FakeSlack) -> list[str]:
    return [name for name, _ in fake.streamed]


def said(fake: FakeSlack) -> str:
    return "\n".join(shown(message) for message in fake.standing.values())


async def begun(places: Places, world: SlackWorld, brain: Stepping) -> None:
    """Ask, and wait until the opening of the answer is streamed."""
    await world.event(payload("app_mention"))
    brain.step()
    await until(lambda: bool(places.fake.streamed))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.title[:20])
def test_what_is_shown_of_each_part_begins_the_finished_message(answer: Answer) -> None:
    buttons = controls("0123456789abcdef", offers_of(answer, True), share=False)
    whole = messages_of(answer, (), buttons)[0].blocks
    steps = [growing_blocks(part.so_far) for part in parts_of(answer)]
    for step, following in zip(steps, [*steps[1:], whole], strict=True):
        assert following[: len(step)] == step
    assert steps[0][0]["type"] == "header"
    assert not [block for step in steps for block in step if block["type"] in {"table", "actions", "context"}]
    assert "Source(s):" not in shown({"blocks": steps[-1]})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(min_size=1, max_size=3_000), st.integers(1, 12), st.sampled_from(["CA", "MA", None])
        ),
        min_size=1,
        max_size=10,
    )
)
def test_whatever_is_shown_of_any_answer_begins_its_first_message(
    drawn: list[tuple[str, int, str | None]],
) -> None:
    sections = tuple(
        AnswerSection(text[:300], place, (Statement(text, ("1.1",)),) * times) for text, times, place in drawn
    )
    answer = replace(two_states(), sections=sections)
    whole = messages_of(answer)[0].blocks
    for part in parts_of(answer):
        shown_then = growing_blocks(part.so_far)
        assert whole[: len(shown_then)] == shown_then


async def test_answer_grows_by_its_verified_parts_and_ends_with_sources_and_buttons(places: Places) -> None:
    brain = Stepping()
    async with places.server(brain) as world:
        await begun(places, world, brain)
        opening = said(places.fake)
        assert MINNESOTA.short_answer[0].text in opening
        assert MINNESOTA.sections[0].heading not in opening
        brain.step()
        await until(lambda: "appendStream" in methods(places.fake))
        brain.step(9)
        await world.settled()
    assert methods(places.fake)[0] == "startStream"
    assert methods(places.fake)[-1] == "stopStream"
    ((_, standing),) = places.fake.standing.items()
    (plain,) = messages_of(MINNESOTA)
    assert standing["blocks"][: len(plain.blocks)] == list(plain.blocks)
    assert {"feedback", "wrong_state", "statute", "follow_up"} == set(pressable(standing))
    assert not places.fake.posted
    start = places.fake.streamed[0][1]
    assert (start["thread_ts"], start["recipient_team_id"], start["recipient_user_id"]) == (
        "1795285851.000100",
        "T0WORK",
        "U0ALICE",
    )


async def test_buttons_work_below_a_streamed_answer(places: Places) -> None:
    brain = Stepping()
    async with places.server(brain) as world:
        await begun(places, world, brain)
        brain.step(9)
        await world.settled()
        (standing,) = places.fake.standing.values()
        answer = pressable(standing)["wrong_state"]["value"]
        brain.freely = True
        await world.click("place", f"{answer}:NV")
        await world.settled()
    assert [q.jurisdiction for q in brain.asked] == [None, "NV"]
    assert len(places.fake.standing) == 1
    assert len(places.fake.updated) == 1


async def test_answer_that_is_there_at_once_is_posted_at_once(places: Places) -> None:
    brain = Stepping()
    brain.freely = True
    async with places.server(brain) as world:
        await world.event(payload("app_mention"))
        await world.settled()
    assert not places.fake.streamed
    assert len(places.fake.posted) == 1


@pytest.mark.parametrize("error", ["channel_type_not_supported", "missing_scope", "invalid_chunks", "429"])
async def test_slack_that_does_not_stream_gets_the_whole_answer(places: Places, error: str) -> None:
    places.fake.stream_errors = [error]
    brain = Stepping()
    async with places.server(brain) as world:
        await world.event(payload("app_mention"))
        brain.step()
        await until(lambda: bool(places.fake.refused and places.fake.extras))
        brain.step(9)
        await world.settled()
    assert not places.fake.streamed
    assert [name for name, _ in places.fake.extras] == ["setStatus"]
    assert [m["thread_ts"] for m in places.fake.posted] == ["1795285851.000100"]
    assert len(places.fake.standing) == 1


async def test_direct_conversation_without_a_thread_is_not_streamed(places: Places) -> None:
    brain = Stepping()
    async with places.server(brain) as world:
        await world.event(payload("direct_message"))
        brain.step()
        await asyncio.sleep(0.7)
        brain.step(9)
        await world.settled()
    assert not places.fake.streamed
    assert len(places.fake.posted) == 1


async def test_private_answers_and_unasked_follow_ups_are_not_streamed(places: Places) -> None:
    brain = Stepping()
    brain.freely = True
    async with places.server(brain) as world:
        scope = Scope("slack", "T0WORK", payload("app_mention")["event"]["channel"])
        await world.conversations.remembered.choose(scope, Choices(private=True))
        brain.freely = False
        await world.event(payload("app_mention"))
        brain.step()
        await until(lambda: bool(places.fake.extras))  # the status
        brain.step(9)
        await world.settled()
    assert not places.fake.streamed
    assert len(places.fake.whispered) == 1


async def test_status_stands_until_the_first_part(places: Places) -> None:
    brain = Stepping()
    async with places.server(brain) as world:
        await world.event(payload("app_mention"))
        await until(lambda: bool(places.fake.extras))
        assert not places.fake.standing
        brain.step(9)
        await world.settled()
    assert [name for name, _ in places.fake.extras] == ["setStatus"]


async def test_crash_in_a_stream_is_mended_in_its_place(places: Places) -> None:
    first = Stepping()
    async with places.server(first) as world:
        await begun(places, world, first)
    assert len(places.fake.streaming) == 1
    second = Stepping()
    second.freely = True
    async with places.server(second) as world:
        await until(lambda: bool(places.fake.updated))
        await world.settled()
    assert not places.fake.streaming
    ((_, standing),) = places.fake.standing.items()
    assert "Source(s):" in shown(standing)
    assert not places.fake.posted


async def test_answer_streamed_before_a_crash_is_found_and_not_given_again(places: Places) -> None:
    brain = Stepping()
    async with places.server(brain) as world:
        places.inbox.dying = True
        await begun(places, world, brain)
        brain.step(9)
        await until(lambda: "stopStream" in methods(places.fake))
        await world.settled()
    places.inbox.dying = False
    second = Stepping()
    second.freely = True
    async with places.server(second) as world:
        await until(lambda: places.fake.looked > 0)
        await world.settled()
    assert not second.asked
    assert not places.fake.posted
    assert not places.fake.updated
    (standing,) = places.fake.standing.values()
    assert standing["metadata"]["event_payload"]["last"] is True


async def test_answer_that_breaks_off_is_taken_away_and_the_person_told(places: Places) -> None:
    brain = Stepping(breaks=2)
    async with places.server(brain) as world:
        await begun(places, world, brain)
        brain.step(2)
        await until(lambda: bool(places.fake.posted))
        assert "keep trying" in said(places.fake)
        assert MINNESOTA.short_answer[0].text not in said(places.fake)
        brain.breaks, brain.freely = 99, True
        await until(lambda: bool(places.fake.updated), 10)
        await world.settled()
    assert len(places.fake.standing) == 1
    assert MINNESOTA.short_answer[0].text in said(places.fake)


@asynccontextmanager
async def living(places: Places, answer: Answer) -> AsyncIterator[Live]:
    """A Live on the fake Slack that has shown the opening of an answer; then it is told of all the others."""
    client = AsyncWebClient(token=fake_slack.TOKEN, base_url=f"{places.url}/api/", retry_handlers=[])
    live = Live(
        Post(client, Pace(0), "turn1"), Agent(client), THREAD, Reader("T0WORK", "U0ALICE"), tempo=QUICK
    )
    parts = parts_of(answer)
    async with live.working():
        await live.show(parts[0])
        await until(lambda: bool(places.fake.streamed or places.fake.refused))
        for part in parts[1:-1]:
            await live.show(part)
            await asyncio.sleep(0.05)
    yield live


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.title[:20])
async def test_every_answer_can_be_streamed_and_nothing_is_lost(places: Places, answer: Answer) -> None:
    messages = messages_of(answer)
    async with living(places, answer) as live:
        sent = await live.finish(messages, lambda: plain_messages(answer))
    assert [places.fake.standing["C1", ts]["blocks"] for ts in sent] == [list(m.blocks) for m in messages]
    assert not places.fake.refused
    assert not places.fake.streaming


@pytest.mark.parametrize(
    "error", ["message_not_in_streaming_state", "invalid_blocks", "msg_blocks_too_long", "channel_not_found"]
)
async def test_stream_that_cannot_be_ended_becomes_the_whole_answer_by_an_update(
    places: Places, error: str
) -> None:
    messages = messages_of(MINNESOTA)
    async with living(places, MINNESOTA) as live:
        places.fake.stream_errors = [error]
        (ts,) = await live.finish(messages, lambda: plain_messages(MINNESOTA))
    assert places.fake.standing["C1", ts]["blocks"] == list(messages[0].blocks)
    assert len(places.fake.standing) == len(places.fake.updated) == 1


async def test_stream_that_slack_neither_ends_nor_changes_is_taken_away(places: Places) -> None:
    messages = messages_of(MINNESOTA)
    async with living(places, MINNESOTA) as live:
        places.fake.stream_errors = ["internal_fault", "internal_fault"]
        (ts,) = await live.finish(messages, lambda: plain_messages(MINNESOTA))
    assert [*places.fake.standing] == [("C1", ts)]
    assert places.fake.standing["C1", ts]["blocks"] == list(messages[0].blocks)


async def test_append_that_is_too_much_at_once_is_made_up_for(places: Places) -> None:
    answer = long_answer(sections=3)
    places.fake.stream_errors = ["", "429"]
    messages = messages_of(answer)
    async with living(places, answer) as live:
        sent = await live.finish(messages, lambda: plain_messages(answer))
    assert places.fake.refused == ["429"]
    assert [places.fake.standing["C1", ts]["blocks"] for ts in sent] == [list(m.blocks) for m in messages]
    assert not places.fake.updated


async def test_slack_that_may_take_the_end_later_is_asked_again(places: Places) -> None:
    async with living(places, MINNESOTA) as live:
        places.fake.stream_errors = ["internal_error"]
        with pytest.raises(NotSent) as raised:
            await live.finish(messages_of(MINNESOTA), lambda: plain_messages(MINNESOTA))
    assert raised.value.passing
    assert live.standing == (next(iter(places.fake.standing))[1],)


async def test_answer_that_differs_from_what_was_shown_takes_its_place(places: Places) -> None:
    other = replace(MINNESOTA, title="Another title")
    async with living(places, MINNESOTA) as live:
        (ts,) = await live.finish(messages_of(other), lambda: plain_messages(other))
    assert places.fake.standing["C1", ts]["blocks"] == list(messages_of(other)[0].blocks)
    assert MINNESOTA.title not in said(places.fake)


async def test_fault_while_it_grows_still_ends_in_the_whole_answer(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Answer] = []

    def broken(so_far: Answer) -> tuple[()]:
        called.append(so_far)
        raise RuntimeError("a fault of ours")

    brain = Stepping()
    async with places.server(brain) as world:
        await begun(places, world, brain)
        monkeypatch.setattr("bots.slack.live.growing_blocks", broken)
        brain.step()
        await until(lambda: bool(called))
        brain.step(9)
        await world.settled()
    ((_, standing),) = places.fake.standing.items()
    assert standing["blocks"][: len(messages_of(MINNESOTA)[0].blocks)] == list(
        messages_of(MINNESOTA)[0].blocks
    )
    assert len(places.fake.updated) == 1
    assert not places.fake.streaming
