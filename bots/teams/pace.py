"""As many messages to one conversation as Teams takes, over all turns.

7 in a second, 8 in two, 60 in thirty, 1,800 in an hour, new and changed ones together
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit). One fewer each: clocks differ.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

WINDOWS = ((6, 1.0), (7, 2.0), (59, 30.0), (1_799, 3_600.0))
"""(messages, seconds)."""
SWEEP_SECONDS = 60.0


class Pace:
    """Slots in time, handed out in the order of asking. For one process; beyond it Teams' 429 is waited for."""

    def __init__(
        self,
        windows: tuple[tuple[int, float], ...] = WINDOWS,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._windows = windows
        self._most = max(count for count, _ in windows)
        self._longest = max(seconds for _, seconds in windows)
        self._now = now
        self._sleep = sleep
        self._given: dict[str, deque[float]] = {}
        self._swept = now()

    async def slot(self, conversation: str) -> None:
        """Wait until a message may go to this conversation."""
        now = self._now()
        self._sweep(now)
        given = self._given.setdefault(conversation, deque(maxlen=self._most))
        at = max([now, *(given[-count] + seconds for count, seconds in self._windows if len(given) >= count)])
        given.append(at)
        if at > now:
            await self._sleep(at - now)

    def _sweep(self, now: float) -> None:
        """Forget conversations that have been quiet for longer than any window."""
        if now - self._swept > SWEEP_SECONDS:
            self._swept = now
            self._given = {name: at for name, at in self._given.items() if at[-1] > now - self._longest}
