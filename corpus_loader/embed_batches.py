"""Chunks to the store: embedded in batches sorted by length while the batch before is being written.

At most two batches are in memory, whatever the size of the load.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.official_rows import OfficialChunk
from retrieval.store import ChromaStore

BATCH = 4_096
"""Chunks in a batch: about 5 MB of text and 4 MB of vectors."""
SLICE = 512
"""Chunks that go to the tokenizer at once; it spreads them over all cores."""


class Batches:
    """Takes chunks, embeds and writes them. `finish` waits for the last write and raises what went wrong in one."""

    def __init__(self, store: ChromaStore, model: WordLlamaEmbeddings) -> None:
        self._store, self._model = store, model
        self._held: list[OfficialChunk] = []
        self._writer = ThreadPoolExecutor(1, "write")
        self._writing: Future[None] | None = None
        self.embedded = 0
        self.embed_seconds = 0.0

    def add(self, chunks: list[OfficialChunk]) -> None:
        """Take the chunks of one section."""
        self._held.extend(chunks)
        if len(self._held) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        began = time.perf_counter()
        batch = sorted(self._held, key=lambda c: len(c.text))
        self._held = []
        vectors: dict[int, NDArray[np.float32]] = {}
        for start in range(0, len(batch), SLICE):
            part = batch[start : start + SLICE]
            for chunk, vector in zip(part, self._model.embed([c.embedded for c in part]), strict=True):
                vectors[id(chunk)] = vector
        self.embed_seconds += time.perf_counter() - began
        self.embedded += len(batch)
        # written in the order of the law, so that the store's order is the code's
        batch.sort(key=lambda c: (c.passage.jurisdiction, c.passage.law_id))
        self._wait()
        self._writing = self._writer.submit(self._write, batch, vectors)

    def _write(self, batch: list[OfficialChunk], vectors: dict[int, NDArray[np.float32]]) -> None:
        by_place: dict[str, list[OfficialChunk]] = {}
        for chunk in batch:
            by_place.setdefault(chunk.passage.jurisdiction, []).append(chunk)
        for place, own in by_place.items():
            self._store.write_official(place, [(c, vectors[id(c)]) for c in own])

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def finish(self) -> None:
        """Embed and write what is left."""
        if self._held:
            self._flush()
        self._wait()

    def close(self) -> None:
        """Stop the writer, also after an error."""
        self._writer.shutdown(wait=True, cancel_futures=True)
