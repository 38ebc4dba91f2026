"""`default CA`, `my default CA`, `settings`, and the switch that they show. Who may choose is asked of Teams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from bots.afterwards import NOT_KEPT, Afterwards
from bots.choices import Choosing, standing, unknown_state
from bots.remembered import Scope
from bots.teams.activities import PLATFORM, Where
from bots.teams.adapter import Conversation, NotSent
from bots.teams.cards import Card
from bots.teams.controls import switches, told
from bots.teams.messages import TeamsMessage, escaped

_log = structlog.get_logger(__name__)

IN_PERSONAL = (
    "Here only you and I talk, so there is nothing to switch. Set your own state with: my default CA."
)
GUEST = "Guests may not change what holds here. Please ask a member of your organization."
STRANGER = (
    "Only members of the organization that installed me may change what holds here. Please ask one of them."
)
UNKNOWN = "I could not ask Teams who you are, so I changed nothing. Please try again in a minute."


class ChannelChoices:
    """Shows and sets what holds in a chat or channel, or for a person."""

    def __init__(self, after: Afterwards) -> None:
        self._after = after

    async def chosen(self, talk: Conversation, where: Where, choosing: Choosing) -> TeamsMessage:
        """Do what was written, and return what is said to it."""
        if choosing.unknown:
            return _said(unknown_state(choosing.unknown))
        if choosing.settings and where.personal:
            return _said(IN_PERSONAL)
        mine = choosing.mine or where.personal
        scope = Scope(PLATFORM, where.tenant, where.user if mine else where.channel)
        choices = await self._after.choices(scope)
        if choosing.settings:
            return TeamsMessage(card=switches(choices), plain=escaped(standing(choices, mine)))
        if choosing.places is None:
            return _said(standing(choices, mine))
        wanted = replace(choices, defaults=choosing.places)
        refused = None if mine else await why_not(talk, where)
        if refused is None and not await self._after.choose(scope, wanted):
            refused = NOT_KEPT.text
        if refused is None:
            _log.info("choice_made", defaults=",".join(wanted.defaults), mine=mine)
        return _said(refused or standing(wanted, mine))

    async def switch(
        self, where: Where, follow_ups: bool, now: Callable[[Callable[[Conversation], Awaitable[None]]], Awaitable[None]]
    ) -> Card:  # fmt: skip
        """Turn the switch, and return how it stands now. `now` takes the conversation up."""
        refused: str | None = UNKNOWN

        async def ask(talk: Conversation) -> None:
            nonlocal refused
            refused = await why_not(talk, where)

        try:
            await now(ask)
        except NotSent as error:
            _log.error("teams_user_unknown", error=str(error))
        if refused is not None:
            return told(refused)
        scope = Scope(PLATFORM, where.tenant, where.channel)
        wanted = replace(await self._after.choices(scope), follow_ups=follow_ups)
        if not await self._after.choose(scope, wanted):
            return told(NOT_KEPT.text)
        _log.info("choice_made", follow_ups=follow_ups)
        return switches(wanted)


async def why_not(talk: Conversation, where: Where) -> str | None:
    """Return why a person may not choose for a chat or channel, or None if they may."""
    try:
        return refusal(await talk.member(where.member), where.tenant)
    except NotSent as error:
        _log.error("teams_user_unknown", error=str(error))
        return UNKNOWN


def refusal(member: Mapping[str, Any], tenant: str) -> str | None:
    """Return why this member may not choose in a tenant, or None if they may
    (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context)."""
    if member.get("userRole") in {"guest", "anonymous"}:
        return GUEST
    home = member.get("tenantId")
    return STRANGER if home and tenant and home != tenant else None


def _said(text: str) -> TeamsMessage:
    return TeamsMessage(escaped(text))
