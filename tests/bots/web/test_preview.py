"""Block Kit as HTML: every block is drawn or named."""

from __future__ import annotations

from typing import Any

import pytest

from bots.web.look import render
from tests.bots.web.conftest import Elements


def drawn(*blocks: dict[str, Any]) -> Elements:
    messages = {"Slack": [{"text": "short", "blocks": list(blocks)}]}
    return Elements(render("part_preview.html", messages=messages))


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "header", "text": plain("Title")}, ["Title"]),
        ({"type": "context", "elements": [plain("Part 1 of 2")]}, ["Part 1 of 2"]),
        ({"type": "section", "text": plain("On"), "accessory": {"type": "button", "text": plain("Turn off")}}, ["On", "Turn off"]),
        ({"type": "actions", "elements": [{"type": "static_select", "placeholder": plain("Choose")}]}, ["Choose"]),
        ({"type": "context_actions", "elements": [{"type": "feedback_buttons", "positive_button": {"text": plain("Yes")}, "negative_button": {"text": plain("No")}}]}, ["Yes", "No"]),
        ({"type": "hologram"}, ["[hologram]"]),
    ],
)  # fmt: skip
def test_block_is_drawn_or_named(block: dict[str, Any], words: list[str]) -> None:
    shown = drawn(block).words
    assert [word for word in words if word not in shown] == []


def test_text_keeps_links_lists_and_quotations() -> None:
    link = {"type": "link", "url": "https://law.example/1", "text": "[1.1]"}
    bold = {"type": "text", "text": "bold", "style": {"bold": True}}
    elements = [
        {"type": "rich_text_section", "elements": [bold, link, {"type": "user", "user_id": "U1"}]},
        {"type": "rich_text_list", "elements": [{"type": "rich_text_section", "elements": [bold]}]},
        {"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "wave"}]},
    ]
    shown = drawn({"type": "rich_text", "elements": elements})
    assert shown.all("a", "href") == ["https://law.example/1"]
    assert {"b", "ul", "li", "blockquote"} <= {tag for tag, _ in shown.tags}
    assert "@somebody" in shown.words
    assert "[emoji]" in shown.words


def test_link_that_is_none_becomes_text() -> None:
    link = {"type": "link", "url": "javascript:alert(1)", "text": "click"}
    shown = drawn({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]})
    assert shown.all("a", "href") == []
    assert "click" in shown.words


def test_message_without_blocks_shows_its_text() -> None:
    assert "short" in drawn().words
