"""`/reggi default`, `/reggi my default`, `/reggi settings` and the switches they show."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bots.afterwards import Afterwards
from bots.choices import Choosing
from bots.choosing import Chooser, chosen, set_for_channel
from bots.remembered import Choices, Scope
from bots.slack.controls import switches
from bots.slack.events import PLATFORM, Command
from bots.slack.interactions import Click
from bots.slack.messages import SlackMessage, messages_of
from bots.slack.permissions import why_not
from bots.slack.post import Post
from bots.turn import Note

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
        tenant, user = command.asked.thread.tenant, command.user
        by = Chooser(
            Scope(PLATFORM, tenant, user),
            Scope(PLATFORM, tenant, command.channel),
            command.direct,
            IN_DIRECT,
            COMMAND,
        )
        found = await chosen(choosing, by, self._after, partial(why_not, client, user, tenant))
        told = messages_of(Note(found)) if isinstance(found, str) else (switches_message(found),)
        await post.privately(command.response_url, user, told, lambda: told)

    async def switch(self, post: Post, client: AsyncWebClient, click: Click) -> None:
        """Turn a switch, and show how all of them stand now."""
        scope = Scope(PLATFORM, click.tenant, click.channel)
        choices, on = await self._after.choices(scope), click.choice == "on"
        wanted = {"follow_ups": replace(choices, follow_ups=on), "private": replace(choices, private=on)}
        if click.answer not in wanted:
            return
        may = partial(why_not, client, click.user, click.tenant)
        refused = await set_for_channel(scope, wanted[click.answer], self._after, may)
        told = messages_of(Note(refused)) if refused else (switches_message(wanted[click.answer]),)
        await post.privately(click.response_url, click.user, told, lambda: told, replace=refused is None)


def switches_message(choices: Choices) -> SlackMessage:
    """Return the switches of a channel as a message."""
    text = "What holds for me in this channel"
    (said,) = messages_of(Note(text), controls=switches(choices))
    return said
