"""What Slack hands over, as it goes into the inbox: the parts of a request that are read, and who and what it is about.

Slack's verification token, profiles and whatever else is not read are left out: nothing is kept that is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.inbox import Delivery
from bots.slack.clicks import Click, dialog_values
from bots.slack.events import PLATFORM, Command, Deleted, Message

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


def workspace_of(body: Mapping[str, Any]) -> Workspace:
    """Return the workspace that `_handed` put down."""
    at = body.get("at") or {}
    return Workspace(at.get("team"), at.get("enterprise"), bool(at.get("org")), at.get("bot_user"))


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
    tenant = str(_part(body, "team").get("id") or _part(body, "user").get("team_id") or "")
    ids = (f"view:{_part(body, 'view').get('id')}",)
    person = str(_part(body, "user").get("id") or "")
    about, _ = dialog_values(body)
    slim = dict(body) | {"view": _slim_view(_part(body, "view"))}
    return Delivery(PLATFORM, tenant, kind, _handed(slim, at), ids, person, about.get("answer", ""))


def place_delivery(click: Click, body: Mapping[str, Any], at: Workspace) -> Delivery:
    """Return the choice of a state below an answer: the same question, asked anew."""
    return Delivery(
        PLATFORM, click.tenant, "place", _handed(body, at), person=click.user, subject=click.answer
    )


def _handed(body: Mapping[str, Any], at: Workspace) -> dict[str, Any]:
    whose = {"team": at.team, "enterprise": at.enterprise, "org": at.org, "bot_user": at.bot_user}
    return {"at": whose, **{name: body[name] for name in READ if name in body}}


def _slim_view(view: Mapping[str, Any]) -> dict[str, Any]:
    return {name: view[name] for name in ("id", "private_metadata", "state") if name in view}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}
