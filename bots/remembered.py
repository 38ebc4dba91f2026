"""What is remembered beside the questions: answers that can still be acted on, choices of channels, feedback.

An answer is kept so that an edited question is answered again in place, a deleted one loses its answer, and
buttons below an answer know what it was about. It goes after `retention_days`.
Feedback is counted without anything that tells who gave it, or about which message.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from bots.threads import Thread
from retrieval.records import Answer

Reason = Literal["wrong_state", "off_topic", "incomplete", "outdated", "unclear"]
REASONS: dict[Reason, str] = {
    "wrong_state": "It is about the wrong state",
    "off_topic": "It does not answer my question",
    "incomplete": "Something is missing",
    "outdated": "The law has changed",
    "unclear": "I cannot make sense of it",
}
"""Reasons are chosen, not written: free words could say who wrote them."""


@dataclass(frozen=True, slots=True)
class KeptSource:
    """A source as an answer named it; enough to find its text in the library again.

    `version` is a fingerprint of that text, where changes are watched (bots/stale.py).
    """

    mark: str
    jurisdiction: str
    law: str
    citation: str
    title: str
    url: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that can still be acted on.

    `asked` are the words as they were read and `place` the state chosen for them in a menu; `history` the earlier
    questions they follow, `read` how a later question refers to it. `about` is the platform's id of the message that
    asked, "" where there is none; `messages` are the ids of those that answer, in order. `where` is the channel's own
    note on how to reply.
    `person` is who asked, in the platform's words, so that it can be found and deleted for them.
    """

    id: str
    thread: Thread
    asked: str
    command: str | None = None
    place: str | None = None
    history: tuple[str, ...] = ()
    read: str = ""
    about: str = ""
    messages: tuple[str, ...] = ()
    where: str = ""
    status: str = ""
    topics: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    engine: str = ""
    sources: tuple[KeptSource, ...] = ()
    person: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a choice holds for: a channel or a person (`id`) of a workspace (`tenant`)."""

    platform: str
    tenant: str
    id: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a channel or a person has chosen.

    `defaults` are codes taken where a question names no state. `follow_ups`: messages in threads that were answered
    are answered without a mention. `private`: only who asks sees the answer.
    """

    defaults: tuple[str, ...] = ()
    follow_ups: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """One click on helpful or not, on a day. Holds nothing of the person, the message or the words."""

    day: dt.date
    helpful: bool
    reason: Reason | None
    status: str
    topics: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    engine: str


class Remembered(Protocol):
    """The port. Every method raises ConversationsUnavailable where the database does not answer."""

    async def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer; one with the same id gives way."""
        ...

    async def kept(self, platform: str, tenant: str, answer: str) -> KeptAnswer | None:
        """Return the answer with this id, or None if it is too old or never was."""
        ...

    async def kept_about(self, platform: str, tenant: str, message: str) -> KeptAnswer | None:
        """Return the answer to a message, by the platform's id of that message."""
        ...

    async def answered_in(self, thread: Thread) -> bool:
        """Return whether an answer in this thread is kept."""
        ...

    async def drop(self, answer: KeptAnswer) -> None:
        """Forget an answer; nothing happens where it is not kept."""
        ...

    async def choices(self, scope: Scope) -> Choices:
        """Return what was chosen for a channel or person; the defaults of `Choices` where nothing was."""
        ...

    async def choose(self, scope: Scope, choices: Choices) -> None:
        """Set what holds for a channel or person from now on."""
        ...

    async def note(self, feedback: Feedback) -> int:
        """Keep a click on helpful or not; return its number."""
        ...

    async def explain(self, number: int, reason: Reason) -> None:
        """Add the reason to a click that was kept."""
        ...

    async def feedback(self) -> tuple[Feedback, ...]:
        """Return all feedback, oldest first."""
        ...

    def sweep(self) -> AsyncIterator[KeptAnswer]:
        """Yield every answer that is kept, of all workspaces: to look after them, never to show them."""
        ...

    async def prune(self) -> None:
        """Delete answers that are too old."""
        ...


