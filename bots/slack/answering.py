"""Questions answered where they were asked, again where they were edited, and taken away where they were deleted."""

from __future__ import annotations

import json
import secrets
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace

import structlog

from bots.afterwards import Afterwards, again
from bots.asked import Asked
from bots.in_order import InOrder
from bots.remembered import Choices, KeptAnswer, Scope
from bots.slack.agent import Agent
from bots.slack.blocks import Block, quoted
from bots.slack.controls import controls
from bots.slack.events import PLATFORM, Address, Command, Deleted, Message
from bots.slack.messages import SlackMessage, messages_of, plain_messages
from bots.slack.post import Post
from bots.turn import Turn, Turns
from retrieval.records import Answer

_log = structlog.get_logger(__name__)

WORTH_SAYING_UNASKED = frozenset({"answered", "not_found", "needs_jurisdiction"})
"""What is said in a thread without a mention; "thanks!" and chatter get no word."""


@dataclass(frozen=True, slots=True)
class Where:
    """How a kept answer was given: where, and to whom alone (`user`, "" for everybody).

    `shown` is what a private answer looked like, so that exactly this can be posted; `shared` once it was.
    """

    channel: str
    thread_ts: str | None = None
    user: str = ""
    shown: tuple[SlackMessage, ...] = ()
    shared: bool = False

    @property
    def address(self) -> Address:
        return Address(self.channel, self.thread_ts)

    def note(self) -> str:
        """Return it as text, to be kept."""
        return json.dumps(asdict(self))


def where_of(kept: KeptAnswer) -> Where:
    """Return how a kept answer was given."""
    note = json.loads(kept.where)
    shown = tuple(SlackMessage(m["text"], tuple(m["blocks"])) for m in note.pop("shown"))
    return Where(**note, shown=shown)


class Answering:
    """Everything that ends in an answer. One for all workspaces of a server."""

    def __init__(self, turns: Turns, after: Afterwards) -> None:
        self.turns = turns
        self.after = after
        self.in_order = InOrder()

    async def message(self, post: Post, agent: Agent, message: Message) -> None:
        """Answer a message; one that was edited, in the place of its old answer.

        Raises:
            NotSent: Slack did not take the answer.
        """
        async with self.in_order.turn(message.about):
            if not message.addressed and not await self._is_follow_up(message):
                return
            if not await self.turns.take(message.asked):
                return
            tenant = message.asked.thread.tenant
            old = await self.after.about(PLATFORM, tenant, message.about) if message.edited else None
            asked = message.asked
            if old is not None:
                await self.turns.forget(again(old))
                # The menu may have chosen another state for the old words; the new ones speak for themselves.
                asked = replace(asked, earlier=old.history)
            here = await self.choices(tenant, message.address.channel)
            asked = replace(asked, defaults=await self.defaults(tenant, here, message.user))
            private = here.private and message.address.thread_ts is not None and not _is_direct(message)
            where = Where(message.address.channel, message.address.thread_ts, message.user if private else "")
            await self.give(
                post, asked, where, message.about, old, unasked=not message.addressed, agent=agent
            )

    async def deleted(self, post: Post, gone: Deleted) -> None:
        """Take away the answer to a message that is gone, and forget its words.

        Raises:
            NotSent: Slack did not do it.
        """
        async with self.in_order.turn(gone.about):
            kept = await self.after.about(PLATFORM, gone.tenant, gone.about)
            if kept is None:
                return
            await self.turns.forget(again(kept))
            await self.after.drop(kept)
            for ts in kept.messages:
                await post.delete(gone.channel, ts)

    async def command(self, post: Post, command: Command) -> None:
        """Answer a slash command, so that only the person sees it.

        Raises:
            NotSent: Slack did not take the answer.
        """
        tenant = command.asked.thread.tenant
        here = await self.choices(tenant, command.channel)
        asked = replace(command.asked, defaults=await self.defaults(tenant, here, command.user))
        where = Where(command.channel, None, command.user)
        await self.give(post, asked, where, "", None, response_url=command.response_url)

    async def give(
        self,
        post: Post,
        asked: Asked,
        where: Where,
        about: str = "",
        old: KeptAnswer | None = None,
        response_url: str = "",
        lead: tuple[Block, ...] = (),
        unasked: bool = False,
        over: bool = False,
        agent: Agent | None = None,
    ) -> None:
        """Answer a question and keep the answer; one that is `old` gives way to it.

        With a `response_url` only the person there sees it (`over`: in place of what was clicked). An `agent` shows
        that it is at work, and names a thread that begins in a direct conversation.

        Raises:
            NotSent: Slack did not take the answer.
        """
        showing = agent.working(where.address) if agent and not unasked else nullcontext()
        async with showing:
            turn = await self.turns.answer(asked)
        if unasked and not _worth_saying(turn):
            await self.turns.forget(asked)
            return
        key = old.id if old else secrets.token_hex(8)
        private = bool(where.user)
        if private and response_url and not lead:
            lead = (quoted("You asked:", asked.text),)
        share = private and bool(response_url) and not where.channel.startswith("D")
        buttons = controls(key, turn.reply, self.after.can_show_text, share)
        messages = messages_of(turn.reply, lead, buttons)

        def plain() -> tuple[SlackMessage, ...]:
            return plain_messages(turn.reply)

        sent: tuple[str, ...] = ()
        if response_url:
            await post.privately(response_url, where.user, messages, plain, over)
        elif private:
            await post.to_one(where.address, where.user, messages, plain)
        else:
            sent = await post.in_channel(where.address, messages, plain, old.messages if old else ())
        if share:
            where = replace(where, shown=messages_of(turn.reply))
        kept = KeptAnswer(
            key,
            asked.thread,
            asked.text,
            asked.command,
            asked.place,
            about=about,
            messages=sent,
            where=where.note(),
        )
        await self.after.keep(kept, turn)
        begins = turn.question is not None and not turn.question.history
        if agent and begins and where.channel.startswith("D") and isinstance(turn.reply, Answer):
            await agent.name(where.address, turn.reply.title)

    async def choices(self, tenant: str, channel_or_user: str) -> Choices:
        """Return what a channel or a person has chosen."""
        return await self.after.choices(Scope(PLATFORM, tenant, channel_or_user))

    async def defaults(self, tenant: str, here: Choices, user: str) -> tuple[str, ...]:
        """Return the states to take where a question names none: the channel's, else the person's."""
        return here.defaults or (await self.choices(tenant, user)).defaults

    async def _is_follow_up(self, message: Message) -> bool:
        """Whether a message that does not address the bot is answered: its old words were, or its channel wants it."""
        tenant, channel = message.asked.thread.tenant, message.address.channel
        if message.edited:
            return await self.after.about(PLATFORM, tenant, message.about) is not None
        if message.to_others or not (await self.choices(tenant, channel)).follow_ups:
            return False
        return await self.after.answered_in(message.asked.thread)


def _worth_saying(turn: Turn) -> bool:
    return isinstance(turn.reply, Answer) and turn.reply.status in WORTH_SAYING_UNASKED


def _is_direct(message: Message) -> bool:
    return message.address.channel.startswith("D")
