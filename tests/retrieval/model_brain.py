"""A pipeline over the made-up law of law.py whose answers a chat model words, over the real wire to a scripted server."""

from __future__ import annotations

import json
from typing import Any

from retrieval.embeddings import embedding_model
from retrieval.law_names import LawNames
from retrieval.model_cache import ReplyCache
from retrieval.model_compose import open_chat
from retrieval.model_writer import ModelLimits, ModelWriter
from retrieval.pipeline import Reggi, build_pipeline
from retrieval.records import Answer, Passage, Position, Question, answer_as_json
from retrieval.retriever import LawLibrary
from retrieval.store import MemoryStore
from tests.fake_model import FakeModel, Reply, Script, answer
from tests.retrieval.law import LAW, NAMES, TODAY, resolve

MARKETING = "Can I use customer data for marketing in Minnesota?"
DEADLINE = "How soon must we tell customers about a data breach in New Mexico?"
TRUE = "A business must tell residents of a breach within 45 calendar days."
"""Borne by the made-up New Mexico law."""


def writer(
    fake: FakeModel, seconds: float = 8.0, cache: int = 0, limits: ModelLimits | None = None, **chat: Any
) -> ModelWriter:
    """Return a writer whose model is the scripted server."""
    opened = open_chat("openai:fake", base_url=fake.url, **{"retries": 2, **chat})
    return ModelWriter(opened, NAMES, limits or ModelLimits(seconds=seconds), ReplyCache(cache))


async def brain(model: ModelWriter | None, law: tuple[Passage | Position, ...] = LAW) -> Reggi:
    """Return a brain over a made-up body of law."""
    words = embedding_model("wordllama-64")
    library = LawLibrary(MemoryStore(law, words.embed), words)
    return Reggi(build_pipeline(library, resolve, LawNames(await library.law_names()), NAMES, model))


async def ask(fake: FakeModel, text: str, *history: str, **how: Any) -> Answer:
    """Return the answer to a question, worded by the scripted server."""
    return await (await brain(writer(fake, **how))).answer(Question(text, TODAY, history))


async def extractive(text: str) -> Answer:
    """Return the answer without a model."""
    return await (await brain(None)).answer(Question(text, TODAY))


def says(text: str, *more: tuple[str, list[str]]) -> Script:
    """Return a script whose short answer is one sentence, with the mark of the first passage."""
    return lambda p: Reply(json.dumps({"sentences": []}) if p.repair else answer([(text, ["1.1"]), *more]))


def by_model(found: Answer) -> bool:
    """Return whether the scripted server worded an answer."""
    return found.engine.startswith("model:openai:fake/prompt-")


def unlike(found: Answer) -> dict[str, Any]:
    """Return an answer without its times and counts."""
    shown = answer_as_json(found)
    return {k: v for k, v in shown.items() if k not in ("elapsed_ms", "verification")}