class MemoryRemembered:
    """The port in memory."""

    def __init__(self, keep_seconds: int = 24 * 3600, now: Callable[[], float] = time.time) -> None:
        self._keep_seconds = keep_seconds
        self._now = now
        self._kept: dict[tuple[str, str, str], tuple[float, KeptAnswer]] = {}
        self._choices: dict[Scope, Choices] = {}
        self._feedback: list[Feedback] = []

    async def keep(self, answer: KeptAnswer) -> None:
        self._kept[_key(answer)] = (self._now(), answer)

    async def kept(self, platform: str, tenant: str, answer: str) -> KeptAnswer | None:
        return next((a for a in self._fresh() if _key(a) == (platform, tenant, answer)), None)

    async def kept_about(self, platform: str, tenant: str, message: str) -> KeptAnswer | None:
        wanted = (platform, tenant, message)
        found = [a for a in self._fresh() if a.about and (*_key(a)[:2], a.about) == wanted]
        return found[-1] if found else None

    async def answered_in(self, thread: Thread) -> bool:
        return any(a.thread == thread for a in self._fresh())

    async def drop(self, answer: KeptAnswer) -> None:
        self._kept.pop(_key(answer), None)

    async def choices(self, scope: Scope) -> Choices:
        return self._choices.get(scope, Choices())

    async def choose(self, scope: Scope, choices: Choices) -> None:
        self._choices[scope] = choices

    async def note(self, feedback: Feedback) -> int:
        self._feedback.append(feedback)
        return len(self._feedback)

    async def explain(self, number: int, reason: Reason) -> None:
        if 0 < number <= len(self._feedback):
            self._feedback[number - 1] = replace(self._feedback[number - 1], reason=reason)

    async def feedback(self) -> tuple[Feedback, ...]:
        return tuple(self._feedback)

    async def sweep(self) -> AsyncIterator[KeptAnswer]:
        for answer in self._fresh():
            yield answer

    async def prune(self) -> None:
        self._fresh()

    def forget_place(self, platform: str, tenant: str, person: str, place: str) -> None:
        """Forget everything of a person or, where none is given, of a chat or channel."""

        def gone(thread: Thread, who: str) -> bool:
            here = (thread.platform, thread.tenant) == (platform, tenant)
            return here and (who == person if person else thread.id.startswith(place))

        self._kept = {
            key: kept for key, kept in self._kept.items() if not gone(kept[1].thread, kept[1].person)
        }
        self._choices.pop(Scope(platform, tenant, person or place), None)

    def forget_workspace(self, platform: str, tenant: str) -> None:
        """Forget everything of a workspace."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[:2] != (platform, tenant)}
        self._choices = {
            scope: choices
            for scope, choices in self._choices.items()
            if (scope.platform, scope.tenant) != (platform, tenant)
        }

    def _fresh(self) -> list[KeptAnswer]:
        oldest = self._now() - self._keep_seconds
        self._kept = {key: found for key, found in self._kept.items() if found[0] > oldest}
        return [answer for _, answer in self._kept.values()]


def _key(answer: KeptAnswer) -> tuple[str, str, str]:
    return (answer.thread.platform, answer.thread.tenant, answer.id)


def with_answer(kept: KeptAnswer, answer: Answer) -> KeptAnswer:
    """Return what is kept, about this answer."""
    sources = tuple(
        KeptSource(s.mark, s.jurisdiction, s.law, s.citation, s.title, s.url) for s in answer.sources
    )
    return replace(
        kept,
        status=answer.status,
        topics=answer.topics,
        jurisdictions=tuple(d.code for d in answer.jurisdictions),
        engine=answer.engine,
        sources=sources,
    )


def feedback_of(kept: KeptAnswer, day: dt.date, helpful: bool) -> Feedback:
    """Return the feedback to an answer, without what could lead back to it."""
    return Feedback(day, helpful, None, kept.status, kept.topics, kept.jurisdictions, kept.engine)
