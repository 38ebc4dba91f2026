"""The port to the law library's store, and its form in memory. On disk: chroma_store.py; on a server: store_server.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from retrieval.record_rows import embedded_text, record_id
from retrieval.records import Passage, Position


class PassageStore(Protocol):
    """Where passages and positions are kept. All dates are days; distance is cosine.

    Every method raises StoreUnavailable where the law cannot be read, and StoreMismatch where it was embedded by another
    model than the one that is set.
    """

    async def nearest(
        self, jurisdiction: str, vector: Sequence[float], limit: int
    ) -> list[tuple[str, float]]:
        """Return up to `limit` (record id, distance), nearest first; empty for an unknown jurisdiction."""

    async def everything(self, jurisdiction: str) -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
        """Return the digest of one jurisdiction in the order it was written, and the official text of its sections.

        Official text of other sections may be a whole code; it is read by `official` and `numbered` when it is asked for.
        """

    async def official(self, jurisdiction: str, ids: Sequence[str]) -> tuple[Passage, ...]:
        """Return the official text of sections by record id, in no order; those that are not there are left out."""

    async def numbered(self, jurisdiction: str, numbers: Sequence[str]) -> tuple[Passage, ...]:
        """Return the official text of the sections with these numbers ("325M.14", see `section_number`), of any law."""

    async def jurisdictions(self) -> tuple[str, ...]:
        """Return the codes that have a collection, sorted."""


class MemoryStore:
    """`PassageStore` of given records, for tests: distances from the same vectors, no Chroma."""

    def __init__(self, records: Iterable[Passage | Position], embed: Callable[[list[str]], Any]) -> None:
        self._records = list(records)
        self._vectors = embed([embedded_text(r) for r in self._records])

    async def nearest(
        self, jurisdiction: str, vector: Sequence[float], limit: int
    ) -> list[tuple[str, float]]:
        """See `PassageStore.nearest`."""
        scored = [
            (record_id(r), 1.0 - float(v @ vector))
            for r, v in zip(self._records, self._vectors, strict=True)
            if r.jurisdiction == jurisdiction
        ]
        return sorted(scored, key=lambda pair: pair[1])[:limit]

    async def everything(self, jurisdiction: str) -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
        """See `PassageStore.everything`."""
        digest = {(r.law_id, r.section) for r in self._passages(jurisdiction) if r.text_kind == "digest"}
        own = [
            r
            for r in self._records
            if r.jurisdiction == jurisdiction
            and (isinstance(r, Position) or r.text_kind == "digest" or (r.law_id, r.section) in digest)
        ]
        return tuple(r for r in own if isinstance(r, Passage)), tuple(
            r for r in own if isinstance(r, Position)
        )

    def _passages(self, jurisdiction: str) -> list[Passage]:
        return [r for r in self._records if isinstance(r, Passage) and r.jurisdiction == jurisdiction]

    async def official(self, jurisdiction: str, ids: Sequence[str]) -> tuple[Passage, ...]:
        """See `PassageStore.official`."""
        return tuple(
            p for p in self._passages(jurisdiction) if p.text_kind == "official" and record_id(p) in ids
        )

    async def numbered(self, jurisdiction: str, numbers: Sequence[str]) -> tuple[Passage, ...]:
        """See `PassageStore.numbered`."""
        return tuple(
            p for p in self._passages(jurisdiction) if p.text_kind == "official" and p.section in numbers
        )

    async def jurisdictions(self) -> tuple[str, ...]:
        """See `PassageStore.jurisdictions`."""
        return tuple(sorted({r.jurisdiction for r in self._records}))
