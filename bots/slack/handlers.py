"""Slack's requests taken: signature first, acknowledged at once, answered in the background.

Slack wants its acknowledgement within three seconds and delivers again otherwise
(https://docs.slack.dev/apis/events-api/#responding), so nothing is looked up before it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bots.asked import Asked
from bots.background import Background
from bots.errors import RequestRefused, SlackUnavailable
from bots.slack.events import read_command, read_event
from bots.slack.post import NotSent, post_in_channel, respond_privately, retry_handlers
from bots.turn import Turns

_log = structlog.get_logger(__name__)


class Workspace(AsyncAuthorize):
    """The account of the one workspace whose bot token is set, asked of Slack once and kept."""

    def __init__(self, token: str, api_url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=retry_handlers())
        self._token = token
        self._account: AuthorizeResult | None = None
        self._asking = asyncio.Lock()

    async def account(self) -> AuthorizeResult:
        """Return who the token belongs to.

        Raises:
            SlackUnavailable: Slack refuses the token or cannot be reached.
        """
        async with self._asking:
            if self._account is None:
                self._account = await self._ask()
        return self._account

    async def _ask(self) -> AuthorizeResult:
        try:
            who = await self._client.auth_test()
        except SlackApiError as error:
            raise SlackUnavailable(f"Slack refused the bot token ({error.response.get('error')})") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise SlackUnavailable(f"Slack's API cannot be reached ({type(error).__name__})") from error
        return AuthorizeResult.from_auth_test_response(auth_test_response=who, bot_token=self._token)

    async def __call__(self, **_: Any) -> AuthorizeResult:
        """Return the account for a request. Bolt answers 500 if this raises, and Slack delivers again."""
        return await self.account()


class Slack:
    """One workspace's Slack app: the handler of its requests."""

    def __init__(
        self,
        token: str,
        signing_secret: str,
        api_url: str,
        turns: Turns,
        background: Background,
        pause: float,
    ) -> None:
        """`api_url` is Slack's Web API; `pause` the seconds between two messages to one channel."""
        self._turns = turns
        self._background = background
        self._pause = pause
        self._verifier = SignatureVerifier(signing_secret)
        self._workspace = Workspace(token, api_url)
        bolt = AsyncApp(
            name="reggi",
            signing_secret=signing_secret,
            client=AsyncWebClient(base_url=api_url, retry_handlers=retry_handlers()),
            authorize=self._workspace,
        )
        bolt.event("app_mention")(self._on_event)
        bolt.event("message")(self._on_event)
        bolt.event(re.compile(""))(_ignore)  # a subscription too many is no error that Slack should retry
        bolt.command(re.compile(""))(self._on_command)
        self._bolt = bolt

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
        except (
            ValueError,
            TypeError,
            AttributeError,
            KeyError,
        ) as error:  # Bolt trusts the shape of the body
            raise RequestRefused(f"Slack body unreadable: {type(error).__name__}", 400) from error
        if not _is_readable(bolt_request.body):
            raise RequestRefused("Slack body is no event and no command", 400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))

    async def check(self) -> str | None:
        """Return what is wrong with the token, or None. Asked at the start, so that the first question is quick."""
        try:
            await self._workspace.account()
        except SlackUnavailable as error:
            return str(error)
        return None

    async def _on_event(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        account = await self._workspace.account()
        found = read_event(body, account.bot_user_id)
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
            await respond_privately(
                client, command.response_url, command.user, reply, asked.text, self._pause
            )

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
        return bool(verifier.is_valid_request(body, request.headers))
    except (
        ValueError,
        TypeError,
    ):  # a timestamp that is no number, a body not in UTF-8, a signature not in ASCII
        return False


def _is_readable(body: Any) -> bool:
    """Whether Bolt can look at a body: an object, whose event, if there is one, says of which type it is."""
    if not isinstance(body, dict):
        return False
    event = body.get("event")
    return "event" not in body or (isinstance(event, dict) and isinstance(event.get("type"), str))
