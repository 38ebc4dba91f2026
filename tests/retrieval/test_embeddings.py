"""The vectors: unit length, near for near meanings, and only from the model files that were measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval import embeddings
from retrieval.embeddings import EmbeddingModelDamaged, embedding_model


@pytest.mark.parametrize("name", ["wordllama-64", "wordllama-128", "wordllama-256"])
def test_vectors_have_unit_length(name: str) -> None:
    model = embedding_model(name)
    vectors = model.embed(["breach notice", "a longer text about personal information and its sale"])
    assert vectors.shape == (2, int(name.rpartition("-")[2]))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_near_meanings_are_near() -> None:
    model = embedding_model("wordllama-256")
    hack, breach, music = model.embed(
        ["hackers stole customer data", "data breach notification", "classical piano music"]
    )
    assert hack @ breach > hack @ music + 0.1


def test_an_empty_text_is_zeros_and_no_error() -> None:
    assert not embedding_model("wordllama-64").embed([""]).any()


def test_langchain_methods_agree() -> None:
    model = embedding_model("wordllama-64")
    assert model.embed_query("breach") == model.embed_documents(["breach"])[0]


def test_changed_model_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embeddings._SHA256, embeddings._WEIGHTS, "0" * 64)
    with pytest.raises(EmbeddingModelDamaged, match="sha256"):
        embeddings.WordLlamaEmbeddings(64)


def test_missing_model_files_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embeddings, "find_spec", lambda _: None)
    with pytest.raises(EmbeddingModelDamaged, match="not installed"):
        embeddings.WordLlamaEmbeddings(64)
