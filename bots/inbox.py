"""The inbox: what platforms handed over, written down before it is acknowledged and kept until it is answered.

An entry is waiting, then claimed by one worker of one process, then done, or set aside after too many tries. A claim
that is not renewed (its process was killed) runs out and the entry is claimed again; `claims` above 1 tells whoever
works on it to look first whether the answer stands already. The body goes when the entry is done.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from bots.asked import Asked
from bots.threads import Thread
from bots.turn_id import turn_id

Refusal = Literal["", "person", "workspace", "queue"]
State = Literal["waiting", "claimed", "done", "set aside"]

WINDOW_SECONDS = 60
"""Rates are counted over this time."""
KEPT_SECONDS = 48 * 3600
"""Slack retries within an hour and may deliver a delayed event a day later; then an id is not seen again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a platform handed over, in its own words.

    `kind` and `body` (JSON) are read by the platform's own adapter alone. `ids` are those under which it may come
    again. Deliveries on the same `subject` are worked on one after another. `asks`: it counts as a question.
    """

    platform: str
    tenant: str
    kind: str
    body: Mapping[str, Any]
    ids: tuple[str, ...] = ()
    person: str = ""
    subject: str = ""
    asks: bool = True

    @property
    def turn(self) -> str:
        """The id of its turn, see bots/turn_id.py."""
        return turn_id(Asked("", Thread(self.platform, self.tenant, ""), self.ids))


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivery that was claimed.

    `tries` counts those that were its own fault or may have been, `claims` all. `posted` are ids of messages that
    stand for it by now. A `refusal` says why it is not answered.
    """

    number: int
    turn: str
    delivery: Delivery
    tries: int = 1
    claims: int = 1
    posted: tuple[str, ...] = ()
    refusal: Refusal = ""
    arrived_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a delivery: `new` entries are answered or refused; `ahead` is how many entries wait before it."""

    new: bool
    number: int = 0
    ahead: int = 0
    refusal: Refusal = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Questions a minute of a person and of a workspace, and entries that may wait at all."""

    person: int = 60
    workspace: int = 3_000
    queue: int = 10_000


@dataclass(frozen=True, slots=True)
class Depth:
    """How many entries there are, and for how long the oldest has waited, in seconds."""

    waiting: int = 0
    claimed: int = 0
    set_aside: int = 0
    oldest: float = 0.0

    @property
    def open(self) -> int:
        return self.waiting + self.claimed


@dataclass(frozen=True, slots=True)
class Ended:
    """How work on an entry ended: `state` it is in now, when it may be claimed again (`after` seconds), and why."""

    entry: Entry
    state: State
    posted: tuple[str, ...] = ()
    after: float = 0.0
    counts: bool = True
    why: str = ""


class Inbox(Protocol):
    """The port. Every method raises ConversationsUnavailable where the database does not answer."""

    async def accept(self, delivery: Delivery) -> Accepted:
        """Write a delivery down; when this returns it is on the disk.

        One that was taken before is not new. A question above the limits is an entry with a refusal, so that the
        person is told once; further ones within the minute are no entries.
        """
        ...

    async def claim(self, worker: str, limit: int, seconds: float) -> tuple[Entry, ...]:
        """Return up to `limit` entries that are due, oldest first, claimed for `seconds` from now.

        Refused ones come before others; none comes while an earlier one on its subject is open.
        """
        ...

    async def renew(self, worker: str, seconds: float) -> int:
        """Prolong all claims of a worker; return how many it has."""
        ...

    async def end(self, ended: Ended, worker: str) -> bool:
        """Put down how work on an entry ended; False if the claim was lost to another worker."""
        ...

    async def note(self, number: int, posted: Sequence[str]) -> None:
        """Put down messages that stand for an entry before it is done."""
        ...

    async def ahead(self, number: int) -> int | None:
        """Return how many entries wait before this one, None if it waits no longer."""
        ...

    async def release(self, worker: str) -> int:
        """Let others claim what this worker holds, at once; return how many entries."""
        ...

    async def depth(self) -> Depth:
        """Return how many entries there are."""
        ...

    async def workers(self) -> tuple[str, ...]:
        """Return who holds claims, where all of them are processes of one machine; otherwise nobody."""
        ...

    async def knows(self, platform: str, tenant: str, delivery: str) -> bool:
        """Return whether something with this id was taken."""
        ...


@dataclass(slots=True)
class Rates:
    """What the limits are held against: questions and refusals of the last minute, entries that are open."""

    people: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: set[tuple[str, str, str]] = field(default_factory=set)
    workspaces: Counter[tuple[str, str]] = field(default_factory=Counter)
    open: int = 0


def judge(
    batch: Iterable[Delivery], known: set[tuple[str, str, str]], rates: Rates, limits: Limits
) -> list[Accepted]:
    """Return what becomes of deliveries that come together; `known` and `rates` grow with them."""
    found = []
    for one in batch:
        keys = {(one.platform, one.tenant, delivery) for delivery in one.ids}
        if keys & known:
            found.append(Accepted(new=False))
            continue
        known |= keys
        refusal = _refusal(one, rates, limits) if one.asks else ""
        who = (one.platform, one.tenant, one.person)
        if refusal and who in rates.told:
            found.append(Accepted(new=False, refusal=refusal))
            continue
        if refusal:
            rates.told.add(who)
        elif one.asks:
            rates.people[who] += 1
            rates.workspaces[one.platform, one.tenant] += 1
        found.append(Accepted(new=True, ahead=0 if refusal else rates.open, refusal=refusal))
        rates.open += 1
    return found


