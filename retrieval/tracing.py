"""A trace of every answer for OpenTelemetry, by way of LangChain's callbacks: one span a step, model calls within.

The home of opentelemetry, an extra (`pip install 'reggi[tracing]'`). Spans carry names, times, counts of tokens and the id of
the turn, by which the log's lines are found; no words of question, answer or prompt. The SDK's own variables
(`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER` …) count as usual.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import LLMResult
from langchain_core.runnables import Runnable
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from retrieval.errors import TracingUnavailable
from retrieval.records import Answer, Question

_EXPORT_SECONDS = 5
_OPEN_AT_MOST = 10_000
"""More spans open than this means that ends got lost; the oldest are then let go."""


class Spans(BaseCallbackHandler):
    """Opens a span where LangChain begins something, and closes it where that ends."""

    run_inline = True  # a thread for each would cost more than the steps

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer
        self._open: dict[UUID, trace.Span] = {}

    def on_chain_start(
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """A step begins, or the whole."""
        self._begin(run_id, parent_run_id, str(kwargs.get("name") or "step"))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """A step ended; of an answer its status and engine are kept."""
        span = self._open.get(run_id)
        if span is not None and isinstance(outputs, Answer):
            span.set_attribute("reggi.status", outputs.status)
            span.set_attribute("reggi.engine", outputs.engine)
        self._end(run_id)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A step broke."""
        self._end(run_id, error)

    def on_chat_model_start(
        self,
        serialized: dict[str, Any] | None,
        messages: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """A call of the chat model begins."""
        asked = kwargs.get("invocation_params") or {}
        self._begin(run_id, parent_run_id, "chat model")
        self._open[run_id].set_attribute(
            "gen_ai.request.model", str(asked.get("model") or asked.get("model_name") or "")
        )

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """A call of the chat model ended; its tokens are kept."""
        span = self._open.get(run_id)
        for told in (generation for one in response.generations for generation in one):
            usage = getattr(getattr(told, "message", None), "usage_metadata", None)
            if span is not None and usage:
                span.set_attribute("gen_ai.usage.input_tokens", usage["input_tokens"])
                span.set_attribute("gen_ai.usage.output_tokens", usage["output_tokens"])
        self._end(run_id)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A call of the chat model broke."""
        self._end(run_id, error)

    def _begin(self, run: UUID, parent: UUID | None, name: str) -> None:
        above = self._open.get(parent) if parent is not None else None
        context = trace.set_span_in_context(above) if above is not None else None
        span = self._tracer.start_span("answer" if above is None else name, context)
        if above is None:
            span.set_attribute("reggi.turn", str(structlog.contextvars.get_contextvars().get("turn", "")))
        self._open[run] = span
        if len(self._open) > _OPEN_AT_MOST:
            self._open.pop(next(iter(self._open))).end()

    def _end(self, run: UUID, error: BaseException | None = None) -> None:
        span = self._open.pop(run, None)
        if span is None:
            return
        if error is not None:  # its text may hold words of the question
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
        span.end()


class Tracing:
    """Where spans go. One a process; `close` sends what is left."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "reggi"}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor)
        self._spans = Spans(self._provider.get_tracer("reggi"))

    def trace(self, pipeline: Runnable[Question, Answer]) -> Runnable[Question, Answer]:
        """Return the pipeline with a trace of every call."""
        return pipeline.with_config(callbacks=[self._spans])

    def close(self) -> None:
        """Send what is left, at most for some seconds."""
        self._provider.shutdown()


def open_tracing(url: str) -> Tracing:
    """Return a tracing that sends to an OpenTelemetry collector; one that is away costs nothing but the traces.

    Raises:
        TracingUnavailable: the package is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise TracingUnavailable(TracingUnavailable.how) from error
    make: Callable[..., SpanExporter] = OTLPSpanExporter
    exporter = make(endpoint=url, insecure=url.startswith("http://"), timeout=_EXPORT_SECONDS)
    return Tracing(BatchSpanProcessor(exporter, export_timeout_millis=_EXPORT_SECONDS * 1_000))
