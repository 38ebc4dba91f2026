"""What Slack hands over, as it goes into the inbox: the parts of a request that are read, and who and what it is about.

Slack's verification token, profiles and whatever else is not read are left out: nothing is kept that is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bots.inbox import Delivery
from bots.payloads import part
from bots.slack.events import PLATFORM, Command, Deleted, Message
from bots.slack.interactions import Click, read_dialog

READ = (
    "team_id", "event_id", "event", "channel_id", "channel_name", "user_id", "text", "command", "response_url",
    "trigger_id", "team", "user", "channel", "container", "actions", "view",
)  # fmt: skip
"""Parts of requests that are kept until they are answered."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Whose bot was asked: what finds its token again. `org`: the app is installed in a whole organization."""

    team: str | None = None
    enterprise: str | None = None
    org: bool = False
    bot_user: str | None = None


UNKNOWN = Workspace()


def workspace_of(body: Mapping[str, Any]) -> Workspace:
    """Return the workspace that `_handed` put down; `UNKNOWN` where it was no workspace."""
    return Workspace(**part(body, "at"))


def event_delivery(found: Message | Deleted, body: Mapping[str, Any], at: Workspace) -> Delivery:
    """Return a message, an edit or a deletion. All of one message are worked on in their order."""
    if isinstance(found, Deleted):
        gone = (f"deleted:{found.about}",)
        return Delivery(
            PLATFORM, found.tenant, "event", _handed(body, at), gone, subject=found.about, asks=False
        )
    asked = found.asked
    return Delivery(
        PLATFORM,
        asked.thread.tenant,
        "event",
        _handed(body, at),
        asked.deliveries,
        found.user,
        found.about,
    )


def command_delivery(command: Command, body: Mapping[str, Any], at: Workspace) -> Delivery:
    """Return a slash command."""
    asked = command.asked
    return Delivery(
        PLATFORM, asked.thread.tenant, "command", _handed(body, at), asked.deliveries, command.user
    )


def dialog_delivery(kind: str, body: Mapping[str, Any], at: Workspace) -> Delivery:
    """Return what was asked in a dialog, "follow_up" or "question_about"."""
    sent = read_dialog(body)
    slim = dict(body) | {"view": _slim_view(part(body, "view"))}
    subject = sent.about.get("answer", "")
    return Delivery(PLATFORM, sent.tenant, kind, _handed(slim, at), sent.deliveries, sent.user, subject)


def place_delivery(click: Click, body: Mapping[str, Any], at: Workspace) -> Delivery:
    """Return the choice of a state below an answer: the same question, asked anew."""
    return Delivery(
        PLATFORM, click.tenant, "place", _handed(body, at), person=click.user, subject=click.answer
    )


def _handed(body: Mapping[str, Any], at: Workspace) -> dict[str, Any]:
    return {"at": asdict(at), **{name: body[name] for name in READ if name in body}}


def _slim_view(view: Mapping[str, Any]) -> dict[str, Any]:
    return {name: view[name] for name in ("id", "private_metadata", "state") if name in view}
