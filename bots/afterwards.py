"""What can be done after an answer, for every channel: found again, corrected, judged, read in the law's own words.

The database may be away: then an answer stands without its buttons working, which is said when one is pressed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import structlog

from bots.asked import Asked
from bots.errors import ConversationsUnavailable
from bots.holdings import Holdings, holdings
from bots.library import Library
from bots.remembered import (
    Choices,
    KeptAnswer,
    Reason,
    Remembered,
    Scope,
    feedback_of,
    with_answer,
)
from bots.stale import with_fingerprints
from bots.statute_text import StatuteText, statute_text
from bots.threads import Thread
from bots.turn import Note, Turn, as_earlier
from retrieval.errors import RetrievalError
from retrieval.jurisdictions import registry
from retrieval.records import Answer

_log = structlog.get_logger(__name__)
_Found = TypeVar("_Found")

GONE = Note(
    "I no longer remember that question; I keep the words of questions only for a while. Please ask it again."
)
NOT_KEPT = Note("I could not save that, because my database did not answer. Please try again in a minute.")


class Afterwards:
    """One for all channels of a server. Without a `library` no statute text can be shown."""

    def __init__(
        self,
        remembered: Remembered,
        library: Library | None = None,
        today: Callable[[], dt.date] = dt.date.today,
        watch: bool = False,
    ) -> None:
        """`watch`: sources are kept with a fingerprint of their text, so that a change of it is noticed."""
        self._remembered = remembered
        self._library = library
        self._today = today
        self._watch = watch

    @property
    def can_show_text(self) -> bool:
        """Whether there is law to show."""
        return self._library is not None

    async def keep(self, kept: KeptAnswer, turn: Turn) -> None:
        """Keep what was answered. A turn that was no question is kept too, so that an edit can still mend it."""
        kept = replace(kept, person=kept.person or turn.person)
        if turn.question is not None:
            kept = replace(kept, history=turn.question.history, read=as_earlier(turn.question))
        if isinstance(turn.reply, Answer):
            kept = with_answer(kept, turn.reply)
            if self._watch and self._library is not None:
                kept = await with_fingerprints(kept, self._library, self._today())
        await self.put(kept)

    async def put(self, kept: KeptAnswer) -> None:
        """Keep an answer as it is."""
        await self._try(self._remembered.keep(kept), None)

    async def find(self, platform: str, tenant: str, answer: str) -> KeptAnswer | None:
        """Return an answer by its id, or None if it is forgotten or the database is away."""
        return await self._try(self._remembered.kept(platform, tenant, answer), None)

    async def about(self, platform: str, tenant: str, message: str) -> KeptAnswer | None:
        """Return the answer to a message."""
        return await self._try(self._remembered.kept_about(platform, tenant, message), None)

    async def answered_in(self, thread: Thread) -> bool:
        """Return whether this thread holds an answer of ours that is kept."""
        return await self._try(self._remembered.answered_in(thread), False)

    async def drop(self, kept: KeptAnswer) -> None:
        """Forget an answer."""
        await self._try(self._remembered.drop(kept), None)

    async def choices(self, scope: Scope) -> Choices:
        """Return what a channel or person has chosen."""
        return await self._try(self._remembered.choices(scope), Choices())

    async def choose(self, scope: Scope, choices: Choices) -> bool:
        """Set what a channel or person has chosen; False if it could not be saved."""
        return await self._try(_done(self._remembered.choose(scope, choices)), False)

    async def judge(self, kept: KeptAnswer, helpful: bool) -> int | None:
        """Count a click on helpful or not; return its number, or None if it could not be saved."""
        note = feedback_of(kept, self._today(), helpful)
        return await self._try(self._remembered.note(note), None)

    async def explain(self, number: int, reason: Reason) -> bool:
        """Add a reason to a click; False if it could not be saved."""
        return await self._try(_done(self._remembered.explain(number, reason)), False)

    async def statute_text(self, kept: KeptAnswer) -> StatuteText | Note:
        """Return the text behind an answer, or a sentence on why there is none."""
        if self._library is None or not kept.sources:
            return Note("I have no text to show for that answer.")
        try:
            return await statute_text(kept, self._library)
        except RetrievalError as error:
            _log.error("statute_text_failed", error=type(error).__name__, detail=str(error))
            return Note(error.plain, failed=True)

    async def holdings(self) -> Holdings | None:
        """Return how much law there is, or None where there is none or it cannot be read."""
        if self._library is None:
            return None
        try:
            return await holdings(self._library, [place.code for place in registry().places])
        except RetrievalError as error:
            _log.error("holdings_failed", error=type(error).__name__, detail=str(error))
            return None

    async def _try(self, work: Awaitable[_Found], otherwise: _Found) -> _Found:
        try:
            return await work
        except ConversationsUnavailable as error:
            _log.error("memory_unavailable", error=str(error))
            return otherwise


async def _done(work: Awaitable[None]) -> bool:
    await work
    return True


def again(kept: KeptAnswer, place: str | None = None) -> Asked:
    """Return a kept question as it was asked, or for another state."""
    return Asked(
        text=kept.asked,
        thread=kept.thread,
        deliveries=(),
        command=kept.command,
        place=place or kept.place,
        earlier=kept.history,
        person=kept.person,
    )


def following(kept: KeptAnswer, text: str) -> Asked:
    """Return a question that follows a kept one."""
    earlier = (*kept.history, kept.read) if kept.read else kept.history
    return Asked(text=text, thread=kept.thread, deliveries=(), earlier=earlier)


def once(kept: KeptAnswer, user: str, what: str) -> Asked:
    """Return a delivery that is new only if this person never did this to this answer.

    Who it was is kept as a hash, and for two days alone.
    """
    who = hashlib.sha256(f"{kept.id}:{user}:{what}".encode()).hexdigest()
    return Asked("", kept.thread, (f"click:{who}",))
