"""Many workspaces: installed by OAuth, answered with their own tokens, forgotten when they leave."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, ClientSession
from pydantic import SecretStr

from bots.channels import channels
from bots.conversations import MemoryConversations, open_conversations
from bots.errors import CannotServe
from bots.inbox import Delivery
from bots.server import build_app
from bots.slack.installations import SCOPES
from bots.stale import KIND
from config.settings import Settings
from tests.bots import fake_slack
from tests.bots.answers import ChangingLibrary, FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import SlackWorld, running, settings_of, until
from tests.bots.fake_slack import FakeSlack, payload, shown

ROOT = Path(__file__).parents[3]


def many(slack_url: str, folder: Path, **values: Any) -> Settings:
    return settings_of(
        slack_client_id="111.222",
        slack_client_secret=SecretStr("client-secret"),
        slack_signing_secret=SecretStr(fake_slack.SECRET),
        slack_api_url=f"{slack_url}/api/",
        data_dir=folder,
        **values,
    )


@asynccontextmanager
async def workspaces(folder: Path, library: FakeLibrary, **values: Any) -> AsyncIterator[SlackWorld]:
    """Serve Reggi to many workspaces, with further settings."""
    fake, brain = FakeSlack(), FakeBrain()
    async with running(fake.app) as slack_url, ClientSession() as http:
        settings = many(slack_url, folder, **values)
        async with open_conversations(settings) as conversations:
            app = build_app(settings, brain, conversations, place_of, slack_pause=0, library=library)
            async with running(app) as url:
                yield SlackWorld(url, fake, slack_url, brain, http, conversations, library)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[SlackWorld]:
    async with workspaces(tmp_path, FakeLibrary()) as made:
        yield made


async def begin(world: SlackWorld) -> tuple[str, str]:
    """Open the page Add to Slack; return the state in its link and the cookie that goes with it."""
    response = await world.http.get(f"{world.url}/slack/install")
    link = re.search(r'href="(https://slack\.com/oauth/v2/authorize[^"]+)"', await response.text())
    assert link is not None
    query = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert set(query["scope"][0].split(",")) == set(SCOPES)
    return query["state"][0], response.headers["Set-Cookie"].split(";")[0]


async def finish(world: SlackWorld, state: str, cookie: str, code: str) -> ClientResponse:
    query = {"state": state, "code": code}
    return await world.http.get(f"{world.url}/slack/oauth_redirect", params=query, headers={"Cookie": cookie})


async def install(world: SlackWorld, team: str) -> None:
    world.slack.codes["code"] = team
    assert (await finish(world, *await begin(world), "code")).status == 200


async def ask(world: SlackWorld, team: str, asked_from: str = "") -> ClientResponse:
    """Ask in a workspace; from another one, where they share the channel (Slack Connect)."""
    body = payload("app_mention") | {"team_id": asked_from or team, "event_id": f"Ev{team}"}
    body["authorizations"][0]["team_id"] = team
    body["event"]["team"] = team
    response = await world.event(body)
    await world.settled()
    return response


async def test_each_workspace_is_answered_with_its_own_token(world: SlackWorld) -> None:
    await install(world, "T0ONE")
    await install(world, "T0TWO")
    for team in ("T0TWO", "T0ONE"):  # the same channel and time in both: two questions all the same
        assert (await ask(world, team)).status == 200
    assert world.slack.posted_with == ["xoxb-T0TWO", "xoxb-T0ONE"]


async def test_who_a_token_belongs_to_is_asked_once(world: SlackWorld) -> None:
    await install(world, "T0ONE")
    await ask(world, "T0ONE")
    before = world.slack.auth_tests
    body = payload("direct_message") | {"team_id": "T0ONE", "event_id": "Ev2"}
    body["authorizations"][0]["team_id"] = "T0ONE"
    await world.event(body)
    await world.settled()
    assert len(world.slack.posted) == 2
    assert world.slack.auth_tests == before


@pytest.mark.parametrize("kept_before", [False, True], ids=["kept now", "kept by an earlier version"])
async def test_thread_of_each_workspace_is_told_of_changed_law_with_its_own_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_before: bool
) -> None:
    monkeypatch.setattr("bots.stale.LOOK_SECONDS", 0.02)
    law = ChangingLibrary()
    async with workspaces(tmp_path, law, watch_law=True) as world:
        for team in ("T0ONE", "T0TWO"):
            await install(world, team)
            await ask(world, team, asked_from="" if kept_before else f"{team}GUEST")
        if kept_before:
            await forget_workspaces(world)
        law.changes = {"text": "Another duty."}
        await until(lambda: len(world.slack.posted) == 4)
        await world.settled()
    assert sorted(world.slack.posted_with[2:]) == ["xoxb-T0ONE", "xoxb-T0TWO"]
    assert all("325M.16 changed in my library" in shown(message) for message in world.slack.posted[2:])


async def forget_workspaces(world: SlackWorld) -> None:
    """Keep the answers as a version did that did not note which workspace they were given in."""
    remembered = world.conversations.remembered
    for kept in [kept async for kept in remembered.sweep()]:
        note = json.loads(kept.where)
        del note["at"]
        await remembered.keep(replace(kept, where=json.dumps(note)))


async def test_answer_that_is_forgotten_meanwhile_is_no_trouble(world: SlackWorld) -> None:
    gone = {"answer": "a1", "citations": ["§ 1"], "on": "2026-11-21"}
    inbox = world.conversations.inbox
    await inbox.accept(Delivery("slack", "T0ONE", KIND, gone, asks=False))
    async with asyncio.timeout(5):
        while (await inbox.depth()).open:  # noqa: ASYNC110 - as `until`, of a database
            await asyncio.sleep(0.02)
    assert not (await inbox.depth()).set_aside
    assert not world.slack.posted


async def test_workspace_that_did_not_install_is_not_answered(world: SlackWorld) -> None:
    response = await ask(world, "T0STRANGE")
    assert response.status < 500
    assert not world.brain.asked


async def test_workspace_that_leaves_is_forgotten(world: SlackWorld) -> None:
    await install(world, "T0ONE")
    gone = payload("app_uninstalled") | {"team_id": "T0ONE"}
    gone["authorizations"][0]["team_id"] = "T0ONE"
    assert (await world.event(gone)).status == 200
    await world.settled()
    await ask(world, "T0ONE")
    assert not world.slack.posted


@pytest.mark.parametrize("wrong", ["state", "cookie", "code", "twice"])
async def test_forged_or_repeated_return_from_slack_installs_nothing(world: SlackWorld, wrong: str) -> None:
    state, cookie = await begin(world)
    world.slack.codes["code"] = "T0ONE"
    if wrong == "twice":
        assert (await finish(world, state, cookie, "code")).status == 200
        world.slack.codes["code"] = "T0TWO"
        assert (await finish(world, state, cookie, "code")).status == 401
        await ask(world, "T0TWO")
    else:
        name = cookie.split("=")[0]
        forged = {
            "state": ("forged", f"{name}=forged", "code"),
            "cookie": (state, f"{name}=other", "code"),
            "code": (state, cookie, "forged"),
        }
        assert (await finish(world, *forged[wrong])).status in {400, 401}
        await ask(world, "T0ONE")
    assert not world.brain.asked


async def test_tokens_survive_a_restart(tmp_path: Path) -> None:
    fake = FakeSlack()
    async with running(fake.app) as slack_url, ClientSession() as http:
        settings = many(slack_url, tmp_path)
        for start in range(2):
            async with open_conversations(settings) as kept:
                app = build_app(settings, FakeBrain(), kept, place_of, slack_pause=0)
                async with running(app) as url:
                    world = SlackWorld(url, fake, slack_url, FakeBrain(), http, kept, FakeLibrary())
                    if start == 0:
                        await install(world, "T0ONE")
                    else:
                        await ask(world, "T0ONE")
    assert fake.posted_with == ["xoxb-T0ONE"]


def test_without_a_database_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="needs REGGI_SLACK_CLIENT_ID and a database"):
        build_app(many("http://127.0.0.1:1", tmp_path), FakeBrain(), MemoryConversations(), place_of)


def test_client_id_without_a_signing_secret_says_what_is_missing() -> None:
    found, _ = channels(settings_of(slack_client_id="1", slack_client_secret=SecretStr("s")))
    assert (found.on, found.how) == (False, "To switch it on, set REGGI_SLACK_SIGNING_SECRET too.")


def test_scopes_asked_for_are_those_of_the_manifest() -> None:
    manifest = (ROOT / "config/slack/manifest.yaml").read_text(encoding="utf-8")
    scopes = manifest.split("    bot:\n")[1].split("\nsettings:")[0]
    assert set(re.findall(r"^      - (\S+)", scopes, re.MULTILINE)) == set(SCOPES)
