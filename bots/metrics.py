"""What is counted and timed, for Prometheus: the home of prometheus_client.

One registry a process, as Prometheus wants it; each replica is asked by itself and the sums are made there. Labels hold
names of ours alone, never a workspace, a person or a word of a question.

    with step("search"): …               how long a step took
    answered("slack", answer)            what a turn came to, with the times of the pipeline's own steps
    retried("slack", "rate limit")       something done again
    watch_queue(lambda: {"waiting": 3})  asked whenever Prometheus asks
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPEN_TYPE
from prometheus_client.openmetrics.exposition import generate_latest as open_text
from prometheus_client.registry import Collector

from retrieval.records import Answer

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)

_STEP = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ACK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15)
"""Slack wants its acknowledgement within 3 seconds, Teams within 15."""

_turns = Counter(
    "reggi_turns", "Turns ended, by what they came to.", ("channel", "status", "engine"), registry=REGISTRY
)
_turn_seconds = Histogram(
    "reggi_turn_seconds", "From the start of a turn to its answer, before it is posted.", ("channel",),
    buckets=_STEP, registry=REGISTRY,
)  # fmt: skip
_steps = Histogram(
    "reggi_step_seconds", "Time of one step of a turn.", ("step",), buckets=_STEP, registry=REGISTRY
)
_dropped = Counter(
    "reggi_citations_dropped", "Sentences taken out by verification: what they cite does not bear them.", ("engine",),
    registry=REGISTRY,
)  # fmt: skip
_acks = Histogram(
    "reggi_ack_seconds", "From a platform's request to our acknowledgement.", ("channel",), buckets=_ACK,
    registry=REGISTRY,
)  # fmt: skip
_requests = Counter("reggi_requests", "Requests by what they got.", ("channel", "code"), registry=REGISTRY)
_retries = Counter(
    "reggi_retries", "Things done again, and deliveries made again.", ("channel", "why"), registry=REGISTRY
)
_posted = Counter("reggi_messages_posted", "Messages that a platform took.", ("channel",), registry=REGISTRY)
_not_posted = Counter(
    "reggi_messages_refused", "Messages that a platform did not take.", ("channel",), registry=REGISTRY
)

_ENGINES = 20
"""More engines than this at one process are no engines but a fault; they are counted together."""
_seen_engines: set[str] = set()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time a step; one that fails is timed too."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _steps.labels(name).observe(time.perf_counter() - began)


def took(name: str, seconds: float) -> None:
    """Count the time of a step that was measured elsewhere."""
    _steps.labels(name).observe(max(seconds, 0.0))


def answered(channel: str, answer: Answer) -> None:
    """Count a turn that ended in an answer, and the times of the pipeline's steps."""
    _turns.labels(channel, answer.status, _engine(answer.engine)).inc()
    for name, milliseconds in answer.elapsed_ms.items():
        if name == "total":
            _turn_seconds.labels(channel).observe(milliseconds / 1e3)
        else:
            _steps.labels(name).observe(milliseconds / 1e3)
    if answer.verification is not None:
        dropped(answer.engine, answer.verification.dropped)


def failed(channel: str, why: str) -> None:
    """Count a turn that ended in an apology or a word on how to ask: "error", "timeout", "broke", "note"."""
    _turns.labels(channel, why, "none").inc()


def dropped(engine: str, count: int) -> None:
    """Count sentences that verification took out."""
    if count:
        _dropped.labels(_engine(engine)).inc(count)


def acknowledged(channel: str, code: int, seconds: float) -> None:
    """Count a request of a platform; the time counts where it was taken."""
    _requests.labels(channel, str(code)).inc()
    if code < 400:
        _acks.labels(channel).observe(seconds)


def retried(channel: str, why: str) -> None:
    """Count something done again: "delivery" (the platform's doing), "rate limit", "refused" …"""
    _retries.labels(channel, why).inc()


def posted(channel: str, count: int = 1) -> None:
    """Count messages that a platform took."""
    _posted.labels(channel).inc(count)


def not_posted(channel: str) -> None:
    """Count a message that a platform did not take."""
    _not_posted.labels(channel).inc()


class _Watched(Collector):
    """Numbers asked for at the moment Prometheus asks; one that fails is left out, and counted as 0 by `reggi_up`."""

    def __init__(self) -> None:
        self.queue: Callable[[], Mapping[str, float]] = dict
        self.oldest: Callable[[], float] = float
        self.corpus: Callable[[], Mapping[str, float]] = dict
        self.ready: Callable[[], Mapping[str, float]] = dict

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges of what is watched."""
        gauges = (
            ("reggi_queue_depth", "Turns taken and not yet ended.", "state", self.queue),
            (
                "reggi_corpus_age_days",
                "Days since law was last reviewed (oldest, median, newest) or loaded.",
                "of",
                self.corpus,
            ),
            ("reggi_ready", "1 where a part works, 0 where it does not.", "part", self.ready),
        )
        for name, text, label, asked in gauges:
            gauge = GaugeMetricFamily(name, text, labels=[label])
            for of, value in asked().items():
                gauge.add_metric([of], value)
            yield gauge
        text = "For how long the oldest question has waited."
        yield GaugeMetricFamily("reggi_queue_oldest_seconds", text, self.oldest())


_watched = _Watched()
REGISTRY.register(_watched)


def watch_queue(depth: Callable[[], Mapping[str, float]], oldest: Callable[[], float] = float) -> None:
    """Ask `depth` for the number of questions by state, and `oldest` for the seconds that the oldest has waited.

    They are those of the database: replicas that share it say the same.
    """
    _watched.queue, _watched.oldest = depth, oldest


def watch_corpus(age: Callable[[], Mapping[str, float]]) -> None:
    """Ask `age` for days by what they count from."""
    _watched.corpus = age


def watch_ready(parts: Callable[[], Mapping[str, float]]) -> None:
    """Ask `parts` for 1 or 0 by part."""
    _watched.ready = parts


def exposition() -> tuple[bytes, str]:
    """Return everything counted so far in the OpenMetrics format, and its content type."""
    write: Callable[[CollectorRegistry], bytes] = open_text
    return write(REGISTRY), OPEN_TYPE


def _engine(name: str) -> str:
    if name not in _seen_engines and len(_seen_engines) >= _ENGINES:
        return "other"
    _seen_engines.add(name)
    return name
