"""One turn of a conversation: a message becomes an answer, or one plain sentence; never silence.

The one place where this happens for every channel, and the one place that catches `RetrievalError`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import structlog

from bots.asked import Asked, PlaceOf, clean, state_in_front
from bots.conversations import Conversations
from bots.errors import ConversationsUnavailable
from bots.metrics import answered, failed, retried
from bots.turn_id import begin_turn
from retrieval.errors import (
    ModelMisconfigured,
    ModelUnavailable,
    QuestionRejected,
    RetrievalError,
    StoreMismatch,
    StoreUnavailable,
)
from retrieval.parts import AnswerPart
from retrieval.records import Answer, AnswerSection, Question, Statement

_log = structlog.get_logger(__name__)

EXAMPLE = "Can I use customer data for marketing purposes in Minnesota?"
HELP = frozenset({"help", "?", "usage"})
SLOW = "I could not finish this in time, so I would rather not answer. Please ask again in a minute."
BROKEN = RetrievalError.plain
OUTSIDE = (StoreUnavailable, StoreMismatch, ModelUnavailable, ModelMisconfigured)
"""What no question is to blame for."""


class Brain(Protocol):
    """The port to the pipeline: what turns a question into an answer."""

    async def answer(self, question: Question) -> Answer:
        """Return the answer; "I don't know" is one.

        Raises:
            RetrievalError: something broke; its `plain` is told to the person.
        """
        ...


@runtime_checkable
class StreamingBrain(Brain, Protocol):
    """A brain that also hands out an answer while it is being written."""

    def stream(self, question: Question) -> AsyncGenerator[AnswerPart, None]:
        """Yield the verified parts of an answer; the last holds the whole. Raises as `answer` does."""
        ...


Show = Callable[[AnswerPart], Awaitable[None]]
"""Takes a verified part of an answer as it comes. Must not take long: the answer waits for it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One plain sentence in place of an answer.

    `failed` is True where something broke and the same question may be asked again; otherwise the message
    itself was no question.
    """

    text: str
    failed: bool = False


Reply = Answer | Note


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, and the question it answers with state and history; None where a message was no question.

    `person` is who asked. `retry`: it failed, and the same question may be answered later; `outside`: for a reason
    that is not the question's.
    """

    reply: Reply
    question: Question | None = None
    person: str = ""
    retry: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """`question` in characters; `answer_seconds` until a turn is given up; `history` in earlier questions."""

    question: int = 8_000
    answer_seconds: float = 60.0
    history: int = 5


