"""Whether a message in a chat or channel is answered, the same on every platform."""

from __future__ import annotations

from typing import Protocol

from bots.afterwards import Afterwards
from bots.asked import Asked
from bots.remembered import Scope


class Heard(Protocol):
    """A message as a platform's adapter reads it.

    `about` is its id; `addressed`: it is for the bot; `edited`: it was there before in other words; `to_others`: it
    mentions somebody else.
    """

    @property
    def asked(self) -> Asked: ...
    @property
    def about(self) -> str: ...
    @property
    def addressed(self) -> bool: ...
    @property
    def edited(self) -> bool: ...
    @property
    def to_others(self) -> bool: ...


async def is_wanted(message: Heard, channel: str, after: Afterwards) -> bool:
    """Return whether a message addresses the bot, its old words were answered, or its channel wants it answered."""
    if message.addressed:
        return True
    thread = message.asked.thread
    if message.edited:
        return await after.about(thread.platform, thread.tenant, message.about) is not None
    if (
        message.to_others
        or not (await after.choices(Scope(thread.platform, thread.tenant, channel))).follow_ups
    ):
        return False
    return await after.answered_in(thread)
