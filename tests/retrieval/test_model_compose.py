"""A chat model opened by its name, tried out, and asked for JSON in each way there is."""

from __future__ import annotations

from typing import Any

import pytest

from retrieval.errors import ModelMisconfigured, ModelUnavailable
from retrieval.model_compose import open_chat
from retrieval.model_writer import try_out
from tests.fake_model import Reply, good, served
from tests.retrieval.model_brain import DEADLINE, ask, by_model


@pytest.mark.parametrize(
    ("output", "wanted"), [("schema", "response_format"), ("tool", "tools"), ("text", None)]
)
async def test_json_is_asked_for_in_each_way(output: Any, wanted: str | None) -> None:
    async with served(good) as fake:
        found = await ask(fake, DEADLINE, output=output)
        body = fake.prompts[0].body
    assert by_model(found)
    assert {"response_format", "tools"} & set(body) == ({wanted} if wanted else set())
    assert body["temperature"] == 0 if "temperature" in body else True


async def test_trying_out_tells_time_and_tokens() -> None:
    ready = '{"sentences": [{"id": "1", "text": "ready", "marks": []}]}'
    async with served(lambda p: Reply(ready)) as fake:
        assert "openai:fake answered in " in await try_out(open_chat("openai:fake", base_url=fake.url), 5)
    async with served(lambda p: Reply("ready")) as fake:
        with pytest.raises(ModelUnavailable, match="not in JSON"):
            await try_out(open_chat("openai:fake", base_url=fake.url), 5)
    async with served(lambda p: Reply(ready, wait=30)) as fake:
        with pytest.raises(ModelUnavailable, match="no answer within"):
            await try_out(open_chat("openai:fake", base_url=fake.url), 0.3)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gpt-x", "names no provider"),
        ("nobody:x", "refuses|not installed"),
        ("ollama:x", "reggi\\[ollama\\]|refuses"),
    ],
)
def test_a_model_that_cannot_be_used_is_told_at_the_start(name: str, said: str) -> None:
    with pytest.raises(ModelMisconfigured, match=said):
        open_chat(name)


def test_a_name_without_a_provider_is_one_of_the_server_given() -> None:
    assert open_chat("my-model", base_url="http://127.0.0.1:9/v1").name == "openai:my-model"
