"""Keeps the replies of a chat model, so that the same question over the same law costs one call. In memory, per process.

The key is a hash of everything the model was told and of its name: another passage, date, history, prompt or model is
another key. What is kept is the model's text, which is verified anew each time it is used.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from retrieval.chat import Message


class ReplyCache:
    """The latest `most` replies; 0 keeps none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._replies: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    @staticmethod
    def key(model: str, messages: Iterable[Message]) -> str:
        """Return the key of a call."""
        told = "\x00".join([model, *(f"{m.role}\x01{m.text}" for m in messages)])
        return hashlib.sha256(told.encode()).hexdigest()

    def get(self, key: str) -> tuple[str, ...] | None:
        """Return the reply and, where there was one, the repair; None where the call was not made before."""
        if key not in self._replies:
            return None
        self._replies.move_to_end(key)
        return self._replies[key]

    def put(self, key: str, replies: tuple[str, ...]) -> None:
        """Keep the replies of a call; the one used longest ago goes."""
        if self._most:
            self._replies[key] = replies
            self._replies.move_to_end(key)
            while len(self._replies) > self._most:
                self._replies.popitem(last=False)
