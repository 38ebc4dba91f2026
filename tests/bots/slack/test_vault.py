"""Tokens of workspaces: encrypted before they reach the database, on SQLite and on PostgreSQL, and readable after a change of key."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from bots.conversations import open_conversations
from bots.errors import CannotServe, SlackUnavailable
from bots.server import build_app
from bots.slack.vault import SEALED, Vault
from config.settings import Settings
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import SlackWorld, running
from tests.bots.databases import KINDS, postgres, settings_on  # noqa: F401 - a fixture
from tests.bots.fake_slack import FakeSlack
from tests.bots.slack.test_installations import ask, install, many

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_opens_with_the_same_key_alone() -> None:
    sealed = Vault(OLD).seal("xoxb-1")
    assert sealed is not None
    assert sealed.startswith(SEALED)
    assert "xoxb" not in sealed
    assert Vault(OLD).open(sealed) == Vault(f"{NEW}, {OLD}").open(sealed) == "xoxb-1"
    assert Vault(f"{NEW},{OLD}").seal(sealed) == sealed
    for keys in (NEW, ""):
        with pytest.raises(SlackUnavailable, match="REGGI_DATABASE_KEY"):
            Vault(keys).open(sealed)


def test_without_a_key_tokens_stay_as_they_are_and_nonsense_is_no_key() -> None:
    assert Vault().seal("xoxb-1") == Vault().open("xoxb-1") == Vault(OLD).open("xoxb-1") == "xoxb-1"
    assert Vault(OLD).seal(None) is None
    with pytest.raises(CannotServe, match="reggi key"):
        Vault("hunter2")


@pytest.mark.parametrize("kind", KINDS)
async def test_no_token_lies_open_in_the_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fake = FakeSlack()
    async with running(fake.app) as slack_url, ClientSession() as http:
        database = settings_on(kind, request, tmp_path).database_url
        for keys in (OLD, f"{NEW},{OLD}"):
            given = many(slack_url, tmp_path).model_dump()
            settings = Settings.model_construct(
                **(given | {"database_url": database, "database_key": SecretStr(keys)})
            )
            async with open_conversations(settings) as kept:
                app = build_app(settings, FakeBrain(), kept, place_of, slack_pause=0)
                async with running(app) as url:
                    world = SlackWorld(url, fake, slack_url, FakeBrain(), http, kept, FakeLibrary())
                    if not fake.posted:
                        await install(world, "T0ONE")
                    await ask(world, "T0ONE")
                    await world.settled()
                async with kept.engine.connect() as connection:
                    for table in ("slack_bots", "slack_installations"):
                        rows = (await connection.execute(text(f"select * from {table}"))).all()  # noqa: S608
                        assert rows
                        assert "xoxb" not in str(rows)
                        assert SEALED in str(rows)
    assert set(fake.posted_with) == {"xoxb-T0ONE"}