def _refusal(one: Delivery, rates: Rates, limits: Limits) -> Refusal:
    if one.person and rates.people[one.platform, one.tenant, one.person] >= limits.person:
        return "person"
    if rates.workspaces[one.platform, one.tenant] >= limits.workspace:
        return "workspace"
    return "queue" if rates.open >= limits.queue else ""


@dataclass(slots=True)
class _Row:
    entry: Entry
    state: State = "waiting"
    due: float = 0.0
    worker: str = ""


class MemoryInbox:
    """The port in memory: for tests, and for a server that shall write nothing down."""

    def __init__(self, limits: Limits | None = None, now: Callable[[], float] = time.time) -> None:
        self._limits = limits or Limits()
        self._now = now
        self._rows: dict[int, _Row] = {}
        self._known: dict[tuple[str, str, str], float] = {}
        self._asked: list[tuple[float, Delivery, bool]] = []
        self._last = 0

    async def accept(self, delivery: Delivery) -> Accepted:
        now = self._now()
        self._forget(now)
        rates = Rates(open=sum(row.state in ("waiting", "claimed") for row in self._rows.values()))
        for _, one, refused in self._asked:
            who = (one.platform, one.tenant, one.person)
            if refused:
                rates.told.add(who)
            else:
                rates.people[who] += 1
                rates.workspaces[who[:2]] += 1
        (accepted,) = judge([delivery], set(self._known), rates, self._limits)
        if accepted.new or accepted.refusal:
            self._known |= {(delivery.platform, delivery.tenant, one): now for one in delivery.ids}
        if not accepted.new:
            return accepted
        self._last += 1
        entry = Entry(
            self._last, delivery.turn, delivery, 0, 0, refusal=accepted.refusal, arrived_at=self._now()
        )
        self._rows[self._last] = _Row(entry, due=now)
        if delivery.asks:
            self._asked.append((now, delivery, bool(accepted.refusal)))
        return replace(accepted, number=self._last)

    async def claim(self, worker: str, limit: int, seconds: float) -> tuple[Entry, ...]:
        now = self._now()
        found: list[Entry] = []
        for row in sorted(self._rows.values(), key=lambda r: (not r.entry.refusal, r.entry.number)):
            if len(found) == limit:
                break
            if row.state in ("waiting", "claimed") and row.due <= now and not self._blocked(row.entry):
                row.entry = replace(row.entry, tries=row.entry.tries + 1, claims=row.entry.claims + 1)
                row.state, row.worker, row.due = "claimed", worker, now + seconds
                found.append(row.entry)
        return tuple(found)

    async def renew(self, worker: str, seconds: float) -> int:
        held = [row for row in self._rows.values() if row.state == "claimed" and row.worker == worker]
        for row in held:
            row.due = self._now() + seconds
        return len(held)

    async def end(self, ended: Ended, worker: str) -> bool:
        row = self._rows.get(ended.entry.number)
        if row is None or row.state != "claimed" or row.worker != worker:
            return False
        row.state, row.worker, row.due = ended.state, "", self._now() + ended.after
        row.entry = replace(
            row.entry,
            tries=row.entry.tries - (not ended.counts),
            posted=ended.posted,
            delivery=replace(row.entry.delivery, body={}) if ended.state == "done" else row.entry.delivery,
        )
        return True

    async def note(self, number: int, posted: Sequence[str]) -> None:
        row = self._rows.get(number)
        if row is not None and row.state in ("waiting", "claimed"):
            row.entry = replace(row.entry, posted=tuple(posted))

    async def ahead(self, number: int) -> int | None:
        row = self._rows.get(number)
        if row is None or row.state != "waiting":
            return None
        return sum(r.state == "waiting" and r.entry.number < number for r in self._rows.values())

    async def release(self, worker: str) -> int:
        held = [row for row in self._rows.values() if row.state == "claimed" and row.worker == worker]
        for row in held:
            row.state, row.worker, row.due = "waiting", "", self._now()
            row.entry = replace(row.entry, tries=row.entry.tries - 1)
        return len(held)

    async def depth(self) -> Depth:
        states = Counter(row.state for row in self._rows.values())
        waits = [row.entry.arrived_at for row in self._rows.values() if row.state in ("waiting", "claimed")]
        oldest = max(self._now() - min(waits), 0.0) if waits else 0.0
        return Depth(states["waiting"], states["claimed"], states["set aside"], oldest)

    async def workers(self) -> tuple[str, ...]:
        return tuple(sorted({row.worker for row in self._rows.values() if row.state == "claimed"}))

    async def knows(self, platform: str, tenant: str, delivery: str) -> bool:
        return (platform, tenant, delivery) in self._known

    def forget_workspace(self, platform: str, tenant: str) -> None:
        """Forget everything of a workspace."""
        self._known = {key: at for key, at in self._known.items() if key[:2] != (platform, tenant)}
        self._rows = {
            number: row
            for number, row in self._rows.items()
            if (row.entry.delivery.platform, row.entry.delivery.tenant) != (platform, tenant)
        }

    def _blocked(self, entry: Entry) -> bool:
        one = entry.delivery
        return bool(one.subject) and any(
            row.state in ("waiting", "claimed")
            and row.entry.number < entry.number
            and (row.entry.delivery.platform, row.entry.delivery.tenant, row.entry.delivery.subject)
            == (one.platform, one.tenant, one.subject)
            for row in self._rows.values()
        )

    def _forget(self, now: float) -> None:
        self._known = {key: at for key, at in self._known.items() if at > now - KEPT_SECONDS}
        self._asked = [kept for kept in self._asked if kept[0] > now - WINDOW_SECONDS]
        self._rows = {
            number: row
            for number, row in self._rows.items()
            if row.state in ("waiting", "claimed") or row.entry.arrived_at > now - KEPT_SECONDS
        }
