"""A real PostgreSQL goes away and comes back while questions come in: each is acknowledged in time and answered once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from bots.conversations import open_conversations
from bots.spool import Spool
from bots.workers import Pace, Workers
from tests.bots.conftest import until
from tests.bots.databases import postgres, settings_on  # noqa: F401 - a fixture
from tests.bots.test_workers import Platform, question
from tests.servers import Postgres


async def test_questions_asked_while_postgresql_is_away_are_answered_once(
    postgres: Postgres,  # noqa: F811 - the fixture
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    platform, pace = Platform(), Pace(at_once=4, poll=0.05)
    async with open_conversations(settings_on("postgres", request, tmp_path)) as kept:
        workers = Workers(kept.inbox, {"slack": platform}, pace, spool=Spool(tmp_path / "spool.jsonl"))
        workers.start()
        await workers.accept(question(0))
        await until(lambda: len(platform.said) == 1)
        await asyncio.to_thread(postgres.kill)
        took = []
        for number in (*range(1, 20), 5):
            began = time.perf_counter()
            assert (await workers.accept(question(number))).new
            took.append(time.perf_counter() - began)
        assert max(took) < 2.5  # Slack waits three seconds
        await asyncio.to_thread(postgres.start)
        await until(lambda: len(platform.said) == 20, 20)
        await asyncio.sleep(0.3)
        await workers.stop(2)
    assert sorted(name for name, _ in platform.said) == sorted(f"e{n}" for n in range(20))
