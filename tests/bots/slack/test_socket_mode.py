"""Slack over a connection of our own: the same requests, without a public address and without signatures."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bots.channels import channels
from tests.bots import fake_slack
from tests.bots.answers import MINNESOTA
from tests.bots.conftest import SlackWorld, settings_of, slack_world, until
from tests.bots.fake_slack import payload, pressable


@pytest.fixture
async def connected() -> AsyncIterator[SlackWorld]:
    """Reggi with an app-level token and no signing secret, connected."""
    token = SecretStr(fake_slack.APP_TOKEN)
    async with slack_world(slack_signing_secret=None, slack_app_token=token) as world:
        await until(lambda: bool(world.slack.sockets))
        yield world
        for socket in world.slack.sockets:
            await socket.close()


async def test_mention_is_acknowledged_and_answered(connected: SlackWorld) -> None:
    await connected.slack.envelope("events_api", payload("app_mention"))
    await until(lambda: bool(connected.slack.posted))
    assert connected.slack.acks == [{"envelope_id": "e1"}]
    assert connected.slack.posted[0]["text"] == MINNESOTA.short_answer[0].text


async def test_event_delivered_again_is_answered_once(connected: SlackWorld) -> None:
    for number in (1, 2):
        await connected.slack.envelope("events_api", payload("app_mention"), f"e{number}")
    await until(lambda: len(connected.slack.acks) == 2)
    await connected.settled()
    assert len(connected.slack.posted) == 1


async def test_command_and_click_work_as_over_http(connected: SlackWorld) -> None:
    body = payload("command") | {"response_url": f"{connected.slack_url}/response/1"}
    await connected.slack.envelope("slash_commands", body)
    await until(lambda: bool(connected.slack.responses))
    thumbs = pressable(connected.slack.responses[0])["feedback"]
    click = payload("block_actions") | {"response_url": f"{connected.slack_url}/response/2"}
    click["actions"][0] |= {"action_id": "feedback", "value": thumbs["positive_button"]["value"]}
    await connected.slack.envelope("interactive", click, "e2")
    await until(lambda: len(connected.slack.responses) == 2)
    assert len(await connected.conversations.remembered.feedback()) == 1
    await until(lambda: {ack["envelope_id"] for ack in connected.slack.acks} == {"e1", "e2"})


async def test_what_cannot_be_read_is_acknowledged_and_harms_nothing(connected: SlackWorld) -> None:
    await connected.slack.envelope("interactive", {"type": "block_actions", "actions": [5]})
    await until(lambda: bool(connected.slack.acks))
    await connected.slack.envelope("events_api", payload("app_mention"), "e2")
    await until(lambda: bool(connected.slack.posted))
    assert len(connected.brain.asked) == 1


async def test_connection_that_slack_ends_is_made_again(connected: SlackWorld) -> None:
    reason = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "x"}}
    await connected.slack.sockets[0].send_json(reason)
    await until(lambda: len(connected.slack.sockets) == 2)
    await connected.slack.envelope("events_api", payload("app_mention"))
    await until(lambda: bool(connected.slack.posted))


async def test_without_a_signing_secret_nothing_is_taken_over_http(connected: SlackWorld) -> None:
    for path in ("events", "commands", "interactions"):
        text, headers = fake_slack.event_request(payload("app_mention"))
        response = await connected.http.post(f"{connected.url}/slack/{path}", data=text, headers=headers)
        assert response.status == 404
    assert not connected.brain.asked


@pytest.mark.parametrize(
    ("values", "on", "told"),
    [
        ({"slack_bot_token": "b", "slack_app_token": "a"}, True, "no address of its own is needed"),
        ({"slack_bot_token": "b", "slack_signing_secret": "s", "slack_app_token": "a"}, True, "signature checked. Socket"),
        ({"slack_app_token": "a"}, False, "set REGGI_SLACK_BOT_TOKEN (the other one is set)"),
        ({"slack_bot_token": "b"}, False, "set REGGI_SLACK_APP_TOKEN instead"),
        ({"slack_bot_token": "b", "slack_app_token": " "}, False, "set REGGI_SLACK_SIGNING_SECRET"),
    ],
)  # fmt: skip
def test_what_switches_slack_on_is_said(values: dict[str, str], on: bool, told: str) -> None:
    found, _ = channels(settings_of(**{name: SecretStr(value) for name, value in values.items()}))
    assert found.on is on
    assert told in found.how
