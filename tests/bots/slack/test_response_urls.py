"""Answers to commands and clicks go to Slack alone, whatever address a request names."""

from __future__ import annotations

import pytest

from bots.slack.response_urls import all_allowed, is_allowed, without_empty
from tests.bots import fake_slack
from tests.bots.conftest import SlackWorld

API = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.slack.com/commands/T1/2/abc", True),
        ("https://hooks.slack.com:443/actions/T1/2/abc", True),
        ("https://hooks.slack-gov.com/actions/T1/2/abc", True),
        ("https://HOOKS.SLACK.COM/actions/T1/2/abc", True),
        ("http://hooks.slack.com/commands/T1/2/abc", False),
        ("https://hooks.slack.com:8443/commands/T1", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://evil.example/hooks.slack.com", False),
        ("https://hooks.slack.com@evil.example/", False),
        ("https://user:pass@hooks.slack.com/", False),
        ("https://169.254.169.254/latest/meta-data/", False),
        ("http://127.0.0.1:8080/admin", False),
        ("http://[::1]/", False),
        ("file:///etc/passwd", False),
        ("https://slack.com/api/chat.postMessage", False),
        ("https://[hooks.slack.com/", False),
        (" https://hooks.slack.com/x", False),
        ("", False),
    ],
)
def test_only_slacks_own_hosts_take_answers(url: str, allowed: bool) -> None:
    assert is_allowed(url, API) is allowed


def test_host_of_another_web_api_takes_answers_too() -> None:
    assert is_allowed("http://127.0.0.1:8099/response/1", "http://127.0.0.1:8099/api/")
    assert not is_allowed("http://127.0.0.1:8100/response/1", "http://127.0.0.1:8099/api/")
    assert not is_allowed("https://127.0.0.1:8099/response/1", "http://127.0.0.1:8099/api/")


@pytest.mark.parametrize(
    "body",
    [
        {"response_url": None},
        {"response_url": 5},
        {"response_url": "https://evil.example/"},
        {"response_urls": [{"response_url": "https://evil.example/"}]},
        {"response_urls": [{}]},
        {"response_urls": "https://evil.example/"},
    ],
)
def test_request_that_names_another_address_is_unfit(body: dict[str, object]) -> None:
    assert not all_allowed(body, API)


def test_request_without_an_address_is_fit() -> None:
    assert all_allowed({"type": "event_callback"}, API)
    assert all_allowed({"response_urls": []}, API)
    assert all_allowed({"response_urls": [{"response_url": "https://hooks.slack.com/x"}]}, API)


@pytest.mark.parametrize("nothing", [None, ""])
def test_address_that_is_none_is_left_out(nothing: str | None) -> None:
    assert without_empty({"a": 1, "response_url": nothing}) == {"a": 1}
    assert without_empty({"response_url": "x"}) == {"response_url": "x"}
    assert without_empty([None]) == [None]


async def test_signed_command_cannot_make_the_server_call_another_address(slack: SlackWorld) -> None:
    called = slack.url.replace("127.0.0.1", "localhost")
    for address in (f"{slack.url}/metrics", f"{called}/healthz", "https://evil.example/", "null"):
        body = fake_slack.payload("command") | {"response_url": address}
        data, headers = fake_slack.command_request(body)
        response = await slack.http.post(f"{slack.url}/slack/commands", data=data, headers=headers)
        assert response.status == 400, address
    await slack.settled()
    assert not slack.brain.asked
