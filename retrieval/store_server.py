"""The law library on a Chroma server or in Chroma Cloud, for any number of replicas.

Where the law is loaded it lies in the embedded store first; `publish` then mirrors that to the server. A collection is
named by its content ("law-mn-3f9a…"), so a publish writes only what changed, may be repeated or broken off, and no
reader ever sees half of it: one collection without rows (`LIVE`) says in its metadata which ones are read, and is
changed in one call. What the pointer named before is kept for readers that have not looked since.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from retrieval.chroma_store import ChromaStore
from retrieval.errors import StoreMismatch, StoreUnavailable
from retrieval.official_rows import OFFICIAL, assemble, nearest_records, section_id
from retrieval.record_rows import from_metadata
from retrieval.records import Passage, Position

T = TypeVar("T")

LIVE = "reggi-live"
LOOK_SECONDS = 10.0
"""A replica notices a new load within this time."""
SECONDS = 10.0
"""A call that takes longer counts as a server that is away."""
_ROWS = 500


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the server is. `token` goes as `X-Chroma-Token`, and as a bearer token."""

    url: str
    token: str = ""
    tenant: str = "default_tenant"
    database: str = "default_database"

    def arguments(self) -> dict[str, Any]:
        """Return it as chromadb's clients want it.

        Raises:
            StoreUnavailable: it is no address.
        """
        from chromadb.config import Settings

        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise StoreUnavailable(f"REGGI_CHROMA_URL must begin with http:// or https://, not {self.url!r}")
        ssl = parts.scheme == "https"
        headers = (
            {"X-Chroma-Token": self.token, "Authorization": f"Bearer {self.token}"} if self.token else {}
        )
        return {
            "host": parts.hostname,
            "port": parts.port or (443 if ssl else 8000),
            "ssl": ssl,
            "headers": headers,
            "tenant": self.tenant,
            "database": self.database,
            "settings": Settings(anonymized_telemetry=False),
        }


