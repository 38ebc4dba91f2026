"""`reggi doctor` tries the chat model with one call and says what to do where it does not work."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bots.doctor import Finding, examine
from config.settings import Settings
from tests.fake_model import Reply, served

READY = '{"sentences": [{"id": "1", "text": "ready", "marks": []}]}'


def finding(tmp_path: Path, **settings: object) -> Finding:
    """Return what the doctor finds of the chat model."""
    found = examine(Settings(data_dir=tmp_path, port=0, _env_file=None, **settings))  # type: ignore[arg-type, call-arg]
    return next(f for f in found if f.part == "Chat model")


def test_without_a_model_it_is_off(tmp_path: Path) -> None:
    assert finding(tmp_path).ok is None


async def test_a_model_that_answers_is_timed(tmp_path: Path) -> None:
    async with served(lambda p: Reply(READY)) as fake:
        found = await asyncio.to_thread(finding, tmp_path, model="openai:fake", model_base_url=fake.url)
        assert len(fake.prompts) == 1
    assert found.ok is True
    assert "openai:fake answered in " in found.what
    assert "1000 tokens in" in found.what


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=401), "HTTP 401"),
        (Reply("hello"), "not in JSON"),
        (Reply(READY, wait=30), "no answer within"),
    ],
)
async def test_a_model_that_does_not_is_a_fault(tmp_path: Path, reply: Reply, said: str) -> None:
    async with served(lambda p: reply) as fake:
        found = await asyncio.to_thread(
            finding,
            tmp_path,
            model="openai:fake",
            model_base_url=fake.url,
            model_seconds=0.6,
            model_api_key="secret-key",
        )
    assert found.ok is False
    assert said in found.what
    assert "secret-key" not in found.what


def test_a_provider_that_is_not_installed_is_named(tmp_path: Path) -> None:
    found = finding(tmp_path, model="ollama:llama")
    assert found.ok is False
    assert "reggi[ollama]" in found.what
