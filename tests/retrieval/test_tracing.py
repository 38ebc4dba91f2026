"""A trace of every answer: a span a step, model calls within, the turn's id, and no words."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
import structlog
from langchain_core.language_models import FakeListChatModel
from langchain_core.runnables import RunnableLambda
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from retrieval.errors import StoreUnavailable
from retrieval.records import Answer, Question, Statement
from retrieval.tracing import Spans, Tracing, open_tracing

SECRET_WORDS = "Zebrafish Quackenbush"
QUESTION = Question(f"May {SECRET_WORDS} sell data?", dt.date(2026, 11, 21))


def answer(question: Question) -> Answer:
    return Answer("help", question.text, "Help", short_answer=(Statement(f"On {SECRET_WORDS}.", ()),))


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def traced(spans: InMemorySpanExporter, work: Any) -> Any:
    return Tracing(SimpleSpanProcessor(spans)).trace(work)


async def _steps(question: Question) -> Answer:
    return answer(question)


def pipeline(*steps: Any) -> Any:
    chain = RunnableLambda(_same, name="understand")
    for step in steps:
        chain = chain | step
    return chain | RunnableLambda(_steps, name="verify")


async def _same(question: Question) -> Question:
    return question


def by_name(found: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in found.get_finished_spans()}


async def test_answer_is_a_span_with_its_steps_within_and_the_turns_id(spans: InMemorySpanExporter) -> None:
    with structlog.contextvars.bound_contextvars(turn="f00d"):
        await traced(spans, pipeline()).ainvoke(QUESTION)
    found = by_name(spans)
    assert set(found) == {"answer", "understand", "verify"}
    whole = found["answer"]
    assert dict(whole.attributes or {}) == {
        "reggi.turn": "f00d",
        "reggi.status": "help",
        "reggi.engine": "extractive",
    }
    for name in ("understand", "verify"):
        parent = found[name].parent
        assert parent is not None
        assert parent.span_id == whole.context.span_id
        assert found[name].start_time >= whole.start_time


async def test_call_of_a_model_stands_within_its_step(spans: InMemorySpanExporter) -> None:
    model = FakeListChatModel(responses=[f"{SECRET_WORDS} may."])

    async def write(question: Question) -> Question:
        async for _ in model.astream(f"prompt with {SECRET_WORDS}"):
            pass
        return question

    await traced(spans, pipeline(RunnableLambda(write, name="model"))).ainvoke(QUESTION)
    found = by_name(spans)
    call = found["chat model"]
    assert call.parent is not None
    assert call.parent.span_id == found["model"].context.span_id


async def test_no_words_of_question_prompt_or_answer_are_in_a_trace(spans: InMemorySpanExporter) -> None:
    model = FakeListChatModel(responses=[SECRET_WORDS])

    async def broken(question: Question) -> Question:
        await model.ainvoke(question.text)
        raise StoreUnavailable(f"no {question.text}")

    with pytest.raises(StoreUnavailable):
        await traced(spans, pipeline(RunnableLambda(broken, name="search"))).ainvoke(QUESTION)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "Zebrafish" not in told
    failed = by_name(spans)["search"].status
    assert (failed.status_code, failed.description) == (StatusCode.ERROR, "StoreUnavailable")


async def test_answers_at_the_same_time_are_traces_of_their_own(spans: InMemorySpanExporter) -> None:
    work = traced(spans, pipeline())
    await asyncio.gather(*(work.ainvoke(QUESTION) for _ in range(20)))
    found = spans.get_finished_spans()
    assert len(found) == 60
    assert len({span.context.trace_id for span in found}) == 20


async def test_lost_ends_do_not_fill_the_memory(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uuid import uuid4

    from opentelemetry.sdk.trace import TracerProvider

    monkeypatch.setattr("retrieval.tracing._OPEN_AT_MOST", 5)
    handler = Spans(TracerProvider().get_tracer("x"))
    for _ in range(50):
        handler.on_chain_start({}, None, run_id=uuid4(), name="x")
    assert len(handler._open) == 5


class Collector(trace_service_pb2_grpc.TraceServiceServicer):  # type: ignore[misc]
    """An OpenTelemetry collector of our own: what it was sent."""

    def __init__(self) -> None:
        self.spans: list[Any] = []

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        for of in request.resource_spans:
            self.spans += [(of.resource, span) for scope in of.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@contextmanager
def collector() -> Iterator[tuple[str, Collector]]:
    kept, server = Collector(), grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(kept, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}", kept
    finally:
        server.stop(None)


async def test_traces_reach_a_collector_over_the_real_wire() -> None:
    with collector() as (url, kept):
        tracing = open_tracing(url)
        await tracing.trace(pipeline()).ainvoke(QUESTION)
        await asyncio.to_thread(tracing.close)
    assert {span.name for _, span in kept.spans} == {"answer", "understand", "verify"}
    resource = {pair.key: pair.value.string_value for pair in kept.spans[0][0].attributes}
    assert resource["service.name"] == "reggi"


async def test_collector_that_is_away_costs_no_answer() -> None:
    tracing = open_tracing("http://127.0.0.1:9")
    assert (await tracing.trace(pipeline()).ainvoke(QUESTION)).status == "help"
