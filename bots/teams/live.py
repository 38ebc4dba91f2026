"""An answer on its way into a conversation: shown as it grows, then whole.

In a personal chat it is streamed; elsewhere, where Teams does not stream, a message is changed in place. Either begins only if the
answer takes longer than a moment: one that is there at once comes at once. All that is shown was verified before.

A stream has two minutes, grows by whole texts of which each begins the next, at most one a second
(https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux). Where it breaks, the answer comes all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from bots.platforms import Began
from bots.teams.adapter import Conversation, NotSent
from bots.teams.entities import forms_of, step
from bots.teams.messages import TeamsMessage, growing_text
from retrieval.parts import AnswerPart

_log = structlog.get_logger(__name__)

LOOKING = "Looking it up …"
UNCHANGEABLE = frozenset({400, 403, 404, 410})
"""Answers to the change of a message that can no longer be changed; another one is sent in its place."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """`patience`: seconds until something is shown of an unfinished answer; `interval`: between two states of it."""

    patience: float = 0.6
    interval: float = 1.5


class Live:
    """One answer. `standing` are messages of ours that it takes the place of; `lead` stands above it."""

    def __init__(
        self,
        talk: Conversation,
        personal: bool,
        tempo: Tempo,
        standing: Sequence[str] = (),
        lead: str = "",
        began: Began | None = None,
    ) -> None:
        """`began` is told the ids of messages that stand before the answer is whole, as soon as they are known."""
        self._talk = talk
        self._tempo = tempo
        self._standing = list(standing)
        self._lead = lead
        self._began = began
        self._streams = personal and not standing
        self._stream: str | None = None
        self._steps = 0
        self._part: AnswerPart | None = None
        self._shown = ""
        self._broken = self.cancelled = False
        self._told: tuple[str, ...] = ()
        self._done = asyncio.Event()

    @property
    def standing(self) -> tuple[str, ...]:
        """Messages that stand for the answer by now."""
        return tuple(self._standing) or self._told

    async def show(self, part: AnswerPart) -> None:
        """Take a verified part; it is shown when Teams takes the next state."""
        self._part = part

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Show the answer growing while the block takes longer than a moment."""
        if not self._tempo.patience and not self._standing:
            # Shown at once, so that the message that the answer becomes is known before the answer; and not
            # streamed, since a stream that a crash leaves behind cannot be ended by anybody else.
            self._streams = False
            await self._try(LOOKING, informative=True)
        task = asyncio.get_running_loop().create_task(self._grow())
        try:
            yield
        finally:
            self._done.set()
            # A state under way must arrive before the whole, or it would take its place.
            await asyncio.wait([task])

    async def finish(self, messages: tuple[TeamsMessage, ...]) -> tuple[str, ...]:
        """Send the whole answer and return the ids of its messages; () if the person stopped the stream.

        Raises:
            NotSent: Teams did not take a message.
        """
        if self._lead:
            messages = (replace(messages[0], text=f"{self._lead}\n\n{messages[0].text}"), *messages[1:])
        sent = []
        for number, message in enumerate(messages):
            if number == 0 and self._stream is not None:
                sent.append(await self._ended(message))
                if self.cancelled:
                    return ()
            elif self._standing:
                sent.append(await self._placed(self._standing.pop(0), message))
            elif message.optional:
                sent += await self._offered(message)
            else:
                sent.append(await self._talk.send(*forms_of(message)))
                if number + 1 < len(messages):
                    await self._tell(sent[-1])
        for message_id in self._standing:
            await self._talk.delete(message_id)
        return tuple(sent)

    async def _grow(self) -> None:
        wait = self._tempo.patience
        while not self._broken:
            try:
                await asyncio.wait_for(self._done.wait(), wait)
                return
            except TimeoutError:
                wait = self._tempo.interval
            part = self._part
            text = growing_text(part.so_far) if part else LOOKING
            if text != self._shown:
                await self._try(text, informative=part is None)

    async def _try(self, text: str, informative: bool) -> None:
        """Show a state of the answer; that is an extra, and the whole answer is sent all the same."""
        try:
            await self._put(text, informative)
            self._shown = text
        except NotSent as error:
            self._broken, self.cancelled = True, _is_cancelled(error)
            _log.info("teams_live_broke", error=str(error), cancelled=self.cancelled)

    async def _put(self, text: str, informative: bool) -> None:
        if self._streams:
            self._steps += 1
            sent = await self._talk.send(step(text, self._stream, self._steps, informative))
            self._stream = self._stream or sent or None
            await self._tell(self._stream or "")
            return
        shown = forms_of(TeamsMessage(f"{self._lead}\n\n{text}".strip(), generated=not informative))
        if self._standing:
            await self._talk.update(self._standing[0], *shown)
        else:
            self._standing.append(await self._talk.send(*shown))
            await self._tell(self._standing[0])

    async def _tell(self, message: str) -> None:
        if self._began is not None and message and message not in self._told:
            self._told = (*self._told, message)
            await self._began(self._told)

    async def _ended(self, message: TeamsMessage) -> str:
        """End the stream with a message; where it can no longer be ended, change what it left, or send anew."""
        stream = str(self._stream)
        if self.cancelled:
            return ""
        if not self._broken:
            try:
                return await self._talk.send(*forms_of(message, stream)) or stream
            except NotSent as error:
                self.cancelled = _is_cancelled(error)
                if self.cancelled:
                    return ""
                if "ContentStream" not in error.code and error.status not in UNCHANGEABLE:
                    raise
                _log.info("teams_stream_broke", error=str(error))
        return await self._placed(stream, message)

    async def _offered(self, message: TeamsMessage) -> list[str]:
        """Send what can be pressed; where Teams does not take it, the answer stands all the same."""
        try:
            return [await self._talk.send(*forms_of(message))]
        except NotSent as error:
            if error.status not in UNCHANGEABLE:
                raise
            _log.error("teams_refused_controls", error=str(error))
            return []

    async def _placed(self, standing: str, message: TeamsMessage) -> str:
        try:
            await self._talk.update(standing, *forms_of(message))
        except NotSent as error:
            if error.status not in UNCHANGEABLE:
                raise
            return await self._talk.send(*forms_of(message))
        return standing


def _is_cancelled(error: NotSent) -> bool:
    """Whether the person pressed Stop: they want no more of it."""
    return "ContentStream" in error.code and "cancel" in error.code.lower()
