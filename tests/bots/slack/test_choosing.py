"""Defaults and switches of a channel: who may set them, and what they change."""

from __future__ import annotations

from typing import Any

import pytest

from bots.remembered import Choices, Scope
from bots.slack.permissions import GUEST, NO_SCOPE, STRANGER, UNKNOWN, refusal
from retrieval.records import Answer, Question
from tests.bots.answers import HELP, MINNESOTA
from tests.bots.conftest import SlackWorld
from tests.bots.fake_slack import payload, pressable, shown

CHANNEL = Scope("slack", "T0WORK", "C0LEGAL")


async def type_in(slack: SlackWorld, text: str, number: int = 1, **changed: str) -> dict[str, Any]:
    await slack.command(text, trigger=f"choose{number}", **changed)
    await slack.settled()
    return slack.slack.responses[-1]


async def ask(slack: SlackWorld, name: str, **changed: Any) -> None:
    body = payload(name)
    body["event"] |= changed
    body["event_id"] = f"Ev{name}{changed.get('ts', '')}"
    await slack.event(body)
    await slack.settled()


async def test_default_of_a_channel_is_taken_where_a_question_names_no_state(slack: SlackWorld) -> None:
    told = await type_in(slack, "default CA")
    assert told["text"].startswith("California is the default in this channel")
    assert told["response_type"] == "ephemeral"
    await ask(slack, "app_mention")
    assert slack.brain.asked[-1].default_jurisdictions == ("CA",)
    await type_in(slack, "can I sell data?", 2)
    assert slack.brain.asked[-1].default_jurisdictions == ("CA",)
    await ask(slack, "direct_message")
    assert slack.brain.asked[-1].default_jurisdictions == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("default New Mexico", ("NM",)),
        ('default "New Mexico"', ("NM",)),
        ("default ca, nv", ("CA", "NV")),
        ("default OR NV", ("OR", "NV")),
        ("Default: Oregon and Nevada", ("OR", "NV")),
        ("default none", ()),
    ],
)
async def test_default_is_written_in_any_way(slack: SlackWorld, text: str, places: tuple[str, ...]) -> None:
    await type_in(slack, text)
    assert (await slack.conversations.remembered.choices(CHANNEL)).defaults == places


async def test_default_that_is_no_state_changes_nothing(slack: SlackWorld) -> None:
    await type_in(slack, "default CA")
    told = await type_in(slack, "default Ontario", 2)
    assert "“Ontario”" in told["text"]
    assert (await slack.conversations.remembered.choices(CHANNEL)).defaults == ("CA",)
    shown_now = await type_in(slack, "default", 3)
    assert shown_now["text"].startswith("California is the default")


async def test_question_that_begins_with_default_is_a_question(slack: SlackWorld) -> None:
    await type_in(slack, "default privacy settings for teenagers: what does California require?")
    assert slack.brain.asked[0].text.startswith("default privacy settings")


async def test_own_default_holds_where_the_channel_has_none(slack: SlackWorld) -> None:
    told = await type_in(slack, "my default NV", user_id="U0GUEST")
    assert told["text"].startswith("Nevada is your default")
    await ask(slack, "app_mention", user="U0GUEST")
    assert slack.brain.asked[-1].default_jurisdictions == ("NV",)
    await ask(slack, "app_mention", ts="1795285899.000002")
    assert slack.brain.asked[-1].default_jurisdictions == ()  # Alice's question


async def test_default_in_a_direct_conversation_is_ones_own(slack: SlackWorld) -> None:
    await type_in(slack, "default TX", channel_id="D0ALICE", channel_name="directmessage")
    await ask(slack, "direct_message")
    assert slack.brain.asked[-1].default_jurisdictions == ("TX",)


@pytest.mark.parametrize(("user", "told"), [("U0GUEST", GUEST), ("U0OTHER", STRANGER), ("U0NOBODY", UNKNOWN)])
async def test_who_may_not_choose_is_told_why_and_changes_nothing(
    slack: SlackWorld, user: str, told: str
) -> None:
    said = await type_in(slack, "default CA", user_id=user)
    assert said["text"] == told
    await slack.click("switch", "private:on", private=True, user={"id": user, "team_id": "T0WORK"})
    await slack.settled()
    assert slack.slack.responses[-1]["text"] == told
    assert await slack.conversations.remembered.choices(CHANNEL) == Choices()


