"""Tokens of workspaces, encrypted before they reach the database: whoever copies it cannot post as the bot.

Fernet (AES-128-CBC with HMAC) under the key of the settings, which lies outside the database. Without a key tokens are
kept as they are; those kept so before stay readable, and are encrypted when the workspace installs again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from sqlalchemy import MetaData, Table, Text

from bots.errors import CannotServe, SlackUnavailable

_Found = TypeVar("_Found", Bot, Installation)
SEALED = "sealed:"
"""Begins every encrypted value; no token of Slack's begins so."""
SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")


class Vault:
    """Encrypts and decrypts. `keys` are those of the setting, separated by commas; the first encrypts."""

    def __init__(self, keys: str = "") -> None:
        """Raises CannotServe where a key is none."""
        try:
            made = [Fernet(key.strip()) for key in keys.split(",") if key.strip()]
        except ValueError as error:
            raise CannotServe("REGGI_DATABASE_KEY is no key; `reggi key` makes one.") from error
        self._fernet = MultiFernet(made) if made else None

    def seal(self, secret: str | None) -> str | None:
        """Return a secret as it is kept."""
        if not secret or self._fernet is None or secret.startswith(SEALED):
            return secret
        return SEALED + self._fernet.encrypt(secret.encode()).decode()

    def open(self, kept: str | None) -> str | None:
        """Return a secret as it was.

        Raises:
            SlackUnavailable: it was encrypted with another key.
        """
        if not kept or not kept.startswith(SEALED):
            return kept
        if self._fernet is None:
            raise SlackUnavailable("tokens are encrypted: set REGGI_DATABASE_KEY")
        try:
            return self._fernet.decrypt(kept.removeprefix(SEALED).encode()).decode()
        except InvalidToken as error:
            raise SlackUnavailable("tokens were encrypted with another REGGI_DATABASE_KEY") from error


class SealedInstallations(AsyncSQLAlchemyInstallationStore):
    """slack_sdk's store, whose secrets go through a vault, in columns that are long enough for it."""

    def __init__(self, vault: Vault, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._vault = vault

    @classmethod
    def build_bots_table(cls, metadata: MetaData, table_name: str) -> Table:
        return _widened(super().build_bots_table(metadata, table_name))

    @classmethod
    def build_installations_table(cls, metadata: MetaData, table_name: str) -> Table:
        return _widened(super().build_installations_table(metadata, table_name))

    async def async_save(self, installation: Installation) -> None:
        await super().async_save(_through(Installation(**_fields(installation)), self._vault.seal))

    async def async_save_bot(self, bot: Bot) -> None:
        await super().async_save_bot(_through(Bot(**_fields(bot)), self._vault.seal))

    async def async_find_bot(self, **whose: Any) -> Bot | None:
        found = await super().async_find_bot(**whose)
        return None if found is None else _through(found, self._vault.open)

    async def async_find_installation(self, **whose: Any) -> Installation | None:
        found = await super().async_find_installation(**whose)
        return None if found is None else _through(found, self._vault.open)


def _through(found: _Found, change: Callable[[str | None], str | None]) -> _Found:
    for name in SECRETS:
        if hasattr(found, name):
            setattr(found, name, change(getattr(found, name)))
    return found


def _fields(found: Bot | Installation) -> dict[str, Any]:
    """What a record was made of, so that the caller's own is not changed."""
    custom = dict(found.custom_values)
    fields = {name: value for name, value in vars(found).items() if name not in custom}
    fields["custom_values"] = custom
    return fields


def _widened(table: Table) -> Table:
    for name in SECRETS:
        if name in table.c:
            table.c[name].type = Text()
    return table