class ServerStore:
    """`PassageStore` on a Chroma server. `folder` names what is read, for whoever keeps records of it."""

    def __init__(
        self, address: ServerAddress, embedding: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.embedding = embedding
        self.generation = ""
        self._address = address
        self._now = now
        self._client: Any = None
        self._live: dict[str, str] = {}
        self._looked = float("-inf")
        self._looking = asyncio.Lock()
        self._open: dict[str, Any] = {}

    async def nearest(
        self, jurisdiction: str, vector: Sequence[float], limit: int
    ) -> list[tuple[str, float]]:
        """See `PassageStore.nearest`."""

        async def call(collection: Any) -> list[tuple[str, float]]:
            # a section of official text has several rows: enough are asked for that `limit` records are among them
            wide = limit * 4 if await self._has_official(jurisdiction) else limit
            found = await collection.query(
                query_embeddings=[list(map(float, vector))], n_results=wide, include=["distances"]
            )
            return nearest_records(list(zip(found["ids"][0], found["distances"][0], strict=True)), limit)

        return await self._with(jurisdiction, call, [])

    async def everything(self, jurisdiction: str) -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
        """See `PassageStore.everything`."""

        async def call(collection: Any) -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
            found = await collection.get(where={"part": {"$ne": OFFICIAL}}, include=["metadatas"])
            # the server returns rows in no order: that of the load stands in `order`
            records = [from_metadata(dict(m)) for m in sorted(found["metadatas"], key=lambda m: m["order"])]
            digest = [r for r in records if isinstance(r, Passage)]
            same = [section_id(p) for p in digest] if await self._has_official(jurisdiction) else []
            official = await self._assembled(collection, "of", same)
            return (*digest, *official), tuple(r for r in records if isinstance(r, Position))

        return await self._with(jurisdiction, call, ((), ()))

    async def official(self, jurisdiction: str, ids: Sequence[str]) -> tuple[Passage, ...]:
        """See `PassageStore.official`."""
        return await self._with(jurisdiction, lambda c: self._assembled(c, "of", ids), ())

    async def numbered(self, jurisdiction: str, numbers: Sequence[str]) -> tuple[Passage, ...]:
        """See `PassageStore.numbered`."""
        return await self._with(jurisdiction, lambda c: self._assembled(c, "number", numbers), ())

    async def jurisdictions(self) -> tuple[str, ...]:
        """See `PassageStore.jurisdictions`."""
        await self._translated(self._look())
        return tuple(sorted(name.removeprefix("law-").upper() for name in self._live))

    def close(self) -> None:
        """Forget the connection."""
        self._client = None
        self._open.clear()

    async def _assembled(self, collection: Any, field: str, values: Sequence[str]) -> tuple[Passage, ...]:
        if not values:
            return ()
        wanted = {"$and": [{"part": OFFICIAL}, {field: {"$in": list(values)}}]}
        found = await collection.get(where=wanted, include=["metadatas", "documents"])
        rows = sorted(
            zip(found["metadatas"], found["documents"], strict=True),
            key=lambda row: int(row[0].get("order", 0)),
        )
        return tuple(assemble(iter(rows), from_metadata))

    async def _has_official(self, jurisdiction: str) -> bool:
        collection = self._open[self._live[f"law-{jurisdiction.lower()}"]]
        return bool((collection.metadata or {}).get("official"))

    async def _with(self, jurisdiction: str, call: Callable[[Any], Awaitable[T]], otherwise: T) -> T:
        async def work() -> T:
            await self._look()
            name = self._live.get(f"law-{jurisdiction.lower()}")
            if name is None:
                return otherwise
            if name not in self._open:
                self._open[name] = await self._client.get_collection(name, embedding_function=None)
            return await call(self._open[name])

        return await self._translated(work())

    async def _look(self) -> None:
        """Read which collections are live, at most every `LOOK_SECONDS`."""
        async with self._looking:
            if self._now() - self._looked < LOOK_SECONDS:
                return
            if self._client is None:
                import chromadb

                self._client = await chromadb.AsyncHttpClient(**self._address.arguments())
            pointer = await self._client.get_collection(LIVE, embedding_function=None)
            live = dict(pointer.metadata or {})
            if live.get("embedding") != self.embedding:
                raise StoreMismatch(
                    f"the server's store was built with the embedding model {live.get('embedding')!r}, but "
                    f"{self.embedding!r} is set. Run `reggi load --rebuild`, or set REGGI_EMBEDDING back."
                )
            self._looked = self._now()
            names = {key: str(value) for key, value in live.items() if key.startswith("law-")}
            if names != self._live:
                self._live = names
                self._open = {name: found for name, found in self._open.items() if name in names.values()}
                self.generation = hashlib.sha256(json.dumps(names, sort_keys=True).encode()).hexdigest()[:16]

    async def _translated(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(SECONDS):
                return await work
        except (StoreMismatch, StoreUnavailable):
            raise
        except Exception as error:  # every failure of the library means the same to us: no law to answer from
            self._client = None
            self._looked = float("-inf")
            raise StoreUnavailable(f"Chroma server: {type(error).__name__}: {error}") from error


def published(address: ServerAddress) -> str | None:
    """Return the mark of the digest that the server holds, None where it holds none.

    Raises:
        StoreUnavailable: the server did not answer.
    """
    from chromadb.errors import NotFoundError

    try:
        pointer = _connected(address).get_collection(LIVE, embedding_function=None)
    except (NotFoundError, ValueError):
        return None
    except Exception as error:
        raise StoreUnavailable(f"Chroma server: {type(error).__name__}: {error}") from error
    return str((pointer.metadata or {}).get("digest") or "") or None


def publish(store: ChromaStore, address: ServerAddress, digest: str) -> int:
    """Mirror an embedded store to the server and return how many collections were written; `digest` marks what it holds.

    Raises:
        StoreUnavailable: the server did not answer, or the store cannot be read; readers see what they saw before.
    """
    client = _connected(address)
    try:
        live: dict[str, Any] = {"embedding": store.embedding, "digest": digest}
        written = 0
        for place in store.held_jurisdictions():
            rows = store.rows(place)
            name = f"law-{place.lower()}"
            live[name] = f"{name}-{_sum(rows)}"
            written += _written(client, live[name], rows, store.embedding)
        pointer = client.get_or_create_collection(LIVE, embedding_function=None)
        before = dict(pointer.metadata or {})
        pointer.modify(metadata=live)
        kept = {LIVE, *(str(value) for value in (*live.values(), *before.values()))}
        for found in client.list_collections():
            if found.name.startswith("law-") and found.name not in kept:
                client.delete_collection(found.name)
    except StoreUnavailable:
        raise
    except Exception as error:  # chromadb raises its own errors and httpx's here
        raise StoreUnavailable(f"Chroma server: {type(error).__name__}: {error}") from error
    return written


def _connected(address: ServerAddress) -> Any:
    import chromadb

    try:
        return chromadb.HttpClient(**address.arguments())
    except StoreUnavailable:
        raise
    except Exception as error:
        raise StoreUnavailable(f"Chroma server: {type(error).__name__}: {error}") from error


def _written(client: Any, name: str, rows: dict[str, Any], embedding: str) -> int:
    """Write a collection unless it is there whole; return 1 if it was written."""
    official = any(m["part"] == OFFICIAL for m in rows["metadatas"])
    metadata = {"hnsw:space": "cosine", "embedding": embedding, "official": official}
    collection = client.get_or_create_collection(name, embedding_function=None, metadata=metadata)
    ids = rows["ids"]
    if collection.count() == len(ids):
        return 0
    for start in range(0, len(ids), _ROWS):
        part = slice(start, start + _ROWS)
        metadatas = [{"order": start + number, **m} for number, m in enumerate(rows["metadatas"][part])]
        collection.upsert(
            ids=ids[part],
            embeddings=rows["embeddings"][part],
            documents=rows["documents"][part],
            metadatas=metadatas,
        )
    return 1


def _sum(rows: dict[str, Any]) -> str:
    """A name for the content of a collection."""
    found = hashlib.sha256()
    for one, metadata, document in sorted(
        zip(rows["ids"], rows["metadatas"], rows["documents"], strict=True), key=lambda row: row[0]
    ):
        found.update(json.dumps([one, metadata, document], sort_keys=True).encode())
    return found.hexdigest()[:12]
