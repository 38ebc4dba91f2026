"""How many questions wait, over all processes that share the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bots.inbox import Depth


class QueueState:
    """The inbox's depth as last looked at. One a process."""

    def __init__(self, depth: Callable[[], Awaitable[Depth]]) -> None:
        self._ask = depth
        self._found = Depth()

    async def look(self) -> None:
        """Count anew.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        self._found = await self._ask()

    def depths(self) -> Mapping[str, float]:
        """Return entries by state."""
        found = self._found
        return {"waiting": found.waiting, "claimed": found.claimed, "set aside": found.set_aside}

    def oldest(self) -> float:
        """Return for how many seconds the oldest has waited."""
        return self._found.oldest
