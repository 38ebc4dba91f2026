"""`reggi forget`, `reggi export`, `reggi inbox`, `reggi key`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from bots.cli import app
from bots.conversations import open_conversations
from bots.inbox import Delivery
from bots.threads import Thread
from tests.bots.conftest import settings_of


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGGI_DATA_DIR", str(tmp_path / "data"))

    async def fill() -> None:
        async with open_conversations(settings_of(data_dir=tmp_path / "data")) as kept:
            for tenant, person in (("T1", "U1"), ("T2", "U1"), ("T1", "U2")):
                await kept.remember(Thread("slack", tenant, "C1"), f"of {person} in {tenant}", 5, person)
            await kept.inbox.accept(Delivery("slack", "T1", "event", {}, ("e1",), "U1"))

    asyncio.run(fill())
    return tmp_path / "data"


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def texts(person: str) -> list[str]:
    return [row["text"] for row in json.loads(run("export", "--user", person))["questions"]]


@pytest.mark.usefixtures("data")
def test_a_person_is_shown_and_forgotten_in_one_workspace_and_then_everywhere() -> None:
    assert texts("U1") == ["of U1 in T1", "of U1 in T2"]
    assert run("forget", "--user", "U1", "--workspace", "slack:T1").startswith("2 rows deleted")
    assert texts("U1") == ["of U1 in T2"]
    run("forget", "--user", "U1")
    assert texts("U1") == []
    assert texts("U2") == ["of U2 in T1"]


@pytest.mark.usefixtures("data")
def test_a_workspace_is_forgotten() -> None:
    assert "1 waiting" in run("inbox")
    run("forget", "--workspace", "slack:T1")
    assert texts("U2") == []
    assert texts("U1") == ["of U1 in T2"]
    assert "0 waiting" in run("inbox")


@pytest.mark.parametrize(
    "words", [("forget",), ("export",), ("forget", "--workspace", "T1"), ("forget", "--workspace", "irc:T1")]
)
@pytest.mark.usefixtures("data")
def test_what_is_not_said_is_asked_for_and_nothing_deleted(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, list(words)).exit_code == 1
    assert len(texts("U1")) == 2


def test_key_is_one() -> None:
    Fernet(run("key").strip())
