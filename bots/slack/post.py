"""Sends messages to Slack: in order, at Slack's pace, and as plain text where it refuses the blocks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.slack.events import Address
from bots.slack.messages import SlackMessage
from bots.slack.pace import Pace

_log = structlog.get_logger(__name__)

RESPONSES = 5
"""Answers a `response_url` takes (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)."""
BLOCK_ERRORS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments", "msg_too_long"}
)
GONE_ERRORS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""A message of ours that can no longer be changed; another one is posted in its place."""

Send = Callable[[SlackMessage], Awaitable[None]]
Plain = Callable[[], tuple[SlackMessage, ...]]
"""The same words without blocks, made only if Slack refuses the blocks."""


class BlocksRefused(Exception):
    """Slack does not take the blocks of this message. Never leaves this file."""


class NotSent(Exception):
    """Slack did not take a message; names Slack's own error, or that of the network. Handled where a turn ends."""


def retry_handlers() -> list[AsyncRetryHandler]:
    """Return what a client does again by itself: a broken connection once, 429 up to five times after `Retry-After`."""
    return [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=5)]


def error_code(error: SlackApiError) -> str:
    """Return Slack's own word for an error, or the HTTP status where the answer was no JSON (a gateway's page)."""
    data = getattr(error.response, "data", None)
    return str((isinstance(data, dict) and data.get("error")) or error.response.status_code)


class Post:
    """Messages of one workspace's bot, to wherever they go."""

    def __init__(self, client: AsyncWebClient, pace: Pace) -> None:
        self._client = client
        self._pace = pace

    async def in_channel(
        self,
        address: Address,
        messages: tuple[SlackMessage, ...],
        plain: Plain,
        standing: Sequence[str] = (),
    ) -> tuple[str, ...]:
        """Put messages into a thread or a direct conversation; return their `ts` in order.

        Messages that are `standing` there (`ts`) become the new ones, and what is left of them is deleted.

        Raises:
            NotSent: Slack did not take one (archived channel, revoked token …).
        """
        left, sent = list(standing), []

        async def send(message: SlackMessage) -> None:
            body = {"channel": address.channel, "text": message.text, "blocks": list(message.blocks) or None}
            if left:
                # Without blocks, chat.update would leave the old ones standing.
                ts = await self._updated(left[0], body | {"blocks": list(message.blocks)})
                left.pop(0)
                if ts is not None:
                    sent.append(ts)
                    return
            await self._pace.slot(address.channel)
            quiet = {"unfurl_links": False, "unfurl_media": False}
            answer = await self._call(
                self._client.chat_postMessage, body | quiet | {"thread_ts": address.thread_ts}
            )
            sent.append(str(answer.get("ts") or ""))

        await _send_all(send, messages, plain)
        for ts in left:
            await self.delete(address.channel, ts)
        return tuple(sent)

    async def to_one(
        self, address: Address, user: str, messages: tuple[SlackMessage, ...], plain: Plain
    ) -> None:
        """Show messages in a thread to one person alone.

        Raises:
            NotSent: Slack did not take one.
        """

        async def send(message: SlackMessage) -> None:
            await self._pace.slot(address.channel)
            body = {
                "channel": address.channel,
                "user": user,
                "text": message.text,
                "blocks": list(message.blocks) or None,
                "thread_ts": address.thread_ts,
            }
            await self._call(self._client.chat_postEphemeral, body)

        await _send_all(send, messages, plain)

    async def privately(
        self,
        response_url: str,
        user: str,
        messages: tuple[SlackMessage, ...],
        plain: Plain,
        replace: bool = False,
    ) -> None:
        """Answer a command or a click so that only the person sees it; what is too long goes to their direct messages.

        With `replace` the first message takes the place of the one that was clicked.

        Raises:
            NotSent: Slack did not take one.
        """
        if len(messages) > RESPONSES:
            await self.in_channel(Address(user, None), messages, plain)
            told = SlackMessage("The answer is long: I sent it to you as direct messages.", ())
            await self._respond(response_url, told, False)
            return
        first = replace

        async def send(message: SlackMessage) -> None:
            nonlocal first
            await self._respond(response_url, message, first)
            first = False

        await _send_all(send, messages, plain)

    async def delete(self, channel: str, ts: str) -> None:
        """Take a message of ours away; one that is gone already is no error.

        Raises:
            NotSent: Slack did not do it.
        """
        try:
            await self._call(self._client.chat_delete, {"channel": channel, "ts": ts})
        except NotSent as error:
            if str(error) not in GONE_ERRORS:
                raise

    async def withdraw(self, response_url: str) -> None:
        """Take away the private message that was clicked.

        Raises:
            NotSent: Slack did not do it.
        """
        await self._send_response(response_url, {"delete_original": True}, False)

    async def _updated(self, ts: str, body: dict[str, Any]) -> str | None:
        await self._pace.slot(str(body["channel"]))
        try:
            await self._call(self._client.chat_update, body | {"ts": ts})
        except NotSent as error:
            if str(error) in GONE_ERRORS:
                return None
            raise
        return ts

    async def _respond(self, response_url: str, message: SlackMessage, replace: bool) -> None:
        body = {"text": message.text, "response_type": "ephemeral", "replace_original": replace}
        blocks = {"blocks": list(message.blocks)} if message.blocks else {}
        await self._send_response(response_url, body | blocks, bool(blocks))

    @staticmethod
    async def _send_response(response_url: str, body: dict[str, Any], has_blocks: bool) -> None:
        webhook = AsyncWebhookClient(response_url, timeout=30, retry_handlers=retry_handlers())
        try:
            response = await webhook.send_dict(body)
        except (ClientError, TimeoutError, OSError) as error:
            raise NotSent(type(error).__name__) from error
        if response.status_code != 200:
            code = response.body.strip()[:80]
            if has_blocks and any(error in code for error in BLOCK_ERRORS):
                raise BlocksRefused(code)
            raise NotSent(f"{response.status_code} {code}")

    @staticmethod
    async def _call(method: Callable[..., Awaitable[Any]], body: dict[str, Any]) -> Any:
        try:
            return await method(**body)
        except SlackApiError as error:
            code = error_code(error)
            if body.get("blocks") and code in BLOCK_ERRORS:
                raise BlocksRefused(code) from error
            raise NotSent(code) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise NotSent(type(error).__name__) from error


async def _send_all(send: Send, messages: tuple[SlackMessage, ...], plain: Plain) -> None:
    for number, message in enumerate(messages):
        try:
            await send(message)
        except BlocksRefused as error:
            # The whole reply again rather than its rest: better something twice than a source lost.
            _log.error("slack_refused_blocks", error=str(error), part=number + 1, parts=len(messages))
            for again in plain():
                await send(again)
            return
