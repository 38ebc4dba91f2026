"""Workspaces never meet: every way of asking for another's rows finds nothing, and every statement names whose rows it means."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from bots.conversations import SqlConversations, open_conversations
from bots.inbox import Delivery, Ended
from bots.personal import erase_person, erase_place, export_person
from bots.remembered import Choices, KeptAnswer, Scope
from bots.tables import OF_TENANTS
from bots.threads import Thread
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture

MINE, THEIRS = Thread("slack", "T1", "C1:1"), Thread("slack", "T2", "C1:1")
ANSWER = KeptAnswer("a1", MINE, "May I?", about="C1:9", person="U1")
SWEEPS = (
    "claimed_by",
    "arrived_at <",
    "taken_at <",
    "asked_at <",
    "kept_at <=",
    "inbox.number =",
    "count(*)",
    "due_at <=",
)
"""Statements of the workers and of deletion after a time, which are about rows of everybody by design."""


@pytest.fixture(params=KINDS)
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlConversations]:
    async with open_conversations(settings_on(request.param, request, tmp_path)) as conversations:
        yield conversations


async def fill(kept: SqlConversations, thread: Thread) -> None:
    """Keep one of everything."""
    await kept.remember(thread, f"secret of {thread.tenant}", 5, "U1")
    await kept.remembered.keep(replace(ANSWER, thread=thread))
    await kept.remembered.choose(Scope("slack", thread.tenant, "C1"), Choices(("CA",)))
    await kept.remembered.choose(Scope("slack", thread.tenant, "U1"), Choices(("NV",)))
    await kept.inbox.accept(
        Delivery("slack", thread.tenant, "event", {"text": "secret"}, ("e1",), "U1", thread.id)
    )


async def rows(kept: SqlConversations, tenant: str) -> int:
    async with kept.engine.connect() as connection:
        found = 0
        for table in OF_TENANTS:
            found += len((await connection.execute(select(table).where(table.c.tenant == tenant))).all())
    return found


async def test_nothing_of_another_workspace_can_be_read(kept: SqlConversations) -> None:
    await fill(kept, THEIRS)
    assert await kept.remember(MINE, "mine", 5) == ()
    assert await kept.remembered.kept("slack", "T1", "a1") is None
    assert await kept.remembered.kept("teams", "T2", "a1") is None
    assert await kept.remembered.kept_about("slack", "T1", "C1:9") is None
    assert not await kept.remembered.answered_in(MINE)
    assert await kept.remembered.choices(Scope("slack", "T1", "C1")) == Choices()
    assert not await kept.inbox.knows("slack", "T1", "e1")
    assert (await kept.inbox.accept(Delivery("slack", "T1", "event", {}, ("e1",), "U1"))).new


async def test_what_one_workspace_deletes_leaves_the_other_whole(kept: SqlConversations) -> None:
    await fill(kept, THEIRS)
    whole = await rows(kept, "T2")
    assert whole == 6
    await kept.forget(MINE, "secret of T2")
    await kept.remembered.drop(ANSWER)
    await kept.forget_workspace("slack", "T1")
    await erase_person(kept.database, "U1", "slack", "T1")
    await erase_place(kept.database, "slack", "T1", "C1")
    assert await rows(kept, "T2") == whole
    await kept.forget_workspace("slack", "T2")
    assert await rows(kept, "T2") == 0


async def test_a_person_gets_and_loses_everything_of_theirs_and_nothing_else(kept: SqlConversations) -> None:
    await fill(kept, MINE)
    await kept.remember(MINE, "of somebody else", 5, "U2")
    shown = await export_person(kept.database, "U1")
    assert {table: len(found) for table, found in shown.items()} == {
        "inbox": 1, "questions": 1, "answers": 1, "choices": 1,
    }  # fmt: skip
    assert shown["questions"][0]["text"] == "secret of T1"
    assert shown["inbox"][0]["body"]["body"] == {"text": "secret"}
    gone = await erase_person(kept.database, "U1")
    assert sum(gone.values()) == 4
    assert all(not found for found in (await export_person(kept.database, "U1")).values())
    assert len((await export_person(kept.database, "U2"))["questions"]) == 1


async def test_a_place_is_forgotten_with_its_threads_and_not_one_that_begins_alike(
    kept: SqlConversations,
) -> None:
    for thread in ("19:x", "19:x;messageid=1", "19:xy", "19:x:1"):
        await kept.remember(Thread("teams", "T1", thread), "q", 5)
    assert await erase_place(kept.database, "teams", "T1", "19:x") == 3
    assert await kept.remember(Thread("teams", "T1", "19:xy"), "again", 5) == ("q",)


@contextmanager
def statements(kept: SqlConversations) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(" ".join(statement.split()))

    event.listen(kept.engine.sync_engine, "before_cursor_execute", note)
    yield said
    event.remove(kept.engine.sync_engine, "before_cursor_execute", note)


async def test_every_statement_on_rows_of_workspaces_names_platform_and_tenant(
    kept: SqlConversations,
) -> None:
    with statements(kept) as said:
        await fill(kept, MINE)
        await kept.forget(MINE, "x")
        await kept.take(MINE, ["x"])
        await kept.remembered.kept("slack", "T1", "a1")
        await kept.remembered.kept_about("slack", "T1", "C1:9")
        await kept.remembered.answered_in(MINE)
        await kept.remembered.drop(ANSWER)
        (entry,) = await kept.inbox.claim("w", 1, 30)
        await kept.inbox.end(Ended(entry, "done"), "w")
        await kept.forget_workspace("slack", "T1")
        await kept.forget_place("slack", "T1", "U1", "C1")
        await kept.forget_place("slack", "T1", "", "C1")
    names = "|".join(table.name for table in OF_TENANTS)
    about = [s for s in said if re.search(rf"(?i)\b(from|update|delete from) ({names})\b", s)]
    assert len(about) > 20
    for statement in about:
        if not any(sweep in statement for sweep in SWEEPS):
            where = statement.partition("WHERE")[2]
            assert "platform" in where, statement
            assert "tenant" in where, statement
