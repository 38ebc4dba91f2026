"""Answers that the law has left behind: where a load changes or ends a section, threads answered from it are told, once.

An answer keeps a fingerprint of every section it cites. After a load, and on each new day, the fingerprints of answers
within the retention time are compared with the law as it is; where one differs, a word for the thread goes into the
inbox, which keeps it from being said twice, whichever replica noticed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import structlog

from bots.errors import ConversationsUnavailable
from bots.inbox import Accepted, Delivery
from bots.library import Library
from bots.remembered import KeptAnswer, KeptSource, Remembered
from bots.turn import Note
from retrieval.catalogue import Catalogue
from retrieval.errors import RetrievalError
from retrieval.records import Passage

_log = structlog.get_logger(__name__)

KIND = "changed"
"""Of deliveries that no platform made."""
ENDED = "ended"
LOOK_SECONDS = 60.0
NAMED = 5
"""Sections named in one word; there may be more."""


def fingerprint(law: Catalogue, source: KeptSource, today: dt.date) -> str:
    """Return what a cited section says now, as a short hash; `ENDED` where it is no longer there or in force."""
    passages = [p for p in (*law.digest.values(), *law.official.values()) if _is(p, source)]
    standing = [p for p in passages if p.in_force_to is None or p.in_force_to > today]
    if not standing:
        return ENDED
    found = hashlib.sha256()
    for p in sorted(standing, key=lambda p: (p.text_kind, p.key)):
        said = [(s.text, str(s.in_force_from), str(s.in_force_to)) for s in p.statements]
        found.update(repr((p.text_kind, p.text, said, str(p.in_force_from), str(p.in_force_to))).encode())
    return found.hexdigest()[:16]


async def with_fingerprints(kept: KeptAnswer, library: Library, today: dt.date) -> KeptAnswer:
    """Return what is kept, with the fingerprints of its sources; without them where the law cannot be read."""
    try:
        laws = {s.jurisdiction: await library.catalogue(s.jurisdiction) for s in kept.sources}
    except RetrievalError as error:
        _log.warning("not_watched", error=type(error).__name__)
        return kept
    marked = tuple(replace(s, version=fingerprint(laws[s.jurisdiction], s, today)) for s in kept.sources)
    return replace(kept, sources=marked)


async def changed_sources(kept: KeptAnswer, library: Library, today: dt.date) -> list[KeptSource]:
    """Return the sources of an answer that say something else now, or nothing.

    Raises:
        RetrievalError: the law cannot be read.
    """
    found = []
    for source in kept.sources:
        if source.version and source.version != ENDED:
            law = await library.catalogue(source.jurisdiction)
            if fingerprint(law, source, today) != source.version:
                found.append(source)
    return found


def word(citations: Iterable[str], today: str) -> Note:
    """Return what is said in the thread."""
    named = list(dict.fromkeys(citations))
    shown = ", ".join(named[:NAMED]) + (f" and {len(named) - NAMED} more" if len(named) > NAMED else "")
    return Note(
        f"{shown} changed in my library on {today}. My answer here rests on it. Ask again for the law as it is now."
    )


class StaleWatch:
    """Looks after every load and on every new day. One a process; several do no harm."""

    def __init__(
        self,
        remembered: Remembered,
        library: Library,
        accept: Callable[[Delivery], Awaitable[Accepted]],
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self._remembered = remembered
        self._library = library
        self._accept = accept
        self._today = today
        self._looked: tuple[object, dt.date] | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except (RetrievalError, ConversationsUnavailable) as error:
                _log.warning("watch_put_off", error=type(error).__name__)
            except Exception:
                _log.exception("watch_broke")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Compare every kept answer with the law, if there is a new law or a new day; return how many threads are told.

        Raises:
            RetrievalError, ConversationsUnavailable: law or database are away; it is looked again later.
        """
        today = self._today()
        store = getattr(self._library, "store", None)
        law = getattr(store, "generation", None) or getattr(store, "folder", None)
        if self._looked == (law, today) and law is not None:
            return 0
        told = 0
        async for kept in self._remembered.sweep():
            changed = await changed_sources(kept, self._library, today)
            if changed:
                told += (await self._accept(_delivery(kept, changed, today))).new
        self._looked = (law, today)
        if told:
            _log.info("threads_told_of_changes", count=told)
        return told


def _delivery(kept: KeptAnswer, changed: list[KeptSource], today: dt.date) -> Delivery:
    body = {"answer": kept.id, "citations": [s.citation for s in changed], "on": today.isoformat()}
    once = (f"changed:{kept.id}",)  # one word a thread and answer, however often the law changes
    return Delivery(
        kept.thread.platform, kept.thread.tenant, KIND, body, once, kept.person, kept.about, asks=False
    )


def _is(passage: Passage, source: KeptSource) -> bool:
    return (passage.law, passage.citation) == (source.law, source.citation)
