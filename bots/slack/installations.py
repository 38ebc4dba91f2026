"""Many workspaces: each installs the app by OAuth, and its bot token lies in the database.

https://docs.slack.dev/authentication/installing-with-oauth. The stores are slack_sdk's own (tables `slack_bots`,
`slack_installations`, `slack_oauth_states`), with tokens encrypted where a key is set (vault.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.authorization.async_authorize import AsyncInstallationStoreAuthorize
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bots.errors import SlackUnavailable
from bots.slack.retries import retry_handlers
from bots.slack.vault import SealedInstallations, Vault

_log = structlog.get_logger(__name__)

SCOPES = (
    "app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "groups:history",
    "im:history", "mpim:history", "users:read",
)  # fmt: skip
"""What is asked for at the installation; `config/slack/manifest.yaml` says what each is for."""
STATE_SECONDS = 600
"""Between pressing the button and coming back from Slack."""


class Installations:
    """Where workspaces install the app, and where their tokens are found again."""

    def __init__(self, client_id: str, client_secret: str, api_url: str, engine: Any, vault: Vault) -> None:
        """`engine` is the database's async SQLAlchemy engine; `vault` encrypts tokens in it."""
        logger = logging.getLogger(__name__)
        self._store = SealedInstallations(vault, client_id, engine, logger=logger)
        self._states = AsyncSQLAlchemyOAuthStateStore(STATE_SECONDS, engine, logger=logger)
        client = AsyncWebClient(base_url=api_url, retry_handlers=retry_handlers())
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=SCOPES,
            installation_store=self._store,
            state_store=self._states,
            state_expiration_seconds=STATE_SECONDS,
            logger=logger,
        )
        self._flow = AsyncOAuthFlow(client=client, settings=settings, logger=logger)
        # Who a token belongs to is asked of Slack once: an acknowledgement must not wait for it every time.
        self.authorize = AsyncInstallationStoreAuthorize(
            logger=logger, installation_store=self._store, bot_only=True, cache_enabled=True, client=client
        )

    async def begin(self) -> None:
        """Make the tables where they are missing."""
        await self._store.create_tables()  # type: ignore[no-untyped-call]
        await self._states.create_tables()  # type: ignore[no-untyped-call]

    async def install(self, request: web.Request) -> web.Response:
        """The page with the button Add to Slack."""
        return await to_aiohttp_response(await self._flow.handle_installation(_asked(request)))

    async def finish(self, request: web.Request) -> web.Response:
        """Where Slack sends the browser back: the token is fetched and kept. A strange or old state is refused."""
        answer = await to_aiohttp_response(await self._flow.handle_callback(_asked(request)))
        _log.info("slack_installation", status=answer.status)
        return answer

    async def token(self, enterprise: str | None, team: str | None, org: bool) -> str | None:
        """Return the bot token of a workspace, None where it has removed the app.

        Raises:
            SlackUnavailable: the database that knows it did not answer.
        """
        try:
            bot = await self._store.async_find_bot(
                enterprise_id=enterprise, team_id=team, is_enterprise_install=org
            )
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise SlackUnavailable(f"tokens cannot be read: {type(error).__name__}") from error
        return bot.bot_token if bot else None

    async def forget(self, enterprise: str | None, team: str) -> None:
        """Delete the tokens of a workspace that has removed the app."""
        await self._store.async_delete_all(enterprise_id=enterprise, team_id=team)
        _log.info("slack_uninstalled")


def _asked(request: web.Request) -> AsyncBoltRequest:
    """Return a browser's request as Bolt wants it, without a body: none is expected, and one could be anything."""
    headers: dict[str, str | Sequence[str]] = {n: request.headers.getall(n) for n in request.headers}
    return AsyncBoltRequest(body="", query=request.query_string, headers=headers)
