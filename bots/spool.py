"""What platforms hand over while the database is away: written to a file of this machine, and moved to the inbox after.

A delivery may be acknowledged once it is on a disk; which one does not matter to whoever asked. Nothing is answered
from here: whether another replica has the same delivery, only the inbox knows.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from bots.errors import ConversationsUnavailable
from bots.inbox import Accepted, Delivery

_log = structlog.get_logger(__name__)


class Spool:
    """One file, one delivery a line, read by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = asyncio.Lock()
        self.waits = path.exists() and path.stat().st_size > 0

    async def keep(self, delivery: Delivery) -> None:
        """Write a delivery down; when this returns it is on the disk.

        Raises:
            ConversationsUnavailable: it could not be written either.
        """
        line = f"\n{json.dumps(asdict(delivery))}\n"  # the line before may have been cut short
        async with self._turn:
            try:
                await asyncio.to_thread(self._append, line)
            except OSError as error:
                raise ConversationsUnavailable(f"neither database nor spool: {error.strerror}") from error
            self.waits = True

    async def move(self, accept: Callable[[Delivery], Awaitable[Accepted]]) -> int:
        """Hand everything to the inbox and empty the file; return how many deliveries. Broken off, it begins anew.

        Raises:
            ConversationsUnavailable: the inbox did not take one; the file stays as it is.
        """
        async with self._turn:
            lines = [line for line in (await asyncio.to_thread(self._read)).splitlines() if line]
            for line in lines:
                delivery = _delivery(line)
                if delivery is not None:
                    await accept(delivery)
            await asyncio.to_thread(self._empty)
            self.waits = False
        _log.info("spool_moved", count=len(lines))
        return len(lines)

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def _read(self) -> str:
        return self._path.read_text(encoding="utf-8") if self._path.exists() else ""

    def _empty(self) -> None:
        if self._path.exists():
            os.truncate(self._path, 0)


def _delivery(line: str) -> Delivery | None:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:  # cut short by the end of the process: it was not acknowledged
        _log.error("spool_line_unreadable")
        return None
    return Delivery(**{**found, "ids": tuple(found["ids"])})
