"""Reggi's real server with a fake brain and a Teams of our own, all on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web
from botframework.connector.auth import MicrosoftAppCredentials, PasswordServiceClientCredentialFactory

from bots.afterwards import Afterwards
from bots.background import Background
from bots.conversations import MemoryConversations
from bots.platforms import Platform
from bots.teams.adapter import TeamsAdapter, authentication_of
from bots.teams.handlers import Teams
from bots.teams.live import Tempo
from bots.teams.pace import Pace
from bots.teams.tokens import Gate
from bots.traffic import refusals
from bots.turn import Limits, Turns
from bots.workers import Workers
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Question
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import running, settings_of
from tests.bots.fake_teams import APP_ID, TENANT, FakeTeams, payload

QUICK = Tempo(patience=0.05, interval=0.02)
FREE = Pace(((10_000, 1.0),))


class GrowingBrain(FakeBrain):
    """A brain that hands its answer out in verified parts, `seconds` apart."""

    async def stream(self, question: Question) -> AsyncGenerator[AnswerPart, None]:
        self.asked.append(question)
        if self.error is not None:
            raise self.error
        answer = self.answer_with(question) if callable(self.answer_with) else self.answer_with
        for part in parts_of(answer):
            await asyncio.sleep(self.seconds)
            yield part


@dataclass
class TeamsWorld:
    """A running Reggi and the Teams it answers to."""

    url: str
    teams: FakeTeams
    teams_url: str
    brain: GrowingBrain
    http: ClientSession
    conversations: MemoryConversations
    library: FakeLibrary = field(default_factory=FakeLibrary)
    presses: int = 0

    async def send(self, activity: Any, token: str | None = None, **headers: str) -> ClientResponse:
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return await self.http.post(f"{self.url}/api/messages", json=activity, headers=sent | headers)

    async def ask(self, text: str | None = None, name: str = "personal_message", **changed: Any) -> None:
        """Send a message and wait for what comes of it."""
        body = payload(name, self.teams_url) | ({} if text is None else {"text": text}) | changed
        assert (await self.send(body)).status == 202
        await self.settled()

    @property
    def answer(self) -> dict[str, Any]:
        """The one text that stands."""
        (found,) = [one for one in self.teams.standing.values() if one.get("text")]
        return found

    @property
    def last(self) -> str:
        """The id of the last message that stands, which holds what can be pressed."""
        return list(self.teams.standing)[-1]

    @property
    def texts(self) -> list[dict[str, Any]]:
        """The messages of text that were sent."""
        return [message for message in self.teams.messages if message.get("text")]

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The cards that were sent."""
        return [one["content"] for message in self.teams.messages for one in message.get("attachments", [])]

    async def press(
        self, verb: str, message: str, name: str = "personal_message", **data: str
    ) -> dict[str, Any]:
        """Press a button in the card of a message of ours; return the answer to the press."""
        self.presses += 1
        value = {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}
        return await self.invoke("adaptiveCard/action", value, name, replyToId=message)

    async def invoke(
        self, what: str, value: Any, name: str = "personal_message", **changed: Any
    ) -> dict[str, Any]:
        base = payload(name, self.teams_url)
        kept = {key: base[key] for key in ("from", "recipient", "conversation", "channelData", "channelId")}
        body = kept | {"type": "invoke", "name": what, "id": f"f:{self.presses}", "value": value}
        response = await self.send(body | {"serviceUrl": self.teams_url} | changed)
        assert response.status == 200, response.status
        shown: dict[str, Any] = await response.json()
        return shown

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        async with asyncio.timeout(10):
            while (await (await self.http.get(f"{self.url}/under-way")).json())["under_way"]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


class BotPassword(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
    """The bot's log-in without Microsoft: hands out one token, and counts how often it is asked to log in."""

    def __init__(self) -> None:
        super().__init__(APP_ID, "secret", "tenant")
        self.made = 0

    async def create_credentials(self, *_: Any) -> BotToken:
        self.made += 1
        return BotToken()


class BotToken(MicrosoftAppCredentials):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(APP_ID, "secret")

    def get_access_token(self, force_refresh: bool = False) -> str:
        return "bot-token"


@dataclass
class CheckedTeamsWorld(TeamsWorld):
    """Reggi with an account, whose tokens are checked."""

    password: BotPassword = field(default_factory=BotPassword)


async def world(
    made: type[TeamsWorld], password: BotPassword | None, tenants: frozenset[str] = frozenset()
) -> AsyncIterator[Any]:
    """Yield a world: with a `password` one whose tokens are checked, else one in local mode."""
    fake, brain, background, library = FakeTeams(), GrowingBrain(), Background(), FakeLibrary()
    conversations = MemoryConversations()
    async with running(fake.app) as teams_url, ClientSession() as http:
        settings = settings_of(
            teams_app_id=APP_ID if password else None,
            teams_openid_url=f"{teams_url}/openid",
            teams_emulator_openid_url=f"{teams_url}/emulator",
        )
        authentication = authentication_of(settings, password)
        platforms: dict[str, Platform] = {}
        workers = Workers(conversations.inbox, platforms)
        teams = platforms["teams"] = Teams(
            TeamsAdapter(authentication, APP_ID if password else "", FREE),
            Gate(authentication, token_needed=password is not None),
            Turns(brain, conversations, place_of, Limits()),
            Afterwards(conversations.remembered, library),
            place_of,
            background,
            workers,
            conversations.forget_place,
            local=True,
            tenants=tenants,
            tempo=QUICK,
            dialog_seconds=0.2,
        )
        app = web.Application(middlewares=[refusals])
        app.router.add_post("/api/messages", teams.handle)
        app.router.add_get("/under-way", partial(_under_way, background, workers))
        async with running(app) as url:
            workers.start()
            more = {"password": password} if password else {}
            try:
                yield made(url, fake, teams_url, brain, http, conversations, library, **more)
            finally:
                await workers.stop(0)


async def _under_way(background: Background, workers: Workers, _: web.Request) -> web.Response:
    return web.json_response({"under_way": len(background) + len(workers)})


@pytest.fixture
async def teams() -> AsyncIterator[TeamsWorld]:
    """Reggi in local mode: no account, no tokens."""
    async for made in world(TeamsWorld, None):
        yield made


@pytest.fixture
async def checked_teams() -> AsyncIterator[CheckedTeamsWorld]:
    """Reggi with an account and the tokens of one tenant."""
    async for made in world(CheckedTeamsWorld, BotPassword(), frozenset({TENANT})):
        yield made
