"""A warm answer beside its own parts: the query's embedding, one bare Chroma query, and the plain LangChain recipe.

Figures are of one run on one machine; read the ratios.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench_retrieval import digest_texts
from plain_searches import PlainSearches

from bots.start import load_corpus, open_brain
from config.settings import Settings
from retrieval.records import Question

QUESTIONS = (
    "Can I use customer data for marketing purposes without violating privacy laws in Minnesota? What are the requirements?",
    "How soon must we tell customers about a data breach in New Mexico?",
    "Can I use third-party customer service tools that collect personal information in Montana?",
    "Who enforces the Colorado Privacy Act and what are the penalties?",
    "Do we have to tell the attorney general about a breach in Florida?",
    "Is one-party consent enough to record a call in California?",
    "What counts as sensitive data in Connecticut?",
    "Do we need consent for fingerprint time clocks in Illinois?",
)
ROUNDS = 25
SURVEY = "Breach notification deadlines in all 50 states"


async def timed(call: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    """Return the milliseconds of each of `rounds` calls, after one that is not counted."""
    await call()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await call()
        took.append((time.perf_counter() - began) * 1e3)
    return took


def quantiles(took: list[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return statistics.median(took), statistics.quantiles(took, n=20)[18]


async def measure(settings: Settings) -> None:
    """Print the figures."""
    opened = await open_brain(settings)
    model, store = opened.library.model, opened.store
    today = dt.date(2026, 11, 21)
    answers, embeds, queries, plain = [], [], [], []
    parts: dict[str, list[float]] = {}
    recipe = PlainSearches(await digest_texts(opened), model, settings.data_dir / "plain")
    for text in QUESTIONS:
        question = Question(text, today)
        vector = model.embed_query(text)
        place = (await opened.brain.answer(question)).jurisdictions[0].code

        async def embed(text: str = text) -> object:
            return model.embed_query(text)

        async def query(vector: list[float] = vector, place: str = place) -> object:
            return await store.nearest(place, vector, 12)

        async def by_recipe(text: str = text, place: str = place) -> object:
            return recipe.recipe(text, place)

        answers += await timed(lambda q=question: opened.brain.answer(q), ROUNDS)  # type: ignore[misc]
        for name, ms in (await opened.brain.answer(question)).elapsed_ms.items():
            parts.setdefault(name, []).append(ms)
        embeds += await timed(embed, ROUNDS)
        queries += await timed(query, ROUNDS)
        plain += await timed(by_recipe, ROUNDS)
    (a50, a95), (e50, _), (q50, q95), (p50, p95) = (quantiles(x) for x in (answers, embeds, queries, plain))
    print(f"whole answer            p50 {a50:6.2f} ms   p95 {a95:6.2f} ms")
    print(f"query embedding         p50 {e50:6.3f} ms   {e50 / a50:.1%} of an answer")
    print(f"one bare Chroma query   p50 {q50:6.2f} ms   p95 {q95:6.2f} ms")
    print(f"answer : embedding + bare query = {a50 / (e50 + q50):.2f}")
    print(
        f"plain LangChain recipe  p50 {p50:6.2f} ms   p95 {p95:6.2f} ms (a list of chunks, no answer); answer : recipe = {a50 / p50:.2f}"
    )
    print(
        "steps, median ms:       "
        + ", ".join(f"{name} {statistics.median(ms):.2f}" for name, ms in parts.items())
    )
    survey = await timed(lambda: opened.brain.answer(Question(SURVEY, today)), 5)
    print(f"50-state table          p50 {statistics.median(survey):6.1f} ms")
    opened.close()


def main() -> None:
    """Load the shipped digest into a folder of its own and measure."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        report = load_corpus(settings)
        print(f"load: {report.sections} sections, {report.embedded} records in {report.seconds:.1f} s")
        asyncio.run(measure(settings))


if __name__ == "__main__":
    main()
