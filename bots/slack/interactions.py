"""What people press, choose and type in Slack's buttons, menus and dialogs, read. Pure translation, no network.

Shapes: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, …/view-interactions-payload and
…/shortcuts-interaction-payload.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.asked import clean
from bots.payloads import mapping, part
from bots.slack.controls import question_dialog
from bots.slack.events import plain_text


@dataclass(frozen=True, slots=True)
class Click:
    """One press. `name` is the button's, `value` what it carries; `response_url` reaches the person alone.

    `private`: what was clicked is seen by this person alone. `trigger` opens a dialog, within three seconds.
    """

    name: str
    value: str
    tenant: str
    user: str
    channel: str
    response_url: str
    trigger: str
    private: bool

    @property
    def answer(self) -> str:
        """The id of the answer it is about."""
        return self.value.partition(":")[0]

    @property
    def choice(self) -> str:
        """What was chosen for it."""
        return self.value.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog that was sent: what was typed, and what it was `about` (see `controls.question_dialog`)."""

    id: str
    tenant: str
    user: str
    text: str
    about: Mapping[str, str]

    @property
    def deliveries(self) -> tuple[str, ...]:
        """The ids under which it may come again."""
        return (f"view:{self.id}",)


def read_click(body: Mapping[str, Any]) -> Click | None:
    """Return what was pressed, or None where a payload names no button. The Home tab gives no `response_url`."""
    pressed = body.get("actions")
    action = pressed[0] if isinstance(pressed, list) and pressed else None
    if not isinstance(action, Mapping):
        return None
    option = action.get("selected_option")
    value = option.get("value") if isinstance(option, Mapping) else action.get("value")
    response_url = body.get("response_url")
    if not isinstance(value, str) or not (is_address(response_url) or response_url is None):
        return None
    container = part(body, "container")
    return Click(
        str(action.get("action_id") or ""),
        value,
        _tenant(body),
        _user(body),
        str(part(body, "channel").get("id") or container.get("channel_id") or ""),
        str(response_url or ""),
        str(body.get("trigger_id") or ""),
        container.get("is_ephemeral") is True,
    )


def read_shortcut(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the dialog for "Ask Reggi about this", with the message's words, or None where there is no message."""
    message, channel = part(body, "message"), part(body, "channel").get("id")
    thread = message.get("thread_ts") or message.get("ts")
    if not isinstance(channel, str) or not isinstance(thread, str):
        return None
    about = {"channel": channel, "thread_ts": thread, "response_url": str(body.get("response_url") or "")}
    text = clean(plain_text(str(message.get("text") or ""), None))
    return question_dialog("ask_about", "Ask Reggi about this", "Your question (name the state)", about, text)


def read_dialog(body: Mapping[str, Any]) -> Dialog:
    """Return what was sent in a dialog; empty in every part that the payload does not hold."""
    view = part(body, "view")
    try:
        about = mapping(json.loads(str(view.get("private_metadata") or "{}")))
    except ValueError:
        about = {}
    field = part(view, "state", "values", "question", "question")
    return Dialog(
        str(view.get("id")),
        _tenant(body),
        _user(body),
        str(field.get("value") or ""),
        {str(name): str(value) for name, value in about.items()},
    )


def is_address(value: object) -> bool:
    """Return whether a value is an address of the web; which ones may be used, response_urls.py says."""
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _tenant(body: Mapping[str, Any]) -> str:
    return str(part(body, "team").get("id") or part(body, "user").get("team_id") or "")


def _user(body: Mapping[str, Any]) -> str:
    return str(part(body, "user").get("id") or "")
