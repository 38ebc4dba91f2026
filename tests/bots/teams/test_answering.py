"""Edits, deletions, installations, files, and what may be said without a mention."""

from __future__ import annotations

from typing import Any

import pytest

from bots.remembered import Choices, Scope
from retrieval.records import Answer, Question
from tests.bots.answers import MINNESOTA, WHICH_STATE, survey
from tests.bots.conftest import until
from tests.bots.fake_teams import TENANT, payload
from tests.bots.teams.conftest import TeamsWorld

CHAT, MESSAGE = "3de2dfb3-10ab-46ff-bf61-dd5b827c1ef0", "8d5e21ae-d3f5-404f-b241-a6a4d714ec50"
EDIT = {"type": "messageUpdate", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}}
GONE = {"type": "messageDelete", "channelData": {"eventType": "softDeleteMessage", "tenant": {"id": TENANT}}}


def by_state(question: Question) -> Answer:
    return WHICH_STATE if "which" in question.text else survey(3) if "compare" in question.text else MINNESOTA


@pytest.mark.parametrize("name", ["personal_message", "group_mention", "channel_mention"])
async def test_edited_question_is_answered_again_in_place(teams: TeamsWorld, name: str) -> None:
    teams.brain.answer_with = by_state
    await teams.ask(name=name)
    mention = "" if name == "personal_message" else "<at>Test Bot</at> "
    await teams.ask(f"{mention}compare them", name, **EDIT)
    first, table, sources, controls = teams.teams.standing.values()  # of which two stood
    assert len(teams.teams.messages) == 4
    assert [name for name, _ in teams.teams.updated] == list(teams.teams.standing)[:2]
    assert "3 jurisdictions compared" in first["text"]
    assert table["attachments"][0]["content"]["body"][0]["type"] == "Table"
    assert "Source(s)" in sources["text"]
    assert controls["attachments"]
    assert teams.brain.asked[1].history == ()


async def test_shorter_answer_to_an_edit_takes_the_rest_of_the_old_one_away(teams: TeamsWorld) -> None:
    teams.brain.answer_with = by_state
    await teams.ask("compare them")
    await teams.ask("and here?", **EDIT)
    assert teams.answer["text"].startswith("**Using customer data")
    assert (len(teams.teams.standing), len(teams.teams.deleted)) == (2, 2)


async def test_edit_is_answered_once_however_often_it_is_delivered(teams: TeamsWorld) -> None:
    await teams.ask()
    for _ in range(3):
        await teams.ask("and Ohio?", **EDIT)
    assert len(teams.brain.asked) == 2


async def test_edit_of_a_message_that_was_never_answered_is_answered(teams: TeamsWorld) -> None:
    await teams.ask("Can I?", **EDIT)
    assert len(teams.texts) == 1


async def test_edit_in_a_channel_that_is_none_of_ours_is_left_alone(teams: TeamsWorld) -> None:
    await teams.ask("lunch", "channel_mention", entities=[], **EDIT)
    assert not teams.teams.sent


async def test_deleted_question_takes_its_answer_and_its_words_away(teams: TeamsWorld) -> None:
    teams.brain.answer_with = by_state
    await teams.ask("compare them")
    await teams.ask(**GONE)
    assert not teams.teams.standing
    await teams.ask("Another?", id="2")
    assert teams.brain.asked[-1].history == ()


async def test_deletion_that_teams_refuses_forgets_all_the_same(teams: TeamsWorld) -> None:
    await teams.ask()
    teams.teams.refuse_deletions = 403
    await teams.ask(**GONE)
    assert len(teams.teams.standing) == 2
    assert await teams.conversations.remembered.kept_about("teams", TENANT, f"{CHAT}:{MESSAGE}") is None


async def test_deletion_that_fails_for_now_keeps_what_it_needs_to_be_tried_again(teams: TeamsWorld) -> None:
    await teams.ask()
    teams.teams.refuse_deletions = 500
    await teams.ask(**GONE)
    assert await teams.conversations.remembered.kept_about("teams", TENANT, f"{CHAT}:{MESSAGE}")


