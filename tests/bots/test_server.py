"""The server: starts, says why it cannot, stops without losing an answer."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import Iterator

import aiohttp
import pytest

from bots.channels import channels
from bots.conversations import MemoryConversations
from bots.errors import CannotServe
from bots.server import build_app, serve
from config.settings import Settings
from tests.bots.answers import FakeBrain, place_of
from tests.bots.conftest import running, settings_of, until
from tests.bots.fake_teams import FakeTeams, payload


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def app_of(settings: Settings, brain: FakeBrain | None = None) -> aiohttp.web.Application:
    return build_app(settings, brain or FakeBrain(), MemoryConversations(), place_of)


async def test_port_in_use_is_said_in_plain_words(taken_port: int) -> None:
    settings = settings_of(port=taken_port)
    with pytest.raises(CannotServe, match=rf"Port {taken_port} on 127\.0\.0\.1 is in use.*REGGI_PORT"):
        await serve(app_of(settings), settings)


async def test_address_of_another_machine_is_said_in_plain_words() -> None:
    settings = settings_of(host="192.0.2.1", port=0)
    with pytest.raises(CannotServe, match=r"cannot listen on 192\.0\.2\.1:0.*REGGI_HOST"):
        await serve(app_of(settings), settings)


async def test_stop_finishes_the_answers_under_way() -> None:
    fake = FakeTeams()
    async with running(fake.app) as teams_url, aiohttp.ClientSession() as http:
        settings = settings_of(port=0, teams_local=True)
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve(app_of(settings, FakeBrain(seconds=0.5)), settings, ready.set_result)
        )
        url = await ready
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        response = await http.post(f"{url}/api/messages", json=payload("personal_message", teams_url))
        assert response.status == 202
        await until(lambda: bool(fake.sent))
        assert not fake.messages
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 5)
        answers = [sent for sent in fake.messages if "Using customer data" in (sent.get("text") or "")]
        assert len(answers) == 1
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{url}/healthz")


async def test_stop_does_not_wait_for_ever() -> None:
    fake = FakeTeams()
    async with running(fake.app) as teams_url, aiohttp.ClientSession() as http:
        settings = settings_of(port=0, teams_local=True, shutdown_seconds=0.1)
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve(app_of(settings, FakeBrain(seconds=60)), settings, ready.set_result)
        )
        await http.post(f"{await ready}/api/messages", json=payload("personal_message", teams_url))
        await until(lambda: bool(fake.sent))
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(serving, 5)
        assert not fake.messages


async def test_channels_that_are_off_say_so_and_health_names_those_that_are_on() -> None:
    async with running(app_of(settings_of())) as url, aiohttp.ClientSession() as http:
        for path in ("/slack/events", "/slack/commands", "/api/messages"):
            response = await http.post(url + path, json={})
            assert response.status == 404
            assert "is switched off" in (await response.json())["error"]
        health = await http.get(f"{url}/healthz")
        assert await health.json() == {"status": "ok", "channels": [], "under_way": 0}


@pytest.mark.parametrize(
    ("values", "on", "how"),
    [
        ({}, (False, False), "REGGI_TEAMS_LOCAL=true"),
        ({"slack_bot_token": "t"}, (False, False), "REGGI_SLACK_SIGNING_SECRET (the other one is set)"),
        ({"slack_signing_secret": "s"}, (False, False), "REGGI_SLACK_BOT_TOKEN (the other one is set)"),
        ({"slack_bot_token": "t", "slack_signing_secret": " "}, (False, False), "REGGI_SLACK_SIGNING_SECRET"),
        ({"slack_bot_token": "t", "slack_signing_secret": "s"}, (True, False), "signature checked"),
        ({"teams_app_id": "a"}, (False, False), "REGGI_TEAMS_APP_PASSWORD"),
        ({"teams_app_id": "a", "teams_app_password": "p"}, (False, False), "REGGI_TEAMS_TENANT_ID"),
        ({"teams_app_id": "a", "teams_app_password": "p", "teams_tenant_id": "t"}, (False, True), "Tokens checked."),
        ({"teams_app_id": "a", "teams_app_password": "p", "teams_app_type": "MultiTenant"}, (False, True), "Tokens"),
        ({"teams_local": True}, (False, True), "this machine only"),
    ],
)  # fmt: skip
def test_settings_say_which_channels_are_on_and_how_to_switch_on_the_others(
    values: dict[str, object], on: tuple[bool, bool], how: str
) -> None:
    found = channels(Settings(_env_file=None, **values))  # type: ignore[arg-type]
    assert tuple(channel.on for channel in found) == on
    assert any(how in channel.how for channel in found)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "reggi.example", "::"])  # noqa: S104
def test_local_mode_without_an_account_stays_on_this_machine(host: str) -> None:
    settings = settings_of(teams_local=True, host=host)
    with pytest.raises(CannotServe, match="REGGI_TEAMS_LOCAL"):
        app_of(settings)


def test_local_mode_with_an_account_may_listen_anywhere() -> None:
    values = {"teams_app_id": "a", "teams_app_password": "p", "teams_tenant_id": "t", "host": "0.0.0.0"}  # noqa: S104
    _, teams = channels(Settings(_env_file=None, teams_local=True, **values))  # type: ignore[arg-type]
    assert teams.on
