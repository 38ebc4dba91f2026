"""The database behind everything that is remembered: SQLite in the data folder, or PostgreSQL by setting.

SQLite: readers beside one writer (WAL), and one writer at a time in this process too: waiting here costs nothing,
while SQLite's own wait sleeps up to a tenth of a second at a time, which is what held acknowledgements up. Every
commit is on the disk when it returns (synchronous=FULL): an acknowledgement is a promise; writes that come together
share one commit (together.py), so the promise is cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bots.errors import ConversationsUnavailable
from config.settings import Settings

BUSY_SECONDS = 5.0
"""How long SQLite waits for another process that writes."""
FILE = "conversations.db"
LOCKED_UPGRADE = 740_225
"""Any number, the same in every replica: PostgreSQL's lock around the migrations."""

__all__ = ["BUSY_SECONDS", "FILE", "Database", "IntegrityError", "open_database"]


class Database:
    """Connections to read and to write by. Errors of the library leave it as ConversationsUnavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = asyncio.Lock()

    @asynccontextmanager
    async def writing(self, what: str) -> AsyncIterator[AsyncConnection]:
        """Yield a connection whose changes are kept together when the block ends; `what` stands in the error.

        Raises:
            ConversationsUnavailable: the database did not answer or is locked.
            IntegrityError: a row with this key is there already.
        """
        async with self._writer if self.is_sqlite else nullcontext():
            try:
                async with self.engine.begin() as connection:
                    yield connection
            except IntegrityError:
                raise
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                raise ConversationsUnavailable(f"The database did not {what}: {error}") from error

    @asynccontextmanager
    async def reading(self, what: str = "read") -> AsyncIterator[AsyncConnection]:
        """Yield a connection to read by.

        Raises:
            ConversationsUnavailable: the database did not answer.
        """
        try:
            async with self.engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise ConversationsUnavailable(f"The database did not {what}: {error}") from error

    async def check(self) -> None:
        """Return if the database works now.

        Raises:
            ConversationsUnavailable: it does not answer, its tables are gone, or its file is.
        """
        file = self.engine.url.database if self.is_sqlite else None
        if file and file != ":memory:" and not await asyncio.to_thread(Path(file).is_file):
            # A connection that is open would go on working, on a file that nobody will find again.
            raise ConversationsUnavailable("The database's file is gone.")
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("select delivery from deliveries limit 1"))
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise ConversationsUnavailable(f"The database does not answer: {type(error).__name__}") from error


@asynccontextmanager
async def open_database(settings: Settings, busy_seconds: float = BUSY_SECONDS) -> AsyncIterator[Database]:
    """Yield the database of the settings, whose tables are brought up to date where they are older.

    Raises:
        ConversationsUnavailable: the folder cannot be made, or the database cannot be opened, is locked for
            longer than `busy_seconds`, or its address makes no sense. The text is fit to be shown.
    """
    engine = _engine(settings, busy_seconds)
    try:
        try:
            await _bring_up_to_date(engine)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise ConversationsUnavailable(_cannot_open(settings, error)) from error
        yield Database(engine)
    finally:
        await engine.dispose()


async def _bring_up_to_date(engine: AsyncEngine) -> None:
    from bots.migrations import upgrade

    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # readers and one writer at the same time
            await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # of replicas that start together, one does the work
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCKED_UPGRADE})"))
        await connection.run_sync(upgrade)


def _engine(settings: Settings, busy_seconds: float) -> AsyncEngine:
    """The engine, whose errors do not repeat what a person wrote (`hide_parameters`)."""
    address = settings.database_url or f"sqlite+aiosqlite:///{(settings.data_dir / FILE).resolve()}"
    try:
        if settings.database_url is None:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        if address.startswith("sqlite"):
            engine = create_async_engine(
                address, connect_args={"timeout": busy_seconds}, hide_parameters=True
            )
            event.listen(engine.sync_engine, "connect", _set_up_sqlite)
            return engine
        return create_async_engine(
            address, pool_pre_ping=True, hide_parameters=True, pool_size=8, pool_timeout=busy_seconds,
            connect_args={"timeout": busy_seconds, "command_timeout": 2 * busy_seconds} if "asyncpg" in address else {},
        )  # fmt: skip
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise ConversationsUnavailable(_cannot_open(settings, error)) from error


def _set_up_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _cannot_open(settings: Settings, error: Exception) -> str:
    reason = (str(getattr(error, "orig", None) or error) or type(error).__name__).splitlines()[0]
    if settings.database_url is None:
        return (
            f"I cannot open the database in the data folder {settings.data_dir.resolve()} ({reason}). Check that the "
            "folder may be written to and that nothing holds it, or set REGGI_DATA_DIR to another folder."
        )
    return (
        f"I cannot open the database named in REGGI_DATABASE_URL ({reason}). "
        "Check the address and that the database is running."
    )
