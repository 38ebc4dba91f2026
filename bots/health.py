"""Whether this server can answer now: each part it needs, looked at for real.

`/healthz` says that the process lives; a supervisor restarts it where that fails. `/readyz` says that a question would be
answered; a load balancer sends questions elsewhere where that fails, and nothing is restarted, since a database that is
away comes back no sooner for it. Looks are shared for `fresh` seconds, so that whoever may ask cannot make work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog

_log = structlog.get_logger(__name__)

Look = Callable[[], Awaitable[None]]
"""Looks at one part. Raises, with what is wrong, if it does not work."""

SECONDS = 3.0
"""A part that takes longer than this to answer would not answer a question either."""
FRESH_SECONDS = 1.0


class NotWorking(Exception):
    """A part does not work; says why in a sentence for whoever runs the server."""


class Health:
    """The parts of a server and how they are."""

    def __init__(self, seconds: float = SECONDS, fresh: float = FRESH_SECONDS) -> None:
        self._looks: dict[str, Look] = {}
        self._seconds, self._fresh = seconds, fresh
        self._found: dict[str, str | None] = {}
        self._looked_at = float("-inf")
        self._turn = asyncio.Lock()

    def watch(self, part: str, look: Look) -> None:
        """Add a part; one of the same name gives way."""
        self._looks[part] = look

    async def look(self) -> Mapping[str, str | None]:
        """Return what is wrong with each part, None where it works."""
        async with self._turn:
            if time.monotonic() - self._looked_at > self._fresh:
                names = list(self._looks)
                found = await asyncio.gather(*(self._why_not(name) for name in names))
                self._tell(dict(zip(names, found, strict=True)))
                self._looked_at = time.monotonic()
        return self._found

    def last(self) -> dict[str, float]:
        """Return 1 or 0 by part as last seen, without looking again."""
        return {part: float(why is None) for part, why in self._found.items()}

    async def _why_not(self, part: str) -> str | None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._looks[part]()
        except TimeoutError:
            return f"no answer within {self._seconds:g} s"
        except NotWorking as error:
            return str(error)
        except Exception as error:  # each part's library has errors of its own; all mean the same here
            return f"{type(error).__name__}: {error}"
        return None

    def _tell(self, found: dict[str, str | None]) -> None:
        """Log what changed, once."""
        for part, why in found.items():
            before = self._found.get(part)
            if why is not None and before is None:
                _log.error("not_ready", part=part, why=why)
            elif why is None and before is not None:
                _log.info("ready_again", part=part)
        self._found = found
