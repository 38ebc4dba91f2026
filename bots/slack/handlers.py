"""Slack's requests taken: signature first, acknowledged at once, answered in the background.

Slack wants its acknowledgement within three seconds and delivers again otherwise
(https://docs.slack.dev/apis/events-api/#responding), so nothing is looked up before it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bots.asked import Asked
from bots.background import Background
from bots.errors import RequestRefused
from bots.slack.events import read_command, read_event
from bots.slack.post import NotSent, post_in_channel, respond_privately, retry_handlers
from bots.turn import Turns

_log = structlog.get_logger(__name__)


class Slack:
    """One workspace's Slack app: the handler of its requests, and the account it answers with."""

    def __init__(
        self, token: str, signing_secret: str, api_url: str, turns: Turns, background: Background, pause: float = 1.0
    ) -> None:
        """`api_url` is Slack's Web API; `pause` the seconds between two messages to one channel."""
        self._token = token
        self._turns = turns
        self._background = background
        self._pause = pause
        self._verifier = SignatureVerifier(signing_secret)
        self._client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=retry_handlers())
        self._account: AuthorizeResult | None = None
        self._bolt = AsyncApp(signing_secret=signing_secret, client=self._client, authorize=self._authorize)
        self._bolt.event("app_mention")(self._on_event)
        self._bolt.event("message")(self._on_event)
        self._bolt.event(re.compile(""))(_ignore)  # a subscription too many is no error that Slack should retry
        self._bolt.command(re.compile(""))(self._on_command)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of Slack: 200 at once, or why not.

        Raises:
            RequestRefused: 401, the signature is missing, forged or older than five minutes; 400, the body
                cannot be read although it is signed.
        """
        body = await request.read()
        if not _is_signed(self._verifier, body, request):
            raise RequestRefused("Slack signature missing, forged or stale", 401)
        try:
            bolt_request = await to_bolt_request(request)
        except (ValueError, TypeError, AttributeError) as error:  # Bolt's reader trusts the shape of the body
            raise RequestRefused(f"Slack body unreadable: {type(error).__name__}", 400) from error
        if not isinstance(bolt_request.body, dict):
            raise RequestRefused("Slack body is not an object", 400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))

    async def check(self) -> str | None:
        """Return what is wrong with the token, or None. Asked at the start, so that the first question is quick."""
        try:
            await self._authorize()
        except SlackApiError as error:
            return f"Slack refused the bot token ({error.response.get('error')})"
        except Exception as error:  # no network: the first event tries again
            return f"Slack's API is not reachable ({type(error).__name__})"
        return None

    async def _authorize(self) -> AuthorizeResult:
        if self._account is None:
            who = await self._client.auth_test()
            self._account = AuthorizeResult.from_auth_test_response(
                auth_test_response=who, bot_token=self._token
            )
        return self._account

    async def _on_event(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        account = self._account
        found = read_event(body, account.bot_user_id if account else None)
        if found is None:
            return
        asked, address = found

        async def answer() -> None:
            await post_in_channel(client, address, await self._turns.reply(asked), self._pause)

        self._background.start(self._take(asked, answer), "slack message")

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        command = read_command(body)
        if command is None:
            _log.error("slack_command_without_address")
            return
        asked = command.asked

        async def answer() -> None:
            reply = await self._turns.reply(asked)
            await respond_privately(client, command.response_url, command.user, reply, asked.text, self._pause)

        self._background.start(self._take(asked, answer), "slack command")

    async def _take(self, asked: Asked, answer: Callable[[], Awaitable[None]]) -> None:
        if not await self._turns.take(asked):
            return
        try:
            await answer()
        except NotSent as error:
            _log.error("slack_refused_message", error=str(error))


async def _ignore() -> None:
    """Acknowledge an event that asks nothing."""


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    try:
        return bool(verifier.is_valid_request(body, request.headers))  # type: ignore[arg-type]
    except ValueError:  # a timestamp that is no number, a body that is not UTF-8
        return False
