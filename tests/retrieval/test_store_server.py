"""The store on a real Chroma server gives what the embedded one gives, sees new loads, and survives outages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.errors import StoreMismatch, StoreUnavailable
from retrieval.record_rows import embedded_text
from retrieval.records import Passage, Position
from retrieval.retriever import LawLibrary
from retrieval.store_server import LIVE, ServerAddress, ServerStore, publish, published
from tests.retrieval.law import LAW
from tests.retrieval.test_official_store import MODEL, official, write
from tests.servers import Chroma, chroma_running


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def chroma() -> Iterator[Chroma]:
    with chroma_running() as server:
        yield server


def put(store: ChromaStore, records: list[Passage | Position]) -> None:
    for place in sorted({r.jurisdiction for r in records}):
        own = [r for r in records if r.jurisdiction == place]
        vectors = embedding_model(MODEL).embed([embedded_text(r) for r in own]).tolist()
        store.write(
            place,
            [(r, f"f{n}", embedded_text(r), v) for n, (r, v) in enumerate(zip(own, vectors, strict=True))],
        )


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[ChromaStore]:
    store = ChromaStore(tmp_path / "chroma", MODEL)
    put(store, list(LAW))
    write(store, official())
    yield store
    store.close()


async def test_server_gives_what_the_embedded_store_gives(chroma: Chroma, embedded: ChromaStore) -> None:
    address = ServerAddress(chroma.url)
    publish(embedded, address, "digest 1")
    assert published(address) == "digest 1"
    served = ServerStore(address, MODEL)
    assert await served.jurisdictions() == await embedded.jurisdictions()
    vector = embedding_model(MODEL).embed_query("how soon must a breach be reported?")
    for place in await embedded.jurisdictions():
        assert await served.everything(place) == await embedded.everything(place)
        theirs = await served.nearest(place, vector, 5)
        ours = await embedded.nearest(place, vector, 5)
        assert [name for name, _ in theirs] == [name for name, _ in ours]
        assert [d for _, d in theirs] == pytest.approx([d for _, d in ours], abs=1e-5)
    assert await served.numbered("MN", ["61"]) == await embedded.numbered("MN", ["61"]) != ()
    assert await served.everything("ZZ") == ((), ())
    assert await served.nearest("ZZ", vector, 5) == []


async def test_a_second_publish_writes_what_changed_and_readers_see_it(
    chroma: Chroma, embedded: ChromaStore
) -> None:
    address, clock = ServerAddress(chroma.url), Clock()
    publish(embedded, address, "digest 1")
    assert publish(embedded, address, "digest 1") == 0
    served = ServerStore(address, MODEL, clock)
    library = LawLibrary(served, embedding_model(MODEL))
    await library.warm()
    before = await library.catalogue("MN")
    embedded.remove_official("MN", [("official-law#61@official", 3)])
    assert publish(embedded, address, "digest 2") == 1
    assert await library.catalogue("MN") is before
    clock.now += 11
    await served.jurisdictions()
    assert await library.catalogue("MN") is not before
    assert await served.numbered("MN", ["61"]) == ()


async def test_publish_that_broke_off_is_finished_by_the_next(chroma: Chroma, embedded: ChromaStore) -> None:
    import chromadb

    address = ServerAddress(chroma.url)
    publish(embedded, address, "digest 1")
    client = chromadb.HttpClient(**address.arguments())
    live = client.get_collection(LIVE, embedding_function=None).metadata
    torn = client.get_collection(live["law-mn"], embedding_function=None)
    torn.delete(ids=torn.get(limit=1)["ids"])
    assert publish(embedded, address, "digest 1") == 1
    served = ServerStore(address, MODEL)
    assert await served.everything("MN") == await embedded.everything("MN")


async def test_another_embedding_model_is_refused(chroma: Chroma, embedded: ChromaStore) -> None:
    publish(embedded, ServerAddress(chroma.url), "digest 1")
    with pytest.raises(StoreMismatch, match="wordllama-64"):
        await ServerStore(ServerAddress(chroma.url), "wordllama-256").jurisdictions()


async def test_server_that_is_away_is_said_to_be_and_comes_back(
    chroma: Chroma, embedded: ChromaStore
) -> None:
    address = ServerAddress(chroma.url)
    publish(embedded, address, "digest 1")
    served = ServerStore(address, MODEL)
    whole = await served.everything("MN")
    chroma.kill()
    try:
        with pytest.raises(StoreUnavailable):
            await served.everything("MN")
        with pytest.raises(StoreUnavailable):
            publish(embedded, address, "digest 1")
    finally:
        chroma.start()
    assert await served.everything("MN") == whole


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "http://"])
async def test_address_that_is_none_is_said_to_be(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="REGGI_CHROMA_URL"):
        await ServerStore(ServerAddress(url), MODEL).jurisdictions()