class Turns:
    """Takes messages and replies to them. One for all channels of a server."""

    def __init__(
        self,
        brain: Brain,
        conversations: Conversations,
        place_of: PlaceOf,
        limits: Limits,
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self._brain = brain
        self._conversations = conversations
        self._place_of = place_of
        self._limits = limits
        self._today = today

    async def take(self, asked: Asked) -> bool:
        """Return whether this message is new; False if a delivery of it was taken before.

        Without a database every message counts as new: an answer given twice is better than none.
        """
        begin_turn(asked)
        try:
            new = await self._conversations.take(asked.thread, asked.deliveries)
        except ConversationsUnavailable as error:
            _log.error("deliveries_unavailable", platform=asked.thread.platform, error=str(error))
            return True
        if new:
            _log.info("taken", platform=asked.thread.platform, characters=len(asked.text))
        else:
            retried(asked.thread.platform, "duplicate")
            _log.info("duplicate_delivery", platform=asked.thread.platform)
        return new

    async def reply(self, asked: Asked) -> Reply:
        """Return what is said to the person. Raises nothing: what breaks is logged and becomes a sentence."""
        return (await self.answer(asked)).reply

    async def answer(self, asked: Asked, show: Show | None = None) -> Turn:
        """Return what is said, with the question as it was read. Raises nothing.

        `show` gets the verified parts of an answer before it is finished, from a brain that hands them out.
        """
        begin_turn(asked)
        read = self._read(asked)
        if isinstance(read, Note):
            failed(asked.thread.platform, "note")
            return Turn(read, person=asked.person)
        question = read
        try:
            async with asyncio.timeout(self._limits.answer_seconds):
                question = replace(read, history=await self._history(asked, read))
                answer = await self._written(question, show)
        except RetrievalError as error:
            _log.error(
                "answer_failed", platform=asked.thread.platform, error=type(error).__name__, detail=str(error)
            )
            failed(asked.thread.platform, "error")
            retry, outside = not isinstance(error, QuestionRejected), isinstance(error, OUTSIDE)
            return Turn(Note(error.plain, failed=True), question, asked.person, retry, outside)
        except TimeoutError:
            _log.error("answer_too_slow", platform=asked.thread.platform, seconds=self._limits.answer_seconds)
            failed(asked.thread.platform, "timeout")
            return Turn(Note(SLOW, failed=True), question, asked.person, retry=True)
        except Exception:  # a fault of ours must not leave the person without a word
            _log.exception("answer_broke", platform=asked.thread.platform)
            failed(asked.thread.platform, "broke")
            return Turn(Note(BROKEN, failed=True), question, asked.person, retry=True)
        answered(asked.thread.platform, answer)
        ms = round(answer.elapsed_ms.get("total", 0))
        _log.info(
            "answered", platform=asked.thread.platform, status=answer.status, engine=answer.engine, ms=ms
        )
        return Turn(with_files(with_ways(answer, asked.ways), asked.files), question, asked.person)

    async def _written(self, question: Question, show: Show | None) -> Answer:
        if show is None or not isinstance(self._brain, StreamingBrain):
            return await self._brain.answer(question)
        async with aclosing(self._brain.stream(question)) as parts:
            async for part in parts:
                if part.kind == "whole":
                    return part.so_far
                await show(part)
        raise RuntimeError("a stream of parts ended without the whole answer")

    async def forget(self, asked: Asked) -> None:
        """Forget the words of a question that was edited or deleted, or is answered for another state."""
        read = self._read(asked)
        if isinstance(read, Note):
            return
        try:
            await self._conversations.forget(asked.thread, as_earlier(read))
        except ConversationsUnavailable as error:
            _log.error("question_not_forgotten", platform=asked.thread.platform, error=str(error))

    def _read(self, asked: Asked) -> Question | Note:
        read = read_question(asked.text, self._today(), self._limits.question, self._place_of, asked.command)
        if isinstance(read, Note):
            return _only_files(asked.files) if asked.files and not asked.text.strip() else read
        return replace(
            read, jurisdiction=asked.place or read.jurisdiction, default_jurisdictions=asked.defaults
        )

    async def _history(self, asked: Asked, question: Question) -> tuple[str, ...]:
        if asked.command or not self._limits.history:  # a command stands alone
            return asked.earlier or ()
        try:
            kept = await self._conversations.remember(
                asked.thread, as_earlier(question), self._limits.history, asked.person
            )
        except ConversationsUnavailable as error:
            _log.error("history_unavailable", platform=asked.thread.platform, error=str(error))
            kept = ()
        return kept if asked.earlier is None else asked.earlier[-self._limits.history :]


def read_question(
    text: str, asked_on: dt.date, limit: int, place_of: PlaceOf = lambda _: None, command: str | None = None
) -> Question | Note:
    """Return the question in a text, or the sentence that says why there is none.

    `limit` is in characters. `place_of` reads the state in front of the text, of which more may be said after
    a `command` ("/reggi"); a command alone is a call for help.
    """
    if len(text) > 4 * limit:  # not worth reading to the end
        return _too_long(len(text), limit)
    read = clean(text)
    if len(read) > limit:
        return _too_long(len(read), limit)
    if command and (not read or read.lower() in HELP):
        read = "help"
    if not read:
        return _nothing_asked(text)
    argument = state_in_front(read, place_of, command=command is not None)
    if argument.named and not argument.code:
        return _unknown_place(argument.named, command or "")
    if not any(char.isalnum() for char in argument.text):
        return _nothing_about(argument.named) if argument.named else _nothing_asked(text)
    return Question(text=argument.text, asked_on=asked_on, jurisdiction=argument.code)


def with_ways(answer: Answer, ways: tuple[str, ...]) -> Answer:
    """Return a help answer with the ways to ask on this platform; any other answer as it is."""
    if answer.status != "help" or not ways:
        return answer
    section = AnswerSection("How to ask here", None, tuple(Statement(way, ()) for way in ways))
    return replace(answer, sections=(*answer.sections, section))


def with_files(answer: Answer, files: tuple[str, ...]) -> Answer:
    """Return an answer that says which files it did not read."""
    if not files:
        return answer
    return replace(
        answer, notices=(*answer.notices, f"I cannot read files and did not open {_named(files)}.")
    )


def as_earlier(question: Question) -> str:
    """Return a question as a later one refers to it: with the state in front, so that "and the deadline?" knows where."""
    return f"{question.jurisdiction}: {question.text}" if question.jurisdiction else question.text


def _only_files(files: tuple[str, ...]) -> Note:
    return Note(
        f"I did not see a question, and I cannot read files (I did not open {_named(files)}). "
        f"Ask me in words, for example: {EXAMPLE}"
    )


def _named(files: tuple[str, ...]) -> str:
    names = [clean(name)[:80] or "a file without a name" for name in files[:5]]
    return ", ".join(names) + (f" and {len(files) - 5} more" if len(files) > 5 else "")


def _nothing_asked(raw: str) -> Note:
    if raw.strip():
        return Note(
            f"I could read nothing in that message that is a question. Please ask in plain words, for example: {EXAMPLE}"
        )
    return Note(f"I did not see a question. Ask me something like: {EXAMPLE}")


def _nothing_about(named: str) -> Note:
    return Note(
        f"You named {named} but asked nothing about it. Put your question behind it, for example: {named} how soon must I report a data breach?"
    )


def _too_long(length: int, limit: int) -> Note:
    return Note(
        f"Your message has {length:,} characters and I read at most {limit:,}. "
        "Please send only what you want to know, without the documents around it."
    )


def _unknown_place(named: str, command: str) -> Note:
    return Note(
        f"I do not know a US state or territory called “{named}”. Put its postal code in front of the question, or its "
        f'name in quotation marks: {command} NM can I sell customer data? or {command} "New Mexico" can I sell customer data?'
    )
