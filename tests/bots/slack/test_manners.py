"""Edits, deletions, files, groups, pace: what good manners in a channel ask for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

from bots.offers import offers_of
from bots.slack.controls import controls
from bots.slack.pace import Pace
from bots.turn import Note
from retrieval.records import Answer, Statement
from tests.bots.answers import HELP, MINNESOTA, WHICH_STATE, long_answer
from tests.bots.conftest import SlackWorld
from tests.bots.fake_slack import payload, pressable, shown

NEW = replace(MINNESOTA, short_answer=(Statement("Renting is selling.", ("1.1",)),))


async def ask(slack: SlackWorld, name: str) -> None:
    assert (await slack.event(payload(name))).status == 200
    await slack.settled()


def edited(text: str, version: str = "1795285890.000000") -> dict[str, Any]:
    """The mention of `app_mention`, edited, as a channel's `message_changed`."""
    body = payload("message_changed")
    before = payload("app_mention")["event"]
    old = {name: before[name] for name in ("user", "text", "ts", "team")} | {"type": "message"}
    new = old | {"text": f"<@U0REGGI> {text}", "edited": {"user": "U0ALICE", "ts": version}}
    body["event"] |= {
        "message": new,
        "previous_message": old,
        "channel": "C0LEGAL",
        "channel_type": "channel",
    }
    return body | {"event_id": f"Ev{version}"}


