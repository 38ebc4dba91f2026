"""Whole warm answers with 5,000 and with 100,000 sections in the store, time and memory side by side.

The shipped digest is filled up with passages like official text: two neighbouring sections of the digest each, every
number changed, about 150 words, embedded with the model and written as the loader writes a chunk. They are skewed over
the jurisdictions as a real corpus is: the largest has a fifth of them, the smallest 1 in 230. Each store is held by
a process of its own, so that its memory is its own. Building the larger store takes minutes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from bench_answers import QUESTIONS, SURVEY, quantiles

from bots.start import Opened, load_corpus, open_brain, store_folder
from config.settings import Settings
from corpus_loader.check import read_digest
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.official_rows import OfficialChunk
from retrieval.records import Answer, Passage, Question

SIZES = (5_000, 100_000)
ROUNDS = 25
RANKED_SURVEY = "What are the penalties for a late breach notice in all 50 states?"
"""A table whose cells are not positions: every state's law is ranked for it."""
TODAY = dt.date(2026, 11, 21)
_LARGEST = ("CA", "TX", "NY", "FL", "IL", "MA", "CO", "MN")
"""Jurisdictions with the most text come first; the n-th gets 1/n of what the first gets."""
_LAW = 200
"""Sections of a made-up law."""
_AT_ONCE = 4_096
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of one pass: each question's answer, its steps, and the two tables."""

    answers: tuple[tuple[str, float], ...]
    steps: tuple[dict[str, float], ...]
    survey: float
    ranked_survey: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one store: its rounds, seconds to open it, resident megabytes afterwards."""

    sections: int
    rounds: tuple[Round, ...]
    opening: float
    memory: float

    def answers(self, place: str | None = None) -> list[float]:
        """Return the milliseconds of all answers, or of those about one place."""
        return [ms for r in self.rounds for code, ms in r.answers if place in (None, code)]

    def step(self, name: str) -> float:
        """Return the median milliseconds of one step of the pipeline."""
        return statistics.median(steps[name] for r in self.rounds for steps in r.steps)


def shares(codes: list[str], total: int) -> dict[str, int]:
    """Return how many of `total` passages each jurisdiction gets, most first."""
    order = [*(c for c in _LARGEST if c in codes), *(c for c in codes if c not in _LARGEST)]
    whole = sum(1 / n for n in range(1, len(order) + 1))
    counts = {code: int(total / n / whole) for n, code in enumerate(order, start=1)}
    counts[order[0]] += total - sum(counts.values())
    return counts


def passages_like(real: list[Passage], code: str, count: int) -> Iterator[Passage]:
    """Yield `count` passages made of real text with changed numbers, in laws of 200 sections."""
    for n in range(count):
        first, second = real[n % len(real)], real[(n + 1) % len(real)]
        text = _NUMBER.sub(
            lambda m, n=n: str(int(m[0]) + n % 997 + 1),  # type: ignore[misc]
            f"{first.text}\n{second.text}",
        )
        yield replace(
            first,
            jurisdiction=code,
            law_id=f"code-{n // _LAW}",
            law=f"{code} Code, title {n // _LAW}",
            section=f"{n // _LAW}.{n % _LAW}",
            citation=f"{code} Code § {n // _LAW}.{n % _LAW}",
            text=text,
            text_kind="official",
            governs="both",
            topics=(),
            statements=(),
            short_names=(),
        )


def fill(settings: Settings, sections: int) -> None:
    """Fill a store that holds the digest up to `sections` sections."""
    real = [passage for law in read_digest().laws for passage in law.sections]
    model = embedding_model(settings.embedding)
    store = ChromaStore(store_folder(settings), settings.embedding, settings.search_threads)
    try:
        for code, count in shares(list(store.held_jurisdictions()), sections - len(real)).items():
            made = passages_like(real, code, count)
            while part := list(islice(made, _AT_ONCE)):
                chunks = [OfficialChunk(p, 0, p.text, f"{p.law} | {p.citation} | {p.title}") for p in part]
                vectors = model.embed([c.embedded for c in chunks])
                store.write_official(code, list(zip(chunks, vectors, strict=True)))
    finally:
        store.close()


def resident_megabytes() -> float:
    """Return this process's resident memory now, from /proc/self/status; 0 where there is no such file."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(x for x in status.read_text(encoding="ascii").splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


