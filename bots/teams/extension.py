"""The message extension: ask from the compose box or about a message, see the answer alone, put it into the conversation.

Works wherever Teams shows the app, also in chats that Reggi is no member of. Teams waits five seconds for each dialog
(https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/respond-to-task-module-submit), so an
answer that takes longer is fetched with another press.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bots.asked import Asked, clean
from bots.background import Background
from bots.offers import ABOUT_LAW
from bots.render import links_of, pieces_of
from bots.teams.answering import Answering
from bots.teams.cards import CARD, CARD_BYTES, Card, blocks_of, card, rich, run, size_of
from bots.teams.clicks import form
from bots.teams.controls import question_form
from bots.teams.invokes import Dialog
from bots.threads import Thread
from bots.turn import Note, Reply
from retrieval.records import Answer

TITLE = "Ask Reggi"
DIALOG_SECONDS = 3.5
HELD = 200
"""Answers under way or not yet fetched, at most; the oldest is forgotten."""
LOOKING = "I am still looking it up. Press the button in a moment."
FORGOTTEN = "I no longer have that answer. Please ask again."
SHORTENED = "This is the short form, which fits here. Ask me in a chat for the whole."


class Extension:
    """Answers dialogs. An answer waits in the memory of this process until it is fetched."""

    def __init__(self, answering: Answering, background: Background, seconds: float = DIALOG_SECONDS) -> None:
        self._answering = answering
        self._background = background
        self._seconds = seconds
        self._held: dict[str, asyncio.Future[Reply]] = {}

    async def show(self, dialog: Dialog) -> dict[str, Any]:
        """Return what the dialog shows next, or the card that goes into the compose box."""
        if dialog.step == "opened":
            return form(TITLE, question_form(clean(dialog.text)))
        # What is held is known by a key that is drawn at random, so nobody fetches the answer of another.
        if key := dialog.data.get("share"):
            return self._shared(key)
        if key := dialog.data.get("fetch"):
            return await self._answer(key)
        text = dialog.data.get("question", "")
        if not text.strip():
            return form(TITLE, question_form())
        return await self._answer(self._begin(dialog, text))

    def _begin(self, dialog: Dialog, text: str) -> str:
        where, key = dialog.where, secrets.token_urlsafe(16)
        thread = Thread(where.thread.platform, where.tenant, f"{where.channel}:{where.user}")
        asked = Asked(text, thread, (), earlier=())
        found: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._held[key] = found
        for old in list(self._held)[:-HELD]:
            del self._held[old]

        async def look() -> None:
            here = await self._answering.with_defaults(asked, where)
            found.set_result(await self._answering.turns.reply(here))

        self._background.start(look(), "teams dialog")
        return key

    async def _answer(self, key: str) -> dict[str, Any]:
        found = self._held.get(key)
        if found is None:
            return form(TITLE, question_form(lead=FORGOTTEN))
        try:
            reply = await asyncio.wait_for(asyncio.shield(found), self._seconds)
        except TimeoutError:
            again = {"type": "Action.Submit", "title": "Show the answer", "data": {"fetch": key}}
            return form(TITLE, card([rich([run(LOOKING)])], [again], wide=False))
        shown = answer_card(reply)
        if isinstance(reply, Answer) and reply.status in ABOUT_LAW:
            share = {"type": "Action.Submit", "title": "Put into the conversation", "data": {"share": key}}
            shown = {**shown, "actions": [share]}
        return form(TITLE, shown)

    def _shared(self, key: str) -> dict[str, Any]:
        found = self._held.get(key)
        if found is None or not found.done():
            return form(TITLE, question_form(lead=FORGOTTEN))
        return inserted(found.result())


def answer_card(reply: Reply) -> Card:
    """Return a reply as one card. One that is too long for it is told in short, with the sources of what is said."""
    shown = _card_of(reply)
    if size_of(shown) <= CARD_BYTES or isinstance(reply, Note):
        return shown
    said = (*reply.short_answer, *reply.conclusion)
    marks = {mark for statement in said for mark in statement.marks}
    short = replace(
        reply, sections=(), table=None, sources=tuple(s for s in reply.sources if s.mark in marks),
        notices=(*reply.notices, SHORTENED),
    )  # fmt: skip
    return _card_of(short)


def _card_of(reply: Reply) -> Card:
    pieces = pieces_of(reply)
    return card(blocks_of(pieces, links_of(pieces)))


def inserted(reply: Reply) -> dict[str, Any]:
    """Return a reply as a card for the compose box, from where the person sends it or not."""
    title = reply.text if isinstance(reply, Note) else reply.title
    preview: Mapping[str, Any] = {
        "contentType": "application/vnd.microsoft.card.thumbnail",
        "content": {"title": title[:80], "text": "Information, not legal advice."},
    }
    attachment = {"contentType": CARD, "content": answer_card(reply), "preview": preview}
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": [attachment]}}
