"""Requests that are too large, too slow or oddly put are refused in words of HTTP, before they cost much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from bots.conversations import MemoryConversations
from bots.server import build_app
from tests.bots import fake_slack
from tests.bots.answers import FakeBrain, place_of
from tests.bots.conftest import SlackWorld, running, settings_of


@pytest.fixture
async def server() -> AsyncIterator[tuple[str, int]]:
    settings = settings_of(
        teams_local=True,
        slack_bot_token=SecretStr(fake_slack.TOKEN),
        slack_signing_secret=SecretStr(fake_slack.SECRET),
        request_seconds=0.3,
        request_bytes=10_000,
        page="off",
    )
    async with running(build_app(settings, FakeBrain(), MemoryConversations(), place_of)) as url:
        host, port = url.removeprefix("http://").split(":")
        yield host, int(port)


async def status_of(server: tuple[str, int], *pieces: bytes) -> int:
    """Send bytes as they are and return the status of the answer."""
    reader, writer = await asyncio.open_connection(*server)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(5):
        line = await reader.readline()
    writer.close()
    return int(line.split()[1])


def head(path: str, length: int, *more: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@pytest.mark.parametrize("path", ["/slack/events", "/slack/commands", "/slack/interactions", "/api/messages"])
async def test_body_that_trickles_in_is_given_up(server: tuple[str, int], path: str) -> None:
    assert await status_of(server, head(path, 1_000), b"{") == 408


@pytest.mark.parametrize("path", ["/slack/events", "/slack/commands", "/slack/interactions", "/api/messages"])
async def test_body_that_is_too_large_is_not_read_to_the_end(server: tuple[str, int], path: str) -> None:
    assert await status_of(server, head(path, 20_000), b"x" * 20_000) == 413


async def test_endless_head_is_refused(server: tuple[str, int]) -> None:
    assert await status_of(server, head("/slack/events", 0, "X-Long: " + "x" * 20_000)) == 400


@pytest.mark.parametrize("path", ["/slack/events", "/nowhere"])
@pytest.mark.parametrize("expectation", ["\x80", "tea", "100-continue, tea"])
async def test_unknown_expectation_is_refused_whatever_its_bytes(
    server: tuple[str, int], path: str, expectation: str
) -> None:
    assert await status_of(server, head(path, 0, f"Expect: {expectation}")) == 417


async def test_known_expectation_is_told_to_go_on(server: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*server)
    writer.write(head("/api/messages", 2, "Expect: 100-continue"))
    assert (await reader.readline()).startswith(b"HTTP/1.1 100")
    writer.write(b"[]")
    await reader.readline()
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_unknown_encoding_of_a_signed_body_is_refused(slack: SlackWorld) -> None:
    text, sent = fake_slack.event_request(fake_slack.payload("app_mention"))
    sent["Content-Type"] = "application/json; charset=nonsense"
    assert (await slack.http.post(f"{slack.url}/slack/events", data=text, headers=sent)).status == 400


async def test_form_that_cannot_be_read_is_refused_on_the_page() -> None:
    from tests.bots.answers import FakeLibrary

    app = build_app(settings_of(), FakeBrain(), MemoryConversations(), place_of, library=FakeLibrary())
    async with running(app) as url, ClientSession() as http:
        for kind in ("multipart/form-data", "application/x-www-form-urlencoded; charset=nonsense"):
            response = await http.post(f"{url}/ask", data=b"question=x", headers={"Content-Type": kind})
            assert response.status == 400, kind
