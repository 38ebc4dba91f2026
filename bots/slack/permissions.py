"""Who may choose for a channel: members of the workspace may, guests and people of other workspaces may not.

A command can only be typed by somebody in the channel, so membership needs no look-up and no scope. What a person
is, `users.info` says (https://docs.slack.dev/reference/objects/user-object).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.calls import NotSent, called

_log = structlog.get_logger(__name__)

GUEST = "Guests may not change what holds in a channel. Please ask a member of this workspace."
STRANGER = "Only members of the workspace that installed me may change what holds in a channel. Please ask one of them."
UNKNOWN = "I could not ask Slack who you are, so I changed nothing. Please try again in a minute."
NO_SCOPE = (
    "I may not ask Slack who you are, so I changed nothing. "
    "Whoever runs me must add the scope users:read and install me again."
)


async def why_not(client: AsyncWebClient, user: str, tenant: str) -> str | None:
    """Return why a person may not choose for a channel, or None if they may."""
    try:
        answer = await called(client.users_info(user=user))
    except NotSent as error:
        _log.error("slack_user_unknown", error=str(error))
        return NO_SCOPE if str(error) == "missing_scope" else UNKNOWN
    return refusal(answer.get("user") or {}, tenant)


def refusal(user: Mapping[str, Any], tenant: str) -> str | None:
    """Return why this user may not choose for a channel of workspace `tenant`, or None if they may."""
    if user.get("is_stranger") or not _belongs(user, tenant):
        return STRANGER
    if user.get("is_admin") or user.get("is_owner"):
        return None
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return GUEST
    return STRANGER if user.get("deleted") or user.get("is_bot") else None


def _belongs(user: Mapping[str, Any], tenant: str) -> bool:
    enterprise = user.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, Mapping) else None
    return user.get("team_id") == tenant or (isinstance(teams, list) and tenant in teams)
