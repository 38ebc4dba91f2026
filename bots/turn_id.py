"""The id of a turn, on every log line from the event to the posted message, and in traces.

It is made from what the platform calls the message, not drawn at random: so a delivery that is repeated, taken up again
after a crash, or answered by another replica carries the same id, and nothing has to be stored for it. Nobody can read
the message's own id out of it.
"""

from __future__ import annotations

import hashlib
import secrets
from contextvars import ContextVar

import structlog

from bots.asked import Asked

_words: ContextVar[str] = ContextVar("words_in_hand", default="")


def turn_id(asked: Asked) -> str:
    """Return the id of a message's turn, 16 hexadecimal digits; a new one for what no platform delivered."""
    if not asked.deliveries:
        return secrets.token_hex(8)
    named = "\0".join((asked.thread.platform, asked.thread.tenant, asked.deliveries[0]))
    return hashlib.blake2s(named.encode("utf-8", "replace"), digest_size=8).hexdigest()


def begin_turn(asked: Asked) -> str:
    """Put a message's turn on all further log lines of this task, and return its id.

    A turn that the task was given already, with the inbox's entry, stays; so does that of the same message.
    """
    turn = current_turn()
    if not turn or _words.get() not in ("", asked.text):
        turn = turn_id(asked)
        structlog.contextvars.bind_contextvars(turn=turn, channel=asked.thread.platform)
    _words.set(asked.text)
    return turn


def current_turn() -> str:
    """Return the id of the turn that this task works on, "" outside of turns."""
    return str(structlog.contextvars.get_contextvars().get("turn", ""))


def words_in_hand() -> str:
    """Return the words of the question that this task works on, so that they can be kept out of the log."""
    return _words.get()
