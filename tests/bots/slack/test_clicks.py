"""What buttons, menus and dialogs do: whole payloads in, whole messages out."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from bots.afterwards import GONE
from bots.remembered import REASONS, Feedback
from retrieval.errors import StoreUnavailable
from retrieval.records import Question, Statement
from tests.bots.answers import MINNESOTA, PLACES, WHICH_STATE, hostile, long_answer
from tests.bots.conftest import SlackWorld
from tests.bots.fake_slack import payload, pressable, shown


def by_place(question: Question) -> Any:
    """Minnesota's answer, whose words name the state the question is for."""
    if question.jurisdiction is None:
        return WHICH_STATE
    said = Statement(f"For {question.jurisdiction}.", ("1.1",))
    return replace(MINNESOTA, short_answer=(said,), title=f"Title {question.jurisdiction}")


async def mention(slack: SlackWorld) -> dict[str, dict[str, Any]]:
    """Ask in a channel; return what can be pressed below the answer."""
    await slack.event(payload("app_mention"))
    await slack.settled()
    return pressable(slack.slack.posted[-1])


async def command(slack: SlackWorld, text: str = "NM can I sell customer data?") -> dict[str, dict[str, Any]]:
    await slack.command(text)
    await slack.settled()
    return pressable(slack.slack.responses[-1])


async def click(slack: SlackWorld, name: str, value: str, **more: Any) -> None:
    response = await slack.click(name, value, **more)
    assert (response.status, await response.text()) == (200, "")
    await slack.settled()


def option(menu: dict[str, Any], text: str) -> str:
    groups = menu.get("option_groups", [menu])
    (value,) = [o["value"] for group in groups for o in group["options"] if o["text"]["text"] == text]
    return str(value)


async def test_missing_state_is_chosen_in_a_menu_and_answered_there(slack: SlackWorld) -> None:
    slack.brain.answer_with = by_place
    menu = (await mention(slack))["place"]
    labels = [group["label"]["text"] for group in menu["option_groups"]]
    assert labels == ["States", "Territories", "Federal"]
    assert sum(len(group["options"]) for group in menu["option_groups"]) >= 57
    await click(slack, "place", option(menu, "New Mexico"))
    ((_, message),) = slack.slack.standing.items()
    assert message["text"] == "For NM."
    assert "wrong_state" in pressable(message)
    assert slack.brain.asked[-1].jurisdiction == "NM"
    assert not slack.slack.refused


async def test_follow_up_after_the_menu_knows_the_state(slack: SlackWorld) -> None:
    slack.brain.answer_with = by_place
    menu = (await mention(slack))["place"]
    await click(slack, "place", option(menu, "New Mexico"))
    await slack.event(payload("mention_in_thread"))
    await slack.settled()
    assert slack.brain.asked[-1].history == ("NM: Can I use customer data for marketing in Minnesota?",)


async def test_wrong_state_is_answered_again_in_place(slack: SlackWorld) -> None:
    slack.brain.answer_with = lambda q: by_place(q) if q.jurisdiction else MINNESOTA
    buttons = await mention(slack)
    await click(slack, "wrong_state", buttons["wrong_state"]["value"])
    (asked,) = slack.slack.responses
    assert asked["response_type"] == "ephemeral"
    chosen = option(pressable(asked)["place"], "Nevada")
    await click(slack, "place", chosen, number=2, private=True)
    ((_, message),) = slack.slack.standing.items()
    assert message["text"] == "For NV."
    assert slack.slack.responses[-1] == {"delete_original": True}
    # And once more, for the answer that stands there now.
    await click(slack, "place", chosen.replace(":NV", ":TX"), number=3, private=True)
    assert [m["text"] for m in slack.slack.standing.values()] == ["For TX."]


async def test_wrong_state_of_a_private_answer_replaces_it_privately(slack: SlackWorld) -> None:
    slack.brain.answer_with = by_place
    buttons = await command(slack)
    key = buttons["wrong_state"]["value"]
    await click(slack, "place", f"{key}:TX", private=True)
    message = slack.slack.responses[-1]
    assert (message["text"], message["replace_original"]) == ("For TX.", True)
    assert shown(message).startswith("You asked: NM can I sell customer data?")
    assert not slack.slack.posted


@pytest.mark.parametrize("choice", ["XX", "", "MN:NV", "<!channel>"])
async def test_place_that_is_none_changes_nothing(slack: SlackWorld, choice: str) -> None:
    key = (await mention(slack))["wrong_state"]["value"]
    await click(slack, "place", f"{key}:{choice}")
    assert not slack.slack.updated


async def test_helpful_is_counted_without_a_name(slack: SlackWorld) -> None:
    thumbs = (await mention(slack))["feedback"]
    await click(slack, "feedback", thumbs["positive_button"]["value"])
    (feedback,) = await slack.conversations.remembered.feedback()
    assert feedback == Feedback(
        dt.date.today(), True, None, "answered", ("marketing-use",), ("MN",), "extractive"
    )
    assert slack.slack.responses[0]["text"] == "Thank you. I counted that without your name."


