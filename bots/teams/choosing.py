"""`default CA`, `my default CA`, `settings`, and the switch that they show. Who may choose is asked of Teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from bots.afterwards import Afterwards
from bots.choices import Choosing, standing
from bots.choosing import Chooser, chosen, set_for_channel
from bots.remembered import Scope
from bots.teams.activities import PLATFORM, Where
from bots.teams.adapter import Conversation, NotSent, Now
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
        by = Chooser(Scope(PLATFORM, where.tenant, where.user), _channel(where), where.personal, IN_PERSONAL)
        found = await chosen(choosing, by, self._after, partial(why_not, talk, where))
        if isinstance(found, str):
            return TeamsMessage(escaped(found))
        return TeamsMessage(card=switches(found), plain=escaped(standing(found, mine=False)))

    async def switch(self, where: Where, follow_ups: bool, now: Now) -> Card:
        """Turn the switch, and return how it stands now. `now` takes the conversation up."""

        async def ask() -> str | None:
            try:
                return await now(lambda talk: why_not(talk, where))
            except NotSent as error:
                _log.error("teams_user_unknown", error=str(error))
                return UNKNOWN

        scope = _channel(where)
        wanted = replace(await self._after.choices(scope), follow_ups=follow_ups)
        refused = await set_for_channel(scope, wanted, self._after, ask)
        return told(refused) if refused else switches(wanted)


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


def _channel(where: Where) -> Scope:
    return Scope(PLATFORM, where.tenant, where.channel)
