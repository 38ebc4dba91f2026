"""What follows an answer stands, or says why not, also without a database or library."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bots.afterwards import Afterwards, again, following
from bots.errors import ConversationsUnavailable
from bots.in_order import InOrder
from bots.remembered import Choices, KeptAnswer, MemoryRemembered, Scope, with_answer
from bots.render import Paragraph
from bots.statute_text import SECTION_TEXT, statute_text
from bots.threads import Thread
from bots.turn import Note, Turn
from tests.bots.answers import MINNESOTA, FakeLibrary

KEPT = with_answer(
    KeptAnswer("a1", Thread("slack", "T1", "C1:1"), "May I?", history=("Before?",), read="MN: May I?"),
    MINNESOTA,
)


class Broken(MemoryRemembered):
    """A database that is away."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)

        async def fail(*_: Any) -> None:
            raise ConversationsUnavailable("away")

        return fail


async def test_database_that_is_away_costs_the_buttons_and_nothing_else() -> None:
    after = Afterwards(Broken())
    scope = Scope("slack", "T1", "C1")
    await after.keep(KEPT, Turn(MINNESOTA))
    await after.drop(KEPT)
    assert await after.find("slack", "T1", "a1") is None
    assert await after.choices(scope) == Choices()
    assert await after.choose(scope, Choices(private=True)) is False
    assert await after.judge(KEPT, helpful=True) is None
    assert await after.explain(1, "outdated") is False
    assert await after.answered_in(KEPT.thread) is False


async def test_without_a_library_there_is_no_text_and_it_is_said() -> None:
    after = Afterwards(MemoryRemembered())
    assert not after.can_show_text
    assert isinstance(await after.statute_text(KEPT), Note)


async def test_long_official_text_says_that_it_goes_on() -> None:
    library = FakeLibrary()
    law = await library.catalogue("MN")
    (key, official), *_ = law.official.items()
    law.official[key] = replace(official, text="Line of the law.\n" * 1_000)

    class Long(FakeLibrary):
        async def catalogue(self, jurisdiction: str) -> Any:
            return law if jurisdiction == "MN" else await super().catalogue(jurisdiction)

    found = await statute_text(KEPT, Long())
    texts = [piece.text for piece in found.pieces if isinstance(piece, Paragraph)]
    assert "This section goes on; read the whole at its official link." in texts
    assert sum(map(len, texts)) < SECTION_TEXT + 1_000
    assert found.links["1.1"].startswith("https://")


def test_question_again_keeps_its_history_and_takes_another_state() -> None:
    assert (again(KEPT, "NV").place, again(KEPT).place, again(KEPT, "NV").earlier) == (
        "NV",
        None,
        ("Before?",),
    )
    assert following(KEPT, "And then?").earlier == ("Before?", "MN: May I?")


async def test_what_has_one_name_goes_in_order_and_leaves_no_lock_behind() -> None:
    import asyncio

    order, done = InOrder(), []

    async def work(name: str, number: int, seconds: float) -> None:
        async with order.turn(name):
            await asyncio.sleep(seconds)
            done.append((name, number))

    await asyncio.gather(work("a", 1, 0.03), work("a", 2, 0), work("b", 3, 0))
    assert done == [("b", 3), ("a", 1), ("a", 2)]
    assert not order._locks
