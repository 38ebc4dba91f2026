"""Which requests are Slack's, and which can be read, at the running server."""

from __future__ import annotations

import json
import time

import pytest

from tests.bots import fake_slack
from tests.bots.conftest import SlackWorld
from tests.bots.fake_slack import payload

BODY = json.dumps(payload("app_mention"))


async def test_url_verification_is_answered_with_the_challenge(slack: SlackWorld) -> None:
    response = await slack.event(payload("url_verification"))
    assert response.status == 200
    assert await response.json() == {"challenge": payload("url_verification")["challenge"]}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": str(int(time.time()))},
        {**fake_slack.signed(BODY), "X-Slack-Signature": "v0=" + "0" * 64},
        fake_slack.signed(BODY, secret="another secret"),
        fake_slack.signed(BODY + " "),
        fake_slack.signed(BODY, at=time.time() - 400),
        fake_slack.signed(BODY, at=time.time() + 400),
        {**fake_slack.signed(BODY), "X-Slack-Request-Timestamp": "soon"},
        {**fake_slack.signed(BODY), "X-Slack-Signature": "ä"},
    ],
    ids=[
        "none",
        "no signature",
        "zeros",
        "other secret",
        "other body",
        "stale",
        "future",
        "no number",
        "no ascii",
    ],
)
async def test_forged_or_stale_request_is_refused(slack: SlackWorld, headers: dict[str, str]) -> None:
    for path in ("/slack/events", "/slack/commands"):
        response = await slack.http.post(
            slack.url + path, data=BODY, headers={"Content-Type": "application/json", **headers}
        )
        assert response.status == 401
        assert await response.json() == {"error": "request refused"}
    await slack.settled()
    assert not slack.brain.asked


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '"x"', "7", '{"event": 1}', '{"event": {}}', '{"event": {"type": 5}}', "payload=%7B", '{"authorizations": [1]}',
     '{"type": "event_callback", "event": {"type": "app_mention", "text": ["x"], "user": 5, "channel": {}, "ts": 1}}', "\udcff"],
)  # fmt: skip
async def test_signed_nonsense_is_never_a_fault_of_the_server(slack: SlackWorld, body: str) -> None:
    raw = body.encode("utf-8", "surrogateescape")
    headers = fake_slack.signed(body) if "\udcff" not in body else {}
    response = await slack.http.post(
        f"{slack.url}/slack/events", data=raw, headers={"Content-Type": "application/json", **headers}
    )
    assert response.status < 500
    assert not slack.brain.asked


async def test_large_request_is_refused(slack: SlackWorld) -> None:
    response = await slack.http.post(f"{slack.url}/slack/events", data=b"x" * 1_000_001)
    assert response.status == 413
