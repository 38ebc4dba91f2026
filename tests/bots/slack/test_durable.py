"""Slack's questions survive the process that took them: answered once, in the place they were asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bots.attempts import KEEP_TRYING, REFUSED
from bots.inbox import Delivery
from bots.remembered import Choices, Scope
from bots.threads import Thread
from retrieval.errors import StoreUnavailable
from tests.bots import fake_slack
from tests.bots.answers import FakeBrain, long_answer
from tests.bots.conftest import until
from tests.bots.fake_slack import payload, shown
from tests.bots.slack.conftest import Places


async def crash_after_the_answer(places: Places, event: dict[str, Any], posted: Callable[[], bool]) -> None:
    async with places.server() as first:
        places.inbox.dying = True
        await first.event(event)
        await until(posted)
    places.inbox.dying = False


async def test_answer_posted_before_a_crash_is_found_and_not_posted_again(places: Places) -> None:
    await crash_after_the_answer(places, payload("app_mention"), lambda: bool(places.fake.posted))
    async with places.server() as second:
        await second.settled()
        await until(lambda: places.fake.looked > 0)
        await second.settled()
        assert not second.brain.asked
    assert len(places.fake.posted) == 1
    assert (await places.inbox.depth()).open == 0


async def test_half_of_an_answer_is_made_whole_in_its_place(places: Places) -> None:
    whole = FakeBrain(long_answer())
    async with places.server(whole) as first:
        places.inbox.dying = True
        await first.event(payload("app_mention"))
        await until(lambda: len(places.fake.posted) > 1)
        await first.settled()
    places.inbox.dying = False
    count = len(places.fake.posted)
    last = list(places.fake.standing)[-1]
    del places.fake.standing[last]  # the crash came before the last part
    async with places.server(FakeBrain(long_answer())) as second:
        await until(lambda: len(places.fake.posted) == count + 1)
        await second.settled()
    assert len(places.fake.standing) == count
    assert len(places.fake.updated) == count - 1


async def test_question_taken_before_a_crash_is_answered_after_it(places: Places) -> None:
    async with places.server(FakeBrain(seconds=60)) as first:
        response = await first.event(payload("app_mention"))
        assert response.status == 200
        await until(lambda: bool(first.brain.asked))
    assert not places.fake.posted
    async with places.server() as second:
        await second.event(payload("app_mention"), **{"X-Slack-Retry-Num": "1"})
        await until(lambda: bool(places.fake.posted))
        await second.settled()
    assert len(places.fake.posted) == 1


async def test_command_and_direct_message_survive_too(places: Places) -> None:
    async with places.server(FakeBrain(seconds=60)) as first:
        await first.command("NM can I sell data?")
        await first.event(payload("direct_message"))
        await until(lambda: len(first.brain.asked) == 2)
    async with places.server() as second:
        await until(lambda: bool(places.fake.posted) and bool(places.fake.responses))
        await second.settled()
    assert (len(places.fake.posted), len(places.fake.responses)) == (1, 1)


async def test_library_that_is_away_is_told_and_the_answer_takes_that_place(places: Places) -> None:
    brain = FakeBrain()
    brain.error = StoreUnavailable("locked")
    async with places.server(brain) as world:
        await world.event(payload("app_mention"))
        await until(lambda: bool(places.fake.posted))
        assert KEEP_TRYING in shown(places.fake.posted[0])
        brain.error = None
        await until(lambda: bool(places.fake.updated))
        await world.settled()
    assert len(places.fake.posted) == 1
    assert "Yes, with conditions" in shown(next(iter(places.fake.standing.values())))


async def test_network_that_breaks_after_the_answer_arrived_does_not_double_it(places: Places) -> None:
    async with places.server() as world:
        places.fake.vanish = 1
        await world.event(payload("app_mention"))
        await until(lambda: places.fake.looked > 0)
        await world.settled()
    assert len(places.fake.posted) == 1


async def test_person_who_asks_too_much_is_told_kindly_once(places: Places) -> None:
    async with places.server() as world:
        for number in range(6):
            body = payload("app_mention")
            body["event"] |= {"ts": f"1795285851.{number:06d}", "channel": f"C{number}"}
            await world.event(body | {"event_id": f"Ev{number}"})
        await world.settled()
        await until(lambda: len(places.fake.posted) == 4)
    told = [shown(message) for message in places.fake.posted]
    assert sum(REFUSED["person"] in text for text in told) == 1


async def test_words_not_meant_for_the_bot_are_not_written_down(places: Places) -> None:
    async with places.server() as world:
        await world.event(payload("thread_reply"))
        await world.settled()
    assert (await places.inbox.depth()).open == 0
    assert not await places.inbox.knows("slack", "T0WORK", "event:Ev0REPLY")


async def test_nothing_that_is_not_needed_is_written_down(places: Places) -> None:
    seen: list[Delivery] = []
    accept = places.inbox.accept

    async def note(delivery: Delivery) -> Any:
        seen.append(delivery)
        return await accept(delivery)

    places.inbox.accept = note  # type: ignore[method-assign]
    async with places.server() as world:
        await world.event(payload("app_mention"))
        await world.command("NM can I sell data?")
        await world.settled()
    assert seen
    for delivery in seen:
        text = json.dumps(delivery.body)
        assert "verification-token" not in text
        assert fake_slack.TOKEN not in text


async def test_workspace_that_removes_the_app_is_forgotten(places: Places) -> None:
    scope, thread = Scope("slack", "T0WORK", "C1"), Thread("slack", "T0WORK", "C0LEGAL:1795285851.000100")
    async with places.server() as world:
        await world.event(payload("app_mention"))
        await world.settled()
        await places.conversations.remembered.choose(scope, Choices(("CA",)))
        assert await places.conversations.remembered.answered_in(thread)
        response = await world.event(payload("app_uninstalled"))
        assert response.status == 200
        await world.settled()
    assert not await places.conversations.remembered.answered_in(thread)
    assert await places.conversations.remembered.choices(scope) == Choices()
    assert await places.conversations.remember(thread, "x", 5) == ()