async def test_not_helpful_is_counted_once_with_its_reason(slack: SlackWorld) -> None:
    thumbs = (await mention(slack))["feedback"]
    await click(slack, "feedback", thumbs["negative_button"]["value"])
    menu = pressable(slack.slack.responses[0])["reason"]
    assert [o["text"]["text"] for o in menu["options"]] == list(REASONS.values())
    await click(slack, "reason", option(menu, "The law has changed"), number=2, private=True)
    (feedback,) = await slack.conversations.remembered.feedback()
    assert (feedback.helpful, feedback.reason) == (False, "outdated")
    assert slack.slack.responses[-1]["replace_original"] is True


async def test_reason_wrong_state_offers_the_right_one(slack: SlackWorld) -> None:
    thumbs = (await mention(slack))["feedback"]
    await click(slack, "feedback", thumbs["negative_button"]["value"])
    menu = pressable(slack.slack.responses[0])["reason"]
    await click(slack, "reason", option(menu, REASONS["wrong_state"]), number=2, private=True)
    assert "place" in pressable(slack.slack.responses[-1])


async def test_one_person_judges_an_answer_once_and_two_persons_twice(slack: SlackWorld) -> None:
    value = (await mention(slack))["feedback"]["positive_button"]["value"]
    for number, user in enumerate(["U0ALICE", "U0ALICE", "U0BOSS"], 1):
        await click(slack, "feedback", value, number=number, user={"id": user, "team_id": "T0WORK"})
    assert len(await slack.conversations.remembered.feedback()) == 2
    assert slack.slack.responses[1]["text"] == "You told me already. Thank you."


async def test_statute_text_is_shown_to_who_asks_for_it(slack: SlackWorld) -> None:
    await click(slack, "statute", (await mention(slack))["statute"]["value"])
    (message,) = slack.slack.responses
    said = shown(message)
    assert message["response_type"] == "ephemeral"
    assert "[1.1] Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.14 — Consumer rights" in said
    assert "A consumer may opt out of the sale of personal data." in said
    assert "Official text:" in said
    assert "Subdivision 1. Words of the code." in said
    assert "The official text is not loaded here" in said  # of § 325M.16
    assert "no longer in my corpus" in said  # of the federal act
    assert "https://www.revisor.mn.gov/statutes/cite/325M.14" in json.dumps(message)


async def test_statute_text_that_cannot_be_read_is_said_in_a_sentence(slack: SlackWorld) -> None:
    value = (await mention(slack))["statute"]["value"]
    slack.library.error = StoreUnavailable("locked by 4711")
    await click(slack, "statute", value)
    assert slack.slack.responses[0]["text"] == StoreUnavailable.plain


async def test_follow_up_is_asked_in_a_dialog_and_answered_in_the_thread(slack: SlackWorld) -> None:
    await click(slack, "follow_up", (await mention(slack))["follow_up"]["value"])
    (view,) = slack.slack.views
    body = payload("view_submission")
    body["view"] |= {"private_metadata": view["private_metadata"]}
    for _ in range(2):  # Slack delivers it again
        assert (await slack.interact(body)).status == 200
        await slack.settled()
    assert len(slack.slack.posted) == 2
    message = slack.slack.posted[1]
    assert (message["channel"], message["thread_ts"]) == ("C0LEGAL", "1795285851.000100")
    assert message["blocks"][0]["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U0ALICE"},
        {"type": "text", "text": " asked: "},
        {"type": "text", "text": "and the deadline?"},
    ]
    question = slack.brain.asked[-1]
    assert (question.text, question.history) == (
        "and the deadline?",
        ("Can I use customer data for marketing in Minnesota?",),
    )


async def test_follow_up_to_a_private_answer_stays_private(slack: SlackWorld) -> None:
    await click(slack, "follow_up", (await command(slack))["follow_up"]["value"], private=True)
    body = payload("view_submission")
    body["view"] |= {"private_metadata": slack.slack.views[0]["private_metadata"]}
    await slack.interact(body)
    await slack.settled()
    assert not slack.slack.posted
    assert shown(slack.slack.responses[-1]).startswith("You asked: and the deadline?")
    assert slack.brain.asked[-1].history == ("NM: can I sell customer data?",)


async def test_private_answer_is_posted_as_a_thread_as_it_was_shown(slack: SlackWorld) -> None:
    buttons = await command(slack)
    private = shown(slack.slack.responses[0])
    slack.brain.answer_with = hostile()  # asking again would say something else
    await click(slack, "share", buttons["share"]["value"], private=True)
    head, answer = slack.slack.posted
    assert "thread_ts" not in head
    assert shown(head) == " asked: NM can I sell customer data?"
    assert answer["thread_ts"] == "1.000001"
    assert shown(answer) == private.removeprefix("You asked: NM can I sell customer data?")
    assert "share" not in pressable(answer)
    assert slack.slack.responses[-1]["text"] == "Posted in the channel, with its question."
    assert len(slack.brain.asked) == 1


