"""The page on Reggi's real server, with a fake brain and a small library of made-up law."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from aiohttp import ClientResponse, ClientSession

from bots.conversations import MemoryConversations
from bots.server import build_app
from retrieval.records import Passage
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import running, settings_of
from tests.retrieval.law import passage

OFFICIAL_WORDS = "A consumer has the right to opt out. <b>Subd. 2.</b>"


def minnesota() -> tuple[Passage, ...]:
    """The section that the answers of tests.bots.answers cite as [1.1], with its official text."""
    digest = passage(
        "MN",
        "privacy-act",
        "325M.14",
        ("sale", "A consumer may opt out of the sale of personal data."),
        law="Minnesota Consumer Data Privacy Act",
        citation="Minn. Stat. § 325M.14",
        title="Consumer rights",
        checked="official_page",
    )
    return digest, replace(digest, text=OFFICIAL_WORDS, text_kind="official", statements=())


class Elements(HTMLParser):
    """Start tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, name: str) -> list[str]:
        return [attrs[name] or "" for found, attrs in self.tags if found == tag and name in attrs]


def key_in(html: str) -> str:
    """Return the id under which the answer on a page is kept."""
    found = re.search(r"/answers/(a[0-9a-f]+)\.", html)
    assert found
    return found[1]


@dataclass
class Page:
    """A running page."""

    url: str
    brain: FakeBrain
    http: ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.http.get(self.url + path, headers=headers)

    async def ask(self, question: str, **values: object) -> str:
        """Ask without JavaScript; return the whole page."""
        response = await self.http.post(f"{self.url}/ask", data={"question": question} | values)
        assert response.status == 200
        return await response.text()

    async def stream(self, question: str, **values: object) -> list[tuple[str, dict[str, str]]]:
        """Ask with JavaScript; return the events."""
        return [event async for event in self.events(question, **values)]

    async def events(
        self, question: str, **values: object
    ) -> AsyncGenerator[tuple[str, dict[str, str]], None]:
        """Ask with JavaScript; yield the events as they come. Closing hangs up."""
        sent = {"question": question} | values
        asked = self.http.post(f"{self.url}/ask", data=sent, headers={"Accept": "text/event-stream"})
        async with asked as response:
            assert response.content_type == "text/event-stream"
            while block := await response.content.readuntil(b"\n\n"):
                name, data = block.decode().strip().split("\n")
                yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
            # The connection is not given back in the middle of a stream.
            response.close()


@asynccontextmanager
async def page_of(brain: FakeBrain) -> AsyncIterator[Page]:
    """Serve the page with a brain."""
    app = build_app(settings_of(), brain, MemoryConversations(), place_of, library=FakeLibrary(*minnesota()))
    async with running(app) as url, ClientSession() as http:
        yield Page(url, brain, http)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with page_of(FakeBrain()) as made:
        yield made