async def test_answer_that_is_gone_is_sent_anew_for_an_edit(teams: TeamsWorld) -> None:
    await teams.ask()
    teams.teams.standing.clear()  # somebody with the right to has removed it
    await teams.ask("and now?", **EDIT)
    assert len(teams.teams.standing) == 2


@pytest.mark.parametrize("action", ["add", "add-upgrade"])
async def test_installation_is_welcomed_with_questions_to_press(teams: TeamsWorld, action: str) -> None:
    body = payload("installed", teams.teams_url) | {"action": action}
    for _ in range(2):
        await teams.send(body)
        await teams.settled()
    text, suggested = teams.teams.messages
    assert ("updated" in text["text"]) == (action == "add-upgrade")
    assert "mention me" in text["text"]
    assert text["entities"] == []  # nothing of it is generated
    actions = suggested["suggestedActions"]["actions"]
    assert [one["type"] for one in actions] == ["imBack"] * 4
    assert actions[0]["value"] == "Can I use customer data for marketing purposes in Minnesota?"


async def test_installation_in_a_team_is_welcomed_with_buttons(teams: TeamsWorld) -> None:
    place: dict[str, Any] = {"id": "19:c@thread.tacv2", "conversationType": "channel", "tenantId": TENANT}
    await teams.send(payload("installed", teams.teams_url) | {"conversation": place})
    await teams.settled()
    assert not any("suggestedActions" in message for message in teams.teams.messages)
    verbs = [action["verb"] for action in teams.cards[0]["actions"]]
    assert verbs == ["ask"] * 4


async def test_removal_is_not_answered(teams: TeamsWorld) -> None:
    await teams.send(payload("installed", teams.teams_url) | {"action": "remove"})
    await teams.settled()
    assert not teams.teams.sent


async def test_files_are_named_as_unread(teams: TeamsWorld) -> None:
    kinds = [
        {"contentType": "text/html", "content": "<p>Can I?</p>"},
        {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "dpa.pdf"},
        {"contentType": "image/*"},
    ]
    await teams.ask("Can I?", attachments=kinds)
    assert "I cannot read files and did not open dpa.pdf, a picture." in teams.teams.messages[0]["text"]


async def test_follow_up_without_mention_that_is_edited_before_it_is_answered_is_answered_as_edited(
    teams: TeamsWorld,
) -> None:
    scope = Scope("teams", TENANT, "team-id")
    await teams.conversations.remembered.choose(scope, Choices(follow_ups=True))
    await teams.ask(name="channel_mention")
    teams.brain.seconds = 0.1
    follow_up = payload("channel_mention", teams.teams_url) | {"id": "2", "entities": []}
    await teams.send(follow_up | {"text": "and in Ohio?"})
    await until(lambda: len(teams.brain.asked) == 2)
    await teams.send(follow_up | {"text": "and in Utah?"} | EDIT)
    await teams.settled()
    assert [question.text for question in teams.brain.asked[1:]] == ["and in Ohio?", "and in Utah?"]
    assert len([one for one in teams.teams.standing.values() if one.get("text")]) == 2


async def test_message_without_mention_is_answered_where_the_channel_wants_follow_ups(
    teams: TeamsWorld,
) -> None:
    """Teams delivers such messages only where the app may read them (resource-specific consent)."""
    quiet: dict[str, Any] = {"entities": [], "text": "and in Ohio?"}
    await teams.ask(name="channel_mention")
    await teams.ask(name="channel_mention", id="2", **quiet)
    assert len(teams.texts) == 1
    scope = Scope("teams", TENANT, "team-id")
    await teams.conversations.remembered.choose(scope, Choices(follow_ups=True))
    await teams.ask(name="channel_mention", id="3", **quiet)
    assert len(teams.texts) == 2
    elsewhere = payload("channel_mention", "")["conversation"] | {"id": "team-id;messageid=9"}
    await teams.ask(name="channel_mention", id="4", **quiet | {"conversation": elsewhere})
    assert len(teams.texts) == 2
