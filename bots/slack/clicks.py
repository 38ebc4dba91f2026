"""Clicks, menus and dialogs answered; interactions.py reads them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from bots.afterwards import GONE, NOT_KEPT, again, following, once
from bots.asked import Asked
from bots.offers import (
    CHOOSE_RIGHT_STATE,
    NOTED,
    THANKS,
    TOLD_ALREADY,
    WHAT_WAS_WRONG,
    WHICH_STATE,
    offers_for,
)
from bots.remembered import REASONS, KeptAnswer, Reason
from bots.render import lines_of
from bots.slack.answering import Answering
from bots.slack.blocks import Block, quoted
from bots.slack.calls import NotSent
from bots.slack.controls import actions, asked_by, controls, place_menu, question_dialog, reason_menu
from bots.slack.events import PLATFORM, Address
from bots.slack.interactions import Click, Dialog, is_address
from bots.slack.messages import (
    SlackMessage,
    messages_of,
    messages_of_pieces,
    plain_messages,
    plain_texts,
)
from bots.slack.post import Post
from bots.slack.tasks import Task, Where, Work, where_of
from bots.threads import Thread
from bots.turn import Note, Reply
from retrieval.jurisdictions import registry

ABSENT = frozenset({"not_in_channel", "channel_not_found"})


class Clicks:
    """Does what was pressed. Every method raises NotSent where Slack does not take the result."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._after = answering.after

    async def do(self, post: Post, click: Click) -> None:
        """Do what a button or menu below an answer says."""
        kept = await self._after.find(PLATFORM, click.tenant, click.answer)
        if kept is None:
            await self._tell(post, click, GONE)
            return
        match click.name:
            case "feedback":
                await self._judge(post, click, kept)
            case "reason":
                await self._reason(post, click, kept)
            case "wrong_state":
                told = _with_menu(WHICH_STATE, place_menu(kept.id, CHOOSE_RIGHT_STATE))
                await post.privately(click.response_url, click.user, (told,), lambda: (told,))
            case "statute":
                await self._statute(post, click, kept)
            case "share":
                await self._share(post, click, kept)

    def dialog(self, click: Click) -> dict[str, Any]:
        """Return the dialog for a follow-up. Nothing is looked up: it has three seconds to open."""
        about = {"answer": click.answer, "response_url": click.response_url if click.private else ""}
        return question_dialog("follow_up", "Ask a follow-up", "What else do you want to know?", about)

    async def follow_up(self, post: Post, dialog: Dialog, work: Work | None = None) -> tuple[str, ...]:
        """Answer what was asked in a dialog, where the answer stands that it follows."""
        user, response_url = dialog.user, dialog.about.get("response_url", "")
        kept = await self._after.find(PLATFORM, dialog.tenant, dialog.about.get("answer", ""))
        if kept is None:
            await self._tell_somewhere(post, response_url, user, GONE)
            return ()
        where = where_of(kept)
        asked = await self._with_defaults(following(kept, dialog.text), where.channel, user)
        if where.user and where.user == user:
            task = Task(asked, replace(where, shown=(), shared=False), response_url=response_url)
        else:
            task = Task(asked, where, lead=(asked_by(user, quoted("", dialog.text, 2_000)),))
        return await self._answering.give(post, task, work=work)

    async def about(self, post: Post, dialog: Dialog, work: Work | None = None) -> tuple[str, ...]:
        """Answer what was asked about somebody's message in a dialog, privately at first."""
        user, given = dialog.user, dialog.about
        channel, response_url = given.get("channel", ""), given.get("response_url", "")
        if not channel or not is_address(response_url):
            await self._tell_somewhere(post, "", user, GONE)
            return ()
        thread = Thread(PLATFORM, dialog.tenant, f"{channel}:{user}")
        question = Asked(dialog.text, thread, dialog.deliveries, earlier=())
        asked = await self._with_defaults(question, channel, user)
        where = Where(channel, given.get("thread_ts") or None, user)
        return await self._answering.give(post, Task(asked, where, response_url=response_url), work=work)

    async def place(self, post: Post, click: Click, work: Work | None = None) -> tuple[str, ...]:
        """Answer again for the state that was chosen."""
        kept = await self._after.find(PLATFORM, click.tenant, click.answer)
        if kept is None:
            await self._tell(post, click, GONE)
            return ()
        return await self._other_place(post, click, kept, work)

    async def _judge(self, post: Post, click: Click, kept: KeptAnswer) -> None:
        if not await self._answering.turns.take(once(kept, click.user, click.name)):
            await self._tell(post, click, Note(TOLD_ALREADY))
            return
        helpful = click.choice == "up"
        # Counted at once: the reason is a bonus that not everybody gives.
        number = await self._after.judge(kept, helpful)
        if number is None or helpful:
            await self._tell(post, click, NOT_KEPT if number is None else Note(THANKS))
            return
        told = _with_menu(f"{THANKS} {WHAT_WAS_WRONG}", reason_menu(kept.id, number))
        await post.privately(click.response_url, click.user, (told,), lambda: (told,))

    async def _reason(self, post: Post, click: Click, kept: KeptAnswer) -> None:
        chosen, _, number = click.choice.partition(":")
        reason: Reason | None = next((known for known in REASONS if known == chosen), None)
        if reason is None or not number.isdigit():
            return
        saved = await self._after.explain(int(number), reason)
        told: tuple[SlackMessage, ...] = messages_of(Note(NOTED) if saved else NOT_KEPT)
        if saved and reason == "wrong_state":
            text = f"{NOTED} Choose the right state and I answer again."
            told = (_with_menu(text, place_menu(kept.id, CHOOSE_RIGHT_STATE)),)
        await post.privately(click.response_url, click.user, told, lambda: told, replace=True)

    async def _other_place(
        self, post: Post, click: Click, kept: KeptAnswer, work: Work | None
    ) -> tuple[str, ...]:
        """Answer again for the state chosen, in the place of the old answer."""
        if click.choice not in registry():
            return ()
        async with self._answering.in_order.turn(kept.about or kept.id):
            current = await self._after.find(PLATFORM, click.tenant, kept.id)
            if current is None:  # deleted meanwhile
                await self._tell(post, click, GONE)
                return ()
            where = where_of(current)
            await self._answering.turns.forget(again(current))
            asked = again(current, click.choice)
            if where.user:
                where = replace(where, shown=(), shared=False)
                task = Task(asked, where, current.about, current, click.response_url, over=True)
                return await self._answering.give(post, task, work=work)
            task = Task(asked, where, current.about, current)
            sent = await self._answering.give(post, task, work=work)
            if click.private:  # the menu that asked which state has done its work
                await post.withdraw(click.response_url)
            return sent

    async def _statute(self, post: Post, click: Click, kept: KeptAnswer) -> None:
        found = await self._after.statute_text(kept)
        if isinstance(found, Note):
            await self._tell(post, click, found)
            return
        title = "The text behind the answer"
        messages = messages_of_pieces(found.pieces, found.links, title, title)
        await post.privately(
            click.response_url, click.user, messages, lambda: plain_texts(lines_of(found.pieces))
        )

    async def _share(self, post: Post, click: Click, kept: KeptAnswer) -> None:
        """Post a private answer, exactly as it was shown, as a thread that begins with its question."""
        async with self._answering.in_order.turn(kept.id):
            current = await self._after.find(PLATFORM, click.tenant, kept.id)
            where = where_of(current) if current else None
            if current is None or where is None or not where.shown:
                await self._tell(post, click, GONE)
                return
            if where.shared:
                await self._tell(post, click, Note("It stands in the channel already."))
                return
            head = SlackMessage(
                "A question on privacy law", (asked_by(click.user, quoted("", current.asked, 2_000)),)
            )
            try:
                (ts,) = await post.in_channel(where.address, (head,), lambda: (head,))
            except NotSent as error:
                if str(error) not in ABSENT:
                    raise
                await self._tell(
                    post,
                    click,
                    Note("I am not in this channel yet. Type /invite @reggi here, then press again."),
                )
                return
            await self._post_shown(post, current, Address(where.channel, where.thread_ts or ts), where.shown)
            await self._after.put(replace(current, where=replace(where, shared=True).note()))
        await self._tell(post, click, Note("Posted in the channel, with its question."))

    async def _post_shown(
        self, post: Post, kept: KeptAnswer, address: Address, shown: tuple[SlackMessage, ...]
    ) -> None:
        """Post what was shown under a kept answer of its own, so that it can be judged and followed there."""
        key = hashlib.sha256(f"{kept.id}:{address.thread_ts}".encode()).hexdigest()[:16]
        offers = offers_for(kept.status, self._after.can_show_text and bool(kept.sources))
        buttons = controls(key, offers, share=False)
        *before, last = shown
        messages = (*before, SlackMessage(last.text, (*last.blocks, *buttons)))
        sent = await post.in_channel(address, messages, lambda: shown)
        thread = Thread(PLATFORM, kept.thread.tenant, f"{address.channel}:{address.thread_ts}")
        note = replace(where_of(kept), thread_ts=address.thread_ts, user="", shown=()).note()
        await self._after.put(replace(kept, id=key, thread=thread, messages=sent, where=note))

    async def _with_defaults(self, asked: Asked, channel: str, user: str) -> Asked:
        here = await self._answering.choices(asked.thread.tenant, channel)
        defaults = await self._answering.defaults(asked.thread.tenant, here, user)
        return replace(asked, defaults=defaults, person=user)

    async def _tell(self, post: Post, click: Click, reply: Reply) -> None:
        await self._tell_somewhere(post, click.response_url, click.user, reply)

    @staticmethod
    async def _tell_somewhere(post: Post, response_url: str, user: str, reply: Reply) -> None:
        messages = messages_of(reply)
        if response_url:
            await post.privately(response_url, user, messages, lambda: plain_messages(reply))
        else:
            await post.in_channel(Address(user, None), messages, lambda: plain_messages(reply))


def _with_menu(text: str, menu: Block) -> SlackMessage:
    (said,) = messages_of(Note(text), controls=(actions(menu),))
    return said
