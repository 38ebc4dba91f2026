"""Questions answered where they were asked, again where they were edited, and taken away where they were deleted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog

from bots.afterwards import Afterwards, again
from bots.asked import Asked
from bots.in_order import InOrder
from bots.inbox import Entry
from bots.offers import WORTH_SAYING_UNASKED, offers_of
from bots.remembered import Choices, KeptAnswer, Scope
from bots.slack.agent import Agent
from bots.slack.blocks import Block, quoted
from bots.slack.controls import controls
from bots.slack.events import PLATFORM, Address, Command, Deleted, Message
from bots.slack.live import Began, Live, Reader
from bots.slack.messages import SlackMessage, messages_of, plain_messages
from bots.slack.post import NotSent, Plain, Post
from bots.stale import word
from bots.turn import Note, Turn, Turns
from bots.workers import TryAgain
from retrieval.records import Answer

_log = structlog.get_logger(__name__)

TOLD = "told privately"
"""Stands in an entry for what has no id: it was said, and is not said again."""


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


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for an entry of the inbox; by itself, for something that never lay there.

    `say` stands in the answer's place. `again`: somebody began it before, so that its reply may stand already. `began`
    puts down messages that stand before the answer is whole.
    """

    turn: str = ""
    say: Note | None = None
    standing: tuple[str, ...] = ()
    again: bool = False
    since: float = 0.0
    began: Began | None = None

    @classmethod
    def on(cls, entry: Entry, say: Note | None, began: Began) -> Work:
        """Return the work on an entry."""
        return cls(entry.turn, say, entry.posted, entry.claims > 1, entry.arrived_at, began)


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

    async def message(
        self, post: Post, agent: Agent, message: Message, work: Work | None = None
    ) -> tuple[str, ...]:
        """Answer a message; one that was edited, in the place of its old answer. Return what stands for it (`ts`).

        Raises:
            NotSent: Slack did not take the answer.
            TryAgain: there is none yet.
        """
        async with self.in_order.turn(message.about):
            if not await self.wanted(message):
                return ()
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
            unasked = not message.addressed
            return await self.give(
                post, asked, where, message.about, old, unasked=unasked, agent=agent, work=work
            )

    async def wanted(self, message: Message) -> bool:
        """Whether a message is answered: it addresses the bot, its old words were answered, or its channel wants it."""
        if message.addressed:
            return True
        tenant, channel = message.asked.thread.tenant, message.address.channel
        if message.edited:
            return await self.after.about(PLATFORM, tenant, message.about) is not None
        if message.to_others or not (await self.choices(tenant, channel)).follow_ups:
            return False
        return await self.after.answered_in(message.asked.thread)

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
            for ts in kept.messages:
                await post.delete(gone.channel, ts)
            await self.after.drop(kept)

    async def changed(self, post: Post, tenant: str, body: Mapping[str, Any], work: Work) -> tuple[str, ...]:
        """Say in a thread that the law its answer rests on has changed; what only one person saw stays unsaid.

        Raises:
            NotSent: Slack did not take it.
        """
        kept = await self.after.find(PLATFORM, tenant, str(body.get("answer")))
        where = where_of(kept) if kept else None
        if where is None or where.user or work.say is not None:
            return ()
        found, whole = await post.found(where.address, work.since) if work.again else ((), False)
        if whole:
            return found
        told = messages_of(word(body["citations"], body["on"]))
        return await post.in_channel(where.address, told, lambda: told, found)

    async def command(self, post: Post, command: Command, work: Work | None = None) -> tuple[str, ...]:
        """Answer a slash command, so that only the person sees it.

        Raises:
            NotSent: Slack did not take the answer.
            TryAgain: there is none yet.
        """
        tenant = command.asked.thread.tenant
        here = await self.choices(tenant, command.channel)
        asked = replace(command.asked, defaults=await self.defaults(tenant, here, command.user))
        where = Where(command.channel, None, command.user)
        return await self.give(post, asked, where, response_url=command.response_url, work=work)

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
        work: Work | None = None,
    ) -> tuple[str, ...]:
        """Answer a question and keep the answer; one that is `old` gives way to it. Return what stands for it (`ts`).

        With a `response_url` only the person there sees it (`over`: in place of what was clicked). An `agent` shows
        that it is at work, and names a thread that begins in a direct conversation.

        Raises:
            NotSent: Slack did not take the answer.
            TryAgain: there is none yet.
        """
        work = work or Work()
        private = bool(where.user)
        key = old.id if old else work.turn or secrets.token_hex(8)
        standing, whole = await self._standing(post, where, old, work)
        if work.say is not None:
            if unasked or whole:
                return standing
            return await self._say(post, work.say, where, response_url, standing)
        if whole and await self.after.find(PLATFORM, asked.thread.tenant, key):
            return standing
        if work.again:  # its words were kept the first time, and would follow themselves
            await self.turns.forget(asked)
        live = None
        if agent and not unasked:
            reader = None if private or standing else Reader(asked.thread.tenant, asked.person)
            live = Live(post, agent, where.address, reader, work.began)
        turn = await self._turn(asked, live)
        if turn.retry and work.turn and not whole:
            assert isinstance(turn.reply, Note)  # noqa: S101 - nothing else fails
            left = await live.withdraw() if live else ()
            raise TryAgain("no answer", None if unasked else turn.reply, turn.outside, left or None)
        if unasked and not _worth_saying(turn):
            await self.turns.forget(asked)
            return ()
        if private and response_url and not lead and asked.text.strip():
            lead = (quoted("You asked:", asked.text),)
        share = private and bool(response_url) and not where.channel.startswith("D")
        buttons = controls(key, offers_of(turn.reply, self.after.can_show_text), share)
        messages = messages_of(turn.reply, lead, buttons)

        def plain() -> tuple[SlackMessage, ...]:
            return plain_messages(turn.reply)

        sent: tuple[str, ...] = ()
        if whole:  # posted before the end of the process that did, but not kept
            sent = standing
        elif response_url:
            await self._privately(post, response_url, where.user, messages, plain, over)
        elif private:
            await post.to_one(where.address, where.user, messages, plain)
        elif live and not standing:
            sent = await self._finished(live, messages, plain)
        else:
            sent = await post.in_channel(where.address, messages, plain, standing)
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
            person=asked.person,
        )
        await self.after.keep(kept, turn)
        begins = turn.question is not None and not turn.question.history
        if agent and begins and where.channel.startswith("D") and isinstance(turn.reply, Answer):
            await agent.name(where.address, turn.reply.title)
        return sent

    @staticmethod
    async def _standing(
        post: Post, where: Where, old: KeptAnswer | None, work: Work
    ) -> tuple[tuple[str, ...], bool]:
        """Return what stands where the answer will (`ts`), and whether that is the whole answer already."""
        standing = old.messages if old else tuple(ts for ts in work.standing if ts != TOLD)
        if not work.again or where.user:
            return standing, False
        found, whole = await post.found(where.address, work.since)
        if old or whole:
            return (standing, False) if old else (found, True)
        for ts in set(standing) - set(found):  # a stream that nobody ended bears no mark
            await post.close_stream(where.address, ts)
        return tuple(sorted({*standing, *found})), False

    async def _turn(self, asked: Asked, live: Live | None) -> Turn:
        if live is None:
            return await self.turns.answer(asked)
        async with live.working():
            return await self.turns.answer(asked, live.show)

    @staticmethod
    async def _finished(live: Live, messages: tuple[SlackMessage, ...], plain: Plain) -> tuple[str, ...]:
        try:
            return await live.finish(messages, plain)
        except NotSent as error:
            if error.passing and live.standing:  # the next try must know of the stream
                raise TryAgain(str(error), outside=True, posted=live.standing) from error
            raise

    async def _say(
        self, post: Post, note: Note, where: Where, response_url: str, standing: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Say something where the answer would stand; the answer takes its place."""
        messages = messages_of(note)

        def plain() -> tuple[SlackMessage, ...]:
            return plain_messages(note)

        if response_url:
            await self._privately(post, response_url, where.user, messages, plain, False)
        elif where.user:
            await post.to_one(where.address, where.user, messages, plain)
        else:
            return await post.in_channel(where.address, messages, plain, standing, whole=False)
        return (TOLD,)

    @staticmethod
    async def _privately(
        post: Post, response_url: str, user: str, messages: tuple[SlackMessage, ...], plain: Plain, over: bool
    ) -> None:
        """Answer at a response address; where that has run out (30 minutes), in the person's direct messages."""
        try:
            await post.privately(response_url, user, messages, plain, over)
        except NotSent as error:
            if error.passing or not str(error).startswith("404"):
                raise
            await post.in_channel(Address(user, None), messages, plain)

    async def choices(self, tenant: str, channel_or_user: str) -> Choices:
        """Return what a channel or a person has chosen."""
        return await self.after.choices(Scope(PLATFORM, tenant, channel_or_user))

    async def defaults(self, tenant: str, here: Choices, user: str) -> tuple[str, ...]:
        """Return the states to take where a question names none: the channel's, else the person's."""
        return here.defaults or (await self.choices(tenant, user)).defaults


def _worth_saying(turn: Turn) -> bool:
    return isinstance(turn.reply, Answer) and turn.reply.status in WORTH_SAYING_UNASKED


def _is_direct(message: Message) -> bool:
    return message.address.channel.startswith("D")
