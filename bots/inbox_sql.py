"""The port of bots/inbox.py on a database. Replicas share it: PostgreSQL hands each entry to one of them (SKIP LOCKED)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bots.database import Database, IntegrityError
from bots.inbox import (
    WINDOW_SECONDS,
    Accepted,
    Delivery,
    Depth,
    Ended,
    Entry,
    Limits,
    Rates,
    judge,
)
from bots.tables import deliveries as taken
from bots.tables import inbox
from bots.together import Together

OPEN = ("waiting", "claimed")


class SqlInbox:
    """The port on a database."""

    def __init__(
        self, database: Database, limits: Limits | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._limits = limits or Limits()
        self._now = now
        self._accept = Together(self._accept_all)
        self._end = Together(self._end_all)

    async def accept(self, delivery: Delivery) -> Accepted:
        return await self._accept(delivery)

    async def end(self, ended: Ended, worker: str) -> bool:
        return await self._end((ended, worker))

    async def claim(self, worker: str, limit: int, seconds: float) -> tuple[Entry, ...]:
        now = self._ms()
        earlier = inbox.alias("earlier")
        same = [earlier.c[name] == inbox.c[name] for name in ("platform", "tenant", "subject")]
        before = exists().where(*same, earlier.c.state.in_(OPEN), earlier.c.number < inbox.c.number)
        due = (
            select(inbox.c.number)
            .where(inbox.c.state.in_(OPEN), inbox.c.due_at <= now)
            .where(or_(inbox.c.subject == "", ~before))
            .order_by(case((inbox.c.refusal == "", 1), else_=0), inbox.c.number)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite, which has one writer, leaves it out
            .cte("due")
        )
        claimed = (
            update(inbox)
            .where(inbox.c.number.in_(select(due.c.number)))
            .values(
                state="claimed",
                claimed_by=worker,
                due_at=now + int(seconds * 1000),
                tries=inbox.c.tries + 1,
                claims=inbox.c.claims + 1,
            )
            .returning(inbox)
        )
        async with self._database.writing("hand out questions") as connection:
            rows = (await connection.execute(claimed)).mappings().all()
        return tuple(_entry(row) for row in sorted(rows, key=lambda r: (r["refusal"] == "", r["number"])))

    async def renew(self, worker: str, seconds: float) -> int:
        held = update(inbox).where(inbox.c.state == "claimed", inbox.c.claimed_by == worker)
        async with self._database.writing("renew claims") as connection:
            done = await connection.execute(held.values(due_at=self._ms() + int(seconds * 1000)))
        return done.rowcount

    async def note(self, number: int, posted: Sequence[str]) -> None:
        mine = update(inbox).where(inbox.c.number == number, inbox.c.state.in_(OPEN))
        async with self._database.writing("note a message") as connection:
            await connection.execute(mine.values(posted=json.dumps(list(posted))))

    async def ahead(self, number: int) -> int | None:
        waiting = inbox.c.state == "waiting"
        before = select(func.count()).where(waiting, inbox.c.number < number).scalar_subquery()
        async with self._database.reading() as connection:
            own = select(before).where(waiting, inbox.c.number == number)
            found: int | None = (await connection.execute(own)).scalar_one_or_none()
            return found

    async def release(self, worker: str) -> int:
        held = update(inbox).where(inbox.c.state == "claimed", inbox.c.claimed_by == worker)
        freed = held.values(state="waiting", claimed_by="", due_at=self._ms(), tries=inbox.c.tries - 1)
        async with self._database.writing("release claims") as connection:
            return (await connection.execute(freed)).rowcount

    async def depth(self) -> Depth:
        counted = (
            select(inbox.c.state, func.count(), func.min(inbox.c.arrived_at))
            .where(inbox.c.state != "done")
            .group_by(inbox.c.state)
        )
        async with self._database.reading() as connection:
            rows = {state: (count, first) for state, count, first in await connection.execute(counted)}
        first = min((rows[state][1] for state in OPEN if state in rows), default=self._ms())
        counts = {state: count for state, (count, _) in rows.items()}
        return Depth(
            counts.get("waiting", 0),
            counts.get("claimed", 0),
            counts.get("set aside", 0),
            max(self._ms() - first, 0) / 1000,
        )

    async def workers(self) -> tuple[str, ...]:
        if not self._database.is_sqlite:  # containers of one name and number may be many machines
            return ()
        holders = select(inbox.c.claimed_by).where(inbox.c.state == "claimed").distinct()
        async with self._database.reading() as connection:
            return tuple(sorted((await connection.execute(holders)).scalars()))

    async def knows(self, platform: str, tenant: str, delivery: str) -> bool:
        wanted = {"platform": platform, "tenant": tenant, "delivery": delivery}
        found = select(taken.c.delivery).where(*(taken.c[name] == value for name, value in wanted.items()))
        async with self._database.reading() as connection:
            return (await connection.execute(found)).first() is not None

    async def _accept_all(self, batch: Sequence[Delivery]) -> Sequence[Accepted]:
        try:
            return await self._written(batch)
        except IntegrityError:
            # Another replica took one of them between our look and our write: each by itself, to find out which.
            return [await self._accept_one(one) for one in batch]

    async def _accept_one(self, one: Delivery) -> Accepted:
        try:
            (accepted,) = await self._written([one])
        except IntegrityError:
            return Accepted(new=False)
        return accepted

    async def _written(self, batch: Sequence[Delivery]) -> Sequence[Accepted]:
        now = self._ms()
        async with self._database.writing("take a question") as connection:
            found = judge(
                batch,
                await _known(connection, batch),
                await self._rates(connection, batch, now),
                self._limits,
            )
            pairs = list(zip(batch, found, strict=True))
            ids = [
                {"platform": one.platform, "tenant": one.tenant, "delivery": name, "taken_at": now // 1000}
                for one, accepted in pairs
                if accepted.new or accepted.refusal
                for name in dict.fromkeys(one.ids)
            ]
            rows = [_row(one, accepted, now) for one, accepted in pairs if accepted.new]
            if ids:
                await connection.execute(insert(taken), ids)
            numbers: list[int] = []
            if rows:
                kept = insert(inbox).returning(inbox.c.number, sort_by_parameter_order=True)
                numbers = list((await connection.execute(kept, rows)).scalars())
        given = iter(numbers)
        return [replace(a, number=next(given)) if a.new else a for a in found]

    async def _rates(self, connection: AsyncConnection, batch: Sequence[Delivery], now: int) -> Rates:
        rates = Rates()
        waiting = select(func.count()).where(inbox.c.state.in_(OPEN))
        rates.open = (await connection.execute(waiting)).scalar_one()
        people = {(one.platform, one.tenant, one.person) for one in batch if one.asks}
        if not people:
            return rates
        lately = and_(inbox.c.arrived_at > now - WINDOW_SECONDS * 1000, inbox.c.asks)
        refused = func.sum(case((inbox.c.refusal != "", 1), else_=0))
        who = (inbox.c.platform, inbox.c.tenant, inbox.c.person)
        by_person = select(*who, func.count(), refused).where(tuple_(*who).in_(people), lately).group_by(*who)
        for platform, tenant, person, count, told in await connection.execute(by_person):
            rates.people[platform, tenant, person] = count - told
            if told:
                rates.told.add((platform, tenant, person))
        where = who[:2]
        tenants = {one[:2] for one in people}
        by_workspace = (
            select(*where, func.count() - refused).where(tuple_(*where).in_(tenants), lately).group_by(*where)
        )
        for platform, tenant, count in await connection.execute(by_workspace):
            rates.workspaces[platform, tenant] = count
        return rates

    async def _end_all(self, batch: Sequence[tuple[Ended, str]]) -> Sequence[bool]:
        now = self._ms()
        async with self._database.writing("finish a question") as connection:
            return [await _end(connection, ended, worker, now) for ended, worker in batch]

    def _ms(self) -> int:
        return int(self._now() * 1000)


_ENDING = (
    update(inbox)
    .where(
        inbox.c.number == bindparam("_number"),
        inbox.c.state == "claimed",
        inbox.c.claimed_by == bindparam("_worker"),
    )
    .values(
        state=bindparam("_state"),
        claimed_by=literal(""),
        body=case((bindparam("_state") == "done", ""), else_=inbox.c.body),
        posted=bindparam("_posted"),
        tries=inbox.c.tries - bindparam("_back"),
        due_at=bindparam("_due"),
        why=bindparam("_why"),
    )
)


async def _end(connection: AsyncConnection, ended: Ended, worker: str, now: int) -> bool:
    values = {
        "_number": ended.entry.number,
        "_worker": worker,
        "_state": ended.state,
        "_posted": json.dumps(list(ended.posted)),
        "_back": 0 if ended.counts else 1,
        "_due": now + int(ended.after * 1000),
        "_why": ended.why[:200],
    }
    return bool((await connection.execute(_ENDING, values)).rowcount)


async def _known(connection: AsyncConnection, batch: Sequence[Delivery]) -> set[tuple[str, str, str]]:
    ids = {(one.platform, one.tenant, name) for one in batch for name in one.ids}
    if not ids:
        return set()
    columns = (taken.c.platform, taken.c.tenant, taken.c.delivery)
    rows = await connection.execute(select(*columns).where(tuple_(*columns).in_(ids)))
    return {(platform, tenant, name) for platform, tenant, name in rows}


def _row(one: Delivery, accepted: Accepted, now: int) -> dict[str, Any]:
    return {
        "turn": one.turn,
        "platform": one.platform,
        "tenant": one.tenant,
        "person": one.person,
        "subject": one.subject,
        "kind": one.kind,
        "body": json.dumps({"body": one.body, "ids": one.ids}),
        "asks": one.asks,
        "refusal": accepted.refusal,
        "state": "waiting",
        "tries": 0,
        "claims": 0,
        "claimed_by": "",
        "due_at": now,
        "arrived_at": now,
        "posted": "[]",
        "why": "",
    }


def _entry(row: Any) -> Entry:
    kept = json.loads(row["body"])
    delivery = Delivery(
        row["platform"], row["tenant"], row["kind"], kept["body"], tuple(kept["ids"]), row["person"], row["subject"], row["asks"]
    )  # fmt: skip
    return Entry(
        row["number"],
        row["turn"],
        delivery,
        row["tries"],
        row["claims"],
        tuple(json.loads(row["posted"])),
        row["refusal"],
        row["arrived_at"] / 1000,
    )
