"""Reggi's real server with a fake brain, and a Slack and a Teams of our own, all on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bots.conversations import MemoryConversations
from bots.server import build_app
from config.settings import Settings
from tests.bots import fake_slack
from tests.bots.answers import FakeBrain, place_of
from tests.bots.fake_slack import FakeSlack
from tests.bots.fake_teams import FakeTeams


def settings_of(**values: Any) -> Settings:
    """Return settings that no environment and no .env file reaches."""
    return Settings.model_construct(**(Settings.model_construct().model_dump() | values))


async def until(reached: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something has happened in the background."""
    async with asyncio.timeout(seconds):
        while not reached():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[str]:
    """Serve an application on a port of its own; yield its address."""
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


@dataclass
class SlackWorld:
    """A running Reggi and the Slack it answers to."""

    url: str
    slack: FakeSlack
    slack_url: str
    brain: FakeBrain
    http: ClientSession

    async def event(self, body: dict[str, Any], **headers: str) -> ClientResponse:
        text, sent = fake_slack.event_request(body)
        return await self.http.post(f"{self.url}/slack/events", data=text, headers=sent | headers)

    async def command(self, text: str, trigger: str = "t1") -> ClientResponse:
        body = fake_slack.payload("command") | {"text": text, "trigger_id": trigger}
        body["response_url"] = f"{self.slack_url}/response/{trigger}"
        data, headers = fake_slack.command_request(body)
        return await self.http.post(f"{self.url}/slack/commands", data=data, headers=headers)

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        async with asyncio.timeout(10):
            while (await (await self.http.get(f"{self.url}/healthz")).json())["under_way"]:
                await asyncio.sleep(0.01)


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorld]:
    fake, brain = FakeSlack(), FakeBrain()
    async with running(fake.app) as slack_url, ClientSession() as http:
        settings = settings_of(
            slack_bot_token=SecretStr(fake_slack.TOKEN),
            slack_signing_secret=SecretStr(fake_slack.SECRET),
            slack_api_url=f"{slack_url}/api/",
        )
        app = build_app(settings, brain, MemoryConversations(), place_of, slack_pause=0)
        async with running(app) as url:
            yield SlackWorld(url, fake, slack_url, brain, http)


@dataclass
class TeamsWorld:
    """A running Reggi and the Teams it answers to."""

    url: str
    teams: FakeTeams
    teams_url: str
    brain: FakeBrain
    http: ClientSession

    async def send(self, activity: Any, token: str | None = None, **headers: str) -> ClientResponse:
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return await self.http.post(f"{self.url}/api/messages", json=activity, headers=sent | headers)

    settled = SlackWorld.settled


TeamsStart = Callable[..., Awaitable[TeamsWorld]]


@pytest.fixture
async def start_teams() -> AsyncIterator[TeamsStart]:
    """Return a function that starts Reggi with the Teams settings given; by default local mode without an account."""
    async with asyncio.timeout(30):
        fake, brain = FakeTeams(), FakeBrain()
        async with running(fake.app) as teams_url, ClientSession() as http:
            servers: list[TestServer] = []

            async def start(**values: Any) -> TeamsWorld:
                settings = settings_of(
                    teams_local=True,
                    teams_openid_url=f"{teams_url}/openid",
                    teams_emulator_openid_url=f"{teams_url}/openid",
                    **values,
                )
                server = TestServer(build_app(settings, brain, MemoryConversations(), place_of))
                servers.append(server)
                await server.start_server()
                return TeamsWorld(str(server.make_url("")).rstrip("/"), fake, teams_url, brain, http)

            yield start
            for server in servers:
                await server.close()


@pytest.fixture
async def teams(start_teams: TeamsStart) -> TeamsWorld:
    return await start_teams()
