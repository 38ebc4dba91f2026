"""Questions answered where they were asked, again where they were edited, and taken away where they were deleted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from bots.afterwards import Afterwards, again
from bots.asked import Asked
from bots.in_order import InOrder
from bots.offers import offers_of, worth_saying_unasked
from bots.platforms import TryAgain
from bots.remembered import Choices, KeptAnswer, Scope
from bots.slack.agent import Agent
from bots.slack.blocks import quoted
from bots.slack.calls import NotSent
from bots.slack.controls import controls
from bots.slack.delivered import UNKNOWN, Workspace
from bots.slack.events import PLATFORM, Address, Command, Deleted, Message, is_direct
from bots.slack.live import Live, Reader
from bots.slack.messages import SlackMessage, messages_of, plain_messages
from bots.slack.post import Plain, Post
from bots.slack.tasks import Task, Where, Work, where_of
from bots.stale import word
from bots.turn import Note, Turn, Turns
from bots.wanted import is_wanted
from retrieval.records import Answer

_log = structlog.get_logger(__name__)

TOLD = "told privately"
"""Stands in an entry for what has no id: it was said, and is not said again."""


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
            address = message.address
            private = here.private and address.thread_ts is not None and not is_direct(address.channel)
            where = Where(address.channel, address.thread_ts, message.user if private else "")
            task = Task(asked, where, message.about, old, unasked=not message.addressed)
            return await self.give(post, task, agent, work)

    async def wanted(self, message: Message) -> bool:
        """Whether a message is answered."""
        return await is_wanted(message, message.address.channel, self.after)

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

    async def workspace(self, tenant: str, answer: str) -> Workspace | None:
        """Return the workspace that a kept answer was given in, None where the answer is forgotten."""
        kept = await self.after.find(PLATFORM, tenant, answer)
        if kept is None:
            return None
        at = where_of(kept).at
        # Answers kept by an earlier version name none: most often it is the one that the thread is in.
        return Workspace(tenant) if at == UNKNOWN else at

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
        task = Task(asked, Where(command.channel, None, command.user), response_url=command.response_url)
        return await self.give(post, task, work=work)

    async def give(
        self, post: Post, task: Task, agent: Agent | None = None, work: Work | None = None
    ) -> tuple[str, ...]:
        """Answer a question and keep the answer. Return what stands for it (`ts`).

        An `agent` shows that it is at work, and names a thread that begins in a direct conversation.

        Raises:
            NotSent: Slack did not take the answer.
            TryAgain: there is none yet.
        """
        work, asked = work or Work(), task.asked
        key = task.old.id if task.old else work.turn or secrets.token_hex(8)
        standing, whole = await self._standing(post, task, work)
        if work.say is not None:
            return standing if task.unasked or whole else await self._say(post, task, work.say, standing)
        if whole and await self.after.find(PLATFORM, asked.thread.tenant, key):
            return standing
        if work.again:  # its words were kept the first time, and would follow themselves
            await self.turns.forget(asked)
        live = None
        if agent and not task.unasked:
            reader = None if task.private or standing else Reader(asked.thread.tenant, asked.person)
            live = Live(post, agent, task.where.address, reader, work.began)
        turn = await self._turn(asked, live)
        if turn.retry and work.turn and not whole:
            assert isinstance(turn.reply, Note)  # noqa: S101 - nothing else fails
            left = await live.withdraw() if live else ()
            raise TryAgain("no answer", None if task.unasked else turn.reply, turn.outside, left or None)
        if task.unasked and not worth_saying_unasked(turn.reply):
            await self.turns.forget(asked)
            return ()
        if not whole:  # otherwise a process posted it, and ended before it was kept
            standing = await self._posted(post, task, key, turn, live, standing)
        await self._keep(task, key, turn, standing, work.at)
        if agent:
            await _name_thread(agent, task.where, turn)
        return standing

    @staticmethod
    async def _standing(post: Post, task: Task, work: Work) -> tuple[tuple[str, ...], bool]:
        """Return what stands where the answer will (`ts`), and whether that is the whole answer already."""
        old, address = task.old, task.where.address
        standing = old.messages if old else tuple(ts for ts in work.standing if ts != TOLD)
        if not work.again or task.private:
            return standing, False
        found, whole = await post.found(address, work.since)
        if old or whole:
            return (standing, False) if old else (found, True)
        for ts in set(standing) - set(found):  # a stream that nobody ended bears no mark
            await post.close_stream(address, ts)
        return tuple(sorted({*standing, *found})), False

    async def _turn(self, asked: Asked, live: Live | None) -> Turn:
        if live is None:
            return await self.turns.answer(asked)
        async with live.working():
            return await self.turns.answer(asked, live.show)

    async def _posted(
        self, post: Post, task: Task, key: str, turn: Turn, live: Live | None, standing: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Send the answer to where it belongs; return its messages (`ts`), none where only one person sees it."""
        lead = task.lead
        if task.private and task.response_url and not lead and task.asked.text.strip():
            lead = (quoted("You asked:", task.asked.text),)
        buttons = controls(key, offers_of(turn.reply, self.after.can_show_text), task.shareable)
        messages = messages_of(turn.reply, lead, buttons)

        def plain() -> tuple[SlackMessage, ...]:
            return plain_messages(turn.reply)

        if task.private or task.response_url:
            await self._privately(post, task, messages, plain, task.over)
            return ()
        if live and not standing:
            return await self._finished(live, messages, plain)
        return await post.in_channel(task.where.address, messages, plain, standing)

    async def _keep(self, task: Task, key: str, turn: Turn, sent: tuple[str, ...], at: Workspace) -> None:
        asked, where = task.asked, replace(task.where, at=at)
        if task.shareable:
            where = replace(where, shown=messages_of(turn.reply))
        kept = KeptAnswer(
            key,
            asked.thread,
            asked.text,
            asked.command,
            asked.place,
            about=task.about,
            messages=sent,
            where=where.note(),
            person=asked.person,
        )
        await self.after.keep(kept, turn)

    @staticmethod
    async def _finished(live: Live, messages: tuple[SlackMessage, ...], plain: Plain) -> tuple[str, ...]:
        try:
            return await live.finish(messages, plain)
        except NotSent as error:
            if error.passing and live.standing:  # the next try must know of the stream
                raise TryAgain(str(error), outside=True, posted=live.standing) from error
            raise

    async def _say(self, post: Post, task: Task, note: Note, standing: tuple[str, ...]) -> tuple[str, ...]:
        """Say something where the answer would stand; the answer takes its place."""
        messages = messages_of(note)

        def plain() -> tuple[SlackMessage, ...]:
            return plain_messages(note)

        if task.private or task.response_url:
            await self._privately(post, task, messages, plain, over=False)
            return (TOLD,)
        return await post.in_channel(task.where.address, messages, plain, standing, whole=False)

    @staticmethod
    async def _privately(
        post: Post, task: Task, messages: tuple[SlackMessage, ...], plain: Plain, over: bool
    ) -> None:
        """Show something to one person: at the response address; where that has run out (30 minutes), in their direct
        messages; without one, in the thread."""
        user = task.where.user
        if not task.response_url:
            await post.to_one(task.where.address, user, messages, plain)
            return
        try:
            await post.privately(task.response_url, user, messages, plain, over)
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


async def _name_thread(agent: Agent, where: Where, turn: Turn) -> None:
    """Name a thread that begins in a direct conversation after its first answer."""
    begins = turn.question is not None and not turn.question.history
    if begins and is_direct(where.channel) and isinstance(turn.reply, Answer):
        await agent.name(where.address, turn.reply.title)
