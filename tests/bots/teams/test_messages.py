"""Replies as Teams' Markdown."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from bots.teams.messages import escaped, growing_text, messages_of
from bots.turn import Note
from retrieval.parts import parts_of
from retrieval.records import Answer, Table
from tests.bots.answers import HELP, HOSTILE, MINNESOTA, WHICH_STATE, hostile, long_answer, survey, two_states


def seen(markdown: str) -> str:
    """Return what a Markdown reader shows of escaped text."""
    return html.unescape(re.sub(r"\\([\\`*_\[\]~#+.)-])", r"\1", markdown))


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "# no heading", "- no list", "1. no list", "12) no list", "> no quote", "a\\*b", "[1] [1.1]", "__x__ ~~y~~", "&amp; &lt;"],
)  # fmt: skip
def test_typed_words_are_shown_letter_by_letter(text: str) -> None:
    shown = escaped(text)
    assert seen(shown) == text
    assert "<" not in shown
    assert not re.search(r"(?<!\\)[*_`\[\]~]", shown)
    assert not re.match(r"\s*(?:[#>+-]|\d+[.)])", shown)


def test_nothing_a_person_typed_makes_a_link_or_a_citation() -> None:
    messages = messages_of(hostile())
    for message in messages:
        assert not re.search(r"(?<!\\)\]\(", message.in_words)
    assert [c.url for message in messages for c in message.citations] == [None]


def test_brackets_in_an_address_do_not_end_the_link() -> None:
    (*_, message) = messages_of(survey(1))
    assert "(https://law.example/S0/1)" in message.text


def test_citations_are_numbered_as_in_the_text_and_never_empty() -> None:
    (message,) = messages_of(MINNESOTA)
    assert [c.position for c in message.citations] == [1, 2, 3]
    for citation in message.citations:
        assert f"[{citation.position}]" in message.text
        assert 0 < len(citation.name) <= 80
        assert 0 < len(citation.abstract) <= 160


def test_eleventh_source_has_its_mark_and_link_but_no_pop_up() -> None:
    (*_, message) = messages_of(survey(12))
    assert len(message.citations) == 10
    assert (
        "**[12.1]** [Breach Law of S11, S11 Stat. § 12 — Notice](https://law.example/S11/12)" in message.text
    )


def test_note_is_not_labelled_as_generated() -> None:
    (message,) = messages_of(Note("Try *again*."))
    assert (message.text, message.generated, message.citations) == ("Try \\*again\\*.", False, ())


def test_comparison_is_a_table_below_what_introduces_it_and_the_rest_comes_after() -> None:
    first, second, third = messages_of(survey(3))
    assert first.text.startswith("**Breach deadline: 3 jurisdictions compared**\n\nDeadlines differ. [1.1]")
    assert second.card is not None
    assert not second.text  # text and card in one activity would come apart
    (table,) = second.card["body"]
    assert table["type"] == "Table"
    names = [row["cells"][0]["items"][0]["inlines"][0]["text"] for row in table["rows"]]
    assert names == ["Jurisdiction", "State S0", "State S1", "State S2"]
    link = table["rows"][1]["cells"][1]["items"][0]["inlines"][-1]
    assert (link["text"], link["selectAction"]["url"]) == ("[1.1]", "https://law.example/S0/1")
    assert third.text.startswith("**Source(s):**")
    assert [m.card is None for m in (first, second, third)] == [True, False, True]


def test_comparison_stands_in_words_where_teams_takes_no_cards() -> None:
    _, table, _ = messages_of(survey(3))
    assert "**State S1**\n\n- Deadline: S1 days word" in table.in_words


def test_comparison_of_all_states_is_split_between_rows_and_loses_none() -> None:
    messages = messages_of(survey(56, words=40))
    tables = [message.card["body"][0] for message in messages if message.card]
    assert len(tables) > 1
    rows = [
        row["cells"][0]["items"][0]["inlines"][0]["text"] for table in tables for row in table["rows"][1:]
    ]
    assert rows == [f"State S{n}" for n in range(56)]
    listed = "\n".join(message.in_words for message in messages)
    assert all(listed.count(f"**State S{n}**") == 1 for n in range(56))


def test_comparison_too_wide_for_a_table_is_a_list() -> None:
    answer = survey(2)
    assert answer.table is not None
    wide = tuple(replace(row, cells=(*row.cells, *row.cells, *row.cells)) for row in answer.table.rows)
    columns = tuple(f"{n}" for n in range(6))
    (message,) = messages_of(replace(answer, table=Table(columns, wide)))
    assert message.card is None
    assert "**State S1**" in message.text


@pytest.mark.parametrize(
    "answer", [MINNESOTA, two_states(), survey(4), long_answer(), WHICH_STATE, HELP], ids=lambda a: a.title
)
def test_what_is_shown_while_it_grows_begins_what_is_shown_next(answer: Answer) -> None:
    shown = [growing_text(part.so_far) for part in parts_of(answer)]
    whole = messages_of(answer)[0].text
    assert shown[0]
    assert all(after.startswith(before) for before, after in zip(shown, [*shown[1:], whole], strict=True))
