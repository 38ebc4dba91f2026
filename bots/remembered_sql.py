"""The port of bots/remembered.py on a database."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update

from bots.database import Database
from bots.remembered import Choices, Feedback, KeptAnswer, KeptSource, Reason, Scope
from bots.tables import answers as _answers
from bots.tables import choices as _choices
from bots.tables import feedback as _feedback
from bots.threads import Thread

SWEPT = 500
"""Answers read at a time when all are looked after."""


class SqlRemembered:
    """The port on a database."""

    def __init__(self, database: Database, keep_seconds: int, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._keep_seconds = keep_seconds
        self._now = now

    async def keep(self, answer: KeptAnswer) -> None:
        row = {
            "platform": answer.thread.platform,
            "tenant": answer.thread.tenant,
            "id": answer.id,
            "about": answer.about,
            "thread": answer.thread.id,
            "record": json.dumps(asdict(answer)),
            "kept_at": int(self._now()),
            "person": answer.person,
        }
        async with self._database.writing("keep something") as connection:
            await connection.execute(delete(_answers).where(*_is(answer)))
            await connection.execute(insert(_answers).values(row))

    async def kept(self, platform: str, tenant: str, answer: str) -> KeptAnswer | None:
        return await self._find(platform, tenant, _answers.c.id == answer)

    async def kept_about(self, platform: str, tenant: str, message: str) -> KeptAnswer | None:
        return await self._find(platform, tenant, _answers.c.about == message) if message else None

    async def answered_in(self, thread: Thread) -> bool:
        found = await self._find(thread.platform, thread.tenant, _answers.c.thread == thread.id)
        return found is not None

    async def drop(self, answer: KeptAnswer) -> None:
        async with self._database.writing("keep something") as connection:
            await connection.execute(delete(_answers).where(*_is(answer)))

    async def choices(self, scope: Scope) -> Choices:
        async with self._database.reading() as connection:
            found = await connection.scalar(select(_choices.c.record).where(*_of(scope)))
        if found is None:
            return Choices()
        record = json.loads(found)
        return Choices(**(record | {"defaults": tuple(record["defaults"])}))

    async def choose(self, scope: Scope, choices: Choices) -> None:
        row = {
            "platform": scope.platform,
            "tenant": scope.tenant,
            "scope": scope.id,
            "record": json.dumps(asdict(choices)),
        }
        async with self._database.writing("keep something") as connection:
            await connection.execute(delete(_choices).where(*_of(scope)))
            await connection.execute(insert(_choices).values(row))

    async def note(self, feedback: Feedback) -> int:
        lists = {
            "topics": json.dumps(feedback.topics),
            "jurisdictions": json.dumps(feedback.jurisdictions),
        }
        async with self._database.writing("keep something") as connection:
            kept = insert(_feedback).values(asdict(feedback) | lists).returning(_feedback.c.id)
            number: int = (await connection.execute(kept)).scalar_one()
        return number

    async def explain(self, number: int, reason: Reason) -> None:
        async with self._database.writing("keep something") as connection:
            await connection.execute(update(_feedback).where(_feedback.c.id == number).values(reason=reason))

    async def feedback(self) -> tuple[Feedback, ...]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(_feedback).order_by(_feedback.c.id))).mappings().all()
        return tuple(_feedback_of(row) for row in rows)

    async def sweep(self) -> AsyncIterator[KeptAnswer]:
        key = tuple_(_answers.c.platform, _answers.c.tenant, _answers.c.id)
        last: tuple[str, str, str] = ("", "", "")
        while True:
            page = (
                select(_answers.c.platform, _answers.c.tenant, _answers.c.id, _answers.c.record)
                .where(key > last, _answers.c.kept_at > self._oldest())
                .order_by(_answers.c.platform, _answers.c.tenant, _answers.c.id)
                .limit(SWEPT)
            )
            async with self._database.reading() as connection:
                rows = (await connection.execute(page)).all()
            for platform, tenant, name, record in rows:
                last = (platform, tenant, name)
                yield _answer_of(json.loads(record))
            if len(rows) < SWEPT:
                return

    async def prune(self) -> None:
        async with self._database.writing("delete old answers") as connection:
            await connection.execute(delete(_answers).where(_answers.c.kept_at <= self._oldest()))

    async def _find(self, platform: str, tenant: str, *wanted: Any) -> KeptAnswer | None:
        query = (
            select(_answers.c.record)
            .where(_answers.c.platform == platform, _answers.c.tenant == tenant, *wanted)
            .where(_answers.c.kept_at > self._oldest())
            .order_by(_answers.c.kept_at.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            found = await connection.scalar(query)
        return None if found is None else _answer_of(json.loads(found))

    def _oldest(self) -> int:
        return int(self._now()) - self._keep_seconds


def _is(answer: KeptAnswer) -> tuple[Any, ...]:
    return (
        _answers.c.platform == answer.thread.platform,
        _answers.c.tenant == answer.thread.tenant,
        _answers.c.id == answer.id,
    )


def _of(scope: Scope) -> tuple[Any, ...]:
    return (
        _choices.c.platform == scope.platform,
        _choices.c.tenant == scope.tenant,
        _choices.c.scope == scope.id,
    )


def _answer_of(record: dict[str, Any]) -> KeptAnswer:
    own: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
    own["thread"] = Thread(**record["thread"])
    own["sources"] = tuple(KeptSource(**source) for source in record["sources"])
    return KeptAnswer(**own)


def _feedback_of(row: Any) -> Feedback:
    day: dt.date = row["day"]
    return Feedback(
        day,
        row["helpful"],
        row["reason"],
        row["status"],
        tuple(json.loads(row["topics"])),
        tuple(json.loads(row["jurisdictions"])),
        row["engine"],
    )
