"""Slack's requests into the running server, whole messages out of it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from bots.attempts import KEEP_TRYING
from bots.turn import BROKEN
from retrieval.errors import StoreUnavailable
from tests.bots.answers import MINNESOTA, hostile, long_answer, survey
from tests.bots.conftest import SlackWorld, until
from tests.bots.fake_slack import payload, shown
from tests.bots.slack.mention_answer import MENTION_ANSWER


def said(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks of an answer without what can be pressed below it."""
    return [block for block in blocks if block["type"] not in {"actions", "context_actions"}]


async def test_mention_is_answered_in_its_thread_with_the_whole_answer(slack: SlackWorld) -> None:
    response = await slack.event(payload("app_mention"))
    assert response.status == 200
    await slack.settled()
    (message,) = slack.slack.posted
    blocks, mark = message.pop("blocks"), message.pop("metadata")
    assert mark["event_type"] == "reggi_turn"
    assert mark["event_payload"]["last"] is True
    assert message == {
        "channel": "C0LEGAL",
        "thread_ts": "1795285851.000100",
        "text": "Yes, with conditions: people may opt out of targeted advertising.",
        "unfurl_links": False,
        "unfurl_media": False,
        "team_id": "T0WORK",  # Bolt adds it, for installations in many workspaces
    }
    assert said(blocks) == MENTION_ANSWER
    (question,) = slack.brain.asked
    assert question.text == "Can I use customer data for marketing in Minnesota?"
    assert (question.jurisdiction, question.history) == (None, ())


async def test_acknowledged_before_the_answer_is_looked_up(slack: SlackWorld) -> None:
    slack.brain.seconds = 0.5
    began = time.perf_counter()
    response = await slack.event(payload("app_mention"))
    assert response.status == 200
    assert time.perf_counter() - began < 0.4
    assert not slack.slack.posted
    await until(lambda: bool(slack.slack.posted))


async def test_retried_and_twice_announced_message_is_answered_once(slack: SlackWorld) -> None:
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    await slack.event(payload("app_mention"))
    await slack.event(payload("message_with_mention"))
    await slack.event(payload("app_mention"), **retry)
    await slack.event(payload("message_with_mention"), **retry)
    await slack.settled()
    assert len(slack.slack.posted) == len(slack.brain.asked) == 1


async def test_deliveries_at_the_same_time_are_answered_once(slack: SlackWorld) -> None:
    await asyncio.gather(
        *(slack.event(payload(name)) for name in ["app_mention", "message_with_mention"] * 10)
    )
    await slack.settled()
    assert len(slack.slack.posted) == 1


async def test_message_alone_that_mentions_the_bot_is_answered(slack: SlackWorld) -> None:
    await slack.event(payload("message_with_mention"))
    await slack.settled()
    assert slack.slack.posted[0]["thread_ts"] == "1795285851.000100"


async def test_direct_message_is_answered_in_the_conversation(slack: SlackWorld) -> None:
    await slack.event(payload("direct_message"))
    await slack.settled()
    (message,) = slack.slack.posted
    assert message["channel"] == "D0ALICE"
    assert "thread_ts" not in message


@pytest.mark.parametrize(
    "name",
    [
        "message_unfurled", "message_deleted", "message_tombstone", "own_message", "other_bot_mention",
        "message_without_mention", "thread_reply", "team_join",
    ],
)  # fmt: skip
async def test_what_asks_nothing_is_acknowledged_and_not_answered(slack: SlackWorld, name: str) -> None:
    response = await slack.event(payload(name))
    assert response.status == 200
    await slack.settled()
    assert not slack.slack.posted
    assert not slack.brain.asked


async def test_follow_up_in_a_thread_knows_the_earlier_question(slack: SlackWorld) -> None:
    await slack.event(payload("app_mention"))
    await slack.settled()
    await slack.event(payload("mention_in_thread"))
    await slack.settled()
    assert slack.brain.asked[1].text == "and the deadline?"
    assert slack.brain.asked[1].history == ("Can I use customer data for marketing in Minnesota?",)
    assert slack.slack.posted[1]["thread_ts"] == "1795285851.000100"


