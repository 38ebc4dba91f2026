"""The law library in Chroma: one collection per jurisdiction ("law-mn"), jurisdiction in the metadata too.

A collection per state answers in a tenth of the time of a filter on one big collection (measured at 100,000 rows).
Embedded calls block, so they run in a small thread pool. The name of the embedding model stands on every
collection; a store built with another model is refused. A load writes to a copy (`beside`), which is swapped in at
once; a store that is open notices and reads the new one (generations.py). Rows: record_rows.py, official_rows.py.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from retrieval.errors import StoreMismatch, StoreUnavailable
from retrieval.generations import copy_beside, live_folder, swap_in
from retrieval.official_rows import (
    OFFICIAL,
    OfficialChunk,
    assemble,
    chunk_metadata,
    nearest_records,
    row_id,
    row_name,
    section_id,
    without_text,
)
from retrieval.record_rows import from_metadata, record_id, record_json, to_metadata
from retrieval.records import Passage, Position

T = TypeVar("T")
_PREFIX = "law-"
_WRITTEN_AT_ONCE = 2_048
_ROWS_AT_ONCE = 16
"""Rows of a section read in one go; most have fewer."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (StoreMismatch, StoreUnavailable):
        raise
    except OSError as error:
        raise StoreUnavailable(f"cannot write the store: {error}") from error
    except Exception as error:  # chromadb raises its own, sqlite3's and the Rust core's errors here
        raise StoreUnavailable(f"Chroma: {type(error).__name__}: {error}") from error


