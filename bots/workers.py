"""Workers: they answer what the inbox holds, again where that fails, and say sorry in the end.

What fails for a reason outside the question (library, database, platform away) is tried again until it has waited
`retry_seconds`; what may be the question's own fault, such as an exception or the end of a process, a few times. Either
way the person is told at the first failure that I keep trying, and at the last that I could not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bots.errors import ConversationsUnavailable
from bots.inbox import Accepted, Delivery, Depth, Ended, Entry, Inbox
from bots.metrics import failed, retried, took
from bots.spool import Spool
from bots.turn import BROKEN, Note

_log = structlog.get_logger(__name__)

CLAIM_SECONDS = 30.0
"""A killed process's questions are taken over by another machine after this; by the same machine at once."""
ACCEPT_SECONDS = 1.5
"""A database that takes longer counts as away: Slack waits three seconds for its acknowledgement."""
ACKNOWLEDGED_FIRST = 0.5
"""Seconds that new work waits at most while requests are being taken."""
POLL_SECONDS = 1.0
"""How often to look for what other processes left or what is due again."""
TRIES = 5
"""Of a question that may be at fault itself."""
DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the next try; the last holds for all further ones."""
ASK_AGAIN = "Please ask again in a minute."
KEEP_TRYING = "I keep trying and will answer here."
SORRY = (
    "I tried several times and could not answer this question. I am sorry. "
    "Please ask again later, perhaps in other words."
)
REFUSED = {
    "person": "You have asked me very many questions within a minute, and I must leave some time for others. "
    "Please ask this one again in a minute.",
    "workspace": "Your workspace has asked me very many questions within a minute. Please ask this one again in a minute.",
    "queue": "More questions are waiting than I can answer soon. Please ask this one again in a few minutes.",
}


class TryAgain(Exception):
    """Work on an entry failed and may succeed later.

    `note` is told to the person meanwhile, None where nothing can be told. `outside`: it is not the question's fault.
    `posted` are ids of messages that stand for the entry by now.
    """

    def __init__(
        self, why: str, note: Note | None = None, outside: bool = False, posted: tuple[str, ...] | None = None
    ) -> None:
        super().__init__(why)
        self.note, self.outside, self.posted = note, outside, posted


class Undeliverable(Exception):
    """The platform will never take an answer to this entry: its channel is gone, the bot was removed …"""


class Platform(Protocol):
    """The port to a platform's adapter: what it does with what it handed over."""

    async def work(self, entry: Entry, say: Note | None = None) -> tuple[str, ...]:
        """Answer an entry, or `say` something in the answer's place; return the ids of the messages that stand for it.

        Messages that stand already (`entry.posted`, and where `entry.claims` is above 1 whatever is found in the
        thread) give way to the new ones; a whole answer that is found there stays, and nothing is posted.

        Raises:
            TryAgain: it failed for now.
            Undeliverable: it will always fail.
        """
        ...


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
        self._platforms = platforms
        self._pace = pace or Pace()
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
            ended = await self._worked(entry)
            if ended.state == "waiting":
                retried(platform, "again")
            elif ended.state == "set aside":
                failed(platform, "set aside")
            if ended.state == "done":
                self._rate += 0.1 * (self._pace.at_once / max(time.monotonic() - began, 0.01) - self._rate)
            await self._end(ended)

    async def _worked(self, entry: Entry) -> Ended:
        if entry.refusal:
            return await self._said(entry, Note(REFUSED[entry.refusal]), "done", entry.refusal)
        if entry.tries > TRIES:  # its process ended each time
            return await self._said(entry, Note(SORRY, failed=True), "set aside", "process ended")
        try:
            posted = await self._platform(entry).work(entry)
        except TryAgain as error:
            return await self._failed(entry, error)
        except Undeliverable as error:
            _log.error("undeliverable", why=str(error))
            return Ended(entry, "set aside", entry.posted, why=str(error))
        except Exception as error:  # a fault of ours must not leave the person without a word
            _log.exception("work_broke")
            return await self._failed(entry, TryAgain(type(error).__name__, Note(BROKEN, failed=True)))
        return Ended(entry, "done", posted)

    async def _failed(self, entry: Entry, error: TryAgain) -> Ended:
        why = str(error)
        waited = time.time() - entry.arrived_at
        if waited > self._pace.retry_seconds or (not error.outside and entry.tries >= TRIES):
            _log.error("set_aside", why=why, tries=entry.tries, claims=entry.claims)
            return await self._said(entry, Note(SORRY, failed=True), "set aside", why)
        delay = self._pace.delays[min(entry.claims, len(self._pace.delays)) - 1]
        _log.warning("try_again", why=why, seconds=delay, claims=entry.claims)
        posted = entry.posted if error.posted is None else error.posted
        if error.note is not None and not posted:
            begun = error.note.text.removesuffix(ASK_AGAIN).rstrip()
            meanwhile = replace(error.note, text=f"{begun} {KEEP_TRYING}")
            posted = (await self._said(entry, meanwhile, "waiting", why)).posted
        return Ended(entry, "waiting", posted, after=delay, counts=not error.outside, why=why)

    async def _said(self, entry: Entry, note: Note, state: str, why: str) -> Ended:
        """Say something in the answer's place; where even that fails, it is tried again or given up."""
        posted = entry.posted
        try:
            posted = await self._platform(entry).work(entry, note)
        except TryAgain as error:
            if state != "waiting" and time.time() - entry.arrived_at <= self._pace.retry_seconds:
                delay = self._pace.delays[min(entry.claims, len(self._pace.delays)) - 1]
                return Ended(entry, "waiting", posted, after=delay, counts=not error.outside, why=str(error))
            _log.error("not_told", why=str(error))
        except Undeliverable as error:
            _log.error("undeliverable", why=str(error))
        except Exception:
            _log.exception("telling_broke")
        return Ended(entry, state, posted, why=why)  # type: ignore[arg-type]

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
        return await self._platform(entry).work(entry, Note(text))

    def _platform(self, entry: Entry) -> Platform:
        found = self._platforms.get(entry.delivery.platform)
        if found is None:  # written down by a server that had it switched on
            raise TryAgain("platform is switched off", outside=True)
        return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
