"""What Reggi remembers between questions: deliveries already taken, and the last questions of a conversation.

The inbox (bots/inbox.py) and what can be done after an answer (bots/remembered.py) lie in the same place.
`deliveries` keeps the platform's ids, so that a retried or twice announced message is answered once. `questions` keeps
the words of earlier questions for as long as a follow-up may refer to them. Everything carries platform and tenant in
every row and every query, so that workspaces never meet. Old rows are deleted as new ones come.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bots.database import BUSY_SECONDS, Database, IntegrityError, open_database
from bots.inbox import KEPT_SECONDS, Inbox, Limits, MemoryInbox
from bots.inbox_sql import SqlInbox
from bots.personal import erase_person, erase_place, erase_workspace
from bots.remembered import MemoryRemembered, Remembered
from bots.remembered_sql import SqlRemembered
from bots.tables import deliveries as _deliveries
from bots.tables import inbox as _inbox
from bots.tables import questions as _questions
from bots.threads import Thread
from config.settings import Settings

_log = structlog.get_logger(__name__)

DAY = 24 * 3600
PRUNE_SECONDS = 60
"""Old rows are deleted at most this often."""


class Conversations(Protocol):
    """The port: what `bots/turn.py` needs to remember."""

    async def take(self, thread: Thread, deliveries: Sequence[str]) -> bool:
        """Return True and keep the ids if none of them was taken before, otherwise False.

        Several ids name one message: the delivery's own id, and the message it is about. Of two calls at the
        same time with an id in common, exactly one gets True.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        ...

    async def remember(self, thread: Thread, question: str, limit: int, person: str = "") -> tuple[str, ...]:
        """Keep a question, of a person, and return up to `limit` earlier ones of the same thread, oldest first.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        ...

    async def forget(self, thread: Thread, question: str) -> None:
        """Delete a question of a thread, which was edited or deleted where it was asked.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        ...

    async def forget_workspace(self, platform: str, tenant: str) -> None:
        """Delete everything of a workspace, which has removed the bot.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        ...

    async def forget_place(self, platform: str, tenant: str, person: str, place: str) -> None:
        """Delete everything of a person of a workspace and, where none is given, of a chat or channel.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        ...

    @property
    def remembered(self) -> Remembered:
        """What is remembered beside the questions, in the same place."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What was handed over and is not answered yet, in the same place."""
        ...


class MemoryConversations:
    """The port in memory: for tests, and for a server that shall write nothing down."""

    def __init__(
        self,
        keep_seconds: int = DAY,
        now: Callable[[], float] = time.time,
        limits: Limits | None = None,
    ) -> None:
        self._keep_seconds = keep_seconds
        self._now = now
        self._taken: dict[tuple[str, str, str], float] = {}
        self._questions: dict[Thread, list[tuple[float, str]]] = {}
        self.remembered = MemoryRemembered(keep_seconds, now)
        self.inbox = MemoryInbox(limits, now)

    async def take(self, thread: Thread, deliveries: Sequence[str]) -> bool:
        now = self._now()
        self._taken = {key: at for key, at in self._taken.items() if at > now - KEPT_SECONDS}
        keys = [(thread.platform, thread.tenant, delivery) for delivery in deliveries]
        if any(key in self._taken for key in keys):
            return False
        self._taken.update(dict.fromkeys(keys, now))
        return True

    async def remember(self, thread: Thread, question: str, limit: int, person: str = "") -> tuple[str, ...]:
        now = self._now()
        fresh = [kept for kept in self._questions.get(thread, []) if kept[0] > now - self._keep_seconds]
        self._questions[thread] = [*fresh, (now, question)]
        return tuple(text for _, text in fresh[-limit:]) if limit else ()

    async def forget(self, thread: Thread, question: str) -> None:
        self._questions[thread] = [kept for kept in self._questions.get(thread, []) if kept[1] != question]

    async def forget_workspace(self, platform: str, tenant: str) -> None:
        self._taken = {key: at for key, at in self._taken.items() if key[:2] != (platform, tenant)}
        self._questions = {
            thread: kept
            for thread, kept in self._questions.items()
            if (thread.platform, thread.tenant) != (platform, tenant)
        }
        self.remembered.forget_workspace(platform, tenant)
        self.inbox.forget_workspace(platform, tenant)

    async def forget_place(self, platform: str, tenant: str, person: str, place: str) -> None:
        """A person's questions are not known apart here: they go with the place."""
        self._questions = {
            thread: kept
            for thread, kept in self._questions.items()
            if (thread.platform, thread.tenant) != (platform, tenant) or not thread.id.startswith(place)
        }
        self.remembered.forget_place(platform, tenant, person, place)