class ChromaStore:
    """`PassageStore` on Chroma in a folder of this machine."""

    def __init__(self, folder: Path, embedding: str, threads: int = 4) -> None:
        """Open (or make) the store below `folder`.

        Raises:
            StoreUnavailable: the folder cannot be read or written, or its database is locked or broken.
        """
        self.embedding, self.base = embedding, folder
        self._lock = threading.RLock()
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="chroma")
        self._open: dict[str, Any] = {}
        self._official: dict[str, bool] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"cannot open the Chroma store in {folder}: {error}") from error
        self.folder = live_folder(folder)
        self._client = self._connect(self.folder)

    @staticmethod
    def _connect(folder: Path) -> Any:
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        try:
            return chromadb.PersistentClient(
                path=str(folder), settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False)
            )
        except Exception as error:  # chromadb raises its own, sqlite3's and the Rust core's errors here
            raise StoreUnavailable(f"cannot open the Chroma store in {folder}: {error}") from error

    def refresh(self) -> bool:
        """Open what a load has swapped in since; return whether there was anything.

        Called before every read; whoever keeps records (LawLibrary) forgets them when `folder` has changed.
        """
        with self._lock:
            live = live_folder(self.base)
            if live == self.folder:
                return False
            self._client = self._connect(live)
            self._open.clear()
            self._official.clear()
            self.folder = live
            return True

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except (StoreMismatch, StoreUnavailable):
            raise
        except Exception as error:  # every failure of the library means the same to us: no law to answer from
            raise StoreUnavailable(f"Chroma: {type(error).__name__}: {error}") from error

    def _collection(self, jurisdiction: str) -> Any | None:
        self.refresh()
        name = _PREFIX + jurisdiction.lower()
        if name not in self._open:
            from chromadb.errors import NotFoundError

            try:
                found = self._client.get_collection(name, embedding_function=None)
            except (NotFoundError, ValueError):
                return None
            built_with = (found.metadata or {}).get("embedding")
            if built_with != self.embedding:
                raise StoreMismatch(
                    f"the store was built with the embedding model {built_with!r}, but {self.embedding!r} is set. "
                    "Run `reggi load --rebuild`, or set REGGI_EMBEDDING back."
                )
            self._open[name] = found
        return self._open[name]

    def _has_official(self, jurisdiction: str) -> bool:
        if jurisdiction not in self._official:
            self._official[jurisdiction] = self.holds_official(jurisdiction)
        return self._official[jurisdiction]

    async def nearest(
        self, jurisdiction: str, vector: Sequence[float], limit: int
    ) -> list[tuple[str, float]]:
        """See `PassageStore.nearest`."""

        def call() -> list[tuple[str, float]]:
            collection = self._collection(jurisdiction)
            if collection is None:
                return []
            # a section of official text has several rows: enough are asked for that `limit` records are among them
            wide = limit * 4 if self._has_official(jurisdiction) else limit
            found = collection.query(query_embeddings=[list(vector)], n_results=wide, include=["distances"])
            return nearest_records(list(zip(found["ids"][0], found["distances"][0], strict=True)), limit)

        return await self._run(call)

    async def everything(self, jurisdiction: str) -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
        """See `PassageStore.everything`."""

        def call() -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
            collection = self._collection(jurisdiction)
            if collection is None:
                return (), ()
            found = collection.get(where={"part": {"$ne": OFFICIAL}}, include=["metadatas"])
            records = [from_metadata(dict(m)) for m in found["metadatas"]]
            digest = [r for r in records if isinstance(r, Passage)]
            same = [section_id(p) for p in digest] if self._has_official(jurisdiction) else []
            official = self._assembled(collection, "of", same)
            return (*digest, *official), tuple(r for r in records if isinstance(r, Position))

        return await self._run(call)

    @staticmethod
    def _assembled(collection: Any, field: str, values: Sequence[str]) -> tuple[Passage, ...]:
        if not values:
            return ()
        found = collection.get(
            where={"$and": [{"part": OFFICIAL}, {field: {"$in": list(values)}}]},
            include=["metadatas", "documents"],
        )
        rows = zip(found["metadatas"], found["documents"], strict=True)
        return tuple(assemble(rows, from_metadata))

    async def official(self, jurisdiction: str, ids: Sequence[str]) -> tuple[Passage, ...]:
        """See `PassageStore.official`."""

        def call() -> tuple[Passage, ...]:
            collection = self._collection(jurisdiction)
            return () if collection is None else self._sections(collection, ids)

        return await self._run(call) if ids else ()

    @staticmethod
    def _sections(collection: Any, ids: Sequence[str]) -> tuple[Passage, ...]:
        """Read sections by the names of their rows; a search in the metadata would go through the whole collection."""
        rows: list[tuple[Mapping[str, Any], str]] = []
        rest, first = list(ids), 0
        while rest:
            last = first + _ROWS_AT_ONCE - 1
            names = [row_name(section, n) for section in rest for n in range(first, last + 1)]
            found = collection.get(ids=names, include=["metadatas", "documents"])
            rows += zip(found["metadatas"], found["documents"], strict=True)
            there = set(found["ids"])
            rest, first = [s for s in rest if row_name(s, last) in there], last + 1
        return tuple(assemble(rows, from_metadata))

    async def numbered(self, jurisdiction: str, numbers: Sequence[str]) -> tuple[Passage, ...]:
        """See `PassageStore.numbered`."""
        return await self._official_by(jurisdiction, "number", numbers)

    async def _official_by(self, jurisdiction: str, field: str, values: Sequence[str]) -> tuple[Passage, ...]:
        def call() -> tuple[Passage, ...]:
            collection = self._collection(jurisdiction)
            return () if collection is None else self._assembled(collection, field, values)

        return await self._run(call) if values else ()

    async def jurisdictions(self) -> tuple[str, ...]:
        """See `PassageStore.jurisdictions`."""
        return await self._run(self.held_jurisdictions)

    def _names(self) -> list[str]:
        self.refresh()
        return [c.name for c in self._client.list_collections() if c.name.startswith(_PREFIX)]

    def held_jurisdictions(self) -> tuple[str, ...]:
        """Return the codes that have a collection, sorted (blocking; for the loader)."""
        return tuple(sorted(n[len(_PREFIX) :].upper() for n in self._names()))

    # writing, used by the loader alone

    def fingerprints(self, jurisdiction: str) -> dict[str, str]:
        """Return the fingerprint of every record of the digest kept for a jurisdiction, by record id."""
        collection = self._collection(jurisdiction)
        if collection is None:
            return {}
        rows = collection.get(where={"part": {"$ne": OFFICIAL}}, include=["metadatas"])
        return {i: str(m["fingerprint"]) for i, m in zip(rows["ids"], rows["metadatas"], strict=True)}

    def rows(self, jurisdiction: str) -> dict[str, Any]:
        """Return every row of a jurisdiction as it lies in Chroma, in the order it was written, with its vector."""
        collection = self._collection(jurisdiction)
        wanted = ["metadatas", "documents", "embeddings"]
        with _translated():
            return {} if collection is None else dict(collection.get(include=wanted))

    def write(
        self, jurisdiction: str, rows: Iterable[tuple[Passage | Position, str, str, Sequence[float]]]
    ) -> None:
        """Add or replace records: (record, fingerprint, text that was embedded, vector)."""
        batch = list(rows)
        self._upsert(
            jurisdiction,
            [record_id(r) for r, _, _, _ in batch],
            [v for _, _, _, v in batch],
            [text for _, _, text, _ in batch],
            [to_metadata(r, f) for r, f, _, _ in batch],
        )

    def write_official(self, jurisdiction: str, rows: Sequence[tuple[OfficialChunk, Any]]) -> None:
        """Add chunks of official text with their vectors; a section that was there before is removed first."""
        self._upsert(
            jurisdiction,
            [row_id(c) for c, _ in rows],
            [v for _, v in rows],
            [c.text for c, _ in rows],
            [
                chunk_metadata(c, record_json(without_text(c.passage)) if c.order == 0 else "")
                for c, _ in rows
            ],
        )

    def _upsert(
        self,
        jurisdiction: str,
        ids: list[str],
        vectors: list[Sequence[float]],
        texts: list[str],
        metadatas: list[Any],
    ) -> None:
        with _translated():
            name = _PREFIX + jurisdiction.lower()
            collection = self._collection(jurisdiction)
            if collection is None:
                collection = self._client.create_collection(
                    name,
                    embedding_function=None,
                    metadata={"hnsw:space": "cosine", "embedding": self.embedding},
                )
                self._open[name] = collection
            for start in range(0, len(ids), _WRITTEN_AT_ONCE):
                part = slice(start, start + _WRITTEN_AT_ONCE)
                collection.upsert(
                    ids=ids[part],
                    embeddings=np.asarray(vectors[part], dtype=np.float32),
                    documents=texts[part],
                    metadatas=metadatas[part],
                )

    def remove(self, jurisdiction: str, ids: Sequence[str]) -> None:
        """Take records out by id."""
        collection = self._collection(jurisdiction)
        if collection is not None and ids:
            with _translated():
                collection.delete(ids=list(ids))

    def remove_official(self, jurisdiction: str, sections: Sequence[tuple[str, int]]) -> None:
        """Take official sections out: (record id, number of chunks)."""
        ids = [i + (f"~{n}" if n else "") for i, count in sections for n in range(max(count, 1))]
        for start in range(0, len(ids), _WRITTEN_AT_ONCE):
            self.remove(jurisdiction, ids[start : start + _WRITTEN_AT_ONCE])

    def holds_official(self, jurisdiction: str) -> bool:
        """Return whether there is official text of a jurisdiction."""
        collection = self._collection(jurisdiction)
        return collection is not None and bool(
            collection.get(where={"part": OFFICIAL}, limit=1, include=[])["ids"]
        )

    @contextmanager
    def beside(self) -> Iterator[ChromaStore]:
        """Yield a store on a copy of this one; it takes this one's place when the block ends without an error.

        The caller holds the load lock. Killed, failed or out of disk, the block leaves this store as it was.

        Raises:
            StoreUnavailable: the copy could not be made or written.
        """
        with _translated():
            fresh = copy_beside(self.base)
        draft = ChromaStore(fresh, self.embedding)
        try:
            yield draft
        finally:
            draft.close()
        with _translated():
            swap_in(self.base, fresh)
        self.refresh()

    def drop(self, jurisdictions: Iterable[str] | None = None) -> None:
        """Remove whole collections (all of them by default), whatever model built them."""
        names = self._names() if jurisdictions is None else [_PREFIX + j.lower() for j in jurisdictions]
        for name in names:
            self._client.delete_collection(name)
            self._open.pop(name, None)

    def close(self) -> None:
        """Wait for calls under way and stop the threads."""
        self._pool.shutdown(wait=True)
        self._open.clear()
        self._client.close()
