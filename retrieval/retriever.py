"""Find the law for a question: each place's catalogue, and the sections nearest in meaning.

`LawLibrary` reads a jurisdiction from the store once and keeps it; `LawRetriever` is the same search as a
LangChain retriever, for tracing and for use in other chains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.catalogue import Catalogue, Key
from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.records import Passage
from retrieval.store import PassageStore, with_distance
from retrieval.topic_model import TopicModel
from retrieval.understand import Understanding

FEDERAL = "US"
_NEAREST = 12
_SEARCHED_AT_MOST = 6
"""In more places than this a question is a survey, answered from positions: no vector search in each."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found: the question understood, a catalogue for each place (federal law last), and distances."""

    understood: Understanding
    catalogues: dict[str, Catalogue]
    distances: dict[Key, float]


class LawLibrary:
    """The catalogues of a store, each read on first use."""

    def __init__(self, store: PassageStore, model: WordLlamaEmbeddings) -> None:
        self.store, self.model = store, model
        self._catalogues: dict[str, Catalogue] = {}
        self.topics = TopicModel(model.embed)
        self._reading: dict[str, asyncio.Lock] = {}
        self._shown = getattr(store, "folder", None)

    async def catalogue(self, jurisdiction: str) -> Catalogue:
        """Return one jurisdiction's law; empty where the store has none.

        Raises:
            StoreUnavailable, StoreMismatch: see retrieval/store.py.
        """
        if (shown := getattr(self.store, "folder", None)) != self._shown:  # a load was swapped in
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
        return Evidence(understood, catalogues, distances)

    async def _search(self, codes: Sequence[str], vector: Sequence[float]) -> list[list[tuple[str, float]]]:
        return list(await asyncio.gather(*(self.store.nearest(code, vector, _NEAREST) for code in codes)))


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
                found.append(as_document(with_distance(passage, distance)))
        return found

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        raise NotImplementedError("the store is asynchronous: use ainvoke")
