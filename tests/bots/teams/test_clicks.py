"""Buttons, lists and thumbs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bots.afterwards import GONE
from bots.conversations import MemoryConversations
from retrieval.records import Answer, Detection, Question
from tests.bots.answers import MINNESOTA, WHICH_STATE
from tests.bots.teams.conftest import TeamsWorld

EVERYWHERE = pytest.mark.parametrize("name", ["personal_message", "group_mention", "channel_mention"])


def unless_known(question: Question) -> Answer:
    """Which state?, until one is chosen."""
    if question.jurisdiction is None:
        return WHICH_STATE
    place = Detection(question.jurisdiction, question.jurisdiction, None, "argument")
    return replace(MINNESOTA, title=f"For {question.jurisdiction}", jurisdictions=(place,))


def said(shown: dict[str, Any]) -> str:
    """The words of a card that came back."""
    assert (shown["statusCode"], shown["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    runs = [run["text"] for block in shown["value"]["body"] for run in block.get("inlines", [])]
    return " ".join(runs)


def verbs(shown: dict[str, Any]) -> list[str]:
    return [action.get("verb", action["type"]) for action in shown["value"]["actions"]]


@EVERYWHERE
async def test_state_chosen_in_the_card_refreshes_it_and_the_answer_takes_its_place(
    teams: TeamsWorld, name: str
) -> None:
    teams.brain.answer_with = unless_known
    await teams.ask(name=name)
    message = teams.last
    (field,) = teams.cards[0]["body"]
    assert (field["type"], field["style"]) == ("Input.ChoiceSet", "filtered")
    shown = await teams.press("place", message, name, place="NM")
    assert said(shown) == "Answering for New Mexico …"
    assert "actions" not in shown["value"]
    await teams.settled()
    assert (len(teams.teams.standing), teams.last) == (2, message)
    assert teams.answer["text"].startswith("**For NM**")
    assert teams.brain.asked[-1].jurisdiction == "NM"
    await teams.ask("and the deadline?", name, id="2", entities=_mention(name))
    assert teams.brain.asked[-1].history[-1].startswith("NM: ")


def _mention(name: str) -> list[dict[str, Any]]:
    bot = {"id": "00000000-0000-0000-0000-00000000000011"}
    return [] if name == "personal_message" else [{"type": "mention", "mentioned": bot, "text": "x"}]


async def test_press_that_is_delivered_twice_is_answered_once(teams: TeamsWorld) -> None:
    teams.brain.answer_with = unless_known
    await teams.ask()
    message = teams.last
    for _ in range(2):
        await teams.press("place", message, place="NM")
        teams.presses -= 1
        await teams.settled()
    assert len(teams.brain.asked) == 2


async def test_wrong_state_offers_the_list_and_answers_again_in_place(teams: TeamsWorld) -> None:
    teams.brain.answer_with = lambda q: unless_known(replace(q, jurisdiction=q.jurisdiction or "MN"))
    await teams.ask()
    message = teams.last
    shown = await teams.press("wrong_state", message)
    assert said(shown).startswith("Which state did you mean?")
    assert verbs(shown) == ["place", "back"]
    assert verbs(await teams.press("back", message)) == ["wrong_state", "statute"]
    await teams.press("place", message, place="OR")
    await teams.settled()
    assert (len(teams.teams.standing), teams.last) == (2, message)
    assert teams.answer["text"].startswith("**For OR**")


@pytest.mark.parametrize("place", ["", "XX", "minnesota", "__class__"])
async def test_state_that_is_none_changes_nothing(teams: TeamsWorld, place: str) -> None:
    await teams.ask()
    message = teams.last
    assert said(await teams.press("place", message, place=place)) == "I do not know that state."
    await teams.settled()
    assert len(teams.brain.asked) == 1


async def test_statute_text_takes_the_place_of_the_buttons_and_gives_it_back(teams: TeamsWorld) -> None:
    await teams.ask()
    message = teams.last
    shown = await teams.press("statute", message)
    text = said(shown)
    assert "A consumer may opt out of the sale of personal data." in text
    assert "Subdivision 1. Words of the code." in text
    assert verbs(shown) == ["back"]
    assert verbs(await teams.press("back", message)) == ["wrong_state", "statute"]
    assert len(teams.teams.messages) == 2  # nobody else sees any of it


async def test_long_statute_text_has_pages(teams: TeamsWorld) -> None:
    sources = tuple(replace(MINNESOTA.sources[0], mark=f"3.{n}") for n in range(1, 60))
    teams.brain.answer_with = replace(MINNESOTA, sources=(*MINNESOTA.sources, *sources))
    await teams.ask()
    message = teams.last
    first = await teams.press("statute", message)
    assert verbs(first) == ["statute", "back"]
    assert first["value"]["actions"][0]["data"] == {"page": "1"}
    second = await teams.press("statute", message, page="1")
    assert verbs(second)[:1] == ["statute"]
    assert "Page 2 of" in said(second)
    last = await teams.press("statute", message, page="999")
    assert last["value"]["actions"][0]["title"] == "Previous page"
    for page in ("-5", "9" * 5_000, "²", "x"):
        assert "Page 1 of" in said(await teams.press("statute", message, page=page))


async def test_follow_up_is_asked_in_the_card_and_answered_in_the_thread(teams: TeamsWorld) -> None:
    await teams.ask(name="channel_mention")
    message = teams.last
    assert teams.cards[0]["actions"][-1]["type"] == "Action.ShowCard"
    shown = await teams.press("follow_up", message, "channel_mention", question="And *the* deadline?")
    assert "Asked." in said(shown)
    await teams.settled()
    text = teams.texts[-1]["text"]
    assert text.startswith("**Alex Wilber asked:** And \\*the\\* deadline?\n\n**Using customer data")
    assert teams.brain.asked[-1].history == ("customer data",)
    assert "team-id;messageid=" in teams.teams.messages[-1]["conversation"]["id"]


async def test_prompt_of_the_welcome_is_asked_for_everybody_to_see(teams: TeamsWorld) -> None:
    question = "Which states have a comprehensive privacy act?"
    shown = await teams.press("ask", "1", "group_mention", question=question)
    assert verbs(shown) == ["ask"] * 4
    await teams.settled()
    assert teams.texts[-1]["text"].startswith(f"**Alex Wilber asked:** {question}")


@pytest.mark.parametrize("verb", ["place", "wrong_state", "statute", "follow_up", "back"])
async def test_answer_that_is_forgotten_is_said_to_be(teams: TeamsWorld, verb: str) -> None:
    shown = await teams.press(verb, "unknown", place="NM", question="x")
    assert said(shown) == GONE.text


@pytest.mark.parametrize("verb", ["", "drop table", "ask"])
async def test_verb_that_is_not_offered_is_refused_in_the_cards_own_way(teams: TeamsWorld, verb: str) -> None:
    shown = await teams.press(verb, "1")
    assert (shown["statusCode"], shown["type"]) == (400, "application/vnd.microsoft.error")


async def test_answer_of_another_tenant_is_out_of_reach(teams: TeamsWorld) -> None:
    await teams.ask()
    message = teams.last
    stranger = {"channelData": {"tenant": {"id": "other"}}}
    shown = await teams.invoke(
        "adaptiveCard/action", {"action": {"verb": "statute"}}, replyToId=message, **stranger
    )
    assert said(shown) == GONE.text


def feedback(reaction: str, **given: str) -> dict[str, Any]:
    sent = {"feedback": json.dumps(given)} if given else {}
    return {"actionName": "feedback", "actionValue": {"reaction": reaction, **sent}}


async def kept_feedback(conversations: MemoryConversations) -> list[tuple[bool, str | None, str]]:
    return [(f.helpful, f.reason, f.status) for f in await conversations.remembered.feedback()]


@EVERYWHERE
async def test_thumb_down_opens_our_form_and_its_reason_is_kept(teams: TeamsWorld, name: str) -> None:
    await teams.ask(name=name)
    message = teams.last
    shown = await teams.invoke("message/fetchTask", feedback("dislike"), name, replyToId=message)
    (field,) = shown["task"]["value"]["card"]["content"]["body"]
    chosen = next(c["value"] for c in field["choices"] if c["title"] == "The law has changed")
    assert await kept_feedback(teams.conversations) == [(False, None, "answered")]
    sent = await teams.invoke(
        "message/submitAction", feedback("dislike", reason=chosen), name, replyToId=message
    )
    assert sent == {}
    assert await kept_feedback(teams.conversations) == [(False, "outdated", "answered")]


@pytest.mark.parametrize(
    "reason", ["outdated:" + "9" * 5_000, "outdated:", "outdated:-1", "nonsense:1", "outdated:²"]
)
async def test_reason_that_belongs_to_no_click_is_a_thumb_without_one(teams: TeamsWorld, reason: str) -> None:
    await teams.ask()
    sent = feedback("dislike", reason=reason)
    assert await teams.invoke("message/submitAction", sent, replyToId=teams.last) == {}
    assert await kept_feedback(teams.conversations) == [(False, None, "answered")]


async def test_thumb_up_is_counted_and_thanked_for_once(teams: TeamsWorld) -> None:
    await teams.ask()
    message = teams.last
    for thanks in ("Thank you. I counted that", "You told me already"):
        shown = await teams.invoke("message/fetchTask", feedback("like"), replyToId=message)
        assert shown["task"]["value"].startswith(thanks)
    assert await kept_feedback(teams.conversations) == [(True, None, "answered")]


@pytest.mark.parametrize("typed", ["Dana says: wrong", '{"feedbackText": "by Dana"}', "[" * 99_999, ""])
async def test_microsofts_own_form_is_counted_without_its_words(teams: TeamsWorld, typed: str) -> None:
    """The Agents Playground shows its own form, and sends no id of the message."""
    await teams.ask()
    value = {"actionName": "feedback", "actionValue": {"reaction": "dislike", "feedback": typed}}
    assert await teams.invoke("message/submitAction", value) == {}
    (kept,) = await teams.conversations.remembered.feedback()
    assert (kept.helpful, kept.reason) == (False, None)
    assert "Dana" not in repr(kept)


@pytest.mark.parametrize(
    "value", [None, 7, {}, {"actionName": "x"}, {"actionName": "feedback", "actionValue": {"reaction": "🙂"}}]
)
async def test_feedback_that_is_none_is_not_counted(teams: TeamsWorld, value: Any) -> None:
    body = {"type": "invoke", "name": "message/submitAction", "id": "1", "value": value}
    response = await teams.send(
        body | {"serviceUrl": teams.teams_url, "conversation": {"id": "c"}, "from": {"id": "u"}}
    )
    assert response.status == 501
    assert await kept_feedback(teams.conversations) == []


NAMES = (
    "adaptiveCard/action", "message/fetchTask", "message/submitAction", "composeExtension/fetchTask",
    "composeExtension/submitAction", "composeExtension/query", "task/fetch", "signin/verifyState", "", 7, None,
)  # fmt: skip
VALUES = (
    None, 7, [], "x", {}, {"action": 5}, {"action": {"verb": [], "data": [1]}}, {"action": {"verb": "ask", "data": {"question": {}}}},
    {"action": {"verb": "switch", "data": {}}}, {"data": {"question": " ", "fetch": 1}}, {"messagePayload": {"body": []}},
    {"actionName": "feedback", "actionValue": {"reaction": ["like"]}}, {"action": {"verb": "place", "data": {"place": "NM"}}},
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=str)
async def test_nonsense_in_forms_is_never_a_fault_of_the_server(teams: TeamsWorld, name: object) -> None:
    whole = {
        "conversation": {"id": "c", "conversationType": "channel"},
        "from": {"id": "u"},
        "recipient": {"id": "b"},
    }
    for value in VALUES:
        for rest in (whole, {"conversation": {"id": "c"}}, {"conversation": 7, "from": 7}, {}):
            body = {"type": "invoke", "name": name, "value": value, "id": "1", "serviceUrl": teams.teams_url}
            response = await teams.send(body | rest)
            assert response.status in {200, 400, 501}, (name, value, rest, response.status)
    await teams.settled()
