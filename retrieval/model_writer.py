"""Lets a chat model write the answer, verifies it sentence by sentence, and falls back on the extractive answer.

The extractive answer is there before the model is asked, so nothing that a model does can leave the asker without one:
down, slow, rate-limited, refusing, rambling or ungrounded, all end in it within `seconds`. Sentences that do not hold go
back once with the reasons. What the model did is one log line, without the words of question or answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog

from retrieval.chat import Chat, Message, Piece, Shape
from retrieval.compose import Draft
from retrieval.errors import ModelUnavailable
from retrieval.model_assembly import Assembly, Release
from retrieval.model_cache import ReplyCache
from retrieval.model_prompt import first_messages, prompts, repair_message, shown_to_model
from retrieval.model_reply import (
    ANSWER_SCHEMA,
    REPAIR_SCHEMA,
    GrowingJson,
    ReplyUnreadable,
    as_repairs,
    as_written,
)
from retrieval.parts import AnswerPart
from retrieval.records import Verification
from retrieval.retriever import Evidence

log = structlog.get_logger(__name__)

ANSWER = Shape(
    "answer", "The answer to the question, each sentence with the marks of its passages.", ANSWER_SCHEMA
)
REPAIR = Shape("repair", "Sentences written anew, by id.", REPAIR_SCHEMA)
_REST_AFTER = 3
_REST_SECONDS = 30.0
"""After so many failures in a row the model is left alone for so long: a model that hangs must not slow every answer."""
_TIME_FOR_REPAIR = 0.25
"""Share of the time limit that must be left for sentences to be sent back."""


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """`seconds` for one answer, all calls and waiting together; `statements` that ranking may add to the passages;
    prices in US dollars for a million tokens, None if unknown."""

    seconds: float = 25.0
    statements: int = 24
    price_in: float | None = None
    price_out: float | None = None


@dataclass(slots=True)
class _Calls:
    """What the calls of one answer cost, and what came back."""

    replies: list[str]
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def add(self, piece: Piece) -> None:
        """Count the tokens of a piece."""
        self.tokens_in += piece.tokens_in
        self.tokens_out += piece.tokens_out


def _keep(_: AnswerPart) -> None:
    """Let nothing out before the end."""


class ModelWriter:
    """Writes answers with a chat model. One for all questions of a process."""

    def __init__(
        self,
        chat: Chat,
        names: dict[str, str],
        limits: ModelLimits,
        cache: ReplyCache | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chat, self._names, self._limits, self._cache, self._clock = chat, names, limits, cache, clock
        self._failures = 0
        self._resting_until = 0.0
        self.engine = f"model:{chat.name}/prompt-{prompts().version}"

    async def write(self, evidence: Evidence, draft: Draft, release: Release = _keep) -> Draft:
        """Return the answer as the model wrote it, so far as it is verified, or the extractive draft.

        `release` gets each verified part as soon as it and all before it stand. Raises nothing that a model causes.
        """
        answer = draft.answer
        if answer.status != "answered" or answer.table is not None:
            return draft  # a table is data, and where there is no law there is nothing to word
        if self._clock() < self._resting_until:
            log.info("model_resting", model=self._chat.name)
            return draft
        began = self._clock()
        shown = shown_to_model(evidence, draft, self._limits.statements)
        assembly = Assembly(evidence, draft, shown, self._names, self.engine, release)
        messages = first_messages(evidence.understood, answer, shown, self._names)
        calls, failure = _Calls([]), ""
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._converse(messages, assembly, calls, began)
        except TimeoutError:
            failure = f"slower than {self._limits.seconds:g} s"
        except ModelUnavailable as error:
            failure = f"{type(error).__name__}: {error}"
        finished = assembly.finish()
        self._note(failure)
        self._log(assembly, calls, failure, finished is not None, began)
        if finished is None:
            count = assembly.count()
            dropped = count.kept + count.repaired + count.dropped
            return Draft(
                replace(answer, verification=Verification(0, 0, dropped) if dropped else None), draft.passages
            )
        return finished

    async def _converse(
        self, messages: tuple[Message, ...], assembly: Assembly, calls: _Calls, began: float
    ) -> None:
        key = ReplyCache.key(self.engine, messages)
        kept = self._cache.get(key) if self._cache else None
        if kept:
            _take_reply(kept[0], assembly)
            if len(kept) > 1:
                _take_repair(kept[1], assembly)
            return
        reply = await self._first(messages, assembly, calls)
        failed = assembly.failed()
        left = self._limits.seconds - (self._clock() - began)
        if failed and left >= _TIME_FOR_REPAIR * self._limits.seconds:
            said = (
                *messages,
                Message("assistant", reply),
                repair_message([(f.id, f.text, f.marks, f.reason) for f in failed]),
            )
            repair = await self._whole(said, REPAIR, calls)
            try:
                _take_repair(repair, assembly)
            except ReplyUnreadable as error:  # what held before still holds
                log.info("model_repair_unreadable", model=self._chat.name, reason=str(error))
        if self._cache:
            self._cache.put(key, tuple(calls.replies))

    async def _first(self, messages: tuple[Message, ...], assembly: Assembly, calls: _Calls) -> str:
        """Take the answer as it comes, part by part; return its text.

        Raises:
            ModelUnavailable: it broke off before anything could be used.
            ReplyUnreadable: it is no answer.
        """
        growing, text = GrowingJson(), ""
        calls.calls += 1
        async with aclosing(self._chat.stream(messages, ANSWER)) as pieces:
            async for piece in pieces:
                text += piece.text
                calls.add(piece)
                if growing.feed(piece.text):
                    assembly.take(as_written(*growing.value()))
        if not growing.done:
            raise ReplyUnreadable("the reply broke off" if text else "the reply is empty")
        calls.replies.append(text)
        return text

    async def _whole(self, messages: tuple[Message, ...], shape: Shape, calls: _Calls) -> str:
        text = ""
        calls.calls += 1
        async with aclosing(self._chat.stream(messages, shape)) as pieces:
            async for piece in pieces:
                text += piece.text
                calls.add(piece)
        calls.replies.append(text)
        return text

    def _note(self, failure: str) -> None:
        self._failures = self._failures + 1 if failure else 0
        if self._failures >= _REST_AFTER:
            self._resting_until = self._clock() + _REST_SECONDS
            self._failures = 0

    def _log(self, assembly: Assembly, calls: _Calls, failure: str, used: bool, began: float) -> None:
        count = assembly.count()
        limits = self._limits
        cost = None
        if limits.price_in is not None and limits.price_out is not None:
            cost = round((calls.tokens_in * limits.price_in + calls.tokens_out * limits.price_out) / 1e6, 6)
        reasons = sorted({f.reason.split(":")[0].split("“")[0].strip() for f in assembly.failed()})
        log.info(
            "model_answer" if used else "model_answer_not_used",
            engine=self.engine, ms=round((self._clock() - began) * 1e3), calls=calls.calls, tokens_in=calls.tokens_in,
            tokens_out=calls.tokens_out, cost_usd=cost, kept=count.kept, repaired=count.repaired, dropped=count.dropped,
            failure=failure or None, why_dropped=reasons or None,
            instead=None if used else "extractive",
        )  # fmt: skip


def _take_reply(text: str, assembly: Assembly) -> None:
    growing = GrowingJson()
    if growing.feed(text):
        assembly.take(as_written(*growing.value()))


def _take_repair(text: str, assembly: Assembly) -> None:
    growing = GrowingJson()
    growing.feed(text)
    if not growing.done:
        raise ReplyUnreadable("the repair broke off")
    found, _ = growing.value()
    assembly.mend(as_repairs(found))


async def try_out(chat: Chat, seconds: float) -> str:
    """Return what one call of a chat model showed: its name, time and tokens.

    Raises:
        ModelUnavailable: it did not answer within `seconds`, or not in JSON.
    """
    messages = (
        Message("system", "Reply with one JSON object and nothing else."),
        Message("user", 'Reply with {"sentences": [{"id": "1", "text": "ready", "marks": []}]}'),
    )
    began, growing, calls = time.monotonic(), GrowingJson(), _Calls([])
    try:
        async with asyncio.timeout(seconds), aclosing(chat.stream(messages, REPAIR)) as pieces:
            async for piece in pieces:
                growing.feed(piece.text)
                calls.add(piece)
    except TimeoutError as error:
        raise ModelUnavailable(f"no answer within {seconds:g} s") from error
    if not growing.done:
        raise ReplyUnreadable("it answered, but not in JSON; try another REGGI_MODEL_OUTPUT")
    took = (time.monotonic() - began) * 1e3
    return f"{chat.name} answered in {took:.0f} ms ({calls.tokens_in} tokens in, {calls.tokens_out} out)"
