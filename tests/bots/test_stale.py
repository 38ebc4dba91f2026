"""Threads are told, once, when the law that their answer rests on has changed or ended; others are not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from bots.afterwards import Afterwards
from bots.conversations import MemoryConversations, SqlConversations, open_conversations
from bots.inbox import Delivery
from bots.remembered import KeptAnswer, with_answer
from bots.stale import StaleWatch, with_fingerprints, word
from bots.threads import Thread
from bots.turn import Turn
from retrieval.errors import StoreUnavailable
from tests.bots.answers import MINNESOTA, ChangingLibrary
from tests.bots.conftest import slack_world, until
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture
from tests.bots.fake_slack import payload, shown

TODAY = dt.date(2026, 11, 21)
THREAD = Thread("slack", "T1", "C1:1")


@pytest.fixture(params=["memory", *KINDS])
async def kept(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    if request.param == "memory":
        yield MemoryConversations()
    else:
        async with open_conversations(settings_on(request.param, request, tmp_path)) as found:
            yield found


async def keep(
    kept: MemoryConversations | SqlConversations, law: ChangingLibrary, name: str = "a1", tenant: str = "T1"
) -> KeptAnswer:
    after = Afterwards(kept.remembered, law, lambda: TODAY, watch=True)
    answer = KeptAnswer(name, replace(THREAD, tenant=tenant), "May I?", about=f"C1:{name}")
    await after.keep(answer, Turn(MINNESOTA))
    found = await kept.remembered.kept("slack", tenant, name)
    assert found is not None
    return found


async def told(kept: MemoryConversations | SqlConversations) -> list[Delivery]:
    return [entry.delivery for entry in await kept.inbox.claim("t", 99, 30)]


async def test_unchanged_law_tells_nobody(kept: MemoryConversations) -> None:
    law = ChangingLibrary()
    answer = await keep(kept, law)
    assert all(source.version for source in answer.sources)
    assert await StaleWatch(kept.remembered, law, kept.inbox.accept, lambda: TODAY).look() == 0


@pytest.mark.parametrize(
    "changes",
    [{"text": "Another duty."}, {"in_force_to": TODAY}, {"citation": "Minn. Stat. § 325M.99"}],
    ids=["changed", "ended", "gone"],
)
async def test_changed_or_ended_section_is_told_once_in_each_thread(
    kept: MemoryConversations, changes: dict[str, object]
) -> None:
    law = ChangingLibrary()
    for name, tenant in (("a1", "T1"), ("a2", "T1"), ("a1", "T2")):
        await keep(kept, law, name, tenant)
    law.changes = changes
    watch = StaleWatch(kept.remembered, law, kept.inbox.accept, lambda: TODAY)
    assert (await watch.look(), await watch.look()) == (3, 0)
    deliveries = await told(kept)
    assert sorted((one.tenant, one.body["answer"]) for one in deliveries) == [
        ("T1", "a1"),
        ("T1", "a2"),
        ("T2", "a1"),
    ]
    assert {tuple(one.body["citations"]) for one in deliveries} == {("Minn. Stat. § 325M.16",)}


async def test_law_that_cannot_be_read_is_looked_at_later(kept: MemoryConversations) -> None:
    law = ChangingLibrary()
    await keep(kept, law)
    law.error, law.changes = StoreUnavailable("away"), {"text": "Another duty."}
    watch = StaleWatch(kept.remembered, law, kept.inbox.accept, lambda: TODAY)
    with pytest.raises(StoreUnavailable):
        await watch.look()
    unmarked = with_answer(KeptAnswer("a2", THREAD, "May I?"), MINNESOTA)
    assert await with_fingerprints(unmarked, law, TODAY) == unmarked
    law.error = None
    assert await watch.look() == 1


def test_word_names_the_sections() -> None:
    assert word(["§ 1", "§ 1", "§ 2"], "2026-11-21").text.startswith(
        "§ 1, § 2 changed in my library on 2026-11-21."
    )
    assert "and 2 more" in word([f"§ {n}" for n in range(7)], "2026-11-21").text


@pytest.mark.parametrize("on", [True, False])
async def test_thread_in_slack_gets_one_word_where_it_is_switched_on(
    on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.stale.LOOK_SECONDS", 0.02)
    law = ChangingLibrary()
    async with slack_world(law, watch_law=on) as world:
        posted = world.slack.posted
        await world.event(payload("app_mention"))
        await world.settled()
        law.changes = {"text": "Another duty."}
        if on:
            await until(lambda: len(posted) == 2)
        await world.settled()
    if on:
        assert posted[1]["thread_ts"] == posted[0]["thread_ts"]
        assert "325M.16 changed in my library" in shown(posted[1])
    else:
        assert len(posted) == 1