async def test_edited_question_is_answered_again_in_place(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    slack.brain.answer_with = NEW
    await slack.event(edited("Can I rent customer data in Minnesota?"))
    await slack.settled()
    assert len(slack.slack.posted) == 1
    (message,) = slack.slack.standing.values()
    assert message["text"] == "Renting is selling."
    assert slack.brain.asked[1].text == "Can I rent customer data in Minnesota?"
    assert slack.brain.asked[1].history == ()  # its own old words are no earlier question


async def test_edit_announced_twice_is_answered_once(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    version = payload("edited_mention")["event"]["edited"]["ts"]
    words = payload("edited_mention")["event"]["text"].removeprefix("<@U0REGGI> ")
    await asyncio.gather(slack.event(payload("edited_mention")), slack.event(edited(words, version)))
    await slack.settled()
    assert len(slack.brain.asked) == 2
    assert len(slack.slack.updated) == 1


async def test_edit_during_the_answer_waits_for_it(slack: SlackWorld) -> None:
    slack.brain.seconds = 0.1
    await slack.event(payload("app_mention"))
    await slack.event(edited("Can I rent customer data in Minnesota?"))
    await slack.settled()
    assert [q.text.split()[2] for q in slack.brain.asked] == ["use", "rent"]
    assert len(slack.slack.posted) == len(slack.slack.updated) == 1


async def test_shorter_answer_to_an_edit_leaves_no_old_part_behind(slack: SlackWorld) -> None:
    slack.brain.answer_with = long_answer()
    await ask(slack, "app_mention")
    parts = len(slack.slack.posted)
    slack.brain.answer_with = NEW
    await slack.event(edited("Can I rent customer data in Minnesota?"))
    await slack.settled()
    assert parts > 2
    assert [m["text"] for m in slack.slack.standing.values()] == ["Renting is selling."]


async def test_longer_answer_to_an_edit_goes_on_below(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    slack.brain.answer_with = long_answer()
    await slack.event(edited("Tell me everything about Minnesota"))
    await slack.settled()
    assert len(slack.slack.updated) == 1
    said = "".join(shown(message) for message in slack.slack.standing.values())
    assert all(said.count(f"[{source.mark}] {source.law}") == 1 for source in long_answer().sources)


async def test_answer_that_is_gone_is_posted_anew_after_an_edit(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    slack.slack.standing.clear()
    await slack.event(edited("Can I rent customer data in Minnesota?"))
    await slack.settled()
    assert len(slack.slack.standing) == 1


async def test_mention_added_by_an_edit_is_answered(slack: SlackWorld) -> None:
    await ask(slack, "edited_mention")
    assert slack.slack.posted[0]["thread_ts"] == "1795285851.000100"


async def test_edit_of_a_message_that_was_never_ours_is_ignored(slack: SlackWorld) -> None:
    body = edited("x")
    body["event"]["message"]["text"] = "Lunch at one, anyone?"
    await slack.event(body)
    await slack.settled()
    assert not slack.slack.posted


async def test_preview_of_a_link_is_no_edit(slack: SlackWorld) -> None:
    await ask(slack, "direct_message")
    await ask(slack, "message_unfurled")
    assert len(slack.brain.asked) == 1


async def test_deleted_question_loses_its_answer_and_is_forgotten(slack: SlackWorld) -> None:
    slack.brain.answer_with = long_answer()
    await ask(slack, "direct_message")
    assert len(slack.slack.standing) > 2
    await ask(slack, "message_deleted")
    assert not slack.slack.standing
    await slack.event(
        payload("direct_message")
        | {"event": payload("direct_message")["event"] | {"ts": "1795285869.000001"}}
    )
    await slack.settled()
    assert slack.brain.asked[-1].history == ()


async def test_question_deleted_while_it_is_answered_loses_its_answer(slack: SlackWorld) -> None:
    slack.brain.seconds = 0.1
    await slack.event(payload("direct_message"))
    await slack.event(payload("message_deleted"))
    await slack.settled()
    assert slack.slack.posted
    assert not slack.slack.standing


async def test_deleted_head_of_a_thread_loses_its_answer(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    await ask(slack, "message_tombstone")
    assert slack.slack.deleted == [("C0LEGAL", "1.000001")]


async def test_other_workspace_cannot_take_an_answer_away(slack: SlackWorld) -> None:
    await ask(slack, "direct_message")
    await slack.event(payload("message_deleted") | {"team_id": "T0ELSE"})
    await slack.settled()
    assert slack.slack.standing


async def test_group_message_with_a_mention_is_answered_in_its_thread(slack: SlackWorld) -> None:
    await ask(slack, "group_mention")
    (message,) = slack.slack.posted
    assert (message["channel"], message["thread_ts"]) == ("G0GROUP", "1795285880.001200")


async def test_file_is_named_and_not_read(slack: SlackWorld) -> None:
    await ask(slack, "file_in_direct_message")
    assert "I cannot read files (I did not open policy.pdf)" in slack.slack.posted[0]["text"]


async def test_question_with_a_file_is_answered_and_says_that_the_file_was_not_read(
    slack: SlackWorld,
) -> None:
    body = payload("file_in_direct_message")
    body["event"]["text"] = "May we sell data in Minnesota?"
    body["event"]["files"][0]["name"] = "<!channel> *x*.pdf"
    await slack.event(body)
    await slack.settled()
    said = shown(slack.slack.posted[0])
    assert MINNESOTA.short_answer[0].text in said
    assert "I cannot read files and did not open <!channel> *x*.pdf." in said


async def test_rate_limit_is_honoured_for_an_update_too(slack: SlackWorld) -> None:
    await ask(slack, "app_mention")
    slack.slack.errors = ["429"]
    began = time.perf_counter()
    await slack.event(edited("Can I rent customer data in Minnesota?"))
    await slack.settled()
    assert time.perf_counter() - began >= 1
    assert len(slack.slack.updated) == 1


async def test_one_message_a_second_and_channel_over_all_turns() -> None:
    waited: list[float] = []
    now = [100.0]

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    pace = Pace(1.0, lambda: now[0], sleep)
    for channel in ("C1", "C1", "C2", "C1"):
        await pace.slot(channel)
    assert waited == [1.0, 2.0]
    now[0] = 102.5
    await pace.slot("C1")
    now[0] = 110.0
    await pace.slot("C1")
    assert waited == [1.0, 2.0, 0.5]


def test_every_reply_has_the_controls_that_fit_it() -> None:
    def names(reply: Answer | Note, statute: bool = True, share: bool = False) -> list[str]:
        return sorted(pressable({"blocks": controls("0123456789abcdef", offers_of(reply, statute), share)}))

    assert names(MINNESOTA) == ["feedback", "follow_up", "statute", "wrong_state"]
    assert names(MINNESOTA, statute=False, share=True) == ["feedback", "follow_up", "share", "wrong_state"]
    assert names(WHICH_STATE) == ["place"]
    assert names(HELP) == names(Note("Try again.", failed=True)) == []
