"""An answer in parts: let out as they come, true before they are shown, in the order of the whole."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Question
from tests.fake_model import FakeModel, Prompt, Reply, answer, good, lying, served
from tests.retrieval.law import LAW, TODAY
from tests.retrieval.model_brain import DEADLINE, MARKETING, TRUE, brain, by_model, extractive, unlike, writer


async def parts_from(fake: FakeModel | None, text: str, law: Any = LAW, **how: Any) -> list[AnswerPart]:
    """Return the parts of an answer, having checked what holds of any stream."""
    reggi = await brain(writer(fake, **how) if fake else None, law)
    with capture_logs() as logs:
        async with aclosing(reggi.stream(Question(text, TODAY))) as stream:
            parts = [p async for p in stream]
    assert not [x for x in logs if x["event"] == "released_part_changed"]
    whole = parts[-1].so_far
    assert parts == list(parts_of(whole))
    for before, after in pairwise(p.so_far for p in parts):
        assert before.title == after.title
        assert before.verdict == after.verdict
        assert before.short_answer == after.short_answer
        assert before.sections == after.sections[: len(before.sections)]
        assert before.conclusion in ((), after.conclusion)
        assert set(before.sources) <= set(after.sources)
    return parts


async def test_parts_are_let_out_as_they_come_and_stand_as_they_are() -> None:
    async with served(lambda p: replace(good(p), wait_between=0.01)) as fake:
        stream = (await brain(writer(fake))).stream(Question(MARKETING, TODAY))
        times = [time.perf_counter() async for _ in stream]
        parts = await parts_from(fake, MARKETING)
    whole = parts[-1].so_far
    assert by_model(whole)
    kinds = [p.kind for p in parts]
    assert kinds == ["opening", *["section"] * len(whole.sections), "conclusion", "whole"]
    assert parts[0].statements == whole.short_answer
    assert {s.mark for s in parts[0].sources} == {m for s in whole.short_answer for m in s.marks}
    assert times[0] < times[-1] - 0.05  # the opening did not wait for the rest


async def test_parts_come_in_the_order_of_the_answer_where_the_model_leaves_some_out() -> None:
    said = f"In New Mexico {TRUE[0].lower()}{TRUE[1:]}"
    async with served(lambda p: Reply(answer([(said, ["1.1"])], conclusion=[(TRUE, ["1.1"])]))) as fake:
        parts = await parts_from(fake, DEADLINE)
    assert [p.kind for p in parts] == ["opening", "section", "conclusion", "whole"]
    assert parts[2].statements == parts[-1].so_far.conclusion
    assert parts[2].statements[0].text == TRUE


async def test_nothing_false_is_let_out_before_it_is_taken_back() -> None:
    lie = TRUE.replace("45", "90")

    def script(p: Prompt) -> Reply:
        if p.repair:
            return Reply(json.dumps({"sentences": []}), wait=0.05)
        good_part = (
            "Timing",
            [("In New Mexico a business must tell residents within 45 calendar days.", ["1.1"])],
        )
        return Reply(answer([(TRUE, ["1.1"])], [("More", [(lie, ["1.1"])]), good_part]))

    async with served(script) as fake:
        parts = await parts_from(fake, DEADLINE)
    shown = [s.text for p in parts for s in p.so_far.all_statements()]
    assert lie not in shown
    assert "In New Mexico a business must tell residents within 45 calendar days." in shown


async def test_a_liar_streams_the_extractive_answer() -> None:
    async with served(lying) as fake:
        parts = await parts_from(fake, MARKETING)
    assert unlike(parts[-1].so_far) == unlike(await extractive(MARKETING))


async def test_an_answer_that_breaks_off_is_streamed_to_its_end() -> None:
    said = f"In New Mexico {TRUE[0].lower()}{TRUE[1:]}"
    text = answer([(said, ["1.1"])], [("Timing", [("A business must tell residents of a breach.", ["1.1"])])])
    async with served(lambda p: Reply(text, cut_at=text.index("Timing"), wait_between=0.01)) as fake:
        parts = await parts_from(fake, DEADLINE)
    assert by_model(parts[-1].so_far)
    assert parts[-1].so_far.sections == (await extractive(DEADLINE)).sections


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Compare breach deadlines in Minnesota, New Mexico and Oregon", {"opening", "conclusion", "whole"}),
        ("How soon must we report a breach?", {"opening", "whole"}),
        ("help", {"opening", "whole"}),
        (MARKETING, {"opening", "section", "conclusion", "whole"}),
    ],
)
async def test_without_a_model_the_parts_are_those_of_the_extractive_answer(
    text: str, kinds: set[str]
) -> None:
    parts = await parts_from(None, text)
    assert {p.kind for p in parts} <= kinds
    assert parts[0].kind == "opening"
    assert parts[-1].kind == "whole"
    assert unlike(parts[-1].so_far) == unlike(await extractive(text))


async def test_a_stream_that_is_closed_early_stops_the_call() -> None:
    async with served(lambda p: replace(good(p), wait_between=0.2)) as fake:
        stream = (await brain(writer(fake))).stream(Question(MARKETING, TODAY))
        assert (await anext(stream)).kind == "opening"
        await stream.aclose()
        await asyncio.sleep(0.3)
        assert fake.open_calls == 0
