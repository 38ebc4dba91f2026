"""Reggi's whole server as the settings make it, and a Teams of our own in local mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession

from bots.conversations import MemoryConversations
from bots.server import build_app
from tests.bots.answers import FakeBrain, place_of
from tests.bots.conftest import SlackWorld, running, settings_of
from tests.bots.fake_teams import FakeTeams


@dataclass
class TeamsServer:
    """A running Reggi and the Teams it answers to."""

    url: str
    teams: FakeTeams
    teams_url: str
    brain: FakeBrain
    http: ClientSession

    async def send(self, activity: Any) -> ClientResponse:
        return await self.http.post(f"{self.url}/api/messages", json=activity)

    settled = SlackWorld.settled


@asynccontextmanager
async def teams_server() -> AsyncIterator[TeamsServer]:
    """Yield a server that answers Teams alone."""
    fake, brain = FakeTeams(), FakeBrain()
    async with running(fake.app) as teams_url, ClientSession() as http:
        app = build_app(settings_of(teams_local=True), brain, MemoryConversations(), place_of)
        async with running(app) as url:
            yield TeamsServer(url, fake, teams_url, brain, http)
