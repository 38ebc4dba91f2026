"""Defaults and switches, and who may set them."""

from __future__ import annotations

import pytest

from bots.remembered import Choices, Scope
from tests.bots.fake_teams import TENANT
from tests.bots.teams.conftest import TeamsWorld

CHANNEL = Scope("teams", TENANT, "team-id")
PERSON = Scope("teams", TENANT, "00000000-0000-0000-0000-0000000000020")
MENTION = "<at>Test Bot</at> "


async def chosen(teams: TeamsWorld, scope: Scope) -> Choices:
    return await teams.conversations.remembered.choices(scope)


async def test_default_of_a_channel_holds_where_a_question_names_no_state(teams: TeamsWorld) -> None:
    await teams.ask(f"{MENTION}default NM", "channel_mention")
    assert "New Mexico is the default in this channel" in teams.teams.messages[0]["text"]
    await teams.ask(name="channel_mention", id="2")
    assert teams.brain.asked[0].default_jurisdictions == ("NM",)
    await teams.ask(f"{MENTION}default none", "channel_mention", id="3")
    assert (await chosen(teams, CHANNEL)).defaults == ()


@pytest.mark.parametrize("text", ["my default OR", "default OR"])
async def test_own_default_holds_in_every_place(teams: TeamsWorld, text: str) -> None:
    await teams.ask(text)
    assert (await chosen(teams, PERSON)).defaults == ("OR",)
    await teams.ask(name="channel_mention", id="2")
    assert teams.brain.asked[0].default_jurisdictions == ("OR",)


async def test_state_that_is_not_known_changes_nothing(teams: TeamsWorld) -> None:
    await teams.ask("default Atlantis")
    assert "I do not know a US state or territory called “Atlantis”" in teams.teams.messages[0]["text"]
    assert await chosen(teams, PERSON) == Choices()


async def test_question_that_begins_with_default_is_a_question(teams: TeamsWorld) -> None:
    await teams.ask("Default settings of cookies in California, may they track?")
    assert len(teams.brain.asked) == 1


@pytest.mark.parametrize(
    ("member", "said"),
    [({"userRole": "guest"}, "Guests may not"), ({"tenantId": "other"}, "Only members"), ({"userRole": "anonymous"}, "Guests")],
)  # fmt: skip
async def test_strangers_may_not_choose_for_a_channel(
    teams: TeamsWorld, member: dict[str, str], said: str
) -> None:
    teams.teams.member |= member
    await teams.ask(f"{MENTION}default NM", "channel_mention")
    assert said in teams.teams.messages[0]["text"]
    assert await chosen(teams, CHANNEL) == Choices()


async def test_nobody_chooses_while_teams_does_not_say_who_they_are(teams: TeamsWorld) -> None:
    teams.teams.statuses = [403]
    await teams.ask(f"{MENTION}default NM", "channel_mention")
    assert "could not ask Teams who you are" in teams.teams.messages[0]["text"]
    assert await chosen(teams, CHANNEL) == Choices()


async def test_settings_show_a_switch_that_turns(teams: TeamsWorld) -> None:
    await teams.ask(f"{MENTION}settings", "channel_mention")
    (button,) = teams.cards[0]["actions"]
    assert (button["verb"], button["data"]) == ("switch", {"follow_ups": "on"})
    shown = await teams.press("switch", "1", "channel_mention", follow_ups="on")
    assert shown["value"]["actions"][0]["data"] == {"follow_ups": "off"}
    assert (await chosen(teams, CHANNEL)).follow_ups
    teams.teams.member = {"userRole": "guest"}
    shown = await teams.press("switch", "1", "channel_mention", follow_ups="off")
    assert "Guests" in str(shown["value"])
    assert (await chosen(teams, CHANNEL)).follow_ups


async def test_alone_with_the_bot_there_is_nothing_to_switch(teams: TeamsWorld) -> None:
    await teams.ask("settings")
    assert "nothing to switch" in teams.teams.messages[0]["text"]
