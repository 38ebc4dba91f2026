"""The last answers, kept so that they can be downloaded and shown as Slack and Teams would.

In memory and few: the page is for trying. Context: a download names an answer; decision: no row in a database
for it; consequence: with several servers behind one address, or after a restart, an answer is asked for again.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict

from bots.turn import Reply

KEPT = 200


class KeptReplies:
    """Replies by an id that cannot be guessed; the oldest goes when there are more than `limit`."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._replies: OrderedDict[str, Reply] = OrderedDict()

    def keep(self, key: str, reply: Reply) -> None:
        """Keep a reply under an id of `new_key`; one that grows takes the place of what was known of it."""
        self._replies[key] = reply
        while len(self._replies) > self._limit:
            self._replies.popitem(last=False)

    def get(self, key: str) -> Reply | None:
        return self._replies.get(key)


def new_key() -> str:
    """Return an id that is fit for an address and for an HTML id."""
    return f"a{secrets.token_hex(12)}"
