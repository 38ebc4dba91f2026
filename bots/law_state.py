"""Whether the law can be searched, and how old it is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bots.health import NotWorking
from bots.library import Library

AGES_SECONDS = 3600.0
"""Dates of review are read again this often, and whenever a load was swapped in."""
_PROBE = "notice of a data breach"
_FIRST = "US"


class Shelf(Protocol):
    """The port to the store: the part of `retrieval.store.PassageStore` that is looked at."""

    async def jurisdictions(self) -> tuple[str, ...]:
        """Return the codes that have law."""
        ...

    async def nearest(
        self, jurisdiction: str, vector: Sequence[float], limit: int
    ) -> list[tuple[str, float]]:
        """Return up to `limit` records, nearest first."""
        ...


@runtime_checkable
class Searchable(Library, Protocol):
    """A library with its store and its embedding model, so that both can be tried."""

    store: Any
    model: Any


class LawState:
    """Looks at the law of a server. One a process."""

    def __init__(self, library: Searchable, today: Callable[[], dt.date] = dt.date.today) -> None:
        self._library, self._today = library, today
        self._vector: Sequence[float] | None = None
        self._reviewed: list[dt.date] = []
        self._read_at = float("-inf")
        self._read_from: object = None

    async def look(self) -> None:
        """Search for something in the store itself, not in what is kept of it in memory.

        Raises:
            NotWorking: the store's folder is gone, the corpus is empty, or a jurisdiction's index gives nothing.
            RetrievalError: see retrieval/store.py.
        """
        store = self._library.store
        folder = getattr(store, "folder", None)  # of a server it is a name
        if isinstance(folder, Path) and not folder.is_dir():
            raise NotWorking(
                "the folder of the law library is gone; stop Reggi, restore it or run `reggi load --rebuild`"
            )
        shelf: Shelf = store
        codes = await shelf.jurisdictions()
        if not codes:
            raise NotWorking("the corpus is empty; run `reggi load --rebuild`")
        if self._vector is None:
            self._vector = self._library.model.embed_query(_PROBE)
        code = _FIRST if _FIRST in codes else codes[0]
        if not await shelf.nearest(code, self._vector or (), 1):
            raise NotWorking(f"the law of {code} cannot be searched; run `reggi load --rebuild`")
        await self._read_ages(codes, folder)

    def ages(self) -> Mapping[str, float]:
        """Return days since the oldest, median and newest review, and since the load, as last looked at."""
        found: dict[str, float] = {}
        if self._reviewed:
            days = [(self._today() - day).days for day in self._reviewed]
            found = {
                "oldest_review": days[0],
                "median_review": days[len(days) // 2],
                "newest_review": days[-1],
            }
        if isinstance(self._read_from, Path):
            with suppress(OSError):  # gone: `look` says so
                found["load"] = round((time.time() - self._read_from.stat().st_mtime) / 86_400, 4)
        return found

    async def _read_ages(self, codes: Sequence[str], folder: object) -> None:
        now = time.monotonic()
        if folder == self._read_from and now - self._read_at < AGES_SECONDS:
            return
        reviewed = []
        for code in codes:
            reviewed += [p.reviewed for p in (await self._library.catalogue(code)).digest.values()]
        self._reviewed, self._read_at, self._read_from = sorted(reviewed), now, folder
