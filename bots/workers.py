"""Workers: they take what the inbox holds, one claim an entry, and put down how each attempt at it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bots.attempts import DELAYS, Attempts
from bots.errors import ConversationsUnavailable
from bots.inbox import Accepted, Delivery, Depth, Ended, Entry, Inbox
from bots.metrics import failed, retried, took
from bots.platforms import Platform, TryAgain, Undeliverable
from bots.spool import Spool
from bots.turn import Note

_log = structlog.get_logger(__name__)

CLAIM_SECONDS = 30.0
"""A killed process's questions are taken over by another machine after this; by the same machine at once."""
ACCEPT_SECONDS = 1.5
"""A database that takes longer counts as away: Slack waits three seconds for its acknowledgement."""
ACKNOWLEDGED_FIRST = 0.5
"""Seconds that new work waits at most while requests are being taken."""
POLL_SECONDS = 1.0
"""How often to look for what other processes left or what is due again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How work is done: entries at once, seconds of trying again, and the length of a queue that is worth a word
    to those who have waited for `patience`."""

    at_once: int = 8
    retry_seconds: float = 3600.0
    notice: int = 100
    patience: float = 3.0
    poll: float = POLL_SECONDS
    claim: float = CLAIM_SECONDS
    delays: tuple[float, ...] = DELAYS


