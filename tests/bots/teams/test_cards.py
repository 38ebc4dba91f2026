"""Every card: our own limits always, and Microsoft's renderer where it is installed (`make test-browser` installs it)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bots.offers import Offers
from bots.remembered import Choices
from bots.render import links_of, pieces_of
from bots.teams.cards import CARD_BYTES, blocks_of, card, pages, size_of
from bots.teams.controls import (
    chooser,
    controls,
    prompts,
    question_form,
    reason_form,
    right_state_chooser,
    switches,
    text_page,
    told,
)
from bots.teams.extension import answer_card
from bots.teams.messages import messages_of
from bots.turn import Note
from tests.bots.answers import HELP, HOSTILE, MINNESOTA, hostile, long_answer, survey, two_states

BROWSER = Path(__file__).parents[2] / "browser"
ELEMENTS = {"RichTextBlock", "Table", "Input.ChoiceSet", "Input.Text"}
ACTIONS = {"Action.Execute", "Action.Submit", "Action.ShowCard"}
ALL = Offers(wrong_state=True, statute=True, follow_up=True, judge=True)


def cards() -> dict[str, Any]:
    """Every kind of card that is sent."""
    found: dict[str, Any] = {
        "buttons, personal": controls(ALL, personal=True),
        "buttons, channel": controls(ALL, personal=False),
        "chooser": chooser("Choose"),
        "right state": right_state_chooser(),
        "prompts": prompts(),
        "reasons": reason_form(7),
        "switches off": switches(Choices()),
        "switches on": switches(Choices(defaults=("CA", "NM"), follow_ups=True)),
        "told": told("Gone.", back=True),
        "question": question_form("Can I?", "Again:"),
        "note": answer_card(Note("Sorry.")),
        "hostile": card(blocks_of(pieces_of(hostile()), {})),
    }
    for name, answer in {
        "minnesota": MINNESOTA, "two states": two_states(), "survey": survey(5), "help": HELP, "long": long_answer(),
    }.items():  # fmt: skip
        found[f"answer, {name}"] = answer_card(answer)
        for n, message in enumerate(messages_of(answer)):
            if message.card:
                found[f"message {n}, {name}"] = message.card
        made = pages(blocks_of(pieces_of(answer), links_of(pieces_of(answer))), 18_000)
        found |= {f"page {n}, {name}": text_page(page, n, len(made)) for n, page in enumerate(made)}
    found |= {f"56 states {n}": m.card for n, m in enumerate(messages_of(survey(56, 40))) if m.card}
    return found


CARDS = cards()


@pytest.mark.parametrize("name", CARDS)
def test_card_keeps_to_what_teams_takes(name: str) -> None:
    made = CARDS[name]
    assert (made["type"], made["version"]) == ("AdaptiveCard", "1.5")
    assert size_of(made) <= CARD_BYTES + 600  # the buttons of a page beside its text
    assert {element["type"] for element in made["body"]} <= ELEMENTS
    assert len(made.get("actions", [])) <= 6  # Teams shows six
    for action in made.get("actions", []):
        assert action["type"] in ACTIONS
        assert action["title"]
    ids = [element["id"] for element in made["body"] if element["type"].startswith("Input.")]
    assert len(set(ids)) == len(ids)


def test_words_of_others_are_nowhere_read_as_markdown() -> None:
    text = json.dumps(CARDS["hostile"])
    assert "TextBlock" not in text.replace("RichTextBlock", "")
    runs = [run["text"] for block in CARDS["hostile"]["body"] for run in block["inlines"]]
    assert any(HOSTILE in run for run in runs)
    assert "selectAction" not in text  # its address is no address


def test_every_jurisdiction_can_be_chosen() -> None:
    (field,) = chooser("Choose")["body"]
    values = [choice["value"] for choice in field["choices"]]
    assert field["style"] == "filtered"
    assert len(set(values)) == len(values) >= 56
    assert {"NM", "DC", "PR", "GU", "VI", "US"} <= set(values)


def test_pages_hold_everything_in_order() -> None:
    blocks = blocks_of(pieces_of(long_answer()), {})
    made = pages(blocks, 5_000)
    assert [block for page in made for block in page] == blocks
    assert all(sum(map(size_of, page)) <= 5_000 + 200 for page in made)
    assert not [page for page in made if page[-1].get("spacing") == "Medium"]  # no heading stands alone


def test_long_answer_in_a_dialog_is_told_in_short_with_its_sources() -> None:
    text = json.dumps(answer_card(long_answer()))
    assert "It is long." in text
    assert "[1.1]" in text
    assert "Statement 2-" not in text
    assert "short form" in text


@pytest.fixture(scope="module")
def renderer() -> Path:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (BROWSER / "node_modules" / "adaptivecards").is_dir():
        pytest.skip("Microsoft's renderer is not installed: npm install in tests/browser")
    return BROWSER / "check_cards.cjs"


def test_microsofts_renderer_takes_every_card(renderer: Path) -> None:
    checked = subprocess.run(
        ["node", renderer], input=json.dumps(CARDS), capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.stderr == ""
    assert json.loads(checked.stdout) == {}


def test_microsofts_renderer_would_tell(renderer: Path) -> None:
    wrong = {"wrong": card([{"type": "TextBlok"}], [{"type": "Action.Nope"}])}
    checked = subprocess.run(
        ["node", renderer], input=json.dumps(wrong), capture_output=True, text=True, check=False, timeout=60
    )
    assert set(json.loads(checked.stdout)) == {"wrong"}
