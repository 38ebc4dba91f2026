"""The agent surface, the Home tab and the message shortcut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from slack_sdk.models.views import View

from bots.offers import PROMPTS
from bots.remembered import Choices, Scope
from bots.slack.home import home_view
from retrieval.errors import StoreUnavailable
from tests.bots.answers import MINNESOTA
from tests.bots.conftest import SlackWorld
from tests.bots.fake_slack import payload, pressable, shown
from tests.bots.slack_limits import block_is_valid


async def send(slack: SlackWorld, name: str, **changed: Any) -> None:
    body = payload(name)
    body["event"] |= changed
    assert (await slack.event(body)).status == 200
    await slack.settled()


async def test_new_thread_and_empty_conversation_get_suggested_prompts(slack: SlackWorld) -> None:
    await send(slack, "assistant_thread_started")
    await send(slack, "app_home_opened")
    (first, old), (second, new) = slack.slack.extras
    assert first == second == "setSuggestedPrompts"
    assert (old["channel_id"], old["thread_ts"]) == ("D0ALICE", "1795285900.000100")
    assert new["channel_id"] == "D0ALICE"
    assert "thread_ts" not in new
    assert [p["message"] for p in new["prompts"]] == [message for _, message in PROMPTS]


async def test_thread_of_a_direct_conversation_gets_a_title_with_its_first_answer(slack: SlackWorld) -> None:
    await send(slack, "direct_message", thread_ts="1795285900.000100")
    await send(slack, "direct_message", thread_ts="1795285900.000100", ts="1795285902.000001")
    titles = [extra["title"] for name, extra in slack.slack.extras if name == "setTitle"]
    assert titles == [MINNESOTA.title]


async def test_slow_answer_shows_a_status_before_it(slack: SlackWorld) -> None:
    slack.brain.seconds = 0.8
    await send(slack, "app_mention")
    ((name, status),) = slack.slack.extras
    assert (name, status["answered"], status["thread_ts"]) == ("setStatus", 0, "1795285851.000100")
    assert len(slack.slack.posted) == 1


async def test_quick_answer_shows_none(slack: SlackWorld) -> None:
    await send(slack, "app_mention")
    assert not slack.slack.extras


async def test_surface_that_slack_does_not_offer_costs_nothing(slack: SlackWorld) -> None:
    slack.slack.refuse_extras = "missing_scope"
    slack.brain.seconds = 0.6
    await send(slack, "assistant_thread_started")
    await send(slack, "direct_message", thread_ts="1795285900.000100")
    assert len(slack.slack.posted) == 1


async def test_home_tab_says_how_to_ask_what_there_is_and_the_own_default(slack: SlackWorld) -> None:
    await send(slack, "app_home_opened", tab="home")
    (view,) = slack.slack.homes
    said = shown(view)
    assert "Mention me in a channel and I answer in the thread." in said
    assert "1 laws with 2 sections of 1 jurisdictions, reviewed between 2026-11-21 and 2026-11-21." in said
    assert "None: I ask." in said


async def test_own_default_is_chosen_and_removed_on_the_home_tab(slack: SlackWorld) -> None:
    scope = Scope("slack", "T0WORK", "U0ALICE")
    body = payload("block_actions")
    body |= {"container": {"type": "view", "view_id": "V1"}, "channel": None, "response_url": None}
    option = {"selected_option": {"text": {"type": "plain_text", "text": "Nevada"}, "value": "mine:NV"}}
    body["actions"] = [{"type": "static_select", "action_id": "my_default", **option}]
    await slack.interact(body)
    await slack.settled()
    assert await slack.conversations.remembered.choices(scope) == Choices(("NV",))
    assert "Nevada, where neither your question nor its channel names a state." in shown(
        slack.slack.homes[-1]
    )
    body["actions"] = [{"type": "button", **pressable(slack.slack.homes[-1])["no_default"]}]
    await slack.interact(body)
    await slack.settled()
    assert await slack.conversations.remembered.choices(scope) == Choices()


async def test_home_tab_without_a_library_that_answers_says_so(slack: SlackWorld) -> None:
    slack.library.error = StoreUnavailable("locked")
    await send(slack, "app_home_opened", tab="home")
    assert "I cannot look into my library right now." in shown(slack.slack.homes[0])


@pytest.mark.parametrize("choices", [Choices(), Choices(("CA", "NV"))])
def test_home_view_is_valid_to_slacks_own_models(choices: Choices) -> None:
    view = home_view(choices, None)
    View(**view).validate_json()
    assert all(map(block_is_valid, view["blocks"]))


async def test_message_is_asked_about_by_shortcut_privately_and_posted_in_its_thread(
    slack: SlackWorld,
) -> None:
    body = payload("message_action") | {"response_url": f"{slack.slack_url}/response/short"}
    assert (await slack.interact(body)).status == 200
    await slack.settled()
    (view,) = slack.slack.views
    View(**view).validate_json()
    assert view["blocks"][0]["element"]["initial_value"] == "can we sell the list & the rest in Nevada?"
    sent = payload("view_submission")
    sent["view"] |= {"callback_id": "ask_about", "private_metadata": view["private_metadata"]}
    sent["view"]["state"]["values"]["question"]["question"]["value"] = "Can we sell the list in Nevada?"
    for _ in range(2):
        await slack.interact(sent)
        await slack.settled()
    assert [q.text for q in slack.brain.asked] == ["Can we sell the list in Nevada?"]
    assert not slack.slack.posted
    share = pressable(slack.slack.responses[0])["share"]["value"]
    await slack.click("share", share, private=True)
    await slack.settled()
    assert [m["thread_ts"] for m in slack.slack.posted] == ["1795285864.000700"] * 2


async def test_long_message_is_cut_to_what_a_dialog_takes(slack: SlackWorld) -> None:
    body = payload("message_action") | {"response_url": f"{slack.slack_url}/response/long"}
    body["message"]["text"] = "<!channel> " + "word " * 2_000
    await slack.interact(body)
    await slack.settled()
    assert len(slack.slack.views[0]["blocks"][0]["element"]["initial_value"]) <= 3_000
    assert "<!channel>" not in json.dumps(slack.slack.views)


async def test_thread_without_its_time_is_no_fault(slack: SlackWorld) -> None:
    body = payload("assistant_thread_started")
    del body["event"]["assistant_thread"]["thread_ts"]
    assert (await slack.event(body)).status == 200
    await slack.settled()
