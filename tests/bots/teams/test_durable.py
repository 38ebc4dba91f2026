"""Teams' questions survive the process that took them, and what is kept goes when the app is taken out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from bots.attempts import KEEP_TRYING
from bots.conversations import MemoryConversations
from bots.inbox import Delivery, MemoryInbox
from bots.remembered import Choices, Scope
from bots.server import build_app
from bots.stale import KIND
from bots.threads import Thread
from retrieval.errors import StoreUnavailable
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import running, settings_of, until
from tests.bots.fake_teams import FakeTeams, payload
from tests.bots.slack.conftest import Dying

PERSON = "00000000-0000-0000-0000-0000000000020"
TENANT = "00000000-0000-0000-0000-0000000000001"


class Places:
    """Servers that follow one another on the same Teams and the same memory."""

    def __init__(self, fake: FakeTeams, url: str, http: ClientSession) -> None:
        self.fake, self.url, self.http = fake, url, http
        self.conversations = MemoryConversations()
        self.inbox = Dying()
        self.conversations.inbox = self.inbox

    @asynccontextmanager
    async def server(self, brain: FakeBrain | None = None, **values: Any) -> AsyncIterator[str]:
        settings = settings_of(teams_local=True, shutdown_seconds=0, **values)
        app = build_app(settings, brain or FakeBrain(), self.conversations, place_of, library=FakeLibrary())
        async with running(app) as url:
            yield f"{url}/api/messages"

    async def send(self, to: str, name: str = "personal_message", **changed: Any) -> None:
        async with self.http.post(to, json=payload(name, self.url) | changed) as response:
            assert response.status == 202

    def answers(self) -> list[str]:
        """Texts of answers that stand."""
        texts = [str(message.get("text") or "") for message in self.fake.standing.values()]
        return [text for text in texts if "Yes, with conditions" in text]


@pytest.fixture
async def places() -> AsyncIterator[Places]:
    fake = FakeTeams()
    async with running(fake.app) as url, ClientSession() as http:
        yield Places(fake, url, http)


async def idle(inbox: MemoryInbox) -> None:
    async with asyncio.timeout(8):
        while (await inbox.depth()).open:  # noqa: ASYNC110 - waits for workers
            await asyncio.sleep(0.01)


async def test_answer_posted_before_a_crash_is_changed_in_place_and_not_doubled(places: Places) -> None:
    async with places.server(teams_patience=0.0) as to:
        places.inbox.dying = True
        await places.send(to)
        await until(lambda: len(places.answers()) == 1)
    places.inbox.dying = False
    async with places.server(teams_patience=0.0):
        await idle(places.inbox)
    assert len(places.answers()) == 1


async def test_question_taken_before_a_crash_is_answered_once_after_it(places: Places) -> None:
    slow = FakeBrain(seconds=60)
    async with places.server(slow) as to:
        await places.send(to)
        await until(lambda: bool(slow.asked))
    async with places.server() as to:
        await places.send(to)  # delivered again
        await until(lambda: len(places.answers()) == 1)
        await idle(places.inbox)
    assert len(places.answers()) == 1


async def test_library_that_is_away_is_told_and_the_answer_takes_that_place(places: Places) -> None:
    brain = FakeBrain()
    brain.error = StoreUnavailable("locked")
    async with places.server(brain) as to:
        await places.send(to)
        await until(lambda: any(KEEP_TRYING in str(m.get("text")) for m in places.fake.standing.values()))
        brain.error = None
        await until(lambda: len(places.answers()) == 1)
        await idle(places.inbox)
    assert not any(KEEP_TRYING in str(m.get("text")) for m in places.fake.standing.values())


async def test_app_taken_out_by_a_person_forgets_that_person_alone(places: Places) -> None:
    kept = places.conversations
    mine, other = Scope("teams", TENANT, PERSON), Scope("teams", TENANT, "somebody")
    body = payload("personal_message", places.url)
    thread = Thread("teams", TENANT, body["conversation"]["id"])
    async with places.server() as to:
        await places.send(to)
        await until(lambda: len(places.answers()) == 1)
        await idle(places.inbox)
        for scope in (mine, other):
            await kept.remembered.choose(scope, Choices(("CA",)))
        assert await kept.remembered.answered_in(thread)
        await places.send(
            to, "installed", action="remove", **{k: body[k] for k in ("conversation", "from", "channelData")}
        )
    assert not await kept.remembered.answered_in(thread)
    assert await kept.remembered.choices(mine) == Choices()
    assert await kept.remembered.choices(other) == Choices(("CA",))


async def test_thread_is_told_where_the_law_behind_its_answer_changed(places: Places) -> None:
    async with places.server() as to:
        await places.send(to, "channel_mention")
        await until(lambda: len(places.answers()) == 1)
        await idle(places.inbox)
        (answer,) = [one async for one in places.conversations.remembered.sweep()]
        body = {"answer": answer.id, "citations": ["Minn. Stat. § 325M.16"], "on": "2026-11-21"}
        await places.inbox.accept(
            Delivery("teams", answer.thread.tenant, KIND, body, ("changed:1",), asks=False)
        )
        await until(lambda: "325M.16 changed" in str(places.fake.messages[-1].get("text")), 8)
    assert places.fake.paths[-1].split("/")[3] == places.fake.paths[0].split("/")[3]
