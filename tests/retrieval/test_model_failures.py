"""Nothing that a chat model does, or fails to do, leaves the asker without an answer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from retrieval.compose import ENGINE
from retrieval.records import Question
from tests.fake_model import Prompt, Reply, Script, answer, good, served
from tests.retrieval.law import TODAY
from tests.retrieval.model_brain import DEADLINE, TRUE, ask, brain, by_model, extractive, unlike, writer


@pytest.mark.parametrize(
    ("script", "calls"),
    [
        (lambda p: Reply("Sorry, I cannot help with that."), 1),
        (lambda p: Reply(""), 1),
        (lambda p: Reply('{"short_answer": "yes"}'), 1),
        (lambda p: Reply('{"short_answer": [1, 2], "sections": 7}'), 1),
        (lambda p: Reply("{]"), 1),
        (lambda p: Reply(answer([])), 1),
        (lambda p: Reply(answer([(TRUE, ["1.1"])]), cut_at=30), 1),
        (lambda p: Reply(status=500), 3),
        (lambda p: Reply(status=429, headers={"retry-after": "0"}), 3),
        (lambda p: Reply(status=401), 1),
        (lambda p: Reply(status=400), 1),
        (lambda p: Reply('{"verdict": null, "title": "' + "and so on " * 20_000), 1),
    ],
    ids=[
        "refuses",
        "says nothing",
        "a string",
        "numbers",
        "brackets",
        "empty",
        "cut",
        "500",
        "429",
        "401",
        "400",
        "runs on",
    ],
)
async def test_whatever_goes_wrong_the_asker_gets_the_extractive_answer(script: Script, calls: int) -> None:
    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
        assert len(fake.prompts) == calls
    assert unlike(found) == unlike(await extractive(DEADLINE))


async def test_a_model_that_is_down_is_not_waited_for() -> None:
    async with served(good) as fake:
        pass
    began = time.perf_counter()
    found = await ask(fake, DEADLINE, retries=0)
    assert found.engine == ENGINE
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("how", [{"wait": 60.0}, {"wait_between": 5.0}])
async def test_a_slow_model_is_left_within_the_time_limit(how: dict[str, float]) -> None:
    async with served(lambda p: replace(Reply(answer([(TRUE, ["1.1"])])), **how)) as fake:
        await ask(fake, DEADLINE, seconds=0.2)  # the first call also imports the client
        began = time.perf_counter()
        found = await ask(fake, DEADLINE, seconds=0.5)
        took = time.perf_counter() - began
        await asyncio.sleep(0.1)
        assert fake.open_calls == 0  # the connection is closed, not left to run on
    assert found.engine == ENGINE
    assert took < 2


async def test_a_call_refused_for_the_moment_is_tried_again() -> None:
    def script(p: Prompt) -> Reply:
        return (
            Reply(status=(429, 503)[p.number - 1], headers={"retry-after": "0"}) if p.number < 3 else good(p)
        )

    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
        assert len(fake.prompts) == 3
    assert by_model(found)


async def test_an_answer_that_breaks_off_keeps_what_was_whole() -> None:
    said = f"In New Mexico {TRUE[0].lower()}{TRUE[1:]}"
    text = answer([(said, ["1.1"])], [("Timing", [("A business must tell residents of a breach.", ["1.1"])])])
    at = text.index("Timing")
    async with served(lambda p: Reply(text, cut_at=at)) as fake:
        found = await ask(fake, DEADLINE)
    assert by_model(found)
    assert found.short_answer[0].text == said
    assert [s.heading for s in found.sections] == [s.heading for s in (await extractive(DEADLINE)).sections]


async def test_after_failures_in_a_row_the_model_is_left_alone_for_a_while() -> None:
    async with served(lambda p: Reply(status=500)) as fake:
        reggi = await brain(writer(fake, retries=0))
        for _ in range(6):
            assert (await reggi.answer(Question(DEADLINE, TODAY))).engine == ENGINE
        assert len(fake.prompts) == 3
