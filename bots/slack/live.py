"""An answer on its way into a thread: a status, then its verified parts as they come, then the whole.

Slack streams into threads (https://docs.slack.dev/reference/methods/chat.startStream). The parts go as `blocks` chunks
(https://docs.slack.dev/changelog/2026/04/16/block-kit-new-blocks), the very blocks of the whole answer, so that nothing
that was typed or quoted is read as markdown. A stream begins only if the answer takes longer than a moment; table,
sources and buttons come at its end. Slack closes a stream after some five minutes (slackapi/python-slack-sdk#1859) and
refuses them in places; then the answer comes all the same, in the stream's place or as a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bots.platforms import Began
from bots.slack.agent import Agent
from bots.slack.blocks import Block
from bots.slack.calls import NotSent
from bots.slack.events import Address
from bots.slack.messages import SlackMessage, growing_blocks
from bots.slack.post import BlocksRefused, Plain, Post
from retrieval.parts import AnswerPart

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds. `patience`: until something is shown of an unfinished answer, since most come sooner; `interval`: between
    two appends, of which Slack takes some 100 a minute; `rest`: after it said that these were too many."""

    patience: float = 0.5
    interval: float = 1.0
    rest: float = 5.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asked: Slack wants to know for whom it streams into a channel."""

    team: str
    user: str


class Live:
    """One answer. In a thread it has a status, and is streamed to its `reader`, where there is one."""

    def __init__(
        self,
        post: Post,
        agent: Agent,
        address: Address,
        reader: Reader | None,
        began: Began | None = None,
        tempo: Tempo | None = None,
    ) -> None:
        """`began` is told the `ts` of the stream as soon as there is one, so that it is found again after a crash."""
        self._post = post
        self._agent = agent
        self._address = address
        self._reader = reader
        self._began = began
        self._tempo = tempo or Tempo()
        self._part: AnswerPart | None = None
        self._shown: tuple[Block, ...] = ()
        self._ts = ""
        self._broken = self._unsure = False
        self._changed, self._done = asyncio.Event(), asyncio.Event()

    @property
    def standing(self) -> tuple[str, ...]:
        """The streamed message (`ts`), where there is one."""
        return (self._ts,) if self._ts else ()

    async def show(self, part: AnswerPart) -> None:
        """Take a verified part; it is shown when Slack takes the next."""
        self._part = part
        self._changed.set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Show a status, and the answer growing, while the block takes longer than a moment."""
        if self._address.thread_ts is None:
            yield
            return
        task = asyncio.get_running_loop().create_task(self._grow())
        try:
            yield
        finally:
            self._done.set()
            self._changed.set()
            # What is under way must arrive before the answer: a late status would stand there for minutes.
            await asyncio.wait([task])
            if not task.cancelled() and (error := task.exception()) is not None:
                # A fault of ours on the way; what was shown by then is not known, so that the whole takes its place.
                _log.error("slack_live_broke", exc_info=error)
                self._unsure = True

    async def finish(self, messages: tuple[SlackMessage, ...], plain: Plain) -> tuple[str, ...]:
        """Send the whole answer; return the `ts` of its messages.

        Raises:
            NotSent: Slack did not take it.
        """
        if not self._ts:
            return await self._post.in_channel(self._address, messages, plain)
        first, rest = messages[0], messages[1:]
        if not self._unsure and first.blocks[: len(self._shown)] == self._shown:
            left = first.blocks[len(self._shown) :]
            try:
                await self._post.end_stream(self._address, self._ts, left, not rest)
            except (BlocksRefused, NotSent) as error:
                if isinstance(error, NotSent) and error.passing:
                    raise
                _log.warning("slack_stream_not_ended", error=str(error))
            else:
                more = await self._post.in_channel(self._address, rest, plain) if rest else ()
                return (self._ts, *more)
        return await self._replaced(messages, plain)

    async def withdraw(self) -> tuple[str, ...]:
        """Take the stream away, since no answer came; return what could not be taken away."""
        if not self._ts:
            return ()
        try:
            await self._post.close_stream(self._address, self._ts)
            await self._post.delete(self._address.channel, self._ts)
        except NotSent as error:
            _log.warning("slack_stream_left", error=str(error))
            return self.standing
        return ()

    async def _replaced(self, messages: tuple[SlackMessage, ...], plain: Plain) -> tuple[str, ...]:
        """Put the answer in the stream's place; where Slack does not change that, take it away and post anew."""
        await self._post.close_stream(self._address, self._ts)
        try:
            return await self._post.in_channel(self._address, messages, plain, self.standing)
        except NotSent as error:
            if error.passing:
                raise
            _log.warning("slack_stream_not_replaced", error=str(error))
        await self.withdraw()
        return await self._post.in_channel(self._address, messages, plain)

    async def _grow(self) -> None:
        await self._pause(self._tempo.patience)
        told = self._part is None or self._reader is None
        if told and not self._done.is_set():
            await self._agent.status(self._address)
        while self._reader and not self._broken and not self._done.is_set():
            self._changed.clear()
            shown = growing_blocks(self._part.so_far) if self._part else ()
            if len(shown) > len(self._shown):
                await self._pause(await self._put(shown, self._reader))
            else:
                await self._changed.wait()
        if self._broken and not self._ts and not told and not self._done.is_set():
            await self._agent.status(self._address)

    async def _put(self, shown: tuple[Block, ...], reader: Reader) -> float:
        """Show the answer up to here; return the seconds until the next try."""
        new = shown[len(self._shown) :]
        try:
            if self._ts:
                await self._post.append_stream(self._address, self._ts, new)
            else:
                self._ts = await self._post.begin_stream(self._address, reader.team, reader.user, new)
                if self._began is not None:
                    await self._began(self.standing)
        except NotSent as error:
            # What is shown on the way is an extra; the whole answer is sent all the same.
            _log.info("slack_stream_refused", error=str(error), begun=bool(self._ts))
            if self._ts and error.limited:
                return self._tempo.rest
            self._broken, self._unsure = True, error.passing
            return 0
        self._shown = shown
        return self._tempo.interval

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._done.wait(), seconds)
        except TimeoutError:
            return
