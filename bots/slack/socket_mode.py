"""Slack without a public address: this server connects to Slack, and requests come over that connection.

https://docs.slack.dev/apis/events-api/using-socket-mode. Nothing is signed there: the app-level token opens the
connection, and TLS says whose it is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.response_urls import without_empty
from bots.storable import storable

_log = structlog.get_logger(__name__)


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which is given only what Bolt can look at."""

    def __init__(
        self, bolt: AsyncApp, token: str, client: AsyncWebClient, readable: Callable[[Any], bool]
    ) -> None:
        super().__init__(bolt, token, web_client=client)
        self._readable = readable

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        req.payload = without_empty(storable(req.payload))
        if self._readable(req.payload):
            await super().handle(client, req)
            return
        # Acknowledged all the same: delivered again it would not be easier to read.
        _log.warning("slack_request_unreadable", kind=req.type)
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))


class SocketMode:
    """One connection, made again by the SDK whenever it breaks or Slack asks for a new one."""

    def __init__(self, bolt: AsyncApp, token: str, api_url: str, readable: Callable[[Any], bool]) -> None:
        self._wanted = (bolt, token, AsyncWebClient(base_url=api_url), readable)
        self._handler: _Handler | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to connect and return at once; a Slack that cannot be reached is tried again until `close`."""
        # Made here, not before: the SDK's client starts tasks on the running loop.
        self._handler = _Handler(*self._wanted)
        self._connecting = asyncio.get_running_loop().create_task(
            self._connect(self._handler), name="slack socket"
        )

    async def close(self) -> None:
        """Take no more requests."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        if self._handler is not None:
            await self._handler.client.close()  # type: ignore[no-untyped-call]

    @staticmethod
    async def _connect(handler: _Handler) -> None:
        await handler.client.connect()  # type: ignore[no-untyped-call]
        _log.info("slack_connected", by="socket mode")
