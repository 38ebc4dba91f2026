"""What our ranking is compared with: the plain LangChain recipe, BM25, and both fused, over the same texts.

Each search takes a question and a jurisdiction and returns the citations of distinct sections, best first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from langchain_chroma import Chroma
from rank_bm25 import BM25Okapi

from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.words import content_stems

DEPTH = 10
"""Sections that a search returns at most."""
_RRF = 60
"""Constant of reciprocal rank fusion, as published (Cormack, Clarke and Büttcher, SIGIR 2009)."""
_FUSED = 50
"""Rows of either side that are fused."""
_ADDED_AT_ONCE = 4_000
"""Chroma takes at most 5,461 rows in a call."""
_SUBSECTION = re.compile(r"\([^)]*\)")

Search = Callable[[str, str], list[str]]


@dataclass(frozen=True, slots=True)
class Text:
    """A row to search: a section, or one part of it. `citation` names the section."""

    jurisdiction: str
    citation: str
    text: str


def section_of(citation: str) -> str:
    """Return a citation without its subsections: "Wyo. Stat. § 40-12-601(a)" is one section with its (b)."""
    return " ".join(_SUBSECTION.sub("", citation).split())


class PlainSearches:
    """The searches over one body of texts, each within the jurisdiction asked for.

    The recipe is one Chroma collection with a metadata filter. BM25 has an index per jurisdiction, over the same
    stems that our ranking compares by.
    """

    def __init__(self, texts: Iterable[Text], model: WordLlamaEmbeddings, folder: Path) -> None:
        self._texts = list(texts)
        self._sections = [section_of(t.citation) for t in self._texts]
        split = len({(t.jurisdiction, s) for t, s in zip(self._texts, self._sections, strict=True)}) < len(
            self._texts
        )
        self._rows = DEPTH * 5 if split else DEPTH  # a section in several rows: enough for ten sections
        self._recipe = Chroma(
            collection_name="everything", embedding_function=model, persist_directory=str(folder)
        )
        for start in range(0, len(self._texts), _ADDED_AT_ONCE):
            part = self._texts[start : start + _ADDED_AT_ONCE]
            self._recipe.add_texts(
                [t.text for t in part],
                metadatas=[{"jurisdiction": t.jurisdiction, "row": start + i} for i, t in enumerate(part)],
            )
        self._own: dict[str, list[int]] = {}
        for row, text in enumerate(self._texts):
            self._own.setdefault(text.jurisdiction, []).append(row)
        self._words = {
            place: BM25Okapi([content_stems(self._texts[r].text) for r in rows])
            for place, rows in self._own.items()
        }

    def recipe(self, question: str, place: str) -> list[str]:
        """Return what langchain-chroma's `similarity_search` finds with a jurisdiction filter."""
        return self._distinct(self._dense(question, place, self._rows))

    def bm25(self, question: str, place: str) -> list[str]:
        """Return what BM25 finds."""
        return self._distinct(self._lexical(question, place, self._rows))

    def fused(self, question: str, place: str) -> list[str]:
        """Return both, fused by reciprocal rank."""
        score: dict[int, float] = {}
        for rows in (self._dense(question, place, _FUSED), self._lexical(question, place, _FUSED)):
            for rank, row in enumerate(rows, start=1):
                score[row] = score.get(row, 0.0) + 1 / (_RRF + rank)
        return self._distinct(sorted(score, key=lambda row: -score[row]))

    def _dense(self, question: str, place: str, rows: int) -> list[int]:
        found = self._recipe.similarity_search(question, k=rows, filter={"jurisdiction": place})
        return [int(document.metadata["row"]) for document in found]

    def _lexical(self, question: str, place: str, rows: int) -> list[int]:
        if place not in self._words:
            return []
        scores = self._words[place].get_scores(content_stems(question))
        return [self._own[place][i] for i in scores.argsort(kind="stable")[::-1][:rows]]

    def _distinct(self, rows: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(self._sections[row] for row in rows))[:DEPTH]
