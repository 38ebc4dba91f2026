"""One contract for every store, and what Chroma's adds to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import WordLlamaEmbeddings, embedding_model
from retrieval.errors import StoreMismatch, StoreUnavailable
from retrieval.record_rows import embedded_text, record_id
from retrieval.records import Passage, Position
from retrieval.store import MemoryStore, PassageStore
from tests.retrieval.law import LAW

MODEL = "wordllama-64"
Make = Callable[[tuple[Passage | Position, ...]], PassageStore]


def write(store: ChromaStore, records: tuple[Passage | Position, ...], model: WordLlamaEmbeddings) -> None:
    for place in {r.jurisdiction for r in records}:
        own = [r for r in records if r.jurisdiction == place]
        vectors = model.embed([embedded_text(r) for r in own]).tolist()
        store.write(
            place, [(r, f"f-{record_id(r)}", embedded_text(r), v) for r, v in zip(own, vectors, strict=True)]
        )


@pytest.fixture(params=["memory", "chroma"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PassageStore]:
    model = embedding_model(MODEL)
    if request.param == "memory":
        yield MemoryStore(LAW, model.embed)
        return
    chroma = ChromaStore(tmp_path / "chroma", MODEL)
    write(chroma, LAW, model)
    yield chroma
    chroma.close()


async def test_every_record_comes_back_whole_and_in_order(store: PassageStore) -> None:
    for place in ("MN", "NM", "US"):
        passages, positions = await store.everything(place)
        assert list(passages) == [r for r in LAW if isinstance(r, Passage) and r.jurisdiction == place]
        assert list(positions) == [r for r in LAW if isinstance(r, Position) and r.jurisdiction == place]


async def test_the_nearest_come_first_from_one_place_alone(store: PassageStore) -> None:
    vector = embedding_model(MODEL).embed_query("How soon must a business tell people of a breach?")
    found = await store.nearest("MN", vector, 3)
    assert len(found) == 3
    assert found[0][0] == "breach-act#61"
    assert [d for _, d in found] == sorted(d for _, d in found)
    assert all(0 <= d <= 2 for _, d in found)


async def test_a_place_without_law_is_empty(store: PassageStore) -> None:
    assert await store.nearest("GU", [0.1] * 64, 3) == []
    assert await store.everything("GU") == ((), ())


async def test_the_places_are_known(store: PassageStore) -> None:
    assert await store.jurisdictions() == ("MN", "NM", "OR", "US")


@pytest.fixture
async def chroma(tmp_path: Path) -> AsyncIterator[ChromaStore]:
    made = ChromaStore(tmp_path / "chroma", MODEL)
    write(made, LAW, embedding_model(MODEL))
    yield made
    made.close()


async def test_another_model_is_refused(chroma: ChromaStore, tmp_path: Path) -> None:
    other = ChromaStore(tmp_path / "chroma", "wordllama-128")
    with pytest.raises(StoreMismatch, match="wordllama-64"):
        await other.everything("MN")
    other.close()


def test_records_can_be_removed(chroma: ChromaStore) -> None:
    chroma.remove("MN", ["breach-act#61"])
    assert "breach-act#61" not in chroma.fingerprints("MN")
    chroma.drop(["MN"])
    assert chroma.held_jurisdictions() == ("NM", "OR", "US")


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot open the Chroma store"):
        ChromaStore(tmp_path / "file" / "chroma", MODEL)


async def test_a_failing_library_is_translated(chroma: ChromaStore) -> None:
    with pytest.raises(StoreUnavailable, match="Chroma"):
        await chroma.nearest("MN", [0.1] * 3, 3)  # vectors of another length
