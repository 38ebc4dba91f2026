"""What Reggi remembers between questions: deliveries already taken, and the last questions of a conversation.

Two tables of its own, and those of bots/remembered_sql.py. `deliveries` keeps the platform's ids, so that a retried or twice announced message is answered
once. `questions` keeps the words of earlier questions for as long as a follow-up may refer to them. Both carry
platform and tenant in every row and every query, so that workspaces never meet. Old rows are deleted as new
ones come. Context: answers must survive a restart later on; decision: deliveries and questions are rows of
their own from the start; consequence: an inbox is one more column (state) on `deliveries`, not a new design.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bots import remembered_sql
from bots.errors import ConversationsUnavailable
from bots.remembered import MemoryRemembered, Remembered
from bots.threads import Thread
from config.settings import Settings

__all__ = [
    "Conversations",
    "MemoryConversations",
    "SqlConversations",
    "Thread",
    "database_address",
    "open_conversations",
]

DELIVERY_SECONDS = 48 * 3600
"""Slack retries within an hour and may deliver a delayed event a day later; then an id is not seen again."""
PRUNE_SECONDS = 60
"""Old rows are deleted at most this often."""
BUSY_SECONDS = 5.0
"""How long SQLite waits for another writer."""

_metadata = MetaData()
_deliveries = Table(
    "deliveries",
    _metadata,
    Column("platform", String(16), primary_key=True),
    Column("tenant", String(128), primary_key=True),
    Column("delivery", String(512), primary_key=True),
    Column("taken_at", Integer, nullable=False, index=True),  # seconds since 1970, UTC
)
_questions = Table(
    "questions",
    _metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("platform", String(16), nullable=False),
    Column("tenant", String(128), nullable=False),
    Column("thread", String(512), nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", Integer, nullable=False, index=True),
    Index("ix_questions_thread", "platform", "tenant", "thread", "id"),
)


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

    async def remember(self, thread: Thread, question: str, limit: int) -> tuple[str, ...]:
        """Keep a question and return up to `limit` earlier ones of the same thread, oldest first.

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

    @property
    def remembered(self) -> Remembered:
        """What is remembered beside the questions, in the same place."""
        ...


class MemoryConversations:
    """The port in memory: for tests, and for a server that shall write nothing down."""

    def __init__(self, keep_seconds: int = 24 * 3600, now: Callable[[], float] = time.time) -> None:
        self._keep_seconds = keep_seconds
        self._now = now
        self._taken: dict[tuple[str, str, str], float] = {}
        self._questions: dict[Thread, list[tuple[float, str]]] = {}
        self.remembered: Remembered = MemoryRemembered(keep_seconds, now)

    async def take(self, thread: Thread, deliveries: Sequence[str]) -> bool:
        now = self._now()
        self._taken = {key: at for key, at in self._taken.items() if at > now - DELIVERY_SECONDS}
        keys = [(thread.platform, thread.tenant, delivery) for delivery in deliveries]
        if any(key in self._taken for key in keys):
            return False
        self._taken.update(dict.fromkeys(keys, now))
        return True

    async def remember(self, thread: Thread, question: str, limit: int) -> tuple[str, ...]:
        now = self._now()
        fresh = [kept for kept in self._questions.get(thread, []) if kept[0] > now - self._keep_seconds]
        self._questions[thread] = [*fresh, (now, question)]
        return tuple(text for _, text in fresh[-limit:]) if limit else ()

    async def forget(self, thread: Thread, question: str) -> None:
        self._questions[thread] = [kept for kept in self._questions.get(thread, []) if kept[1] != question]


