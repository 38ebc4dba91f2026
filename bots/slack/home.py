"""The Home tab: how to ask, what there is to answer from, and one's own default state."""

from __future__ import annotations

from dataclasses import replace

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bots.afterwards import Afterwards
from bots.holdings import Holdings
from bots.offers import PROMPTS
from bots.remembered import Choices, Scope
from bots.render import Bullet, Fact, Heading, Paragraph, Piece, Title
from bots.slack.blocks import Block, blocks_of
from bots.slack.calls import NotSent, called
from bots.slack.controls import actions, own_default
from bots.slack.events import MESSAGE_WAYS, PLATFORM
from retrieval.jurisdictions import registry

_log = structlog.get_logger(__name__)


class Home:
    """Shows the Home tab and takes what is chosen there."""

    def __init__(self, after: Afterwards) -> None:
        self._after = after

    async def show(self, client: AsyncWebClient, tenant: str, user: str) -> None:
        """Publish the tab for one person. Where Slack refuses it, that is logged: the tab stays as it was."""
        choices = await self._after.choices(Scope(PLATFORM, tenant, user))
        view = home_view(choices, await self._after.holdings())
        try:
            await called(client.views_publish(user_id=user, view=view))
        except NotSent as error:
            _log.error("slack_refused_home", error=str(error))

    async def choose(self, client: AsyncWebClient, tenant: str, user: str, code: str) -> None:
        """Set a person's own default ("none" for none), and show the tab anew."""
        if code != "none" and code not in registry():
            return
        scope = Scope(PLATFORM, tenant, user)
        wanted = replace(await self._after.choices(scope), defaults=() if code == "none" else (code,))
        await self._after.choose(scope, wanted)
        await self.show(client, tenant, user)


def home_view(choices: Choices, held: Holdings | None) -> Block:
    """Return the Home tab."""
    names = ", ".join(registry()[code].name for code in choices.defaults)
    default = (
        f"{names}, where neither your question nor its channel names a state." if names else "None: I ask."
    )
    ways: list[Piece] = [
        Title("Ask Reggi about US privacy law"),
        Paragraph("Every sentence of an answer names the section it rests on. What I do not know, I say."),
        Heading("How to ask"),
        *(Bullet(way) for way in MESSAGE_WAYS),
        Heading("For example"),
        *(Bullet(message) for _, message in PROMPTS),
    ]
    coverage = (
        f"{held.laws:,} laws with {held.sections:,} sections of {held.places} jurisdictions, reviewed between "
        f"{held.reviewed_from.isoformat()} and {held.reviewed_to.isoformat()}."
        if held
        else "I cannot look into my library right now."
    )
    own: list[Piece] = [
        Heading("What I answer from"),
        Paragraph(coverage),
        Heading("Your default state"),
        Paragraph(default),
    ]
    last = blocks_of([Fact("", "Information, not legal advice.")], {})
    blocks = [*blocks_of(ways, {}), *blocks_of(own, {}), actions(*own_default(bool(names))), *last]
    return {"type": "home", "blocks": blocks}
