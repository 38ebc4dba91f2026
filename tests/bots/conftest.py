"""Reggi's real server with a fake brain, and a Slack of our own, all on loopback. Teams has its own in teams/."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bots.conversations import Conversations, MemoryConversations
from bots.server import build_app
from config.settings import Settings
from tests.bots import fake_slack
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.fake_slack import FakeSlack


def settings_of(**values: Any) -> Settings:
    """Return settings that no environment and no .env file reaches."""
    return Settings.model_construct(**(Settings.model_construct().model_dump() | values))


def slack_settings(slack_url: str, **values: Any) -> Settings:
    """Return the settings of one workspace of the Slack at an address."""
    slack = {
        "slack_bot_token": SecretStr(fake_slack.TOKEN),
        "slack_signing_secret": SecretStr(fake_slack.SECRET),
        "slack_api_url": f"{slack_url}/api/",
    }
    return settings_of(**slack | values)


async def until(reached: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something has happened in the background."""
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110 - waits for another process's state, which sends no event
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
    conversations: Conversations
    library: FakeLibrary

    async def event(self, body: dict[str, Any], **headers: str) -> ClientResponse:
        text, sent = fake_slack.event_request(body)
        return await self.http.post(f"{self.url}/slack/events", data=text, headers=sent | headers)

    async def command(self, text: str, trigger: str = "t1", **changed: str) -> ClientResponse:
        body = fake_slack.payload("command") | {"text": text, "trigger_id": trigger} | changed
        body["response_url"] = f"{self.slack_url}/response/{trigger}"
        data, headers = fake_slack.command_request(body)
        return await self.http.post(f"{self.url}/slack/commands", data=data, headers=headers)

    async def click(
        self, name: str, value: str, number: int = 1, private: bool = False, **changed: Any
    ) -> ClientResponse:
        """Press a button, or choose `value` in a menu."""
        body = fake_slack.payload("block_actions") | changed
        body["response_url"] = f"{self.slack_url}/response/click{number}"
        body["container"] = body["container"] | {"is_ephemeral": private}
        body["actions"] = [{**body["actions"][0], "action_id": name}]
        chosen = {"selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value}}
        menu = name in {"place", "reason"}
        body["actions"][0] |= (
            {"type": "static_select", **chosen} if menu else {"type": "button", "value": value}
        )
        return await self.interact(body)

    async def interact(self, body: dict[str, Any]) -> ClientResponse:
        data, headers = fake_slack.click_request(body)
        return await self.http.post(f"{self.url}/slack/interactions", data=data, headers=headers)

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        async with asyncio.timeout(10):
            while (await (await self.http.get(f"{self.url}/healthz")).json())["under_way"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@asynccontextmanager
async def slack_world(library: Any = None, **values: Any) -> AsyncIterator[SlackWorld]:
    """Serve Reggi to a Slack of our own, with further settings."""
    fake, brain, conversations = FakeSlack(), FakeBrain(), MemoryConversations()
    library = library or FakeLibrary()
    async with running(fake.app) as slack_url, ClientSession() as http:
        settings = slack_settings(slack_url, **values)
        app = build_app(settings, brain, conversations, place_of, slack_pause=0, library=library)
        async with running(app) as url:
            yield SlackWorld(url, fake, slack_url, brain, http, conversations, library)


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorld]:
    async with slack_world() as world:
        yield world