async def test_posted_answer_can_be_corrected_where_it_stands(slack: SlackWorld) -> None:
    slack.brain.answer_with = by_place
    await click(slack, "share", (await command(slack))["share"]["value"], private=True)
    key = pressable(slack.slack.posted[1])["wrong_state"]["value"]
    await click(slack, "place", f"{key}:TX", number=2, private=True)
    assert slack.slack.standing["C0LEGAL", "1.000002"]["text"] == "For TX."


async def test_answer_is_posted_once(slack: SlackWorld) -> None:
    value = (await command(slack))["share"]["value"]
    for number in (1, 2):
        await click(slack, "share", value, number=number, private=True)
    assert len(slack.slack.posted) == 2
    assert slack.slack.responses[-1]["text"] == "It stands in the channel already."


async def test_long_private_answer_is_posted_whole(slack: SlackWorld) -> None:
    slack.brain.answer_with = long_answer(sections=9)
    await click(slack, "share", (await command(slack))["share"]["value"], private=True)
    said = "".join(shown(message) for message in slack.slack.posted)
    assert all(said.count(f"[{source.mark}] {source.law}") == 1 for source in long_answer(sections=9).sources)


async def test_posting_where_the_bot_is_not_says_how_to_invite_it(slack: SlackWorld) -> None:
    value = (await command(slack))["share"]["value"]
    slack.slack.errors = ["not_in_channel"]
    await click(slack, "share", value, private=True)
    assert "/invite @reggi" in slack.slack.responses[-1]["text"]
    await click(slack, "share", value, number=2, private=True)
    assert len(slack.slack.posted) == 2


async def test_answer_in_a_direct_conversation_offers_no_posting(slack: SlackWorld) -> None:
    await slack.command("NM x?", channel_id="D0ALICE", channel_name="directmessage")
    await slack.settled()
    assert "share" not in pressable(slack.slack.responses[0])


@pytest.mark.parametrize("name", ["feedback", "wrong_state", "place", "statute", "share", "reason"])
async def test_answer_that_is_forgotten_is_said_so(slack: SlackWorld, name: str) -> None:
    await click(slack, name, "0000000000000000:MN", private=True)
    assert slack.slack.responses[0]["text"] == GONE.text


async def test_other_workspace_cannot_reach_an_answer(slack: SlackWorld) -> None:
    value = (await command(slack))["share"]["value"]
    await click(slack, "share", value, private=True, team={"id": "T0ELSE", "domain": "else"})
    assert slack.slack.responses[-1]["text"] == GONE.text
    assert not slack.slack.posted


async def test_nothing_a_person_typed_can_ping_through_a_dialog_or_a_posted_answer(slack: SlackWorld) -> None:
    buttons = await command(slack, "NM <!channel> &lt;!here&gt; *x*?")
    await click(slack, "share", buttons["share"]["value"], private=True)
    body = payload("view_submission")
    about = {"answer": buttons["share"]["value"], "response_url": ""}
    body["view"] |= {"private_metadata": json.dumps(about)}
    body["view"]["state"]["values"]["question"]["question"]["value"] = "<!channel> <@U1>?"
    await slack.interact(body)
    await slack.settled()
    said = json.dumps([slack.slack.posted, slack.slack.responses, slack.slack.whispered])
    assert "mrkdwn" not in said
    assert not slack.slack.refused
    assert PLACES["NM"] not in slack.slack.refused


@pytest.mark.parametrize(
    "changed",
    [
        {"actions": []},
        {"actions": None},
        {"actions": [5]},
        {"actions": [{"action_id": 5, "type": "button"}]},
        {"actions": [{"action_id": "place", "type": "static_select", "selected_option": None}]},
        {"type": "view_submission"},
        {"type": "view_submission", "view": {"callback_id": "unknown", "type": "modal"}},
        {"type": "view_submission", "view": []},
        {"type": "block_suggestion"},
        {"type": "message_action"},
        {"type": "unheard_of"},
        {"type": 5},
        {"user": None, "team": None},
        {"container": [], "channel": "C"},
        {"response_url": None},
        {"response_url": "file:///etc/passwd"},
    ],
)  # fmt: skip
async def test_signed_nonsense_is_never_a_fault_of_the_server(
    slack: SlackWorld, changed: dict[str, Any]
) -> None:
    body = payload("block_actions") | changed
    response = await slack.interact(body)
    assert response.status < 500
    await slack.settled()
    assert not slack.slack.posted
    assert not slack.brain.asked


async def test_forged_click_is_refused(slack: SlackWorld) -> None:
    response = await slack.http.post(
        f"{slack.url}/slack/interactions", data={"payload": json.dumps(payload("block_actions"))}
    )
    assert response.status == 401
