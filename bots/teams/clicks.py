"""What is pressed in cards and thumbs, done. What comes back is shown in the place of the card, to whoever pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bots.afterwards import GONE, NOT_KEPT, again, following, once
from bots.asked import Asked
from bots.offers import NOTED, THANKS, TOLD_ALREADY, WHAT_WAS_WRONG, offers_for
from bots.remembered import KeptAnswer
from bots.teams.activities import PLATFORM, Where
from bots.teams.adapter import Conversation, Now, Talk
from bots.teams.answering import Answering, Task, key_of
from bots.teams.cards import CARD, Card, blocks_of, card, pages, rich, run
from bots.teams.choosing import ChannelChoices
from bots.teams.controls import controls, prompts, reason_form, right_state_chooser, text_page, told
from bots.teams.invokes import Judged, Pressed
from bots.teams.messages import escaped
from bots.turn import Note
from retrieval.jurisdictions import registry

Later = Callable[[Talk], None]
"""Lets something be said in the conversation after the press was acknowledged."""

ASKED = "Asked. The answer comes below."
TEXT_BYTES = 18_000
"""Of statute text on one page."""


class Clicks:
    """Does what was pressed."""

    def __init__(self, answering: Answering, choices: ChannelChoices) -> None:
        self._answering = answering
        self._after = answering.after
        self._choices = choices

    async def press(self, pressed: Pressed, now: Now, later: Later, again: bool = False) -> Card | None:
        """Return the card that takes the place of the one that was pressed; None for a verb that is not offered.

        `again`: it was taken before, and what it asks for is still to be done.
        """
        where = pressed.where
        if pressed.verb == "ask":
            return await self._ask(pressed, later, again)
        if pressed.verb == "switch":
            return await self._choices.switch(where, pressed.data.get("follow_ups") == "on", now)
        if pressed.verb not in {"place", "wrong_state", "statute", "follow_up", "back"}:
            return None
        kept = await self._after.find(PLATFORM, where.tenant, key_of(where, pressed.message))
        if kept is None:
            return told(GONE.text)
        match pressed.verb:
            case "wrong_state":
                return right_state_chooser()
            case "place":
                return await self._place(pressed, kept, later, again)
            case "statute":
                return await self._statute(pressed, kept)
            case "follow_up":
                return await self._follow_up(pressed, kept, later, again)
        return self._standing(kept, where)

    async def judge(self, judged: Judged) -> dict[str, Any]:
        """Count a thumb or note its reason; return the form or the words that Teams shows."""
        kept = await self._after.find(
            PLATFORM, judged.where.tenant, key_of(judged.where, judged.message) if judged.message else ""
        )
        if judged.reason is not None and judged.number is not None:
            saved = await self._after.explain(judged.number, judged.reason)
            return _words(NOTED if saved else NOT_KEPT.text)
        if kept is not None and not await self._answering.turns.take(once(kept, judged.where.user, "judged")):
            return _words(TOLD_ALREADY)
        # A thumb on an answer that is forgotten counts too, without what it was about.
        number = await self._after.judge(kept or KeptAnswer("", judged.where.thread, ""), judged.helpful)
        if number is None:
            return _words(NOT_KEPT.text)
        # Counted at once: the reason is a bonus that not everybody gives.
        return _words(THANKS) if judged.helpful else form(WHAT_WAS_WRONG, reason_form(number))

    async def _place(self, pressed: Pressed, kept: KeptAnswer, later: Later, again: bool) -> Card:
        code, where = pressed.data.get("place", ""), pressed.where
        if code not in registry():
            return told("I do not know that state.", back=True)
        if again or await self._first(pressed, kept):
            later(lambda talk: self._other_place(talk, where, kept, code))
        return told(f"Answering for {registry()[code].name} …")

    async def _other_place(self, talk: Conversation, where: Where, kept: KeptAnswer, code: str) -> None:
        """Answer again for the state chosen, in the place of the old answer."""
        async with self._answering.in_order.turn(kept.about or kept.id):
            current = await self._after.find(PLATFORM, where.tenant, kept.id)
            if current is None:  # deleted or answered again meanwhile
                return
            await self._answering.turns.forget(again(current))
            task = Task(again(current, code), where, current.about, current)
            await self._answering.give(talk, task)

    async def _statute(self, pressed: Pressed, kept: KeptAnswer) -> Card:
        found = await self._after.statute_text(kept)
        if isinstance(found, Note):
            return told(found.text, back=True)
        made = pages(blocks_of(found.pieces, found.links), TEXT_BYTES)
        wanted = pressed.data.get("page", "0")
        number = min(int(wanted), len(made) - 1) if re.fullmatch(r"[0-9]{1,4}", wanted) else 0
        return text_page(made[number], number, len(made))

    async def _follow_up(self, pressed: Pressed, kept: KeptAnswer, later: Later, again: bool) -> Card:
        text, where = pressed.data.get("question", ""), pressed.where
        if not text.strip():
            return self._standing(kept, where)
        if again or await self._first(pressed, kept):
            later(lambda talk: self._asked_by(talk, where, following(kept, text)))
        return self._standing(kept, where, ASKED)

    async def _ask(self, pressed: Pressed, later: Later, again: bool) -> Card | None:
        text, where = pressed.data.get("question", ""), pressed.where
        if not text.strip():
            return None
        asked = Asked(text, where.thread, pressed.deliveries)
        if again or await self._answering.turns.take(asked):
            later(lambda talk: self._asked_by(talk, where, asked))
        return prompts()

    async def _asked_by(self, talk: Conversation, where: Where, asked: Asked) -> None:
        """Answer a question that stands nowhere in the chat, so that everybody sees what was asked."""
        await self._answering.type(talk)
        lead = f"**{escaped(where.name or 'Somebody')} asked:** {escaped(' '.join(asked.text.split()))}"
        asked = await self._answering.with_defaults(asked, where)
        await self._answering.give(talk, Task(asked, where, lead=lead))

    def _standing(self, kept: KeptAnswer, where: Where, said: str = "") -> Card:
        """The buttons as they stood below the answer."""
        offers = offers_for(kept.status, self._after.can_show_text and bool(kept.sources))
        below = controls(offers, where.personal) or card([])
        return {**below, "body": [rich([run(said, subtle=True)]), *below["body"]]} if said else below

    async def _first(self, pressed: Pressed, kept: KeptAnswer) -> bool:
        """Whether this press comes for the first time: Teams delivers again what was not acknowledged in time."""
        return await self._answering.turns.take(replace(again(kept), deliveries=pressed.deliveries))


def form(title: str, content: Card) -> dict[str, Any]:
    """Return a dialog with a card in it
    (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots)."""
    value = {
        "title": title,
        "height": "medium",
        "width": "medium",
        "card": {"contentType": CARD, "content": content},
    }
    return {"task": {"type": "continue", "value": value}}


def _words(text: str) -> dict[str, Any]:
    """A dialog that says one thing."""
    return {"task": {"type": "message", "value": text}}
