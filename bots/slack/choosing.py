"""`/reggi default`, `/reggi my default`, `/reggi settings` and the switches they show."""

from __future__ import annotations

from dataclasses import replace

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bots.afterwards import NOT_KEPT, Afterwards
from bots.choices import Choosing, standing, unknown_state
from bots.remembered import Choices, Scope
from bots.slack.clicks import Click
from bots.slack.controls import switches
from bots.slack.events import PLATFORM, Command
from bots.slack.messages import SlackMessage, messages_of
from bots.slack.permissions import why_not
from bots.slack.post import Post
from bots.turn import Note

_log = structlog.get_logger(__name__)

COMMAND = "/reggi "
IN_DIRECT = (
    "Here only you and I talk, so there is nothing to switch. Set your own state with /reggi my default CA."
)


class ChannelChoices:
    """Shows and sets what holds in a channel or for a person. Raises NotSent where Slack does not take the result."""

    def __init__(self, after: Afterwards) -> None:
        self._after = after

    async def command(self, post: Post, client: AsyncWebClient, command: Command, choosing: Choosing) -> None:
        """Do what was typed after the command, and say so to the person alone."""
        tenant = command.asked.thread.tenant
        told = await self._chosen(client, command, choosing, tenant)
        await post.privately(command.response_url, command.user, told, lambda: told)

    async def switch(self, post: Post, client: AsyncWebClient, click: Click) -> None:
        """Turn a switch, and show how all of them stand now."""
        scope = Scope(PLATFORM, click.tenant, click.channel)
        choices, on = await self._after.choices(scope), click.choice == "on"
        wanted = {"follow_ups": replace(choices, follow_ups=on), "private": replace(choices, private=on)}
        if click.answer not in wanted:
            return
        told = await self._set(
            client, click.user, scope, wanted[click.answer], f"{click.answer}={click.choice}"
        )
        if told is None:
            shown = (switches_message(wanted[click.answer]),)
            await post.privately(click.response_url, click.user, shown, lambda: shown, replace=True)
        else:
            await post.privately(click.response_url, click.user, told, lambda: told)

    async def _chosen(
        self, client: AsyncWebClient, command: Command, choosing: Choosing, tenant: str
    ) -> tuple[SlackMessage, ...]:
        if choosing.unknown:
            return messages_of(Note(unknown_state(choosing.unknown, COMMAND)))
        if choosing.settings and command.direct:
            return messages_of(Note(IN_DIRECT))
        mine = choosing.mine or command.direct
        scope = Scope(PLATFORM, tenant, command.user if mine else command.channel)
        choices = await self._after.choices(scope)
        if choosing.settings:
            return (switches_message(choices),)
        if choosing.places is None:
            return messages_of(Note(standing(choices, mine, COMMAND)))
        wanted = replace(choices, defaults=choosing.places)
        if mine:
            saved = await self._after.choose(scope, wanted)
            return messages_of(Note(standing(wanted, mine, COMMAND)) if saved else NOT_KEPT)
        told = await self._set(client, command.user, scope, wanted, f"defaults={','.join(wanted.defaults)}")
        return messages_of(Note(standing(wanted, mine, COMMAND))) if told is None else told

    async def _set(
        self, client: AsyncWebClient, user: str, scope: Scope, wanted: Choices, what: str
    ) -> tuple[SlackMessage, ...] | None:
        """Set what holds in a channel; return what is told instead where that may not or cannot be."""
        if refused := await why_not(client, user, scope.tenant):
            _log.warning("choice_refused", channel=scope.id, choice=what)
            return messages_of(Note(refused))
        if not await self._after.choose(scope, wanted):
            return messages_of(NOT_KEPT)
        _log.info("choice_made", channel=scope.id, choice=what)
        return None


def switches_message(choices: Choices) -> SlackMessage:
    """Return the switches of a channel as a message."""
    text = "What holds for me in this channel"
    (said,) = messages_of(Note(text), controls=switches(choices))
    return said