async def test_file_without_words_gets_a_friendly_sentence(slack: SlackWorld) -> None:
    await slack.event(payload("file_in_direct_message"))
    await slack.settled()
    assert "I did not see a question" in slack.slack.posted[0]["text"]
    assert not slack.brain.asked


@pytest.mark.parametrize(
    ("text", "code", "question"),
    [
        ("NM can I sell customer data?", "NM", "can I sell customer data?"),
        ('"New Mexico" can I sell customer data?', "NM", "can I sell customer data?"),
        ("“New Mexico” can I sell customer data?", "NM", "can I sell customer data?"),
        ("New Mexico can I sell customer data?", "NM", "can I sell customer data?"),
        ("can I sell customer data in Nevada?", None, "can I sell customer data in Nevada?"),
    ],
)
async def test_command_is_answered_privately_for_its_state(
    slack: SlackWorld, text: str, code: str | None, question: str
) -> None:
    response = await slack.command(text)
    assert (response.status, await response.text()) == (200, "")
    await slack.settled()
    (message,) = slack.slack.responses
    assert (message["response_type"], message["replace_original"]) == ("ephemeral", False)
    assert message["text"] == MINNESOTA.short_answer[0].text
    assert shown(message).startswith(f"You asked: {text}")
    assert said(message["blocks"])[1:] == MENTION_ANSWER
    assert (slack.brain.asked[0].jurisdiction, slack.brain.asked[0].text) == (code, question)
    assert not slack.slack.posted


async def test_command_with_an_unknown_state_says_which_word_and_how_to_write_it(slack: SlackWorld) -> None:
    await slack.command('"New Mexco" can I sell customer data?')
    await slack.settled()
    said = slack.slack.responses[0]["text"]
    assert "“New Mexco”" in said
    assert '/reggi "New Mexico"' in said
    assert not slack.brain.asked


@pytest.mark.parametrize("text", ["", "help", "  HELP "])
async def test_command_alone_and_help_explain_how_to_ask(slack: SlackWorld, text: str) -> None:
    await slack.command(text)
    await slack.settled()
    said = shown(slack.slack.responses[0])
    assert "What Reggi does" in said
    assert "Type /reggi NM and your question" in said
    assert slack.slack.responses[0]["blocks"]
    assert not slack.slack.refused


async def test_repeated_command_delivery_is_answered_once(slack: SlackWorld) -> None:
    await slack.command("NM can I sell customer data?")
    await slack.command("NM can I sell customer data?")
    await slack.settled()
    assert len(slack.slack.responses) == 1


async def test_command_question_is_quoted_letter_by_letter(slack: SlackWorld) -> None:
    await slack.command("NM &lt;!channel&gt; <https://evil.example|click> *bold*?")
    await slack.settled()
    (message,) = slack.slack.responses
    assert message["blocks"][0]["elements"][0]["elements"][1] == {
        "type": "text",
        "text": "NM <!channel> click *bold*?",
    }


async def test_long_command_answer_goes_to_direct_messages(slack: SlackWorld) -> None:
    slack.brain.answer_with = long_answer(sections=60)
    await slack.command("MN everything")
    await slack.settled()
    assert [m["text"] for m in slack.slack.responses] == [
        "The answer is long: I sent it to you as direct messages."
    ]
    assert len(slack.slack.posted) > 5
    assert {m["channel"] for m in slack.slack.posted} == {"U0ALICE"}


async def test_long_answer_is_split_and_loses_no_statement_and_no_source(slack: SlackWorld) -> None:
    answer = slack.brain.answer_with = long_answer()
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert not slack.slack.refused
    said = "".join(shown(message) for message in slack.slack.posted)
    assert all(said.count(f"{s.text} [") == 1 for section in answer.sections for s in section.statements)
    assert all(said.count(f"[{source.mark}] {source.law}") == 1 for source in answer.sources)
    assert [m["text"] for m in slack.slack.posted[1:]] == [
        f"A very long answer ({n} of {len(slack.slack.posted)})"
        for n in range(2, len(slack.slack.posted) + 1)
    ]


