"""One contract for both forms of what is remembered beside the questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bots.conversations import MemoryConversations, open_conversations
from bots.remembered import (
    Choices,
    Feedback,
    KeptAnswer,
    KeptSource,
    Remembered,
    Scope,
    feedback_of,
    with_answer,
)
from bots.threads import Thread
from tests.bots.answers import MINNESOTA
from tests.bots.conftest import settings_of
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture
from tests.bots.test_conversations import Clock

THREAD = Thread("slack", "T1", "C1:1")
KEPT = with_answer(
    KeptAnswer("a1", THREAD, "May I?", None, "MN", ("Earlier?",), "MN: May I?", "C1:1", ("2", "3"), "{}"),
    MINNESOTA,
)
CHANNEL = Scope("slack", "T1", "C1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", *KINDS])
async def kept(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Remembered]:
    if request.param == "memory":
        yield MemoryConversations(keep_seconds=24 * 3600, now=clock).remembered
    else:
        settings = settings_on(request.param, request, tmp_path, retention_days=1)
        async with open_conversations(settings, now=clock) as conversations:
            yield conversations.remembered


async def test_answer_comes_back_whole(kept: Remembered) -> None:
    await kept.keep(KEPT)
    assert await kept.kept("slack", "T1", "a1") == KEPT
    assert await kept.kept_about("slack", "T1", "C1:1") == KEPT
    assert KEPT.sources[0] == KeptSource(
        "1.1",
        "MN",
        "Minnesota Consumer Data Privacy Act",
        "Minn. Stat. § 325M.14",
        "Consumer rights",
        "https://www.revisor.mn.gov/statutes/cite/325M.14",
    )


async def test_workspaces_and_platforms_do_not_meet(kept: Remembered) -> None:
    await kept.keep(KEPT)
    for platform, tenant in [("slack", "T2"), ("teams", "T1")]:
        assert await kept.kept(platform, tenant, "a1") is None
        assert await kept.kept_about(platform, tenant, "C1:1") is None
        assert not await kept.answered_in(Thread(platform, tenant, "C1:1"))
        await kept.drop(replace(KEPT, thread=Thread(platform, tenant, "C1:1")))
    assert await kept.answered_in(THREAD)


async def test_same_id_gives_way(kept: Remembered) -> None:
    await kept.keep(KEPT)
    await kept.keep(replace(KEPT, place="NV"))
    found = await kept.kept("slack", "T1", "a1")
    assert found is not None
    assert found.place == "NV"


async def test_answer_goes_when_its_question_goes(kept: Remembered, clock: Clock) -> None:
    await kept.keep(KEPT)
    clock.now += 24 * 3600 - 1
    assert await kept.answered_in(THREAD)
    clock.now += 2
    assert await kept.kept("slack", "T1", "a1") is None
    assert not await kept.answered_in(THREAD)


async def test_dropped_answer_is_gone(kept: Remembered) -> None:
    await kept.keep(KEPT)
    await kept.drop(KEPT)
    assert await kept.kept("slack", "T1", "a1") is None


async def test_answer_to_no_message_is_not_found_by_one(kept: Remembered) -> None:
    await kept.keep(replace(KEPT, about=""))
    assert await kept.kept_about("slack", "T1", "") is None


async def test_choices_hold_for_one_scope(kept: Remembered) -> None:
    assert await kept.choices(CHANNEL) == Choices()
    await kept.choose(CHANNEL, Choices(("CA", "NV"), follow_ups=True))
    await kept.choose(CHANNEL, Choices(("CA",), private=True))
    assert await kept.choices(CHANNEL) == Choices(("CA",), private=True)
    assert await kept.choices(replace(CHANNEL, tenant="T2")) == Choices()


async def test_feedback_is_counted_and_explained(kept: Remembered) -> None:
    day = dt.date(2026, 11, 21)
    number = await kept.note(feedback_of(KEPT, day, helpful=False))
    await kept.note(feedback_of(KEPT, day, helpful=True))
    await kept.explain(number, "outdated")
    assert [(f.helpful, f.reason, f.jurisdictions) for f in await kept.feedback()] == [
        (False, "outdated", ("MN",)),
        (True, None, ("MN",)),
    ]


def test_feedback_holds_nothing_that_tells_who_or_what_was_asked() -> None:
    assert {f.name for f in fields(Feedback)} == {
        "day",
        "helpful",
        "reason",
        "status",
        "topics",
        "jurisdictions",
        "engine",
    }


async def test_forgotten_question_is_no_longer_an_earlier_one(tmp_path: Path) -> None:
    async with open_conversations(settings_of(data_dir=tmp_path)) as sql:
        for conversations in (MemoryConversations(), sql):
            for text in ("one", "two", "three"):
                await conversations.remember(THREAD, text, 5)
            await conversations.forget(THREAD, "two")
            await conversations.forget(replace(THREAD, tenant="T2"), "one")
            assert await conversations.remember(THREAD, "four", 5) == ("one", "three")
