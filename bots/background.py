"""Work that goes on after a delivery was acknowledged, counted, so that a stop can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


class Background:
    """The turns under way in this process."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run `work` on. What it raises is logged under `name`: nobody waits for its result."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        # The event loop holds tasks only weakly; without this set one could vanish half done.
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def drain(self, seconds: float) -> int:
        """Wait until all work is done, at most `seconds`; return how many turns were given up."""
        if self._tasks:
            _log.info("finishing_turns", under_way=len(self._tasks))
            await asyncio.wait(self._tasks, timeout=seconds)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=1)
            _log.error("turns_given_up", count=len(left))
        return len(left)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("turn_broke", turn=task.get_name(), exc_info=error)
