"""The databases that every test of what is remembered runs on: SQLite, and a real PostgreSQL where it is installed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.bots.conftest import settings_of
from tests.servers import Postgres, postgres_running

KINDS = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole run; every test makes a database of its own in it."""
    with postgres_running() as server:
        yield server


def settings_on(kind: str, request: pytest.FixtureRequest, folder: Path, **values: Any) -> Settings:
    """Return settings with a new database of this kind."""
    if kind == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        values["database_url"] = server.database(f"t{secrets.token_hex(6)}")
    return settings_of(data_dir=folder, **values)