class SqlConversations:
    """The port on a database. `history_seconds` is how long the words of questions may be referred to,
    `keep_seconds` how long answers can be acted on."""

    def __init__(
        self,
        database: Database,
        history_seconds: int,
        keep_seconds: int,
        now: Callable[[], float] = time.time,
        limits: Limits | None = None,
    ) -> None:
        self.database = database
        self._history_seconds = history_seconds
        self._keep_seconds = keep_seconds
        self._now = now
        self._pruned_at = 0.0
        self.remembered: Remembered = SqlRemembered(database, keep_seconds, now)
        self.inbox: Inbox = SqlInbox(database, limits, now)

    @property
    def engine(self) -> AsyncEngine:
        """The database, for what a platform's own library keeps there."""
        return self.database.engine

    async def check(self) -> None:
        """Return if the database works now.

        Raises:
            ConversationsUnavailable: it does not answer, its tables are gone, or its file is.
        """
        await self.database.check()

    async def take(self, thread: Thread, deliveries: Sequence[str]) -> bool:
        if not deliveries:
            return True
        now = int(self._now())
        rows = [
            {"platform": thread.platform, "tenant": thread.tenant, "delivery": delivery, "taken_at": now}
            for delivery in dict.fromkeys(deliveries)
        ]
        try:
            async with self.database.writing("take a delivery") as connection:
                await connection.execute(insert(_deliveries), rows)
        except IntegrityError:  # the primary key is the referee between two deliveries at once
            return False
        await self.prune()
        return True

    async def remember(self, thread: Thread, question: str, limit: int, person: str = "") -> tuple[str, ...]:
        now = int(self._now())
        here = {"platform": thread.platform, "tenant": thread.tenant, "thread": thread.id}
        earlier = (
            select(_questions.c.text)
            .where(*(_questions.c[name] == value for name, value in here.items()))
            .where(_questions.c.asked_at > now - self._history_seconds)
            .order_by(_questions.c.id.desc())
            .limit(limit)
        )
        async with self.database.writing("keep a question") as connection:
            # Written first: in SQLite a transaction that begins with a write cannot lose its place to another.
            keep = (
                insert(_questions)
                .values(**here, text=question, asked_at=now, person=person)
                .returning(_questions.c.id)
            )
            kept = (await connection.execute(keep)).scalar_one()
            texts = (await connection.execute(earlier.where(_questions.c.id < kept))).scalars().all()
        return tuple(reversed(texts))

    async def forget(self, thread: Thread, question: str) -> None:
        here = {"platform": thread.platform, "tenant": thread.tenant, "thread": thread.id, "text": question}
        gone = delete(_questions).where(*(_questions.c[name] == value for name, value in here.items()))
        async with self.database.writing("forget a question") as connection:
            await connection.execute(gone)

    async def forget_workspace(self, platform: str, tenant: str) -> None:
        rows = await erase_workspace(self.database, platform, tenant)
        _log.info("workspace_forgotten", platform=platform, rows=rows)

    async def forget_place(self, platform: str, tenant: str, person: str, place: str) -> None:
        if person:
            await erase_person(self.database, person, platform, tenant)
        elif place:
            await erase_place(self.database, platform, tenant, place)
        _log.info("place_forgotten", platform=platform)

    async def prune(self) -> None:
        """Delete what is older than it may be; at most every `PRUNE_SECONDS`.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        now = self._now()
        if now - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = now
        handed_over = now - KEPT_SECONDS
        old = (
            delete(_deliveries).where(_deliveries.c.taken_at < int(handed_over)),
            delete(_inbox).where(_inbox.c.state == "done", _inbox.c.arrived_at < int(handed_over * 1000)),
            delete(_inbox).where(_inbox.c.arrived_at < int((now - self._keep_seconds) * 1000)),
            delete(_questions).where(_questions.c.asked_at < int(now) - self._history_seconds),
        )
        async with self.database.writing("delete old rows") as connection:
            for statement in old:
                await connection.execute(statement)
        await self.remembered.prune()


@asynccontextmanager
async def open_conversations(
    settings: Settings, busy_seconds: float = BUSY_SECONDS, now: Callable[[], float] = time.time
) -> AsyncIterator[SqlConversations]:
    """Yield the conversations of the database in the settings, brought up to date where it is older.

    Questions older than the settings' `history_hours`, and answers older than `retention_days`, are neither
    returned nor kept.

    Raises:
        ConversationsUnavailable: see `open_database`. The text is fit to be shown.
    """
    async with open_database(settings, busy_seconds) as database:
        history, keep = settings.history_hours * 3600, settings.retention_days * DAY
        limits = Limits(settings.person_per_minute, settings.workspace_per_minute, settings.queue_limit)
        yield SqlConversations(database, min(history, keep), keep, now, limits)