class Workers:
    """The workers of one process."""

    def __init__(
        self,
        inbox: Inbox,
        platforms: Mapping[str, Platform],
        pace: Pace | None = None,
        tidy: Callable[[], Awaitable[None]] | None = None,
        spool: Spool | None = None,
    ) -> None:
        """`tidy` is called now and then, to delete what is too old. `spool` keeps what the inbox cannot take."""
        self._inbox = inbox
        self._pace = pace or Pace()
        self._attempts = Attempts(platforms, self._pace.retry_seconds, self._pace.delays)
        self._tidy = tidy
        self.name = f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._tasks: dict[asyncio.Task[None], Entry] = {}
        self._given: set[int] = set()
        self._spool = spool
        self._away = False
        self._wake = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []
        self._places: list[tuple[Delivery, int]] = []
        self._acknowledging = 0
        self._rate = 10.0

    def __len__(self) -> int:
        """Entries that this process works on or has been given and not yet taken up."""
        return len(self._given | {entry.number for entry in self._tasks.values()})

    async def accept(self, delivery: Delivery) -> Accepted:
        """Write a delivery down; once this returns it may be acknowledged.

        Raises:
            ConversationsUnavailable: it could not be written down; it must not be acknowledged.
        """
        accepted = await self._written(delivery)
        told = _log.bind(turn=delivery.turn, channel=delivery.platform)
        if accepted.new:
            told.info("taken", kind=delivery.kind)
            self._given.add(accepted.number)
            self._wake.set()
            if delivery.asks and accepted.ahead >= self._pace.notice:
                self._places.append((delivery, accepted.number))
        elif accepted.refusal:
            told.info("refused_quietly", refusal=accepted.refusal)
        else:
            retried(delivery.platform, "duplicate")
            told.info("duplicate_delivery")
        return accepted

    async def _written(self, delivery: Delivery) -> Accepted:
        if self._spool is None:
            return await self._inbox.accept(delivery)
        if not self._away:
            try:
                # Cancelled it may yet be written, and is known by its id when the spool is moved.
                return await asyncio.wait_for(self._inbox.accept(delivery), ACCEPT_SECONDS)
            except (ConversationsUnavailable, TimeoutError) as error:
                _log.error("inbox_unavailable", error=str(error) or type(error).__name__)
        await self._spool.keep(delivery)
        return Accepted(new=True)

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """Begin no new work while the block runs, for a moment at most: acknowledgements come first."""
        self._acknowledging += 1
        try:
            yield
        finally:
            self._acknowledging -= 1

    async def note(self, entry: Entry, posted: tuple[str, ...]) -> None:
        """Put down messages that stand for an entry before it is done; where that cannot be, work goes on."""
        try:
            await self._inbox.note(entry.number, posted)
        except ConversationsUnavailable as error:
            _log.error("not_put_down", error=str(error))

    async def knows(self, platform: str, tenant: str, delivery: str) -> bool:
        """Return whether something with this id was taken; False where the database is away."""
        try:
            return await self._inbox.knows(platform, tenant, delivery)
        except ConversationsUnavailable as error:
            _log.error("deliveries_unavailable", error=str(error))
            return False

    def start(self) -> None:
        """Begin to work."""
        work = (self._run(), self._keep_claims(), self._tell_places())
        self._running = [asyncio.create_task(part) for part in work]

    async def stop(self, seconds: float) -> int:
        """Take up nothing new, finish what is under way within `seconds`, leave the rest to others; return how much."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        keeping = asyncio.create_task(self._keep_claims())
        if self._tasks:
            _log.info("finishing_turns", under_way=len(self._tasks))
            await asyncio.wait(self._tasks, timeout=seconds)
        left = list(self._tasks)
        for task in (*left, keeping):
            task.cancel()
        await asyncio.gather(*left, keeping, return_exceptions=True)
        if left:
            _log.warning("turns_left_to_others", count=len(left))
        with contextlib.suppress(ConversationsUnavailable):  # their claims run out by themselves
            await self._inbox.release(self.name)
        return len(left)

    async def depth(self) -> Depth:
        """Return how many entries there are, over all processes.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        return await self._inbox.depth()

    async def _run(self) -> None:
        while True:
            try:
                if not self._away:
                    await self._take_over()
                while True:
                    await self._let_acknowledge()
                    await self._claim()
                    self._away = False
                    if self._spool is not None and self._spool.waits:
                        await self._spool.move(self._inbox.accept)
                    else:
                        await self._pause()
            except ConversationsUnavailable as error:
                if not self._away:
                    _log.error("inbox_unavailable", error=str(error))
                self._away = True
                await asyncio.sleep(self._pace.poll)
            except Exception:
                _log.exception("workers_broke")
                await asyncio.sleep(self._pace.poll)

    async def _let_acknowledge(self) -> None:
        until = time.monotonic() + ACKNOWLEDGED_FIRST
        while self._acknowledging and time.monotonic() < until:  # noqa: ASYNC110 - a moment, not an event
            await asyncio.sleep(0.01)

    async def _take_over(self) -> None:
        """Free what processes of this machine held that are no more; of other machines nobody can tell."""
        host = self.name.rpartition(":")[0].rpartition(":")[0]
        for holder in await self._inbox.workers():
            where, _, pid = holder.rpartition(":")[0].rpartition(":")
            gone = pid.isdigit() and (int(pid) == os.getpid() or not _lives(int(pid)))
            if holder != self.name and where == host and gone:
                freed = await self._inbox.release(holder)
                _log.warning("taken_over", count=freed)

    async def _claim(self) -> None:
        self._wake.clear()
        free = self._pace.at_once - len(self._tasks)
        if free <= 0:
            return
        claimed = await self._inbox.claim(self.name, free, self._pace.claim)
        # Where nothing is due, whatever was given here others have in hand, or it waits to be tried again.
        if not claimed and not self._tasks:
            self._given.clear()
        known = {entry.number for entry in self._tasks.values()}
        for entry in claimed:
            # Our own claim may run out while we are held up: the entry is in hand all the same.
            if entry.number in known:
                continue
            task = asyncio.create_task(self._one(entry), name=f"turn {entry.turn}")
            self._tasks[task] = entry
            task.add_done_callback(self._finished)

    async def _pause(self) -> None:
        """Wait until there may be something to claim: a place is free, and something came or is due."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.poll):
                await self._wake.wait()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("turn_broke", turn=task.get_name(), exc_info=error)

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(self._pace.claim / 4)
            try:
                if self._tasks:
                    await self._inbox.renew(self.name, self._pace.claim)
                if self._tidy is not None:
                    await self._tidy()
            except ConversationsUnavailable as error:
                _log.error("claims_not_renewed", error=str(error))

    async def _one(self, entry: Entry) -> None:
        began, platform = time.monotonic(), entry.delivery.platform
        if entry.claims <= 1:
            took("wait", time.time() - entry.arrived_at)
        with structlog.contextvars.bound_contextvars(turn=entry.turn, channel=platform):
            ended = await self._attempts.at(entry)
            if ended.state == "waiting":
                retried(platform, "again")
            elif ended.state == "set aside":
                failed(platform, "set aside")
            if ended.state == "done":
                self._rate += 0.1 * (self._pace.at_once / max(time.monotonic() - began, 0.01) - self._rate)
            await self._end(ended)

    async def _end(self, ended: Ended) -> None:
        """Put down how it ended, again until the database takes it: the message stands already."""
        wait = 0.2
        while True:
            try:
                if not await self._inbox.end(ended, self.name):
                    _log.warning("claim_lost", turn=ended.entry.turn)
                self._given.discard(ended.entry.number)
                return
            except ConversationsUnavailable as error:
                _log.error("not_put_down", error=str(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, 2.0)

    async def _tell_places(self) -> None:
        """Say to those who still wait how many questions stand before theirs; the answer takes this message's place."""
        while True:
            await asyncio.sleep(self._pace.patience)
            due, self._places = self._places, []
            for delivery, number in due:
                try:
                    ahead = await self._inbox.ahead(number)
                    if ahead is not None and ahead >= self._pace.notice:
                        said = await self._tell_place(delivery, number, ahead)
                        await self._inbox.note(number, said)
                except (TryAgain, Undeliverable, ConversationsUnavailable) as error:
                    _log.info("place_not_told", why=str(error))
                except Exception:
                    _log.exception("telling_broke")

    async def _tell_place(self, delivery: Delivery, number: int, ahead: int) -> tuple[str, ...]:
        minutes = round(ahead / self._rate / 60)
        when = f"in about {minutes} minutes" if minutes > 1 else "in a minute or so"
        text = f"{ahead:,} questions are waiting before yours. I answer it here {when}."
        entry = Entry(number, delivery.turn, delivery)
        return await self._attempts.tell(entry, Note(text))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
