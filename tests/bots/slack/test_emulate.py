"""Reggi on Vercel's `emulate`, a Slack Web API that is not ours: signed events in, threaded answers out, edits and scopes.

It sends no app_mention, command or click and knows no stream; those are the fake's.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bots.conversations import MemoryConversations
from bots.server import build_app
from bots.slack.messages import messages_of
from tests.bots.answers import MINNESOTA, FakeBrain, FakeLibrary, long_answer, place_of
from tests.bots.conftest import running, settings_of
from tests.bots.fake_slack import SECRET, TOKEN, click_request, payload, pressable, shown

PERSON = "xoxp-alice"


@dataclass
class Emulated:
    """A person in a channel of the emulator where Reggi listens."""

    person: AsyncWebClient
    channel: str
    brain: FakeBrain
    http: ClientSession
    url: str

    async def ask(self, text: str, **where: str) -> str:
        posted = await self.person.chat_postMessage(channel=self.channel, text=text, **where)
        await self.settled()
        return str(posted["ts"])

    async def settled(self) -> None:
        await asyncio.sleep(0.2)  # its delivery is its own affair
        async with asyncio.timeout(20):
            while (await (await self.http.get(f"{self.url}/healthz")).json())["under_way"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def replies(self, ts: str) -> list[dict[str, Any]]:
        """Return what stands below a message."""
        wanted = {"channel": self.channel, "ts": ts}
        thread = await self.person.api_call("conversations.replies", json=wanted)
        return [m for m in thread["messages"] if m["ts"] != ts]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def _emulator(node: str, modules: Path, port: int, events: str) -> AsyncIterator[None]:
    env = {"MODULES": str(modules), "PORT": str(port), "EVENTS_URL": events}
    tokens = {"SIGNING_SECRET": SECRET, "BOT_TOKEN": TOKEN, "USER_TOKEN": PERSON}
    script = str(Path(__file__).parent / "clients" / "emulate.mjs")
    process = await asyncio.create_subprocess_exec(
        node, script, env=os.environ | env | tokens, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            assert json.loads(await process.stdout.readline())["api"]
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def emulated(node: str, modules: Path) -> AsyncIterator[Emulated]:
    port, brain = _free_port(), FakeBrain()
    settings = settings_of(
        slack_bot_token=SecretStr(TOKEN),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=f"http://127.0.0.1:{port}/api/",
    )
    app = build_app(settings, brain, MemoryConversations(), place_of, slack_pause=0, library=FakeLibrary())
    async with (
        running(app) as url,
        ClientSession() as http,
        _emulator(node, modules, port, f"{url}/slack/events"),
    ):
        person = AsyncWebClient(token=PERSON, base_url=settings.slack_api_url, retry_handlers=[])
        channels = await person.api_call("conversations.list")  # it takes POST alone
        channel = next(c["id"] for c in channels["channels"] if c["name"] == "help")
        yield Emulated(person, channel, brain, http, url)


async def test_mention_is_answered_once_in_its_thread(emulated: Emulated) -> None:
    ts = await emulated.ask("<@U0BOT> can I use customer data for marketing in Minnesota?")
    (reply,) = await emulated.replies(ts)
    assert [q.text for q in emulated.brain.asked] == ["can I use customer data for marketing in Minnesota?"]
    assert reply["blocks"][: len(messages_of(MINNESOTA)[0].blocks)] == list(messages_of(MINNESOTA)[0].blocks)
    assert "Source(s):" in shown(reply)
    assert {"feedback", "wrong_state"} <= set(pressable(reply))


async def test_own_answers_and_talk_of_others_are_not_answered(emulated: Emulated) -> None:
    await emulated.ask("<@U0BOT> Minnesota?")
    await emulated.ask("anybody for lunch?")
    assert len(emulated.brain.asked) == 1


async def test_long_answer_comes_whole_in_the_thread(emulated: Emulated) -> None:
    emulated.brain.answer_with = long_answer(8)
    ts = await emulated.ask("<@U0BOT> everything on Minnesota?")
    replies = await emulated.replies(ts)
    assert [m["blocks"] for m in replies[:-1]] == [list(m.blocks) for m in messages_of(long_answer(8))[:-1]]
    assert sum(shown(m).count("official link") for m in replies) == len(long_answer(8).sources)


async def test_right_state_answers_again_in_the_same_message(emulated: Emulated) -> None:
    ts = await emulated.ask("<@U0BOT> Minnesota?")
    (before,) = await emulated.replies(ts)
    kept = pressable(before)["wrong_state"]["value"]
    who = await emulated.person.auth_test()
    body = payload("block_actions") | {"team": {"id": who["team_id"]}, "channel": {"id": emulated.channel}}
    body["user"] = {"id": who["user_id"], "team_id": who["team_id"]}
    body["response_url"] = f"{emulated.person.base_url.removesuffix('/api/')}/response/1"
    option = {"text": {"type": "plain_text", "text": "Nevada"}, "value": f"{kept}:NV"}
    body["actions"] = [{"type": "static_select", "action_id": "place", "selected_option": option}]
    emulated.brain.answer_with = replace(MINNESOTA, title="Nevada, then")
    data, headers = click_request(body)
    response = await emulated.http.post(f"{emulated.url}/slack/interactions", data=data, headers=headers)
    assert response.status == 200
    await emulated.settled()
    (after,) = await emulated.replies(ts)
    assert (after["ts"], emulated.brain.asked[-1].jurisdiction) == (before["ts"], "NV")
    assert "Nevada, then" in shown(after)
