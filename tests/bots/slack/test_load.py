"""Two hundred questions at once, through the database: each acknowledged in time and answered once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from bots.conversations import open_conversations
from bots.server import build_app
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import SlackWorld, running, slack_settings
from tests.bots.fake_slack import FakeSlack, payload

QUESTIONS = 200
ACK_SECONDS = 3.0
"""Slack delivers again what is not acknowledged by then (https://docs.slack.dev/apis/events-api/#responding)."""


def _percentile(seconds: Sequence[float], percent: int) -> float:
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * percent // 100)]


async def test_two_hundred_questions_at_once_are_acknowledged_in_time_and_answered_once(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    fake, brain = FakeSlack(), FakeBrain(seconds=0.05)
    connector = TCPConnector(limit=QUESTIONS)
    async with running(fake.app) as slack_url, ClientSession(connector=connector) as http:
        settings = slack_settings(slack_url, data_dir=tmp_path)
        async with open_conversations(settings) as conversations:
            app = build_app(settings, brain, conversations, place_of, library=FakeLibrary())
            async with running(app) as url:
                world = SlackWorld(url, fake, slack_url, brain, http, conversations, FakeLibrary())

                asked_at: dict[str, float] = {}

                async def ask(number: int) -> float:
                    body = payload("app_mention")
                    body["event"] |= {
                        "channel": f"C{number:04d}",
                        "ts": f"1795285851.{number:06d}",
                        "user": f"U{number}",
                    }
                    began = time.monotonic()
                    asked_at[f"C{number:04d}"] = began
                    response = await world.event(body | {"event_id": f"Ev{number}"})
                    assert response.status == 200
                    return time.monotonic() - began

                acks = await asyncio.gather(*(ask(number) for number in range(QUESTIONS)))
                async with asyncio.timeout(60):
                    while len(fake.posted) < QUESTIONS:  # noqa: ASYNC110 - waits for another program's state
                        await asyncio.sleep(0.05)
    answers = [at - asked_at[channel] for channel, at in fake.posted_at]
    for name, seconds in {"ack": acks, "answer": answers}.items():
        for percent in (50, 99):
            record_property(f"{name} p{percent} ms", round(_percentile(seconds, percent) * 1_000))
    assert max(acks) < ACK_SECONDS
    assert {message["channel"] for message in fake.posted} == {f"C{n:04d}" for n in range(QUESTIONS)}
    assert len(fake.posted) == QUESTIONS
