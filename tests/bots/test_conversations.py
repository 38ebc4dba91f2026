"""One contract for every form of the conversations, and what only the database can do wrong."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.conversations import Conversations, MemoryConversations, open_conversations
from bots.errors import ConversationsUnavailable
from bots.threads import Thread
from tests.bots.conftest import settings_of
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture

THREAD = Thread("slack", "T1", "C1:1")


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_285_851.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", *KINDS])
async def kept(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Conversations]:
    if request.param == "memory":
        yield MemoryConversations(keep_seconds=3600, now=clock)
    else:
        settings = settings_on(request.param, request, tmp_path / "new", history_hours=1)
        async with open_conversations(settings, now=clock) as kept:
            yield kept


async def test_delivery_is_taken_once(kept: Conversations) -> None:
    assert [await kept.take(THREAD, ["e1", "m1"]) for _ in range(3)] == [True, False, False]


async def test_delivery_with_one_known_id_is_not_new(kept: Conversations) -> None:
    """Slack's `app_mention` and `message` have an event id each and the message in common."""
    assert await kept.take(THREAD, ["event:1", "message:1"])
    assert not await kept.take(THREAD, ["event:2", "message:1"])
    assert await kept.take(THREAD, ["event:2", "message:2"])


async def test_of_many_at_once_one_is_new(kept: Conversations) -> None:
    taken = await asyncio.gather(*(kept.take(THREAD, [f"event:{n}", "message:1"]) for n in range(20)))
    assert sum(taken) == 1


async def test_platforms_and_tenants_do_not_meet(kept: Conversations) -> None:
    elsewhere = [Thread("slack", "T2", "C1:1"), Thread("teams", "T1", "C1:1")]
    assert await kept.take(THREAD, ["1"])
    assert [await kept.take(thread, ["1"]) for thread in elsewhere] == [True, True]
    await kept.remember(THREAD, "secret", 5)
    assert [await kept.remember(thread, "x", 5) for thread in elsewhere] == [(), ()]
    assert await kept.remember(Thread("slack", "T1", "C1:2"), "x", 5) == ()


async def test_questions_come_back_oldest_first_and_no_more_than_asked_for(kept: Conversations) -> None:
    said = [await kept.remember(THREAD, f"q{n}", 2) for n in range(4)]
    assert said == [(), ("q0",), ("q0", "q1"), ("q1", "q2")]
    assert await kept.remember(THREAD, "q4", 0) == ()


async def test_old_questions_and_deliveries_are_forgotten(kept: Conversations, clock: Clock) -> None:
    await kept.take(THREAD, ["1"])
    await kept.remember(THREAD, "old", 5)
    clock.now += 3601
    assert await kept.remember(THREAD, "new", 5) == ()
    assert not await kept.take(THREAD, ["1"])
    clock.now += 48 * 3600
    await kept.take(THREAD, ["2"])  # old rows go as new ones come
    assert await kept.take(THREAD, ["1"])


async def test_old_words_leave_the_database(tmp_path: Path, clock: Clock) -> None:
    async with open_conversations(settings_of(data_dir=tmp_path, history_hours=1), now=clock) as kept:
        await kept.remember(THREAD, "a secret question", 5)
        clock.now += 3700
        await kept.take(THREAD, ["1"])
    with sqlite3.connect(tmp_path / "conversations.db") as database:
        assert database.execute("select count(*) from questions").fetchone() == (0,)


async def test_deliveries_and_questions_survive_a_restart(tmp_path: Path) -> None:
    settings = settings_of(data_dir=tmp_path)
    async with open_conversations(settings) as kept:
        await kept.take(THREAD, ["1"])
        await kept.remember(THREAD, "before", 5)
    async with open_conversations(settings) as kept:
        assert not await kept.take(THREAD, ["1"])
        assert await kept.remember(THREAD, "after", 5) == ("before",)


async def test_data_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConversationsUnavailable, match=r"file/data.*REGGI_DATA_DIR"):
        async with open_conversations(settings_of(data_dir=tmp_path / "file" / "data")):
            pass


async def test_locked_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "conversations.db", isolation_level=None)
    database.execute("begin exclusive")
    try:
        with pytest.raises(ConversationsUnavailable, match=r"database is locked.*REGGI_DATA_DIR"):
            async with open_conversations(settings_of(data_dir=tmp_path), busy_seconds=0.1):
                pass
    finally:
        database.close()


async def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "conversations.db").write_bytes(b"not a database at all, but long enough to look at" * 40)
    with pytest.raises(ConversationsUnavailable, match="not a database"):
        async with open_conversations(settings_of(data_dir=tmp_path)):
            pass


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql+nodriver://x/y", "mysql+aiomysql://u:hunter2@127.0.0.1:1/x"]
)
async def test_address_that_makes_no_sense_is_refused_without_its_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConversationsUnavailable, match="REGGI_DATABASE_URL") as refused:
        async with open_conversations(settings_of(database_url=url, data_dir=tmp_path)):
            pass
    assert "hunter2" not in str(refused.value)


async def test_lock_that_comes_later_is_told_without_the_words_of_the_question(tmp_path: Path) -> None:
    async with open_conversations(settings_of(data_dir=tmp_path), busy_seconds=0.1) as kept:
        database = sqlite3.connect(tmp_path / "conversations.db", isolation_level=None)
        database.execute("begin immediate")
        with pytest.raises(ConversationsUnavailable) as refused:
            await kept.remember(THREAD, "a secret question", 5)
        with pytest.raises(ConversationsUnavailable):
            await kept.take(THREAD, ["1"])
        database.close()
        assert "secret" not in str(refused.value)
        assert await kept.take(THREAD, ["1"])
