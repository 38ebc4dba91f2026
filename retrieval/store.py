"""The law library in Chroma: one collection per jurisdiction ("law-mn"), jurisdiction in the metadata too.

A collection per state answers in a tenth of the time of a filter on one big collection (measured at 100,000 rows).
Embedded calls block, so they run in a small thread pool. The name of the embedding model stands on every
collection; a store built with another model is refused. A load writes to a copy (`beside`), which is swapped in at
once; a store that is open notices and reads the new one (generations.py). Official text: official_rows.py.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

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
    section_id,
    without_text,
)
from retrieval.records import LawStatement, Passage, Position, PositionStatement

T = TypeVar("T")
_PREFIX = "law-"
_WRITTEN_AT_ONCE = 2_048


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


class PassageStore(Protocol):
    """Where passages and positions are kept. All dates are days; distance is cosine."""

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


def record_id(record: Passage | Position) -> str:
    """Return the id of a record within its collection."""
    if isinstance(record, Position):
        return f"position#{record.topic}"
    return f"{record.law_id}#{record.section}" + ("@official" if record.text_kind == "official" else "")


def _jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _record_json(record: Passage | Position) -> str:
    fields = asdict(record)
    fields.pop("distance", None)
    return json.dumps(fields, default=_jsonable)


def to_metadata(record: Passage | Position, fingerprint: str) -> dict[str, str]:
    """Return the Chroma metadata of a record: a few fields to filter by, and the record itself as JSON."""
    shared = {
        "jurisdiction": record.jurisdiction,
        "fingerprint": fingerprint,
        "record": _record_json(record),
    }
    if isinstance(record, Position):
        return {**shared, "part": "position", "topic": record.topic}
    return {
        **shared,
        "part": "passage",
        "law_id": record.law_id,
        "text_kind": record.text_kind,
        "governs": record.governs,
    }


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def from_metadata(metadata: dict[str, Any]) -> Passage | Position:
    """Return the record that `to_metadata` wrote."""
    f = json.loads(metadata["record"])
    if metadata["part"] == "position":
        statements = tuple(
            PositionStatement(s["text"], tuple(tuple(k) for k in s["rests_on"])) for s in f["statements"]
        )
        return Position(**{**f, "statements": statements, "reviewed": dt.date.fromisoformat(f["reviewed"])})
    said = tuple(
        LawStatement(s["text"], tuple(s["topics"]), _day(s["in_force_from"]), _day(s["in_force_to"]))
        for s in f["statements"]
    )
    return Passage(
        **{
            **f,
            "statements": said,
            "topics": tuple(f["topics"]),
            "short_names": tuple(f["short_names"]),
            "in_force_from": _day(f["in_force_from"]),
            "in_force_to": _day(f["in_force_to"]),
            "reviewed": dt.date.fromisoformat(f["reviewed"]),
        }
    )


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
        return await self._official_by(jurisdiction, "of", ids)

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
                chunk_metadata(c, _record_json(without_text(c.passage)) if c.order == 0 else "")
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


def embedded_text(record: Passage | Position) -> str:
    """Return the text whose vector finds a record: heading first, so that a short section carries its law."""
    if isinstance(record, Position):
        return f"{record.topic.replace('-', ' ')}. " + " ".join(s.text for s in record.statements)
    return f"{record.law}. {record.title}. {record.text}"


def with_distance(passage: Passage, distance: float) -> Passage:
    """Return the passage with the distance of a search."""
    return replace(passage, distance=distance)
