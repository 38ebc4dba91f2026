"""Block Kit and Adaptive Cards as HTML: every block is drawn or named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.previews import PREVIEWS, slack_preview, teams_preview
from bots.teams.cards import card, rich, run
from bots.turn import Note
from bots.web import look
from bots.web.look import drawer, render
from tests.bots.answers import HOSTILE, MINNESOTA, WHICH_STATE, hostile, survey
from tests.bots.web.conftest import Elements, Page, key_in


def preview(messages: dict[str, Any], drawer: str | None = None) -> Elements:
    return Elements(render("part_preview.html", messages=messages, drawer=drawer))


def drawn(*blocks: dict[str, Any]) -> Elements:
    return preview({"Slack": [{"text": "short", "blocks": list(blocks)}]})


def drawn_card(*body: dict[str, Any]) -> Elements:
    message = {"markdown": "", "citations": [], "card": card(body), "generated": True, "judged": False}
    return preview({"Teams": [message]})


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


@pytest.mark.parametrize("reply", [MINNESOTA, survey(30), hostile(), WHICH_STATE, Note("Not now.")])
def test_both_platforms_messages_are_drawn_whole(reply) -> None:  # type: ignore[no-untyped-def]
    for name, write in PREVIEWS.items():
        shown = preview({name: write(reply)})
        known = [word for word in shown.words.split() if word.startswith(("[Input.", "[Action.", "[rich_"))]
        assert known == []
        said = [reply.text] if isinstance(reply, Note) else [s.text for s in reply.all_statements()]
        assert [text for text in said if text.strip() not in shown.words] == []


def test_what_can_be_pressed_is_shown_too() -> None:
    for write in (slack_preview, teams_preview):
        assert "Show the statute text" in preview({"X": write(MINNESOTA)}).words
        assert "Choose the state" in preview({"X": write(WHICH_STATE)}).words


def test_comparison_is_a_table_of_the_card_that_teams_gets() -> None:
    messages = teams_preview(survey(3))
    cards = [json.loads(text) for text in preview({"Teams": messages}).all("div", "data-card")]
    assert cards == [message["card"] for message in messages if message["card"]]
    assert [one["body"][0]["type"] for one in cards if one["body"]] == ["Table"]
    shown = preview({"Teams": messages})
    heads = [tag for tag, attrs in shown.tags if tag == "th" and attrs.get("scope") == "col"]
    assert len(heads) == 3
    assert "https://law.example/S1/2" in shown.all("a", "href")


def test_words_of_a_card_stay_words() -> None:
    shown = drawn_card(rich([run(HOSTILE, url="javascript:alert(1)")]), {"type": "Hologram"})
    assert HOSTILE in shown.words
    assert "[Hologram]" in shown.words
    assert shown.all("a", "href") == []
    assert "script" not in {tag for tag, _ in shown.tags}


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the library is looked for; empty."""
    monkeypatch.setattr(look, "VENDOR", tmp_path)
    drawer.cache_clear()
    yield tmp_path
    drawer.cache_clear()


@pytest.mark.usefixtures("vendor")
async def test_plain_html_does_where_the_library_is_not_installed(page: Page) -> None:
    address = f"/answers/{key_in(await page.ask('Marketing?'))}/preview?part=1"
    assert Elements(await (await page.get(address)).text()).all("div", "data-drawer") == []
    assert (await page.get("/static/adaptivecards.min.js")).status == 404


async def test_card_is_drawn_by_the_library_where_it_is_installed(page: Page, vendor: Path) -> None:
    (vendor / "adaptivecards.min.js").write_text("AdaptiveCards = {};")
    address = f"/answers/{key_in(await page.ask('Marketing?'))}/preview?part=1"
    (found,) = Elements(await (await page.get(address)).text()).all("div", "data-drawer")
    response = await page.get(found)
    assert await response.text() == "AdaptiveCards = {};"
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_library_is_looked_for_where_git_leaves_it_out() -> None:
    ignored = (look.HERE / ".gitignore").read_text().split("\n")
    assert f"{look.VENDOR.relative_to(look.HERE).parts[0]}/" in ignored
