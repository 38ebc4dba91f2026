"""What is kept of one person, shown to them or deleted; and everything of a workspace that has removed the bot.

Feedback is kept without anything that leads back to whoever gave it, and stays. Ids of deliveries say nothing of a
person and go after two days; those of a removed workspace go at once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select

from bots.database import Database
from bots.tables import OF_TENANTS, answers, choices, inbox, questions

_OF_PEOPLE = ((inbox, "person"), (questions, "person"), (answers, "person"), (choices, "scope"))
"""Where a person stands, and in which column."""


async def erase_workspace(database: Database, platform: str, tenant: str) -> int:
    """Delete everything of a workspace; return how many rows.

    Raises:
        ConversationsUnavailable: the database did not answer; nothing was deleted.
    """
    async with database.writing("delete a workspace") as connection:
        gone = [
            await connection.execute(delete(table).where(*_of_workspace(table, platform, tenant)))
            for table in OF_TENANTS
        ]
    return sum(done.rowcount for done in gone)


async def erase_place(database: Database, platform: str, tenant: str, place: str) -> int:
    """Delete everything of a chat or channel and the threads in it; return how many rows.

    Raises:
        ConversationsUnavailable: the database did not answer; nothing was deleted.
    """
    found = 0
    async with database.writing("delete a conversation") as connection:
        for table, column in (
            (inbox, "subject"),
            (questions, "thread"),
            (answers, "thread"),
            (choices, "scope"),
        ):
            here = table.c[column]
            inside = or_(
                here == place,
                here.startswith(f"{place};", autoescape=True),
                here.startswith(f"{place}:", autoescape=True),
            )
            done = await connection.execute(
                delete(table).where(inside, *_of_workspace(table, platform, tenant))
            )
            found += done.rowcount
    return found


async def erase_person(
    database: Database, person: str, platform: str | None = None, tenant: str | None = None
) -> dict[str, int]:
    """Delete everything of a person, everywhere or on one platform or in one workspace; return rows by table.

    Raises:
        ConversationsUnavailable: the database did not answer; nothing was deleted.
    """
    found = {}
    async with database.writing("delete a person") as connection:
        for table, column in _OF_PEOPLE:
            mine = (table.c[column] == person, *_of_workspace(table, platform, tenant))
            found[table.name] = (await connection.execute(delete(table).where(*mine))).rowcount
    return found


async def export_person(
    database: Database, person: str, platform: str | None = None, tenant: str | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return everything kept of a person as plain data, by table.

    Raises:
        ConversationsUnavailable: the database did not answer.
    """
    found = {}
    async with database.reading() as connection:
        for table, column in _OF_PEOPLE:
            mine = (table.c[column] == person, *_of_workspace(table, platform, tenant))
            rows = (await connection.execute(select(table).where(*mine))).mappings().all()
            found[table.name] = [_plain(row) for row in rows]
    return found


def _of_workspace(table: Table, platform: str | None, tenant: str | None) -> Iterable[ColumnElement[bool]]:
    if platform is not None:
        yield table.c.platform == platform
    if tenant is not None:
        yield table.c.tenant == tenant


def _plain(row: Any) -> dict[str, Any]:
    """A row as JSON has it: what is kept as JSON unfolded, times readable."""
    shown = dict(row)
    for name in ("record", "body", "posted"):
        if shown.get(name):
            shown[name] = json.loads(shown[name])
    for name, part in (("asked_at", 1), ("kept_at", 1), ("arrived_at", 1000), ("due_at", 1000)):
        if name in shown:
            shown[name] = dt.datetime.fromtimestamp(shown[name] / part, dt.UTC).isoformat()
    return shown
