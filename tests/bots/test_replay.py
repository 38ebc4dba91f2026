"""A request that was genuine once and is sent again, byte for byte, does nothing a second time."""

from __future__ import annotations

import hmac
from typing import Any

import pytest

from tests.bots import fake_slack
from tests.bots.conftest import SlackWorld
from tests.bots.fake_teams import payload
from tests.bots.teams_server import teams_server


async def replayed(slack: SlackWorld, path: str, data: str, headers: dict[str, str], times: int = 5) -> None:
    for _ in range(times):
        response = await slack.http.post(f"{slack.url}{path}", data=data, headers=headers)
        assert response.status == 200
        await slack.settled()


async def test_captured_event_is_answered_once(slack: SlackWorld) -> None:
    data, headers = fake_slack.event_request(fake_slack.payload("app_mention"))
    await replayed(slack, "/slack/events", data, headers)
    assert len(slack.brain.asked) == 1
    assert len(slack.slack.posted) == 1


async def test_captured_command_is_answered_once(slack: SlackWorld) -> None:
    body = fake_slack.payload("command") | {"response_url": f"{slack.slack_url}/response/1"}
    data, headers = fake_slack.command_request(body)
    await replayed(slack, "/slack/commands", data, headers)
    assert len(slack.brain.asked) == 1


async def test_captured_message_of_teams_is_answered_once() -> None:
    async with teams_server() as server:
        activity = payload("personal_message", server.teams_url)
        for _ in range(5):
            await server.send(activity)
            await server.settled()
        assert len(server.brain.asked) == 1
        assert server.teams.messages


async def test_signatures_are_compared_in_constant_time(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []
    real = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:
        compared.append(other)
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    data, headers = fake_slack.event_request(fake_slack.payload("app_mention"))
    forged = headers | {"X-Slack-Signature": "v0=" + "0" * 64}
    assert (await slack.http.post(f"{slack.url}/slack/events", data=data, headers=forged)).status == 401
    assert "v0=" + "0" * 64 in compared
