"""The migrations make exactly the tables of bots/tables.py, from nothing and from the first release's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from bots.conversations import open_conversations
from bots.database import open_database
from bots.errors import ConversationsUnavailable
from bots.migrations import FIRST, upgrade
from bots.tables import metadata
from bots.threads import Thread
from tests.bots.conftest import settings_of
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("kind", KINDS)
async def test_migrations_make_the_tables(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings = settings_on(kind, request, tmp_path)
    async with open_database(settings) as database, database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_database_of_the_first_release_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    old = create_engine(f"sqlite:///{tmp_path / 'conversations.db'}")
    with old.begin() as connection:
        upgrade(connection, FIRST)
        connection.execute(text("drop table alembic_version"))  # it knew of no versions
        connection.execute(text("insert into deliveries values ('slack', 'T1', 'event:1', 4000000000)"))
    old.dispose()
    async with open_conversations(settings_of(data_dir=tmp_path)) as kept:
        assert not await kept.take(Thread("slack", "T1", "C1"), ["event:1"])
        async with kept.engine.connect() as opened:
            assert await opened.run_sync(differences) == []


async def test_migrations_go_down_and_up_again(tmp_path: Path) -> None:
    def down(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "bots/migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")

    settings = settings_of(data_dir=tmp_path)
    async with open_database(settings) as database, database.engine.begin() as connection:
        await connection.run_sync(down)
        await connection.run_sync(upgrade)
        assert await connection.run_sync(differences) == []


async def test_database_of_a_newer_version_is_left_alone_and_said_to_be(tmp_path: Path) -> None:
    async with open_database(settings_of(data_dir=tmp_path)):
        pass
    newer = create_engine(f"sqlite:///{tmp_path / 'conversations.db'}")
    with newer.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(ConversationsUnavailable, match=r"newer version of Reggi.*backup"):
        async with open_database(settings_of(data_dir=tmp_path)):
            pass
    with newer.begin() as connection:
        assert connection.execute(text("select version_num from alembic_version")).scalar_one() == "9999"
    newer.dispose()
