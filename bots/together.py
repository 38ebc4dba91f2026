"""Calls that come at the same time, done as one: writes that share a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

MOST = 200
"""Items done as one; the rest goes with the next."""


class Together(Generic[_Item, _Result]):
    """Gives `work` all items that wait, in the order they came; the next ones gather while it runs."""

    def __init__(self, work: Callable[[Sequence[_Item]], Awaitable[Sequence[_Result]]]) -> None:
        """`work` returns one result for each item, in order. What it raises, every caller of that round gets."""
        self._work = work
        self._waiting: list[tuple[_Item, asyncio.Future[_Result]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, item: _Item) -> _Result:
        """Return the result for one item."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Result] = loop.create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await self._work([item for item, _ in batch])
            except BaseException as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                if not isinstance(error, Exception):
                    raise
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():  # the caller may have gone
                    future.set_result(result)
