"""Who may look at the page, and what a browser may do with it."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from bots.channels import page_channel
from bots.conversations import MemoryConversations
from bots.server import build_app
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import running, settings_of
from tests.bots.web.conftest import Page

PATHS = ("/", "/coverage", "/coverage/MN", "/law/MN/privacy-act", "/static/page.js", "/answers/a0.txt")


@pytest.mark.parametrize("path", PATHS)
async def test_every_response_forbids_what_is_not_ours(page: Page, path: str) -> None:
    headers = (await page.get(path)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_other_channels_keep_their_own_headers(page: Page) -> None:
    response = await page.get("/healthz")
    assert "Content-Security-Policy" not in response.headers
    assert (await response.json())["channels"] == ["Page"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("sent", [{"Host": "rebound.example"}, {"X-Forwarded-For": "203.0.113.9"}])
async def test_page_for_this_machine_is_not_let_out(page: Page, path: str, sent: dict[str, str]) -> None:
    response = await page.get(path, **sent)
    assert response.status == 403
    assert await response.json() == {"error": "request refused"}


async def test_page_is_let_out_where_that_is_switched_on() -> None:
    app = build_app(
        settings_of(page="on"), FakeBrain(), MemoryConversations(), place_of, library=FakeLibrary()
    )
    async with running(app) as url, ClientSession() as http:
        sent = {"Host": "reggi.example", "X-Forwarded-For": "203.0.113.9"}
        assert (await http.get(url, headers=sent)).status == 200


async def test_form_of_another_site_is_refused(page: Page) -> None:
    response = await page.http.post(
        f"{page.url}/ask", data={"question": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status == 403
    assert page.brain.asked == []


@pytest.mark.parametrize(
    ("values", "on", "how"),
    [
        ({}, True, "on this machine"),
        ({"host": "0.0.0.0"}, False, "REGGI_PAGE=on"),  # noqa: S104
        ({"host": "0.0.0.0", "page": "on"}, True, "log-in"),  # noqa: S104
        ({"page": "off"}, False, "REGGI_PAGE=off"),
    ],
)
def test_settings_say_who_may_look(values: dict[str, str], on: bool, how: str) -> None:
    channel = page_channel(settings_of(**values))
    assert channel.on is on
    assert how in channel.how


async def test_page_that_is_off_says_so() -> None:
    app = build_app(
        settings_of(page="off"), FakeBrain(), MemoryConversations(), place_of, library=FakeLibrary()
    )
    async with running(app) as url, ClientSession() as http:
        response = await http.get(url)
        assert response.status == 404
        assert "switched off" in (await response.json())["error"]


async def test_files_may_be_kept_and_unknown_ones_are_not_there(page: Page) -> None:
    kept = await page.get("/static/style.css")
    assert kept.content_type == "text/css"
    assert "immutable" in kept.headers["Cache-Control"]
    assert (await page.get("/static/..%2fsite.py")).status == 404
    assert (await page.get("/")).headers["Cache-Control"] == "no-store"
