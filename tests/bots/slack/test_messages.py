"""Replies as Slack messages: within every limit, complete, sources whole and last."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bots.offers import offers_of
from bots.slack.blocks import quoted
from bots.slack.controls import controls
from bots.slack.messages import SlackMessage, escaped, messages_of, plain_messages
from bots.turn import Note
from retrieval.records import Answer, Statement, Table, TableRow
from tests.bots.answers import HELP, HOSTILE, MINNESOTA, WHICH_STATE, hostile, long_answer, survey, two_states
from tests.bots.fake_slack import shown
from tests.bots.slack_limits import block_problem, size

REPLIES = [
    MINNESOTA, WHICH_STATE, HELP, two_states(), hostile(), survey(3), survey(51), survey(120, words=3), survey(51, words=80),
    long_answer(), long_answer(1, 1, 5_000), long_answer(60, 2, 5), replace(MINNESOTA, title="A title " * 60),
    Note("Try again."), Note("x" * 20_000), Note(HOSTILE),
]  # fmt: skip


def sent(message: SlackMessage) -> dict[str, Any]:
    return {"channel": "C1", **asdict(message), "blocks": list(message.blocks)}


@pytest.mark.parametrize("reply", REPLIES)
def test_every_message_is_one_that_slack_takes(reply: Answer | Note) -> None:
    for message in (
        *messages_of(
            reply,
            [quoted("You asked:", HOSTILE * 10)],
            controls("0123456789abcdef", offers_of(reply, True), True),
        ),
        *plain_messages(reply),
    ):
        assert block_problem(sent(message)) is None
        assert size(list(message.blocks)) <= 10_000
        assert message.text


@pytest.mark.parametrize("reply", REPLIES)
def test_every_block_is_valid_to_slacks_own_models(reply: Answer | Note) -> None:
    for message in messages_of(
        reply, [quoted("You asked:", "May I?")], controls("0123456789abcdef", offers_of(reply, True), True)
    ):
        for block in message.blocks:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
            assert not set(block) - set(parsed.to_dict())


@pytest.mark.parametrize("reply", [r for r in REPLIES if isinstance(r, Answer)])
def test_splitting_loses_nothing(reply: Answer) -> None:
    for messages in (messages_of(reply), plain_messages(reply)):
        said = "".join("".join(shown(sent(message)) for message in messages).split())
        said = re.sub(r"Part\d+of\d+", "", said)
        said = said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        wanted = [s.text for s in reply.all_statements()] + [f"[{s.mark}]{s.law}" for s in reply.sources]
        assert all("".join(text.split()) in said for text in wanted + list(reply.notices))


@pytest.mark.parametrize("reply", [r for r in REPLIES if isinstance(r, Answer) and r.sources])
def test_sources_come_last_and_no_entry_is_torn(reply: Answer) -> None:
    *_, before_sources, sources = "\n".join(shown(sent(m)) for m in messages_of(reply)).rpartition(
        "Source(s):"
    )
    assert before_sources
    assert all(sources.count(f"[{s.mark}] {s.law}, {s.citation} — {s.title}") == 1 for s in reply.sources)


def test_short_answer_with_its_sources_is_one_message() -> None:
    assert len(messages_of(MINNESOTA)) == len(messages_of(two_states())) == 1


def test_sources_that_fit_into_one_message_stay_together() -> None:
    messages = messages_of(long_answer(sections=9))
    assert len(messages) > 1
    holding = [m for m in messages if "Source(s):" in shown(sent(m))]
    assert [shown(sent(m)).count("official link") for m in holding] == [18]


def test_heading_is_not_left_behind_at_the_end_of_a_message() -> None:
    for message in messages_of(long_answer()):
        assert message.blocks[-1]["type"] != "header"


def test_wide_comparison_becomes_a_list() -> None:
    columns = tuple(f"Column {n}" for n in range(25))
    row = TableRow("MN", tuple(Statement(f"cell {n}", ("1.1",)) for n in range(25)))
    (message,) = messages_of(replace(MINNESOTA, table=Table(columns, (row,))))
    assert not [block for block in message.blocks if block["type"] == "table"]
    assert "Column 24: cell 24 [1.1]" in shown(sent(message))


def test_typed_words_are_escaped_in_the_notification() -> None:
    assert messages_of(Note(HOSTILE))[0].text == escaped(HOSTILE)
    assert "<" not in escaped(HOSTILE)
    assert escaped("&lt;") == "&amp;lt;"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=2_000), st.integers(1, 12)), min_size=1, max_size=12),
)
def test_any_answer_fits(parts: list[tuple[str, int]]) -> None:
    section = MINNESOTA.sections[0]
    sections = tuple(
        replace(section, heading=text[:400], statements=(Statement(text, ("1.1",)),) * times)
        for text, times in parts
    )
    for message in messages_of(replace(MINNESOTA, sections=sections)):
        assert block_problem(sent(message)) is None


def test_quotation_of_nothing_is_a_block_that_slack_takes() -> None:
    block = quoted("You asked:", "")
    assert block_problem({"channel": "C1", "text": "x", "blocks": [block]}) is None
    assert "(nothing)" in shown({"blocks": [block]})
