"""The message extension: asked in a dialog, seen alone, put into the conversation by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from retrieval.errors import StoreUnavailable
from tests.bots.answers import HELP, survey
from tests.bots.teams.conftest import TeamsWorld


async def opened(teams: TeamsWorld, content: str | None = None) -> dict[str, Any]:
    about = {"messagePayload": {"body": {"contentType": "html", "content": content}}} if content else {}
    shown = await teams.invoke("composeExtension/fetchTask", {"commandId": "ask_about", **about})
    card: dict[str, Any] = shown["task"]["value"]["card"]["content"]
    return card


async def sent(teams: TeamsWorld, **data: str) -> dict[str, Any]:
    shown = await teams.invoke("composeExtension/submitAction", {"commandId": "ask", "data": data})
    return shown


async def test_dialog_holds_the_words_of_the_message_it_was_opened_on(teams: TeamsWorld) -> None:
    (field,) = (await opened(teams, "<p>Can we <b>email</b> them&nbsp;in Ohio?</p>"))["body"]
    assert (field["type"], field["value"]) == ("Input.Text", "Can we email them in Ohio?")
    assert "value" not in (await opened(teams))["body"][0]


async def test_answer_is_seen_alone_and_put_into_the_conversation_by_hand(teams: TeamsWorld) -> None:
    shown = await sent(teams, question="Can I?")
    card = shown["task"]["value"]["card"]["content"]
    assert "A consumer may opt out of the sale of personal data." in json.dumps(card)
    (button,) = card["actions"]
    put = await sent(teams, **button["data"])
    (attachment,) = put["composeExtension"]["attachments"]
    assert "Source(s):" in json.dumps(attachment["content"])
    assert attachment["preview"]["content"]["title"] == "Using customer data for marketing in Minnesota"
    assert not teams.teams.sent
    assert len(teams.brain.asked) == 1


async def test_slow_answer_is_fetched_with_another_press(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.4
    shown = await sent(teams, question="Can I?")
    card = shown["task"]["value"]["card"]["content"]
    assert "still looking it up" in json.dumps(card)
    await teams.settled()
    shown = await sent(teams, **card["actions"][0]["data"])
    assert "Yes, with conditions" in json.dumps(shown)
    assert len(teams.brain.asked) == 1


async def test_long_answer_is_told_in_short(teams: TeamsWorld) -> None:
    teams.brain.answer_with = survey(56, words=40)
    text = json.dumps(await sent(teams, question="compare"))
    assert len(text) < 28_000
    assert "short form" in text


@pytest.mark.parametrize("key", ["", "made-up"])
async def test_answer_that_is_forgotten_is_asked_anew(teams: TeamsWorld, key: str) -> None:
    for what in ("fetch", "share"):
        card = (await sent(teams, **{what: key}))["task"]["value"]["card"]["content"]
        assert card["body"][-1]["id"] == "question"


async def test_broken_brain_is_told_in_the_dialog_and_cannot_be_put_anywhere(teams: TeamsWorld) -> None:
    teams.brain.error = StoreUnavailable("disk")
    card = (await sent(teams, question="Can I?"))["task"]["value"]["card"]["content"]
    assert StoreUnavailable.plain in json.dumps(card, ensure_ascii=False)
    assert "actions" not in card


async def test_help_is_shown_and_not_offered_for_the_conversation(teams: TeamsWorld) -> None:
    teams.brain.answer_with = HELP
    card = (await sent(teams, question="help"))["task"]["value"]["card"]["content"]
    assert "actions" not in card