async def test_without_the_scope_nothing_changes_and_the_way_out_is_named(slack: SlackWorld) -> None:
    slack.slack.errors = ["missing_scope"]
    assert (await type_in(slack, "default CA"))["text"] == NO_SCOPE
    assert await slack.conversations.remembered.choices(CHANNEL) == Choices()


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ({"team_id": "T1"}, None),
        ({"team_id": "T1", "is_admin": True}, None),
        ({"team_id": "T1", "is_owner": True, "is_restricted": True}, None),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}, None),
        ({"team_id": "T1", "is_restricted": True}, GUEST),
        ({"team_id": "T1", "is_ultra_restricted": True}, GUEST),
        ({"team_id": "T2"}, STRANGER),
        ({"team_id": "T2", "is_admin": True}, STRANGER),
        ({"team_id": "T1", "is_stranger": True}, STRANGER),
        ({"team_id": "T1", "deleted": True}, STRANGER),
        ({}, STRANGER),
    ],
)
def test_members_and_admins_may_guests_and_strangers_may_not(user: dict[str, Any], told: str | None) -> None:
    assert refusal(user, "T1") == told


async def test_settings_show_switches_that_say_what_holds_now(slack: SlackWorld) -> None:
    told = await type_in(slack, "settings")
    assert "Mention only" in shown(told)
    assert "Open answers" in shown(told)
    assert not slack.slack.refused
    await slack.click("switch", "private:on", private=True)
    await slack.settled()
    now = slack.slack.responses[-1]
    assert now["replace_original"] is True
    assert "Private answers" in shown(now)
    assert await slack.conversations.remembered.choices(CHANNEL) == Choices(private=True)


async def test_settings_in_a_direct_conversation_point_to_ones_own_default(slack: SlackWorld) -> None:
    told = await type_in(slack, "settings", channel_id="D0ALICE", channel_name="directmessage")
    assert "/reggi my default CA" in told["text"]
    assert not pressable(told)


async def test_private_channel_answers_only_who_asks(slack: SlackWorld) -> None:
    await slack.conversations.remembered.choose(CHANNEL, Choices(private=True))
    await ask(slack, "app_mention")
    assert not slack.slack.posted
    (message,) = slack.slack.whispered
    assert (message["channel"], message["user"], message["thread_ts"]) == (
        "C0LEGAL",
        "U0ALICE",
        "1795285851.000100",
    )
    await ask(slack, "direct_message")
    assert len(slack.slack.posted) == 1


async def test_switched_on_follow_ups_need_no_mention_in_own_threads(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    await ask(slack, "thread_reply")
    assert len(slack.brain.asked) == 1  # mention only, until the channel wants more
    await slack.conversations.remembered.choose(CHANNEL, Choices(follow_ups=True))
    await ask(slack, "thread_reply", ts="1795285871.000001")
    assert slack.brain.asked[-1].history == ("Can I use customer data for marketing in Minnesota?",)
    assert slack.slack.posted[-1]["thread_ts"] == "1795285851.000100"


async def test_follow_ups_stay_out_of_other_threads_and_other_peoples_talk(slack: SlackWorld) -> None:
    await slack.conversations.remembered.choose(CHANNEL, Choices(follow_ups=True))
    await ask(slack, "thread_reply")  # a thread without an answer of ours
    await ask(slack, "app_mention")
    await ask(slack, "thread_reply", ts="1795285872.000001", text="<@U0BOSS> what do you think?")
    await ask(slack, "message_without_mention")
    assert len(slack.brain.asked) == 1


async def test_chatter_in_an_own_thread_gets_no_word_and_is_not_remembered(slack: SlackWorld) -> None:
    await slack.conversations.remembered.choose(CHANNEL, Choices(follow_ups=True))
    await ask(slack, "app_mention")

    def answer(question: Question) -> Answer:
        return HELP if "Thanks" in question.text else MINNESOTA

    slack.brain.answer_with = answer
    await ask(slack, "thread_reply", ts="1795285873.000001", text="Thanks!")
    assert len(slack.slack.posted) == 1
    await ask(slack, "thread_reply", ts="1795285874.000001")
    assert slack.brain.asked[-1].history == ("Can I use customer data for marketing in Minnesota?",)


async def test_compare_is_asked_as_it_was_typed(slack: SlackWorld) -> None:
    await type_in(slack, "compare OR NV breach")
    assert (slack.brain.asked[0].text, slack.brain.asked[0].jurisdiction) == ("compare OR NV breach", None)
