"""The whole way from a Question to an Answer, as LangChain Runnables: understand | retrieve | compose | verify.

Each step is a plain function of records in a file of its own; only retrieval and the model wait. Compose with `|`, call
with `ainvoke` or `abatch`, trace with any LangChain callback. With a model, a step `model` stands behind `compose`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace

import structlog
from langchain_core.runnables import Runnable, RunnableConfig

from retrieval.claim_check import ClaimCheck
from retrieval.compose import Draft, compose
from retrieval.law_names import LawNames
from retrieval.model_assembly import Release, digest_sentences
from retrieval.model_writer import ModelWriter
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Answer, Jurisdictions, Question
from retrieval.retriever import FEDERAL, Evidence, LawLibrary
from retrieval.steps import Step, Travelling, timed
from retrieval.understand import understand
from retrieval.verify import verify

log = structlog.get_logger(__name__)
Resolve = Callable[[Question], Jurisdictions]


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer on its way to verification; `extractive` is the draft of the digest's own sentences."""

    draft: Draft
    extractive: Draft
    evidence: Evidence


_RELEASE = "release"
"""Key of the call's configuration under which `Reggi.stream` hands over where verified parts go."""


def _model_step(writer: ModelWriter) -> Step:
    async def word(composed: Composed, config: RunnableConfig) -> Composed:
        release: Release | None = config.get("configurable", {}).get(_RELEASE)
        draft = await writer.write(
            composed.evidence, composed.extractive, *(() if release is None else (release,))
        )
        return replace(composed, draft=draft)

    return timed("model", word)


def build_pipeline(
    library: LawLibrary,
    resolve: Resolve,
    law_names: LawNames,
    names: dict[str, str],
    writer: ModelWriter | None = None,
    dropped: Callable[[str, int], None] = lambda _engine, _count: None,
) -> Runnable[Question, Answer]:
    """Return the pipeline over a law library.

    `resolve` finds the jurisdictions of a question, `names` maps their codes to names. `writer` words the answer with a
    chat model; without one, or where it fails, the answer is made of the digest's own sentences. `dropped` is told the
    engine and how many sentences verification took out.

    Raises, when called:
        StoreUnavailable, StoreMismatch: the law could not be read.
    """

    async def read(question: Question, _: RunnableConfig) -> Travelling:
        began = time.perf_counter()
        jurisdictions = resolve(question)
        found = time.perf_counter()
        laws = law_names.find(question.text, jurisdictions.codes)
        understood = understand(question, jurisdictions, laws, library.topics.likeness)
        spent = (
            ("jurisdictions", (found - began) * 1e3),
            ("understand", (time.perf_counter() - found) * 1e3),
        )
        return Travelling(understood, began, spent)

    def write(evidence: Evidence, _: RunnableConfig) -> Composed:
        draft = compose(evidence, names)
        return Composed(draft, draft, evidence)

    def check(composed: Composed) -> Answer:
        draft, evidence = composed.draft, composed.evidence
        claims = None
        if draft.answer.engine != composed.extractive.answer.engine:  # a model wrote
            claims = ClaimCheck(evidence, draft.passages, digest_sentences(composed.extractive)).why_not
        places = frozenset({*evidence.understood.places.codes, FEDERAL})
        verified = verify(draft.answer, draft.passages, places, claims)
        dropped(draft.answer.engine, len(verified.dropped))
        for text, reason in verified.dropped:
            log.warning("statement dropped", reason=reason, words=len(text.split()))
        return verified.answer

    async def finish(given: Travelling, _: RunnableConfig) -> Answer:
        began = time.perf_counter()
        answer = check(given.value)
        now = time.perf_counter()
        spent = {**dict(given.elapsed), "verify": (now - began) * 1e3, "total": (now - given.began) * 1e3}
        return replace(answer, elapsed_ms=spent)

    composed = (
        Step("understand", read)
        | timed("search", lambda understood, _: library.find(understood))
        | timed("compose", write)
    )
    return (composed | _model_step(writer) if writer else composed) | Step("verify", finish)


class Reggi:
    """The one brain behind every channel: `answer` takes a question and returns an answer."""

    def __init__(self, pipeline: Runnable[Question, Answer]) -> None:
        self._pipeline = pipeline

    async def answer(self, question: Question) -> Answer:
        """Return the answer; see `build_pipeline` for what is raised."""
        return await self._pipeline.ainvoke(question)

    async def stream(self, question: Question) -> AsyncGenerator[AnswerPart, None]:
        """Yield the answer part by part in reading order (retrieval/parts.py), each as soon as it is verified.

        First the opening, then sections and conclusion, at last the whole. Without a model all come at once. What was
        yielded stands in the finished answer as it is. Raises as `answer` does. Close the generator (`aclosing`) to stop early:
        that ends the model's call.
        """
        ready: asyncio.Queue[AnswerPart | None] = asyncio.Queue()
        call = asyncio.create_task(
            self._pipeline.ainvoke(question, {"configurable": {_RELEASE: ready.put_nowait}})
        )
        call.add_done_callback(lambda _: ready.put_nowait(None))
        released: list[AnswerPart] = []
        try:
            while (part := await ready.get()) is not None:
                released.append(part)
                yield part
            parts = parts_of(await call)
            same = parts[: len(released)] == tuple(released)
            if not same:  # never seen; then the whole alone is right
                log.error("released_part_changed", engine=parts[-1].so_far.engine)
            for part in parts[len(released) if same else -1 :]:
                yield part
        finally:
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