_HELD: list[Opened] = []
"""The one store that a measuring process holds."""


def begin(data_dir: Path) -> float:
    """Open a store in this process and return the seconds it took."""
    began = time.perf_counter()
    _HELD.append(asyncio.run(open_brain(Settings(data_dir=data_dir))))
    return time.perf_counter() - began


async def _answered(text: str) -> tuple[Answer, float]:
    began = time.perf_counter()
    answer = await _HELD[0].brain.answer(Question(text, TODAY))
    return answer, (time.perf_counter() - began) * 1e3


async def _round() -> Round:
    answered = [await _answered(text) for text in QUESTIONS]
    _, survey = await _answered(SURVEY)
    _, ranked_survey = await _answered(RANKED_SURVEY)
    return Round(
        tuple((answer.jurisdictions[0].code, ms) for answer, ms in answered),
        tuple(answer.elapsed_ms for answer, _ in answered),
        survey,
        ranked_survey,
    )


def one_round() -> Round:
    """Ask everything once of the store that this process holds."""
    return asyncio.run(_round())


def show(small: Figures, large: Figures) -> None:
    """Print both stores side by side with the ratio."""
    print(f"{'':<36}{small.sections:>10,}{large.sections:>10,}{'ratio':>8}")
    p50, p95 = zip(quantiles(small.answers()), quantiles(large.answers()), strict=True)
    lines: list[tuple[str, float, float]] = [
        ("whole answer p50, ms", *p50),
        ("whole answer p95, ms", *p95),
    ]

    def line(name: str, figure: Callable[[Figures], float]) -> None:
        lines.append((name, figure(small), figure(large)))

    line(f"largest state ({_LARGEST[0]}) p50, ms", lambda f: statistics.median(f.answers(_LARGEST[0])))
    line("50-state table, positions, p50 ms", lambda f: statistics.median(r.survey for r in f.rounds))
    line("50-state table, ranked, p50 ms", lambda f: statistics.median(r.ranked_survey for r in f.rounds))
    line("opening and first reading, s", lambda f: f.opening)
    line("resident memory, MB", lambda f: f.memory)
    for name in small.rounds[0].steps[0]:
        line(f"  step {name}, ms", lambda f, n=name: f.step(n))  # type: ignore[misc]
    for name, before, after in lines:
        print(f"{name:<36}{before:>10.2f}{after:>10.2f}{after / before if before else 0:>8.2f}")


def measure(stores: dict[int, Path]) -> list[Figures]:
    """Return the figures of each store (sections: data folder).

    Each is held by a process of its own, and they take turns, so that what else the machine does meets both alike.
    """
    fresh = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pools = {size: stack.enter_context(ProcessPoolExecutor(1, mp_context=fresh)) for size in stores}
        opening = {size: pool.submit(begin, stores[size]).result() for size, pool in pools.items()}
        rounds: dict[int, list[Round]] = {size: [] for size in stores}
        for n in range(ROUNDS + 1):
            for size, pool in pools.items():
                done = pool.submit(one_round).result()
                if n:  # the first warms up
                    rounds[size].append(done)
        return [
            Figures(size, tuple(rounds[size]), opening[size], pool.submit(resident_megabytes).result())
            for size, pool in pools.items()
        ]


def main() -> None:
    """Build both stores in a folder of their own and measure them."""
    with tempfile.TemporaryDirectory() as folder:
        stores = {size: Path(folder) / str(size) for size in SIZES}
        for size, data_dir in stores.items():
            began = time.perf_counter()
            load_corpus(Settings(data_dir=data_dir))
            fill(Settings(data_dir=data_dir), size)
            print(f"{size:,} sections written in {time.perf_counter() - began:.0f} s", flush=True)
        show(*measure(stores))


if __name__ == "__main__":
    main()
