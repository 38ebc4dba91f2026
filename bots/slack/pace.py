"""One message a second and channel, over all turns (https://docs.slack.dev/apis/web-api/rate-limits)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PAUSE_SECONDS = 1.0
"""Between messages to one channel."""


class Pace:
    """Slots in time, handed out in the order of asking. For one process; beyond it Slack's 429 is waited for."""

    def __init__(
        self,
        pause: float = PAUSE_SECONDS,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._now = now
        self._sleep = sleep
        self._next: dict[str, float] = {}

    async def slot(self, channel: str) -> None:
        """Wait until a message may go to this channel."""
        now = self._now()
        self._next = {name: at for name, at in self._next.items() if at > now}
        at = self._next.get(channel, now)
        self._next[channel] = at + self._pause
        if at > now:
            await self._sleep(at - now)
