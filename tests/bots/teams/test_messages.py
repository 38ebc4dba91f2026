"""Replies as Teams' Markdown."""

from __future__ import annotations

import html
import re

import pytest

from bots.teams.messages import escaped, messages_of
from bots.turn import Note
from tests.bots.answers import HOSTILE, MINNESOTA, hostile, survey


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
    (message,) = messages_of(hostile())
    assert not re.search(r"(?<!\\)\]\(", message.text)
    assert [c.url for c in message.citations] == [None]


def test_brackets_in_an_address_do_not_end_the_link() -> None:
    answer = survey(1)
    (message,) = messages_of(answer)
    assert "(https://law.example/S0/1)" in message.text


def test_citations_are_numbered_as_in_the_text_and_never_empty() -> None:
    (message,) = messages_of(MINNESOTA)
    assert [c.position for c in message.citations] == [1, 2, 3]
    for citation in message.citations:
        assert f"[{citation.position}]" in message.text
        assert 0 < len(citation.name) <= 80
        assert 0 < len(citation.abstract) <= 160


def test_eleventh_source_has_its_mark_and_link_but_no_pop_up() -> None:
    (message,) = messages_of(survey(12))
    assert len(message.citations) == 10
    assert (
        "**[12.1]** [Breach Law of S11, S11 Stat. § 12 — Notice](https://law.example/S11/12)" in message.text
    )


def test_note_is_not_labelled_as_generated() -> None:
    (message,) = messages_of(Note("Try *again*."))
    assert (message.text, message.generated, message.citations) == ("Try \\*again\\*.", False, ())
