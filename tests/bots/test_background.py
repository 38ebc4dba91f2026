"""Work that goes on after the acknowledgement."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from bots.background import Background
from tests.bots.conftest import until


async def test_work_is_counted_until_it_is_done() -> None:
    background, go = Background(), asyncio.Event()

    async def work() -> None:
        await go.wait()

    background.start(work(), "x")
    assert len(background) == 1
    go.set()
    assert await background.drain(1) == 0
    assert len(background) == 0


async def test_fault_is_logged_under_the_name_of_the_work() -> None:
    background = Background()

    async def work() -> None:
        raise KeyError("x")

    with capture_logs() as logs:
        background.start(work(), "slack message")
        await until(lambda: not len(background))
        await asyncio.sleep(0)
    assert [(log["event"], log["turn"]) for log in logs] == [("turn_broke", "slack message")]


async def test_drain_gives_up_what_takes_too_long() -> None:
    background = Background()
    background.start(asyncio.sleep(60), "slow")
    assert await background.drain(0.05) == 1
    await until(lambda: not len(background))
