"""The law library reads a place once; the search gives every place its share; the same as a LangChain retriever."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from retrieval.embeddings import embedding_model
from retrieval.errors import StoreUnavailable
from retrieval.records import Detection, Jurisdictions, Passage, Position, Question
from retrieval.retriever import LawLibrary, LawRetriever, as_document
from retrieval.store import MemoryStore
from retrieval.understand import Understanding, understand
from tests.retrieval.law import LAW, NAMES, TODAY, passage

MODEL = embedding_model("wordllama-64")
BREACH = "How soon must a business tell people of a breach?"


class WatchedStore(MemoryStore):
    """A store that counts its calls, waits in each, and can be down."""

    def __init__(self, records: Sequence[Passage | Position] = LAW) -> None:
        super().__init__(records, MODEL.embed)
        self.reads: Counter[str] = Counter()
        self.searches: Counter[str] = Counter()
        self.down = False

    async def everything(self, jurisdiction: str) -> tuple[tuple[Passage, ...], tuple[Position, ...]]:
        self.reads[jurisdiction] += 1
        await asyncio.sleep(0.01)
        if self.down:
            raise StoreUnavailable("down")
        return await super().everything(jurisdiction)

    async def nearest(
        self, jurisdiction: str, vector: Sequence[float], limit: int
    ) -> list[tuple[str, float]]:
        self.searches[jurisdiction] += 1
        return await super().nearest(jurisdiction, vector, limit)


def asked(text: str, *codes: str) -> Understanding:
    found = tuple(Detection(code, NAMES[code], None, "name") for code in codes)
    return understand(Question(text, TODAY), Jurisdictions(found=found), ())


@pytest.fixture
def store() -> WatchedStore:
    return WatchedStore()


@pytest.fixture
def library(store: WatchedStore) -> LawLibrary:
    return LawLibrary(store, MODEL)


async def test_a_place_is_read_once(library: LawLibrary, store: WatchedStore) -> None:
    first = await library.catalogue("MN")
    assert await library.catalogue("MN") is first
    assert store.reads == {"MN": 1}


async def test_many_at_once_cause_one_reading(library: LawLibrary, store: WatchedStore) -> None:
    found = await asyncio.gather(*(library.catalogue(code) for code in ["MN", "NM"] * 20))
    assert store.reads == {"MN": 1, "NM": 1}
    assert len({id(c) for c in found}) == 2


async def test_a_reading_that_failed_is_tried_again(library: LawLibrary, store: WatchedStore) -> None:
    store.down = True
    results = await asyncio.gather(*(library.catalogue("MN") for _ in range(3)), return_exceptions=True)
    assert all(isinstance(r, StoreUnavailable) for r in results)
    store.down = False
    assert (await library.catalogue("MN")).entries


async def test_after_a_load_a_place_is_read_anew(library: LawLibrary, store: WatchedStore) -> None:
    first = await library.catalogue("MN")
    library.forget()
    assert await library.catalogue("MN") is not first
    assert store.reads == {"MN": 2}


async def test_a_place_that_the_store_lacks_is_empty(library: LawLibrary) -> None:
    assert (await library.catalogue("GU")).entries == []


async def test_warming_reads_every_place(library: LawLibrary, store: WatchedStore) -> None:
    assert await library.warm() == ("MN", "NM", "OR", "US")
    await library.warm()
    assert store.reads == {"MN": 1, "NM": 1, "OR": 1, "US": 1}


async def test_names_and_nicknames_of_every_law_are_known_once() -> None:
    law = (
        passage("MN", "act", "1", ("disposal", "Shred."), law="Shredding Act", short_names=("MSA", "MSA")),
        passage("MN", "act", "2", ("disposal", "Burn."), law="Shredding Act", short_names=("MSA",)),
        passage("NM", "survey", "disposal", ("disposal", "None."), law="Survey", kind="survey"),
    )
    names = await LawLibrary(WatchedStore(law), MODEL).law_names()
    assert names == (("Shredding Act", "MN", "act"), ("MSA", "MN", "act"))


async def test_the_evidence_holds_each_place_and_federal_law_last(library: LawLibrary) -> None:
    evidence = await library.find(asked(BREACH, "NM", "MN"))
    assert list(evidence.catalogues) == ["NM", "MN", "US"]
    assert (await library.find(asked(BREACH, "US"))).catalogues.keys() == {"US"}


async def test_each_place_gets_its_share_of_the_search(library: LawLibrary, store: WatchedStore) -> None:
    distances = (await library.find(asked(BREACH, "MN", "NM"))).distances
    assert store.searches == {"MN": 1, "NM": 1}
    assert {key[0] for key in distances} == {"MN", "NM"}
    assert distances["MN", "breach-act", "61"] < distances["MN", "privacy-act", "20"]
    assert all(0 <= d <= 2 for d in distances.values())


async def test_a_place_without_law_is_not_searched(library: LawLibrary, store: WatchedStore) -> None:
    evidence = await library.find(asked(BREACH, "GU"))
    assert evidence.distances == {}
    assert not store.searches


@pytest.mark.parametrize(("places", "searches"), [(6, 6), (7, 0)])
async def test_a_question_of_many_places_is_not_searched(places: int, searches: int) -> None:
    codes = ("MN", "NM", "OR", "US", "OK", "GU", "XX")[:places]
    names = {**NAMES, "XX": "Elsewhere"}
    record = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    store = WatchedStore([replace(record, jurisdiction=code) for code in codes])
    found = tuple(Detection(code, names[code], None, "name") for code in codes)
    question = understand(Question(BREACH, TODAY), Jurisdictions(found=found), ())
    evidence = await LawLibrary(store, MODEL).find(question)
    assert set(evidence.catalogues) == set(codes)
    assert sum(store.searches.values()) == len(evidence.distances) == searches


async def test_official_text_adds_nearness_to_its_section() -> None:
    digest = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    official = passage("MN", "act", "1", text_kind="official", law="How soon must people be told of a breach")
    far = await LawLibrary(WatchedStore((digest,)), MODEL).find(asked(BREACH, "MN"))
    near = await LawLibrary(WatchedStore((digest, official)), MODEL).find(asked(BREACH, "MN"))
    assert near.distances[digest.key] < far.distances[digest.key]
    assert len(near.distances) == 1


def test_a_document_carries_the_record() -> None:
    held = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    document = as_document(held)
    assert document.page_content == "A business must shred records."
    assert document.metadata == {
        "jurisdiction": "MN",
        "citation": "MN Code § 1",
        "url": "https://law.example/MN/1",
        "passage": held,
    }


async def test_the_retriever_returns_the_nearest_sections_of_its_place(library: LawLibrary) -> None:
    documents = await LawRetriever(library=library, jurisdiction="MN", limit=4).ainvoke(BREACH)
    passages = [d.metadata["passage"] for d in documents]
    assert "61" in [p.section for p in passages]
    assert {p.jurisdiction for p in passages} == {"MN"}
    assert [p.distance for p in passages] == sorted(p.distance for p in passages)
    assert all(isinstance(p, Passage) for p in passages)  # positions lie beside them and are none


async def test_the_retriever_of_an_unknown_place_finds_nothing(library: LawLibrary) -> None:
    assert await LawRetriever(library=library, jurisdiction="GU").ainvoke(BREACH) == []


def test_the_retriever_says_that_it_is_asynchronous(library: LawLibrary) -> None:
    with pytest.raises(TypeError, match="asynchronously: use ainvoke"):
        LawRetriever(library=library, jurisdiction="MN").invoke(BREACH)


async def test_the_retriever_returns_a_section_once() -> None:
    digest = passage("MN", "act", "1", ("disposal", "A business must shred records."))
    official = replace(digest, text_kind="official", statements=())
    library = LawLibrary(WatchedStore((digest, official)), MODEL)
    documents = await LawRetriever(library=library, jurisdiction="MN").ainvoke("shred records")
    assert [d.metadata["passage"].key for d in documents] == [digest.key]


async def test_a_reading_under_way_at_a_load_is_not_kept(library: LawLibrary, store: WatchedStore) -> None:
    reading = asyncio.create_task(library.catalogue("MN"))
    await asyncio.sleep(0)
    library.forget()
    await reading
    await library.catalogue("MN")
    assert store.reads == {"MN": 2}
