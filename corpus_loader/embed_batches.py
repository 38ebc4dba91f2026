"""Chunks to the store: embedded in batches sorted by length, then written.

One batch is in memory, whatever the size of the load. Embedding uses every core (the tokenizer spreads a slice over
them), and so does the store's index when it is written: doing both at once gained nothing on two cores.
"""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.official_rows import OfficialChunk

BATCH = 4_096
"""Chunks in a batch: about 5 MB of text and 4 MB of vectors."""
SLICE = 2_048
"""Chunks that go to the tokenizer at once: with 512 the calls themselves cost a fifth, measured on two cores."""


class TakesChunks(Protocol):
    """What batches are written to: the store."""

    def write_official(
        self, jurisdiction: str, rows: list[tuple[OfficialChunk, NDArray[np.float32]]]
    ) -> None:
        """Keep chunks with their vectors."""


class Batches:
    """Takes chunks, embeds and writes them a batch at a time; `finish` does what is left."""

    def __init__(self, store: TakesChunks, model: WordLlamaEmbeddings) -> None:
        self._store, self._model = store, model
        self._held: list[OfficialChunk] = []
        self.embedded = 0
        self.embed_seconds = 0.0

    def add(self, chunks: list[OfficialChunk]) -> None:
        """Take the chunks of one section."""
        self._held.extend(chunks)
        if len(self._held) >= BATCH:
            self.finish()

    def finish(self) -> None:
        """Embed and write what is held."""
        batch, self._held = self._held, []
        if not batch:
            return
        began = time.perf_counter()
        by_length = sorted(range(len(batch)), key=lambda i: len(batch[i].text))
        vectors = np.empty((len(batch), self._model.dimensions), dtype=np.float32)
        for start in range(0, len(by_length), SLICE):
            part = by_length[start : start + SLICE]
            vectors[part] = self._model.embed([batch[i].embedded for i in part])
        self.embed_seconds += time.perf_counter() - began
        self.embedded += len(batch)
        by_place: dict[str, list[tuple[OfficialChunk, NDArray[np.float32]]]] = {}
        for chunk, vector in zip(batch, vectors, strict=True):
            by_place.setdefault(chunk.passage.jurisdiction, []).append((chunk, vector))
        for place, rows in by_place.items():
            self._store.write_official(place, rows)
