"""Teams' activities read."""

from __future__ import annotations

import pytest

from bots.teams.activities import Message, plain_text, read
from bots.teams.service_urls import is_allowed
from tests.bots.fake_teams import payload

SERVICE = "https://smba.trafficmanager.net/amer/"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<at>Test Bot</at> can I?", "  can I?"),
        ("can <at>Test Bot</at> say?", "can   say?"),
        ("ask <at>Bob</at>", "ask Bob"),
        ("<p>can&nbsp;I</p>", " can\xa0I "),
        ("a &lt;b&gt; 5 &amp; 6", "a <b> 5 & 6"),
        ("5 < 6 and 7 > 4", "5 < 6 and 7 > 4"),
    ],
)
def test_markup_becomes_words(text: str, plain: str) -> None:
    assert plain_text(text, ["<at>Test Bot</at>"]) == plain


def test_thread_is_tenant_and_conversation() -> None:
    message = read(payload("channel_mention", SERVICE))
    assert isinstance(message, Message)
    asked = message.asked
    assert (asked.thread.platform, asked.thread.tenant) == ("teams", "00000000-0000-0000-0000-0000000000001")
    assert asked.thread.id == "team-id;messageid=1795286084491"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "event"},
        {"type": "messageUpdate"},
        {"id": None},
        {"conversation": None},
        {"conversation": {"id": 5}},
        {"from": {"id": "00000000-0000-0000-0000-00000000000011"}},
        {"from": {"id": "other-bot", "role": "bot"}},
    ],
)
def test_what_is_no_question_of_a_person_is_none(change: dict[str, object]) -> None:
    assert read(payload("personal_message", SERVICE) | change) is None


def test_mention_of_somebody_else_is_not_for_the_bot() -> None:
    body = payload("channel_mention", SERVICE)
    body["entities"][0]["mentioned"]["id"] = "user-id-1"
    message = read(body)
    assert isinstance(message, Message)
    assert (message.addressed, message.to_others) == (False, True)


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/amer/", "https://SMBA.trafficmanager.net/emea/", "https://smba.trafficmanager.net:443/teams/",
        "https://smba.infra.gcc.teams.microsoft.com/teams", "https://smba.infra.gov.teams.microsoft.us/teams",
        "https://webchat.botframework.com/",
    ],
)  # fmt: skip
def test_microsofts_addresses_are_allowed(url: str) -> None:
    assert is_allowed(url, local=False)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:56150/_connector", "http://localhost:1/", "http://[::1]:9/"]
)
def test_this_machine_is_allowed_in_local_mode_alone(url: str) -> None:
    assert is_allowed(url, local=True)
    assert not is_allowed(url, local=False)
