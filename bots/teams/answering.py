"""Questions answered where they were asked, again where they were edited, and taken away where they were deleted."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bots.afterwards import Afterwards, again
from bots.asked import Asked
from bots.in_order import InOrder
from bots.offers import PROMPTS, offers_of, worth_saying_unasked
from bots.platforms import Began, TryAgain
from bots.remembered import Choices, KeptAnswer, Scope
from bots.stale import word
from bots.teams.activities import PLATFORM, WAYS, Deleted, Installed, Message, Where
from bots.teams.adapter import Conversation, NotSent, Talk
from bots.teams.controls import controls, prompts
from bots.teams.entities import forms_of, typing
from bots.teams.live import Live, Tempo
from bots.teams.messages import TeamsMessage, escaped, messages_of
from bots.turn import Note, Turn, Turns
from bots.wanted import is_wanted

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for an entry of the inbox.

    `standing` are messages of ours that the answer takes the place of, `say` what is said in its place. `again`:
    somebody began it before. `began` puts down messages that stand before the answer is whole. `way_back` is kept
    with the answer, so that something can be said there later.
    """

    standing: tuple[str, ...] = ()
    say: Note | None = None
    again: bool = False
    began: Began | None = None
    way_back: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A question to be answered, and where.

    `about` is the id of the message that asks; `old` the answer that gives way. `lead` stands above the answer (Markdown).
    `unasked`: nobody spoke to the bot.
    """

    asked: Asked
    where: Where
    about: str = ""
    old: KeptAnswer | None = None
    lead: str = ""
    unasked: bool = False


def key_of(where: Where, message: str) -> str:
    """Return the id under which an answer is kept: that of its last message, by which Teams names it when it is pressed."""
    return hashlib.sha256(f"{where.channel}:{message}".encode()).hexdigest()[:32]


class Answering:
    """Everything that ends in an answer. One for all tenants of a server."""

    def __init__(self, turns: Turns, after: Afterwards, tempo: Tempo) -> None:
        self.turns = turns
        self.after = after
        self.in_order = InOrder()
        self._tempo = tempo

    async def message(
        self, talk: Conversation, message: Message, work: Work | None = None
    ) -> tuple[str, ...]:
        """Answer a message that was taken; one that was edited, in the place of its old answer. Return what stands for it.

        Raises:
            NotSent: Teams did not take the answer.
            TryAgain: there is none yet.
        """
        where, asked = message.where, message.asked
        old = await self.after.about(PLATFORM, where.tenant, message.about) if message.edited else None
        if old is not None:
            await self.turns.forget(again(old))
            # The list may have chosen another state for the old words; the new ones speak for themselves.
            asked = replace(asked, earlier=old.history)
        if message.addressed and old is None:
            await self.type(talk)
        asked = await self.with_defaults(asked, where)
        task = Task(asked, where, message.about, old, unasked=not message.addressed)
        return await self.give(talk, task, work)

    async def wanted(self, message: Message) -> bool:
        """Whether a message is answered."""
        return await is_wanted(message, message.where.channel, self.after)

    async def deleted(self, talk: Conversation, gone: Deleted) -> None:
        """Take away the answer to a message that is gone, and forget its words.

        Raises:
            NotSent: Teams did not do it.
        """
        async with self.in_order.turn(gone.about):
            kept = await self.after.about(PLATFORM, gone.where.tenant, gone.about)
            if kept is None:
                return
            await self.turns.forget(again(kept))
            for message in kept.messages:
                try:
                    await talk.delete(message)
                except NotSent as error:
                    if error.passing:  # again later, with what is known of it
                        raise
                    _log.error("teams_kept_message", error=str(error))
            await self.after.drop(kept)

    async def changed(self, tenant: str, body: dict[str, Any]) -> tuple[dict[str, Any], Talk | None]:
        """Return where, and how, to say that the law an answer rests on has changed; None where that is not known."""
        kept = await self.after.find(PLATFORM, tenant, str(body.get("answer")))
        if kept is None or not kept.where:
            return {}, None

        async def talk(conversation: Conversation) -> tuple[str, ...]:
            told = messages_of(word(body["citations"], body["on"]))
            return tuple([await conversation.send(*forms_of(message)) for message in told])

        return json.loads(kept.where), talk

    async def welcome(self, talk: Conversation, installed: Installed) -> None:
        """Say who this is and what one could ask.

        Raises:
            NotSent: Teams did not take it.
        """
        for message in welcome_messages(installed.where.personal, installed.upgraded):
            await talk.send(*forms_of(message))

    async def give(self, talk: Conversation, task: Task, work: Work | None = None) -> tuple[str, ...]:
        """Answer a question and keep the answer. Return the ids of the messages that stand for it.

        Raises:
            NotSent: Teams did not take the answer.
            TryAgain: there is none yet.
        """
        work, asked, personal = work or Work(), task.asked, task.where.personal
        standing = task.old.messages if task.old else work.standing
        live = Live(talk, personal, self._tempo, standing, task.lead, work.began)
        if work.say is not None:
            return standing if task.unasked else await live.finish(messages_of(work.say))
        if work.again:  # its words were kept the first time, and would follow themselves
            await self.turns.forget(asked)
        turn = await self._turn(asked, None if task.unasked else live)
        if task.unasked and not worth_saying_unasked(turn.reply):
            await self.turns.forget(asked)
            return ()
        if turn.retry and work.began is not None:
            note = turn.reply if isinstance(turn.reply, Note) and not task.unasked else None
            raise TryAgain("no answer", note, turn.outside, live.standing)
        offers = offers_of(turn.reply, self.after.can_show_text)
        sent = await live.finish(messages_of(turn.reply, controls(offers, personal), offers.judge))
        if live.cancelled:
            await self.turns.forget(asked)
        else:
            await self._keep(task, turn, sent, work.way_back)
        return sent

    async def _keep(self, task: Task, turn: Turn, sent: tuple[str, ...], way_back: str) -> None:
        asked, where, old = task.asked, task.where, task.old
        key = key_of(where, sent[-1]) if sent and sent[-1] else secrets.token_hex(16)
        if old is not None and old.id != key:
            await self.after.drop(old)
        kept = KeptAnswer(
            key,
            asked.thread,
            asked.text,
            place=asked.place,
            about=task.about,
            messages=sent,
            where=way_back,
            person=where.user,
        )
        await self.after.keep(kept, turn)

    async def _turn(self, asked: Asked, live: Live | None) -> Turn:
        """Answer a question, shown as it grows; without `live` nothing is, until it is known to be worth it."""
        if live is None:
            return await self.turns.answer(asked)
        async with live.working():
            return await self.turns.answer(asked, live.show)

    async def type(self, talk: Conversation) -> None:
        """Show at once that the question has come."""
        try:
            await talk.send(typing())
        except NotSent as error:  # the answer is worth trying all the same
            _log.warning("teams_refused_typing", error=str(error))

    async def choices(self, tenant: str, channel_or_user: str) -> Choices:
        """Return what a channel or a person has chosen."""
        return await self.after.choices(Scope(PLATFORM, tenant, channel_or_user))

    async def with_defaults(self, asked: Asked, where: Where) -> Asked:
        """Return a question with the states to take where it names none: the channel's, else the person's."""
        here = Choices() if where.personal else await self.choices(where.tenant, where.channel)
        return replace(
            asked, defaults=here.defaults or (await self.choices(where.tenant, where.user)).defaults
        )


def welcome_messages(personal: bool, upgraded: bool) -> tuple[TeamsMessage, ...]:
    """Return what is said where the bot has come to: how to ask, and questions to press."""
    greeting = "I am Reggi, and I have been updated." if upgraded else "Hello, I am Reggi."
    lines = [
        f"**{greeting} I answer questions on US privacy law, state by state.**",
        "Every sentence of an answer names the section it rests on, with its official link. What I do not know, I say.",
        "\n".join(f"- {escaped(way)}" for way in WAYS),
        "Information, not legal advice.",
    ]
    text = "\n\n".join(lines)
    if not personal:
        return (TeamsMessage(text), TeamsMessage(card=prompts()))
    # A message of its own: the Agents Playground shows what stands beside suggestions as plain text.
    return (TeamsMessage(text), TeamsMessage("Ask me, for example:", suggestions=PROMPTS))