class SqlConversations:
    """The port on a database. Made by `open_conversations`, which creates the tables."""

    def __init__(self, engine: AsyncEngine, keep_seconds: int, now: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._keep_seconds = keep_seconds
        self._now = now
        self._pruned_at = 0.0
        self.remembered: Remembered = remembered_sql.SqlRemembered(engine, keep_seconds, now)

    @property
    def engine(self) -> AsyncEngine:
        """The database, for what a platform's own library keeps there."""
        return self._engine

    async def take(self, thread: Thread, deliveries: Sequence[str]) -> bool:
        if not deliveries:
            return True
        now = int(self._now())
        rows = [
            {"platform": thread.platform, "tenant": thread.tenant, "delivery": delivery, "taken_at": now}
            for delivery in dict.fromkeys(deliveries)
        ]
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(_deliveries), rows)
        except IntegrityError:  # the primary key is the referee between two deliveries at once
            return False
        except (SQLAlchemyError, OSError) as error:
            raise ConversationsUnavailable(f"The database did not take a delivery: {error}") from error
        await self._prune()
        return True

    async def remember(self, thread: Thread, question: str, limit: int) -> tuple[str, ...]:
        now = int(self._now())
        here = {"platform": thread.platform, "tenant": thread.tenant, "thread": thread.id}
        earlier = (
            select(_questions.c.text)
            .where(*(_questions.c[name] == value for name, value in here.items()))
            .where(_questions.c.asked_at > now - self._keep_seconds)
            .order_by(_questions.c.id.desc())
            .limit(limit)
        )
        try:
            async with self._engine.begin() as connection:
                # Written first: in SQLite a transaction that begins with a write cannot lose its place to another.
                keep = (
                    insert(_questions).values(**here, text=question, asked_at=now).returning(_questions.c.id)
                )
                kept = (await connection.execute(keep)).scalar_one()
                texts = (await connection.execute(earlier.where(_questions.c.id < kept))).scalars().all()
        except (SQLAlchemyError, OSError) as error:
            raise ConversationsUnavailable(f"The database did not keep a question: {error}") from error
        return tuple(reversed(texts))

    async def forget(self, thread: Thread, question: str) -> None:
        here = {"platform": thread.platform, "tenant": thread.tenant, "thread": thread.id, "text": question}
        gone = delete(_questions).where(*(_questions.c[name] == value for name, value in here.items()))
        try:
            async with self._engine.begin() as connection:
                await connection.execute(gone)
        except (SQLAlchemyError, OSError) as error:
            raise ConversationsUnavailable(f"The database did not forget a question: {error}") from error

    async def _prune(self) -> None:
        now = self._now()
        if now - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = now
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    delete(_deliveries).where(_deliveries.c.taken_at < int(now) - DELIVERY_SECONDS)
                )
                await connection.execute(
                    delete(_questions).where(_questions.c.asked_at < int(now) - self._keep_seconds)
                )
        except (SQLAlchemyError, OSError) as error:
            raise ConversationsUnavailable(f"The database did not delete old rows: {error}") from error


def database_address(settings: Settings) -> str:
    """Return the SQLAlchemy address in use: the one set, or SQLite in the data folder."""
    return (
        settings.database_url or f"sqlite+aiosqlite:///{(settings.data_dir / 'conversations.db').resolve()}"
    )


@asynccontextmanager
async def open_conversations(
    settings: Settings, busy_seconds: float = BUSY_SECONDS, now: Callable[[], float] = time.time
) -> AsyncIterator[SqlConversations]:
    """Yield the conversations of the database in the settings, whose tables are created where missing.

    Questions older than the settings' `history_hours` are neither returned nor kept.

    Raises:
        ConversationsUnavailable: the folder cannot be made, or the database cannot be opened, is locked for
            longer than `busy_seconds`, or its address makes no sense. The text is fit to be shown.
    """
    engine = _engine(settings, busy_seconds)
    try:
        try:
            async with engine.connect() as connection:
                if engine.dialect.name == "sqlite":  # readers and one writer at the same time
                    await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            async with engine.begin() as connection:
                await connection.run_sync(_metadata.create_all)
                await connection.run_sync(remembered_sql.metadata.create_all)
        except (SQLAlchemyError, OSError) as error:
            raise ConversationsUnavailable(_cannot_open(settings, error)) from error
        yield SqlConversations(engine, settings.history_hours * 3600, now)
    finally:
        await engine.dispose()


def _engine(settings: Settings, busy_seconds: float) -> AsyncEngine:
    """The engine, whose errors do not repeat what a person wrote (`hide_parameters`)."""
    address = database_address(settings)
    try:
        if settings.database_url is None:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        if address.startswith("sqlite"):
            # A short wait and no more: a question is answered without history rather than late.
            return create_async_engine(address, connect_args={"timeout": busy_seconds}, hide_parameters=True)
        return create_async_engine(address, pool_pre_ping=True, hide_parameters=True)
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise ConversationsUnavailable(_cannot_open(settings, error)) from error


def _cannot_open(settings: Settings, error: Exception) -> str:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    if settings.database_url is None:
        return (
            f"I cannot open the database in the data folder {settings.data_dir.resolve()} ({reason}). Check that the "
            "folder may be written to and that nothing holds it, or set REGGI_DATA_DIR to another folder."
        )
    return (
        f"I cannot open the database named in REGGI_DATABASE_URL ({reason}). "
        "Check the address and that the database is running."
    )
