"""What the inbox holds is answered once, whatever breaks; and what cannot be answered ends with an apology."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots.attempts import KEEP_TRYING, REFUSED, SORRY, TRIES
from bots.conversations import open_conversations
from bots.errors import ConversationsUnavailable
from bots.inbox import Accepted, Delivery, Ended, Entry, Inbox, Limits, MemoryInbox
from bots.platforms import TryAgain, Undeliverable
from bots.spool import Spool
from bots.turn import Note
from bots.workers import Pace, Workers
from retrieval.errors import StoreUnavailable
from tests.bots.conftest import until
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture

QUICK = Pace(at_once=4, poll=0.02, delays=(0.01, 0.02))


class Platform:
    """A platform whose messages stand in `said`, and whose work fails as told, first come first served."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.failures: list[Exception] = []
        self.seconds = 0.0
        self.at_once = self.most = 0

    async def work(self, entry: Entry, say: Note | None = None) -> tuple[str, ...]:
        name = entry.delivery.ids[0]
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
            if say is None and self.failures:
                raise self.failures.pop(0)
            self.said.append((name, say.text if say else "answer"))
            return (f"ts-{name}",)
        finally:
            self.at_once -= 1

    def told(self, name: str) -> list[str]:
        return [text for whose, text in self.said if whose == name]


class Away(MemoryInbox):
    """An inbox whose database comes and goes."""

    away = False

    async def end(self, ended: Ended, worker: str) -> bool:
        if self.away:
            raise ConversationsUnavailable("away")
        return await super().end(ended, worker)

    async def accept(self, delivery: Delivery) -> Accepted:
        if self.away:
            raise ConversationsUnavailable("away")
        return await super().accept(delivery)

    async def claim(self, worker: str, limit: int, seconds: float) -> tuple[Entry, ...]:
        if self.away:
            raise ConversationsUnavailable("away")
        return await super().claim(worker, limit, seconds)


@asynccontextmanager
async def working(inbox: Inbox, platform: Platform, pace: Pace = QUICK) -> AsyncIterator[Workers]:
    workers = Workers(inbox, {"slack": platform}, pace)
    workers.start()
    try:
        yield workers
    finally:
        await workers.stop(2)


def question(number: int = 1) -> Delivery:
    return Delivery("slack", "T1", "event", {}, (f"e{number}",), f"U{number}")


async def test_everything_is_answered_once_and_no_more_at_a_time_than_set() -> None:
    inbox, platform = MemoryInbox(), Platform()
    platform.seconds = 0.005
    async with working(inbox, platform) as workers:
        await asyncio.gather(*(workers.accept(question(n)) for n in (*range(50), *range(50))))
        await until(lambda: len(platform.said) == 50)
    assert sorted(platform.said) == sorted((f"e{n}", "answer") for n in range(50))
    assert platform.most == 4
    assert (await inbox.depth()).open == 0


async def test_outage_is_told_once_and_the_answer_takes_its_place() -> None:
    inbox, platform = MemoryInbox(), Platform()
    apology = Note(StoreUnavailable.plain, failed=True)
    platform.failures = [TryAgain("store", apology, outside=True) for _ in range(TRIES + 3)]
    async with working(inbox, platform) as workers:
        await workers.accept(question())
        await until(lambda: bool(platform.told("e1")) and platform.told("e1")[-1] == "answer")
    first, answer = platform.told("e1")
    assert first.endswith(KEEP_TRYING)
    assert "Please ask again" not in first
    assert answer == "answer"


async def test_poison_is_set_aside_after_a_few_tries_with_an_apology() -> None:
    inbox, platform = MemoryInbox(), Platform()
    platform.failures = [ValueError("poison") for _ in range(20)]
    async with working(inbox, platform) as workers:
        await workers.accept(question())
        await until(lambda: (platform.told("e1") or [""])[-1] == SORRY)
        await asyncio.sleep(0.1)
    assert len(platform.failures) == 20 - TRIES
    assert (await inbox.depth()).set_aside == 1


async def test_outage_that_does_not_end_becomes_an_apology() -> None:
    inbox, platform = MemoryInbox(), Platform()
    platform.failures = [TryAgain("store", outside=True) for _ in range(1_000)]
    async with working(inbox, platform, Pace(4, 0.2, poll=0.02, delays=(0.01,))) as workers:
        await workers.accept(question())
        await until(lambda: platform.told("e1") == [SORRY])


async def test_question_that_ends_its_process_each_time_is_set_aside() -> None:
    inbox, platform = MemoryInbox(), Platform()
    await inbox.accept(question())
    for number in range(TRIES):
        await inbox.claim(f"killed {number}", 1, 0)
    async with working(inbox, platform):
        await until(lambda: platform.told("e1") == [SORRY])


