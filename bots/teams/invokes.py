"""What people press, choose and send in Teams' forms, read: cards, thumbs, dialogs of the message extension.

Shapes: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards,
…/bots/how-to/bot-messages-ai-generated-content and …/messaging-extensions/how-to/action-commands/respond-to-task-module-submit
(read 2026-11-21).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bots.payloads import mapping, part
from bots.remembered import REASONS, Reason
from bots.teams.activities import Where, plain_text, where_of


@dataclass(frozen=True, slots=True)
class Pressed:
    """An action of a card.

    `message` is the message that holds the card; `data` what the action carries together with what was chosen or typed
    beside it.
    """

    id: str
    verb: str
    data: Mapping[str, str]
    where: Where
    message: str

    @property
    def deliveries(self) -> tuple[str, ...]:
        """The ids under which it may come again."""
        return (f"pressed:{self.where.conversation}:{self.id}",)


@dataclass(frozen=True, slots=True)
class Judged:
    """A thumb on a `message`.

    `form`: Teams asks for the form to show and nothing is sent yet. Otherwise `reason` and `number` are what our form held:
    the reason, and the click it belongs to.
    """

    helpful: bool
    where: Where
    message: str
    form: bool
    reason: Reason | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Dialog:
    """The message extension's dialog: opened, with the `text` of the message it is about where there is one, or sent with
    what was typed or pressed in it."""

    step: Literal["opened", "sent"]
    where: Where
    id: str = ""
    text: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def read_invoke(activity: Mapping[str, Any]) -> Pressed | Judged | Dialog | None:
    """Return what somebody did, or None where it is nothing that is offered."""
    where, value = where_of(activity), part(activity, "value")
    if where is None:
        return None
    name, message = str(activity.get("id") or ""), activity.get("replyToId")
    message = message if isinstance(message, str) else ""
    match activity.get("name"):
        case "adaptiveCard/action":
            action = part(value, "action")
            return Pressed(name, str(action.get("verb") or ""), _texts(action.get("data")), where, message)
        case "message/fetchTask":
            return _judged(part(value, "data") or value, where, message, form=True)
        case "message/submitAction":
            return _judged(value, where, message, form=False)
        case "composeExtension/fetchTask":
            return Dialog("opened", where, name, _about(value))
        case "composeExtension/submitAction":
            return Dialog("sent", where, name, "", _texts(value.get("data")))
    return None


def _judged(value: Mapping[str, Any], where: Where, message: str, form: bool) -> Judged | None:
    given = part(value, "actionValue")
    reaction = given.get("reaction")
    if value.get("actionName") != "feedback" or reaction not in ("like", "dislike"):
        return None
    try:
        sent = _texts(json.loads(str(given.get("feedback") or "{}")))
    except (ValueError, RecursionError):  # Microsoft's Playground sends the bare words
        sent = {}
    # Words typed into Microsoft's own form are not even read: they could say who wrote them.
    chosen, _, number = sent.get("reason", "").partition(":")
    reason: Reason | None = next((known for known in REASONS if known == chosen), None)
    counted = int(number) if re.fullmatch(r"[0-9]{1,9}", number) else None
    return Judged(reaction == "like", where, message, form, reason, counted)


def _about(value: Mapping[str, Any]) -> str:
    """The words of the message that a dialog was opened on."""
    body = part(value, "messagePayload", "body").get("content")
    return plain_text(body, []) if isinstance(body, str) else ""


def _texts(value: object) -> dict[str, str]:
    return {str(k): v for k, v in mapping(value).items() if isinstance(v, str)}