async def test_comparison_is_a_table_and_its_sources_follow(slack: SlackWorld) -> None:
    slack.brain.answer_with = survey(51)
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert not slack.slack.refused
    tables = [b for m in slack.slack.posted for b in m["blocks"] if b["type"] == "table"]
    rows = [row for table in tables for row in table["rows"]]
    assert [cell["text"] for cell in rows[0]] == ["Jurisdiction", "Deadline", "Regulator"]
    assert len(rows) == 51 + len(tables)
    assert all(m["blocks"][-1]["type"] == "table" for m in slack.slack.posted[: len(tables)])
    said = "".join(shown(message) for message in slack.slack.posted)
    assert all(said.count(f"[{n}.1] Breach Law of S{n - 1}") == 1 for n in range(1, 52))


async def test_nothing_a_person_typed_can_ping_or_link(slack: SlackWorld) -> None:
    slack.brain.answer_with = hostile()
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert not slack.slack.refused
    assert '"url"' not in json.dumps(slack.slack.posted)  # its one source has an address unsafe in a link
    assert "mrkdwn" not in json.dumps(slack.slack.posted)
    assert "<!channel> *bold*" in shown(slack.slack.posted[0])


async def test_broken_library_is_told_in_a_plain_sentence(slack: SlackWorld) -> None:
    slack.brain.error = StoreUnavailable("chroma.sqlite3 is locked by process 4711")
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert slack.slack.posted[0]["text"].startswith("My law library is not reachable right now")
    assert slack.slack.posted[0]["text"].endswith(KEEP_TRYING)
    assert "4711" not in json.dumps(slack.slack.posted)


async def test_fault_of_our_own_is_told_in_a_plain_sentence(slack: SlackWorld) -> None:
    slack.brain.error = KeyError("secret detail")
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert "Something went wrong" in slack.slack.posted[0]["text"]
    assert "secret detail" not in json.dumps(slack.slack.posted)


async def test_answer_that_cannot_be_written_is_told_in_a_plain_sentence(slack: SlackWorld) -> None:
    slack.brain.answer_with = replace(MINNESOTA, notices=(None,))  # type: ignore[arg-type]
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert [message["text"] for message in slack.slack.posted] == [BROKEN]


async def test_blocks_that_slack_refuses_go_as_plain_text_with_all_sources(slack: SlackWorld) -> None:
    slack.slack.errors = ["invalid_blocks"]
    await slack.event(payload("app_mention"))
    await slack.settled()
    said = "\n".join(message["text"] for message in slack.slack.posted)
    assert "blocks" not in slack.slack.posted[0]
    assert "- A consumer may opt out of the sale of personal data. [1.1]" in said
    assert "https://www.revisor.mn.gov/statutes/cite/325M.16" in said


async def test_rate_limit_is_waited_for(slack: SlackWorld) -> None:
    slack.slack.errors = ["429"]
    began = time.perf_counter()
    await slack.event(payload("app_mention"))
    await slack.settled()
    assert time.perf_counter() - began >= 1
    assert len(slack.slack.posted) == 1


async def test_message_that_slack_does_not_take_harms_nothing_else(slack: SlackWorld) -> None:
    slack.slack.errors = ["is_archived"]
    await slack.event(payload("app_mention"))
    await slack.settled()
    await slack.event(payload("direct_message"))
    await slack.settled()
    assert [m["channel"] for m in slack.slack.posted] == ["D0ALICE"]


async def test_account_is_asked_for_once(slack: SlackWorld) -> None:
    await slack.event(payload("app_mention"))
    await slack.event(payload("direct_message"))
    await slack.settled()
    assert slack.slack.auth_tests == 1