async def test_what_can_never_be_delivered_is_set_aside_at_once() -> None:
    inbox, platform = MemoryInbox(), Platform()
    platform.failures = [Undeliverable("is_archived")]
    async with working(inbox, platform) as workers:
        await workers.accept(question())
        await until(lambda: not platform.failures)
        await asyncio.sleep(0.1)
    assert platform.said == []
    assert (await inbox.depth()).set_aside == 1


async def test_database_that_goes_away_before_the_end_does_not_double_the_answer() -> None:
    inbox, platform = Away(), Platform()
    platform.seconds = 0.05
    async with working(inbox, platform) as workers:
        await workers.accept(question())
        await asyncio.sleep(0.02)
        inbox.away = True
        await until(lambda: bool(platform.said))
        await asyncio.sleep(0.3)
        inbox.away = False
        async with asyncio.timeout(5):
            while (await inbox.depth()).open:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert platform.said == [("e1", "answer")]


async def test_questions_taken_while_the_database_is_away_are_answered_once_when_it_is_back(
    tmp_path: Path,
) -> None:
    inbox, platform, file = Away(), Platform(), tmp_path / "spool.jsonl"
    workers = Workers(inbox, {"slack": platform}, QUICK, spool=Spool(file))
    workers.start()
    inbox.away = True
    for number in (1, 2, 1):
        assert (await workers.accept(question(number))).new
    await asyncio.sleep(0.1)
    assert platform.said == []
    await workers.stop(0)  # a restart while the database is away
    with file.open("a", encoding="utf-8") as cut:
        cut.write('{"platform": "sla')
    workers = Workers(inbox, {"slack": platform}, QUICK, spool=Spool(file))
    workers.start()
    await workers.accept(question(3))
    inbox.away = False
    await until(lambda: len(platform.said) == 3)
    await asyncio.sleep(0.05)
    assert sorted(name for name, _ in platform.said) == ["e1", "e2", "e3"]
    assert file.stat().st_size == 0
    await workers.stop(1)


async def test_refused_question_gets_one_kind_word() -> None:
    inbox, platform = MemoryInbox(Limits(person=2)), Platform()
    async with working(inbox, platform) as workers:
        for number in range(5):
            await workers.accept(Delivery("slack", "T1", "event", {}, (f"e{number}",), "U1"))
        await until(lambda: len(platform.said) == 3)
        await asyncio.sleep(0.05)
    assert sorted(text for _, text in platform.said) == sorted(["answer", "answer", REFUSED["person"]])


async def test_place_in_a_long_queue_is_said_and_the_answer_takes_its_place() -> None:
    inbox, platform = MemoryInbox(), Platform()
    for number in range(6):
        await inbox.accept(question(number))
    platform.seconds = 0.3
    async with working(inbox, platform, Pace(at_once=1, notice=5, patience=0.01)) as workers:
        await workers.accept(question(7))
        await until(lambda: bool(platform.told("e7")))
        assert platform.told("e7")[0].startswith("5 questions are waiting before yours")
        platform.seconds = 0
        await until(lambda: len(platform.told("e7")) == 2)
    assert platform.told("e7")[1] == "answer"


async def test_stop_finishes_what_is_under_way_and_leaves_the_rest_to_others() -> None:
    inbox, platform = MemoryInbox(), Platform()
    platform.seconds = 0.1
    workers = Workers(inbox, {"slack": platform}, Pace(at_once=1, poll=0.02))
    workers.start()
    await workers.accept(question(1))
    await workers.accept(question(2))
    await until(lambda: platform.at_once == 1)
    assert await workers.stop(2) == 0
    assert platform.said == [("e1", "answer")]
    async with working(inbox, platform):
        await until(lambda: len(platform.said) == 2)
    assert platform.said[1] == ("e2", "answer")


async def test_stop_that_runs_out_of_time_frees_its_claims() -> None:
    inbox, platform = MemoryInbox(), Platform()
    platform.seconds = 60
    workers = Workers(inbox, {"slack": platform}, QUICK)
    workers.start()
    await workers.accept(question())
    await until(lambda: platform.at_once == 1)
    assert await workers.stop(0.05) == 1
    (entry,) = await inbox.claim("other", 1, 30)
    assert (entry.tries, entry.claims) == (1, 2)


@pytest.mark.parametrize("kind", KINDS)
async def test_replicas_share_the_work_and_answer_each_question_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = settings_on(kind, request, tmp_path)
    platform = Platform()
    platform.seconds = 0.002
    async with (
        open_conversations(settings) as one,
        open_conversations(settings) as two,
        working(one.inbox, platform) as first,
        working(two.inbox, platform) as second,
    ):
        taken = [(first if n % 2 else second).accept(question(n % 60)) for n in range(120)]
        accepted = await asyncio.gather(*taken)
        await until(lambda: len(platform.said) >= 60, 20)
        await asyncio.sleep(0.1)
    assert sum(one.new for one in accepted) == 60
    assert sorted(name for name, _ in platform.said) == sorted(f"e{n}" for n in range(60))
