"""Teams' limits on messages to one conversation are kept, in the order of asking."""

from __future__ import annotations

import asyncio

from bots.teams.pace import WINDOWS, Pace


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def times(pace: Pace, clock: Clock, count: int, conversation: str = "c") -> list[float]:
    taken = []
    for _ in range(count):
        await pace.slot(conversation)
        taken.append(clock.now)
    return taken


async def test_every_window_is_kept() -> None:
    clock = Clock()
    taken = await times(Pace(now=lambda: clock.now, sleep=clock.sleep), clock, 400)
    for count, seconds in WINDOWS:
        assert all(after - before >= seconds for before, after in zip(taken, taken[count:], strict=False))


async def test_a_few_messages_do_not_wait() -> None:
    clock = Clock()
    assert await times(Pace(now=lambda: clock.now, sleep=clock.sleep), clock, 6) == [1000.0] * 6


async def test_conversations_do_not_wait_for_each_other() -> None:
    clock = Clock()
    pace = Pace(now=lambda: clock.now, sleep=clock.sleep)
    for name in range(1000):
        await pace.slot(f"c{name}")
    assert clock.now == 1000.0


async def test_quiet_conversations_are_forgotten() -> None:
    clock = Clock()
    pace = Pace(now=lambda: clock.now, sleep=clock.sleep)
    for name in range(100):
        await pace.slot(f"c{name}")
    clock.now += 3 * 3600
    await pace.slot("new")
    assert list(pace._given) == ["new"]


async def test_slots_are_handed_out_in_order() -> None:
    pace, order = Pace(((1, 0.01),)), []

    async def take(number: int) -> None:
        await pace.slot("c")
        order.append(number)

    await asyncio.gather(*(take(n) for n in range(8)))
    assert order == list(range(8))
