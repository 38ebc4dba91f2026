"""Which questions cost a call of the chat model, how many run at a time, and what the log tells of them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

from structlog.testing import capture_logs

from retrieval.compose import ENGINE
from retrieval.model_writer import ModelLimits
from retrieval.records import Question
from tests.fake_model import INVENTED, good, served
from tests.retrieval.law import TODAY
from tests.retrieval.model_brain import DEADLINE, TRUE, ask, brain, by_model, says, unlike, writer


async def test_tables_and_questions_without_law_do_not_cost_a_call() -> None:
    async with served(good) as fake:
        for text in (
            "Compare breach deadlines in Minnesota, New Mexico and Oregon",
            "How soon must we report a breach?",
            "help",
        ):
            assert (await ask(fake, text)).engine == ENGINE
        assert not fake.prompts


async def test_calls_at_a_time_are_limited() -> None:
    async with served(lambda p: replace(good(p), wait=0.05)) as fake:
        reggi = await brain(writer(fake, concurrency=2))
        found = await asyncio.gather(*(reggi.answer(Question(DEADLINE, TODAY)) for _ in range(6)))
        assert fake.most_open == 2
    assert all(by_model(a) for a in found)


async def test_the_same_question_over_the_same_law_costs_one_call() -> None:
    async with served(good) as fake:
        reggi = await brain(writer(fake, cache=8))
        first = await reggi.answer(Question(DEADLINE, TODAY))
        second = await reggi.answer(Question(DEADLINE, TODAY))
        assert len(fake.prompts) == 1
        await reggi.answer(Question(DEADLINE + " Please.", TODAY))
        assert len(fake.prompts) == 2
    assert unlike(first) == unlike(second)


async def test_the_log_says_what_it_cost_and_never_what_was_said() -> None:
    async with served(says(TRUE, (INVENTED[1], ["1.1"]))) as fake:
        with capture_logs() as logs:
            await ask(fake, DEADLINE, limits=ModelLimits(seconds=8, price_in=2.0, price_out=8.0))
    line = next(x for x in logs if x["event"] == "model_answer")
    assert line["engine"].startswith("model:openai:fake/prompt-")
    assert (line["calls"], line["tokens_in"], line["kept"], line["dropped"]) == (2, 2000, 1, 1)
    assert line["cost_usd"] == round((2000 * 2.0 + line["tokens_out"] * 8.0) / 1e6, 6)
    shown = json.dumps(logs)
    assert "breach" not in shown
    assert "prison" not in shown
