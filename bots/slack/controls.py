"""What can be pressed: buttons and menus below an answer, dialogs, the switches of a channel.

Every value carries the id of the kept answer it is about, and nothing of its words. Limits: 75 characters in an
option, 100 options in a menu (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
"""

from __future__ import annotations

import json
from typing import Any

from bots.offers import CHOOSE_STATE, Offers, place_groups
from bots.remembered import REASONS, Choices
from bots.slack.blocks import Block, context, plain
from retrieval.jurisdictions import registry

INPUT_TEXT = 3_000  # https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element


def controls(answer: str, offers: Offers, share: bool) -> tuple[Block, ...]:
    """Return what stands below a reply, which is kept under the id `answer`.

    `share`: only one person sees the reply, and it may go to a channel.
    """
    if offers.choose_state:
        return (actions(place_menu(answer, CHOOSE_STATE)),)
    buttons = [
        *([_button("share", "Post in channel", answer, primary=True)] if share and offers.follow_up else []),
        *([_button("wrong_state", "Wrong state?", answer)] if offers.wrong_state else []),
        *([_button("statute", "Show the statute text", answer)] if offers.statute else []),
        *([_button("follow_up", "Ask a follow-up", answer)] if offers.follow_up else []),
    ]
    thumbs = [_thumbs(answer)] if offers.judge else []
    return (*thumbs, *([actions(*buttons)] if buttons else []))


def place_menu(answer: str, prompt: str) -> Block:
    """Return a menu of all jurisdictions; Slack narrows it down as one types."""
    groups = [
        {
            "label": plain(label),
            "options": [_option(name, f"{answer}:{code}") for code, name in places],
        }
        for label, places in place_groups()
    ]
    return {
        "type": "static_select",
        "action_id": "place",
        "placeholder": plain(prompt),
        "option_groups": groups,
    }


def own_default(chosen: bool) -> tuple[Block, ...]:
    """Return the menu of one's own default state, and where one is `chosen` the way to remove it."""
    menu = place_menu("mine", "Choose your state") | {"action_id": "my_default"}
    remove = _button("no_default", "Remove", "mine:none")
    return (menu, remove) if chosen else (menu,)


def reason_menu(answer: str, number: int) -> Block:
    """Return a menu of reasons why an answer was not helpful; `number` is that of the click they belong to."""
    return {
        "type": "static_select",
        "action_id": "reason",
        "placeholder": plain("Choose a reason"),
        "options": [_option(text, f"{answer}:{reason}:{number}") for reason, text in REASONS.items()],
    }


def switches(choices: Choices) -> tuple[Block, ...]:
    """Return the switches of a channel, each with what it does now."""
    places = ", ".join(registry()[code].name for code in choices.defaults) or "none"
    return (
        context(f"Default state here: {places}. To change it: /reggi default CA, or /reggi default none."),
        _switch(
            "follow_ups",
            choices.follow_ups,
            ("Follow-ups: I answer every message in threads I answered in.", "Only when mentioned"),
            ("Mention only: I answer in channels only when somebody mentions me.", "Answer follow-ups"),
        ),
        _switch(
            "private",
            choices.private,
            ("Private answers: only who asks sees the answer.", "Answer openly"),
            ("Open answers: everybody in the channel sees the answer.", "Answer privately"),
        ),
    )


def question_dialog(callback: str, title: str, label: str, about: dict[str, str], text: str = "") -> Block:
    """Return a dialog that asks for a question. `about` comes back with it (at most 3,000 characters as JSON)."""
    given = {"initial_value": text[:INPUT_TEXT]} if text else {}
    field: Block = {
        "type": "plain_text_input",
        "action_id": "question",
        "multiline": True,
        "max_length": INPUT_TEXT,
        **given,
    }
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(about),
        "title": plain(title),
        "submit": plain("Ask"),
        "close": plain("Cancel"),
        "blocks": [{"type": "input", "block_id": "question", "label": plain(label), "element": field}],
    }


def actions(*elements: Block) -> Block:
    """Return a row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)}


def asked_by(user: str, question: Block) -> Block:
    """Return a quoted question with who asked it in front."""
    (quote,) = question["elements"]
    who: list[Block] = [{"type": "user", "user_id": user}, {"type": "text", "text": " asked: "}]
    return {"type": "rich_text", "elements": [{**quote, "elements": [*who, *quote["elements"][1:]]}]}


def _thumbs(answer: str) -> Block:
    """https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element"""
    element = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {
            "text": plain("Helpful"),
            "value": f"{answer}:up",
            "accessibility_label": "This answer was helpful",
        },
        "negative_button": {
            "text": plain("Not helpful"),
            "value": f"{answer}:down",
            "accessibility_label": "This answer was not helpful",
        },
    }
    return {"type": "context_actions", "elements": [element]}


def _switch(name: str, on: bool, while_on: tuple[str, str], while_off: tuple[str, str]) -> Block:
    """Return what holds now, with a button that says what it would change that to."""
    text, change = while_on if on else while_off
    button = _button("switch", change, f"{name}:{'off' if on else 'on'}")
    return {"type": "section", "text": plain(text), "accessory": button}


def _button(name: str, text: str, value: str, primary: bool = False) -> Block:
    style = {"style": "primary"} if primary else {}
    return {"type": "button", "action_id": name, "text": plain(text), "value": value, **style}


def _option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(text[:75]), "value": value}
