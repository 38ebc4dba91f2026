"""Slack's mark-up read, and where answers go."""

from __future__ import annotations

import pytest

from bots.slack.events import Address, Message, plain_text, read_command, read_event
from tests.bots.fake_slack import payload


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<@U0REGGI> can I?", " can I?"),
        ("<@U0REGGI|reggi> can I?", " can I?"),
        ("ask <@U1|bob> and <@U2>", "ask @bob and "),
        ("see <#C1|legal>, <#C2>", "see #legal, "),
        ("<!here> <!subteam^S1|@legal> <!date^1|Friday>", " @legal Friday"),
        ("<https://a.example/x|the law> <https://b.example>", "the law https://b.example"),
        ("<mailto:a@b.example|a@b.example> <mailto:c@d.example>", "a@b.example c@d.example"),
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("<", "<"),
    ],
)
def test_markup_becomes_words(text: str, plain: str) -> None:
    assert plain_text(text, "U0REGGI") == plain


def test_mention_in_a_thread_is_answered_there() -> None:
    found = read_event(payload("mention_in_thread"), "U0REGGI")
    assert isinstance(found, Message)
    assert found.address == Address("C0LEGAL", "1795285851.000100")


def test_direct_message_in_a_thread_is_answered_in_it() -> None:
    body = payload("direct_message")
    body["event"]["thread_ts"] = "1795285860.000300"
    found = read_event(body, "U0REGGI")
    assert isinstance(found, Message)
    assert found.address == Address("D0ALICE", "1795285860.000300")


def test_twins_share_a_delivery_and_a_thread() -> None:
    twins = [read_event(payload(name), "U0REGGI") for name in ("app_mention", "message_with_mention")]
    one, other = (twin.asked for twin in twins if isinstance(twin, Message))
    assert set(one.deliveries) & set(other.deliveries) == {"message:C0LEGAL:1795285851.000100"}
    assert one.thread == other.thread


def test_command_without_an_address_is_none() -> None:
    assert read_command({"text": "NM x"}) is None
    assert read_command({"text": "NM x", "response_url": "file:///etc/passwd"}) is None


@pytest.mark.parametrize("subtype", [[], {}, 5, "bot_message", "channel_join"])
def test_message_of_another_kind_is_none_whatever_its_shape(subtype: object) -> None:
    body = payload("direct_message")
    body["event"]["subtype"] = subtype
    assert read_event(body, "U0REGGI") is None
