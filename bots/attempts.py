"""One attempt at an entry of the inbox: answered, tried again later, or given up with an apology.

What fails for a reason outside the question (library, database, platform away) is tried again until it has waited
`retry_seconds`; what may be the question's own fault, such as an exception or the end of a process, a few times. Either
way the person is told at the first failure that I keep trying, and at the last that I could not.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bots.inbox import Ended, Entry, State
from bots.platforms import Platform, TryAgain, Undeliverable
from bots.turn import BROKEN, Note

_log = structlog.get_logger(__name__)

TRIES = 5
"""Of a question that may be at fault itself."""
DELAYS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the next try; the last holds for all further ones."""
ASK_AGAIN = "Please ask again in a minute."
KEEP_TRYING = "I keep trying and will answer here."
SORRY = (
    "I tried several times and could not answer this question. I am sorry. "
    "Please ask again later, perhaps in other words."
)
REFUSED = {
    "person": "You have asked me very many questions within a minute, and I must leave some time for others. "
    "Please ask this one again in a minute.",
    "workspace": "Your workspace has asked me very many questions within a minute. Please ask this one again in a minute.",
    "queue": "More questions are waiting than I can answer soon. Please ask this one again in a few minutes.",
}


class Attempts:
    """Works on entries, whichever platform they are of. `delays` are seconds before the next try, see DELAYS."""

    def __init__(
        self, platforms: Mapping[str, Platform], retry_seconds: float, delays: tuple[float, ...]
    ) -> None:
        self._platforms = platforms
        self._retry_seconds = retry_seconds
        self._delays = delays

    async def at(self, entry: Entry) -> Ended:
        """Work on an entry; return how that ended. Raises nothing."""
        if entry.refusal:
            return await self._said(entry, Note(REFUSED[entry.refusal]), "done", entry.refusal)
        if entry.tries > TRIES:  # its process ended each time
            return await self._said(entry, Note(SORRY, failed=True), "set aside", "process ended")
        try:
            posted = await self._platform(entry).work(entry)
        except TryAgain as error:
            return await self._failed(entry, error)
        except Undeliverable as error:
            _log.error("undeliverable", why=str(error))
            return Ended(entry, "set aside", entry.posted, why=str(error))
        except Exception as error:  # a fault of ours must not leave the person without a word
            _log.exception("work_broke")
            return await self._failed(entry, TryAgain(type(error).__name__, Note(BROKEN, failed=True)))
        return Ended(entry, "done", posted)

    async def _failed(self, entry: Entry, error: TryAgain) -> Ended:
        why = str(error)
        waited = time.time() - entry.arrived_at
        if waited > self._retry_seconds or (not error.outside and entry.tries >= TRIES):
            _log.error("set_aside", why=why, tries=entry.tries, claims=entry.claims)
            return await self._said(entry, Note(SORRY, failed=True), "set aside", why)
        delay = self._delay(entry)
        _log.warning("try_again", why=why, seconds=delay, claims=entry.claims)
        posted = entry.posted if error.posted is None else error.posted
        if error.note is not None and not posted:
            begun = error.note.text.removesuffix(ASK_AGAIN).rstrip()
            meanwhile = replace(error.note, text=f"{begun} {KEEP_TRYING}")
            posted = (await self._said(entry, meanwhile, "waiting", why)).posted
        return Ended(entry, "waiting", posted, after=delay, counts=not error.outside, why=why)

    async def _said(self, entry: Entry, note: Note, state: State, why: str) -> Ended:
        """Say something in the answer's place; where even that fails, it is tried again or given up."""
        posted = entry.posted
        try:
            posted = await self.tell(entry, note)
        except TryAgain as error:
            if state != "waiting" and time.time() - entry.arrived_at <= self._retry_seconds:
                delay = self._delay(entry)
                return Ended(entry, "waiting", posted, after=delay, counts=not error.outside, why=str(error))
            _log.error("not_told", why=str(error))
        except Undeliverable as error:
            _log.error("undeliverable", why=str(error))
        except Exception:
            _log.exception("telling_broke")
        return Ended(entry, state, posted, why=why)

    async def tell(self, entry: Entry, note: Note) -> tuple[str, ...]:
        """Say something in the answer's place; return the ids of the messages that stand for the entry.

        Raises:
            TryAgain, Undeliverable: see `Platform.work`.
        """
        return await self._platform(entry).work(entry, note)

    def _delay(self, entry: Entry) -> float:
        return self._delays[min(entry.claims, len(self._delays)) - 1]

    def _platform(self, entry: Entry) -> Platform:
        found = self._platforms.get(entry.delivery.platform)
        if found is None:  # written down by a server that had it switched on
            raise TryAgain("platform is switched off", outside=True)
        return found
