"""Find the law for a question: each place's catalogue, and the sections nearest in meaning.

`LawLibrary` reads a jurisdiction from the store once and keeps it; `LawRetriever` is the same search as a
LangChain retriever, for tracing and for use in other chains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.catalogue import Catalogue, Key
from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.legal_citations import cites
from retrieval.official_text import as_of_day
from retrieval.records import Passage
from retrieval.store import PassageStore
from retrieval.topic_model import TopicModel
from retrieval.understand import Understanding
from retrieval.versions import read_versions

FEDERAL = "US"
OFFICIAL_ID = "@official"
_NEAREST = 12
_APART = 3
"""Sections of official text without a digest that are read for one place."""
_SEARCHED_AT_MOST = 6
"""In more places than this a question is a survey, answered from positions: no vector search in each."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found: the question understood, a catalogue for each place (federal law last), and distances.

    `official` are sections without a digest, cited or near in meaning, best first; `earlier` sections as they were on
    the day asked about, by key, where their words have changed since.
    """

    understood: Understanding
    catalogues: dict[str, Catalogue]
    distances: dict[Key, float]
    official: tuple[Passage, ...] = ()
    earlier: Mapping[Key, Passage] = field(default_factory=dict)


class LawLibrary:
    """The catalogues of a store, each read on first use."""

    def __init__(self, store: PassageStore, model: WordLlamaEmbeddings) -> None:
        self.store, self.model = store, model
        self._catalogues: dict[str, Catalogue] = {}
        self.topics = TopicModel(model.embed)
        self._reading: dict[str, asyncio.Lock] = {}
        self._shown = _read_from(store)

    async def catalogue(self, jurisdiction: str) -> Catalogue:
        """Return one jurisdiction's law; empty where the store has none.

        Raises:
            StoreUnavailable, StoreMismatch: see retrieval/store.py.
        """
        if (shown := _read_from(self.store)) != self._shown:  # a load was swapped in
            self._shown = shown
            self.forget()
        if jurisdiction not in self._catalogues:
            async with self._reading.setdefault(jurisdiction, asyncio.Lock()):
                if jurisdiction not in self._catalogues:
                    began = self._catalogues
                    passages, positions = await self.store.everything(jurisdiction)
                    read = Catalogue(jurisdiction, passages, positions)
                    if (
                        began is not self._catalogues
                    ):  # forgotten meanwhile: good for this question, not to keep
                        return read
                    self._catalogues[jurisdiction] = read
        return self._catalogues[jurisdiction]

    async def warm(self) -> tuple[str, ...]:
        """Read every jurisdiction of the store and return their codes."""
        codes = await self.store.jurisdictions()
        for code in codes:
            await self.catalogue(code)
        return codes

    def forget(self) -> None:
        """Drop what was read, after a load."""
        self._catalogues = {}

    async def law_names(self) -> tuple[tuple[str, str, str], ...]:
        """Return (name, jurisdiction, law_id) of every law and nickname in the store."""
        names = []
        for code in await self.warm():
            for law_id, passages in (await self.catalogue(code)).laws.items():
                names += [
                    (name, code, law_id)
                    for name in dict.fromkeys((passages[0].law, *passages[0].short_names))
                ]
        return tuple(names)

    async def find(self, understood: Understanding) -> Evidence:
        """Return the evidence for a question.

        Each place is searched by itself, so every one gets its share; federal law is always at hand.
        """
        places = list(dict.fromkeys((*understood.places.codes, FEDERAL)))
        catalogues = {code: await self.catalogue(code) for code in places}
        distances: dict[Key, float] = {}
        apart: dict[str, list[str]] = {}
        asked = [
            code for code in understood.places.codes if catalogues[code].digest or catalogues[code].official
        ]
        if asked and len(asked) <= _SEARCHED_AT_MOST:
            vector = self.model.embed_query(understood.text)
            for code, hits in zip(asked, await self._search(asked, vector), strict=True):
                for record_id, distance in hits:
                    law_id, _, section = record_id.removesuffix("@official").partition("#")
                    key = (code, law_id, section)
                    distances[key] = min(distance, distances.get(key, 2.0))
                    known = catalogues[code]
                    if (
                        record_id.endswith(OFFICIAL_ID)
                        and key not in known.digest
                        and key not in known.official
                    ):
                        apart.setdefault(code, []).append(record_id)
        official = await self._apart(understood, catalogues, apart)
        earlier = self._earlier(understood, [catalogues[code] for code in asked], official)
        return Evidence(understood, catalogues, distances, official, earlier)

    async def _apart(
        self,
        understood: Understanding,
        catalogues: dict[str, Catalogue],
        near: Mapping[str, list[str]],
    ) -> tuple[Passage, ...]:
        """Return official text that the digest does not sum up: sections cited first, then the nearest in meaning."""
        found: dict[Key, Passage] = {}
        if understood.citations:
            numbers = sorted({n for c in understood.citations for n in _numbers(c)})
            for code in dict.fromkeys((*understood.places.codes, FEDERAL)):
                for passage in await self.store.numbered(code, numbers):
                    cited = any(cites(passage.citation, c) for c in understood.citations)
                    if cited and passage.key not in catalogues[code].digest:
                        found[passage.key] = passage
        for code, ids in near.items():
            for passage in await self.store.official(code, ids[:_APART]):
                found.setdefault(passage.key, passage)
        return tuple(found.values())

    def _earlier(
        self, understood: Understanding, catalogues: Sequence[Catalogue], official: Sequence[Passage]
    ) -> dict[Key, Passage]:
        """Return the sections that were worded otherwise on the earlier day asked about."""
        folder = getattr(self.store, "folder", None)
        if folder is None or understood.as_of >= understood.question.asked_on:
            return {}
        now = {p.key: p for p in (*(p for c in catalogues for p in c.official.values()), *official)}
        then = read_versions(folder, now, understood.as_of)
        return {k: as_of_day(now[k], v, understood.as_of) for k, v in then.items() if v.text != now[k].text}

    async def _search(self, codes: Sequence[str], vector: Sequence[float]) -> list[list[tuple[str, float]]]:
        return list(await asyncio.gather(*(self.store.nearest(code, vector, _NEAREST) for code in codes)))


def _numbers(asked: str) -> tuple[str, ...]:
    """Return the section numbers that a citation may stand for: "93H 3" is section 3, "740 14 15" is 14/15 or 15."""
    parts = asked.split()
    return tuple(dict.fromkeys((asked, parts[-1], "/".join(parts[-2:]))))


def _read_from(store: PassageStore) -> object:
    """What a store reads now: a folder, or the collections of a server; another one after a load."""
    return getattr(store, "generation", None) or getattr(store, "folder", None)


def as_document(passage: Passage) -> Document:
    """Return a passage as a LangChain document; the record stands in the metadata."""
    return Document(
        page_content=passage.text,
        metadata={
            "jurisdiction": passage.jurisdiction,
            "citation": passage.citation,
            "url": passage.url,
            "passage": passage,
        },
    )


class LawRetriever(BaseRetriever):
    """The vector search of one jurisdiction as a LangChain retriever."""

    library: Any
    jurisdiction: str
    limit: int = _NEAREST

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        catalogue = await self.library.catalogue(self.jurisdiction)
        hits = await self.library.store.nearest(
            self.jurisdiction, self.library.model.embed_query(query), self.limit
        )
        found: list[Document] = []
        seen: set[Key] = set()
        for record_id, distance in hits:
            law_id, _, section = record_id.removesuffix("@official").partition("#")
            key = (self.jurisdiction, law_id, section)
            passage = catalogue.digest.get(key) or catalogue.official.get(key)
            if passage is not None and key not in seen:
                seen.add(key)
                found.append(as_document(replace(passage, distance=distance)))
        return found

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        raise TypeError("the retriever searches asynchronously: use ainvoke, abatch or astream")
