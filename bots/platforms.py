"""The port to the platforms' adapters: how they are given what they handed over, and how they say that it failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bots.inbox import Entry
from bots.turn import Note

Began = Callable[[tuple[str, ...]], Awaitable[None]]
"""Told the ids of messages that stand for an entry before its answer is whole, so that they are found after a crash."""


class TryAgain(Exception):
    """Work on an entry failed and may succeed later.

    `note` is told to the person meanwhile, None where nothing can be told. `outside`: it is not the question's fault.
    `posted` are ids of messages that stand for the entry by now.
    """

    def __init__(
        self, why: str, note: Note | None = None, outside: bool = False, posted: tuple[str, ...] | None = None
    ) -> None:
        super().__init__(why)
        self.note, self.outside, self.posted = note, outside, posted


class Undeliverable(Exception):
    """The platform will never take an answer to this entry: its channel is gone, the bot was removed …"""


class Platform(Protocol):
    """The port to a platform's adapter: what it does with what it handed over."""

    async def work(self, entry: Entry, say: Note | None = None) -> tuple[str, ...]:
        """Answer an entry, or `say` something in the answer's place; return the ids of the messages that stand for it.

        Messages that stand already (`entry.posted`, and where `entry.claims` is above 1 whatever is found in the
        thread) give way to the new ones; a whole answer that is found there stays, and nothing is posted.

        Raises:
            TryAgain: it failed for now.
            Undeliverable: it will always fail.
        """
        ...
