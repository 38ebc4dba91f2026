"""One contract for every inbox: in memory, on SQLite, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bots.conversations import open_conversations
from bots.inbox import Delivery, Depth, Ended, Inbox, Limits, MemoryInbox
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture
from tests.bots.test_conversations import Clock

LIMITS = {"person_per_minute": 3, "workspace_per_minute": 6, "queue_limit": 10}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", *KINDS])
async def inbox(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Inbox]:
    if request.param == "memory":
        yield MemoryInbox(Limits(3, 6, 10), clock)
    else:
        async with open_conversations(
            settings_on(request.param, request, tmp_path, **LIMITS), now=clock
        ) as kept:
            yield kept.inbox


def asked(
    number: int, person: str = "", subject: str = "", tenant: str = "T1", **changed: object
) -> Delivery:
    one = Delivery(
        "slack", tenant, "event", {"text": f"q{number}"}, (f"e{number}",), person or f"U{number}", subject
    )
    return replace(one, **changed)  # type: ignore[arg-type]


async def test_what_was_accepted_is_claimed_whole_and_once(inbox: Inbox) -> None:
    given = [asked(number) for number in range(3)]
    assert [(await inbox.accept(one)).new for one in given] == [True] * 3
    first, second = await asyncio.gather(inbox.claim("a", 2, 30), inbox.claim("b", 2, 30))
    claimed = sorted((*first, *second), key=lambda entry: entry.number)
    assert [entry.delivery for entry in claimed] == given
    assert {entry.tries for entry in claimed} == {1}
    assert await inbox.depth() == replace(await inbox.depth(), waiting=0, claimed=3)


async def test_same_id_is_accepted_once_even_of_many_at_once(inbox: Inbox) -> None:
    twice = [asked(1, ids=("mention", "message:1")), asked(2, ids=("event", "message:1"))] * 20
    accepted = await asyncio.gather(*(inbox.accept(one) for one in twice))
    assert sum(one.new for one in accepted) == 1
    assert len(await inbox.claim("a", 9, 30)) == 1
    assert await inbox.knows("slack", "T1", "message:1")
    assert not await inbox.knows("slack", "T2", "message:1")


async def test_same_id_of_another_workspace_is_another_thing(inbox: Inbox) -> None:
    assert (await inbox.accept(asked(1))).new
    assert (await inbox.accept(asked(1, tenant="T2"))).new


async def test_done_is_not_claimed_again_and_its_words_are_gone(inbox: Inbox) -> None:
    await inbox.accept(asked(1))
    (entry,) = await inbox.claim("a", 1, 30)
    assert await inbox.end(Ended(entry, "done", ("1.000001",)), "a")
    assert await inbox.claim("a", 1, 30) == ()
    assert not (await inbox.accept(asked(1))).new
    assert await inbox.depth() == Depth()


async def test_claim_that_is_not_renewed_runs_out(inbox: Inbox, clock: Clock) -> None:
    await inbox.accept(asked(1))
    (entry,) = await inbox.claim("killed", 1, 30)
    clock.now += 20
    assert await inbox.renew("killed", 30) == 1
    clock.now += 20
    assert await inbox.claim("other", 1, 30) == ()
    clock.now += 11
    (again,) = await inbox.claim("other", 1, 30)
    assert (again.delivery, again.claims, again.tries) == (entry.delivery, 2, 2)
    assert not await inbox.end(Ended(entry, "done"), "killed")  # it came back too late
    assert await inbox.end(Ended(again, "done"), "other")


async def test_failed_entry_waits_and_counts_only_where_it_may_be_to_blame(
    inbox: Inbox, clock: Clock
) -> None:
    await inbox.accept(asked(1))
    (entry,) = await inbox.claim("a", 1, 30)
    await inbox.end(Ended(entry, "waiting", ("1.5",), after=10, counts=False, why="store away"), "a")
    assert await inbox.claim("a", 1, 30) == ()
    clock.now += 11
    (again,) = await inbox.claim("a", 1, 30)
    assert (again.tries, again.claims, again.posted) == (1, 2, ("1.5",))


async def test_one_subject_is_worked_on_in_order(inbox: Inbox) -> None:
    for number, subject in enumerate(["C1:1", "C1:1", "C1:2"], 1):
        await inbox.accept(asked(number, subject=subject))
    await inbox.accept(asked(4, subject="C1:1", tenant="T2"))
    first = await inbox.claim("a", 9, 30)
    assert [entry.delivery.ids for entry in first] == [("e1",), ("e3",), ("e4",)]
    await inbox.end(Ended(first[0], "done"), "a")
    assert [entry.delivery.ids for entry in await inbox.claim("a", 9, 30)] == [("e2",)]


async def test_released_entries_are_claimed_at_once_and_lose_no_try(inbox: Inbox) -> None:
    await inbox.accept(asked(1))
    await inbox.claim("a", 1, 30)
    assert await inbox.release("a") == 1
    (again,) = await inbox.claim("b", 1, 30)
    assert (again.tries, again.claims) == (1, 2)


async def test_person_above_the_limit_is_refused_with_one_word_and_free_a_minute_later(
    inbox: Inbox, clock: Clock
) -> None:
    accepted = [await inbox.accept(asked(number, person="U1")) for number in range(6)]
    assert [one.new for one in accepted] == [True, True, True, True, False, False]
    assert [one.refusal for one in accepted] == ["", "", "", "person", "person", "person"]
    assert (await inbox.accept(asked(10, person="U2"))).refusal == ""
    refused = [entry.refusal for entry in await inbox.claim("a", 9, 30)]
    assert refused == ["person", "", "", "", ""]  # what is told at once comes first
    clock.now += 61
    assert (await inbox.accept(asked(11, person="U1"))).refusal == ""


async def test_workspace_above_the_limit_is_refused_and_others_are_not(inbox: Inbox) -> None:
    accepted = await asyncio.gather(*(inbox.accept(asked(number)) for number in range(8)))
    assert sorted(one.refusal for one in accepted) == [""] * 6 + ["workspace"] * 2
    assert (await inbox.accept(asked(20, tenant="T2"))).refusal == ""


async def test_full_queue_refuses_and_long_one_is_counted(inbox: Inbox) -> None:
    accepted = [await inbox.accept(asked(number, tenant=f"T{number}")) for number in range(12)]
    assert [one.refusal for one in accepted] == [""] * 10 + ["queue"] * 2
    assert [one.ahead for one in accepted[:10]] == list(range(10))


async def test_set_aside_is_neither_open_nor_lost(inbox: Inbox) -> None:
    await inbox.accept(asked(1))
    (entry,) = await inbox.claim("a", 1, 30)
    await inbox.end(Ended(entry, "set aside", why="ValueError"), "a")
    assert await inbox.claim("a", 1, 30) == ()
    assert (await inbox.depth()).set_aside == 1


async def test_message_noted_on_the_way_comes_with_the_next_claim(inbox: Inbox) -> None:
    accepted = await inbox.accept(asked(1))
    await inbox.note(accepted.number, ["1.5"])
    (entry,) = await inbox.claim("a", 1, 30)
    assert entry.posted == ("1.5",)
