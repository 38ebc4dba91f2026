"""Sends messages to Slack: in order, at Slack's pace, and as plain text where it refuses the blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

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
from bots.slack.messages import SlackMessage, messages_of, plain_messages
from bots.turn import Reply

_log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0
"""Between messages to one channel: Slack takes about one a second (https://docs.slack.dev/apis/web-api/rate-limits)."""
RESPONSES = 5
"""Answers a `response_url` takes (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)."""
BLOCK_ERRORS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments", "msg_too_long"}
)

Send = Callable[[SlackMessage], Awaitable[None]]


class BlocksRefused(Exception):
    """Slack does not take the blocks of this message. Never leaves this file."""


class NotSent(Exception):
    """Slack did not take a message; names Slack's own error, or that of the network. Handled where a turn ends."""


def retry_handlers() -> list[AsyncRetryHandler]:
    """Return what a client does again by itself: a broken connection once, 429 up to three times after `Retry-After`."""
    return [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=3)]


async def post_in_channel(
    client: AsyncWebClient, address: Address, reply: Reply, pause: float = PAUSE_SECONDS
) -> None:
    """Post a reply in a thread or a direct conversation.

    Raises:
        NotSent: Slack did not take it (archived channel, revoked token …).
    """

    async def send(message: SlackMessage) -> None:
        try:
            await client.chat_postMessage(
                channel=address.channel,
                thread_ts=address.thread_ts,
                text=message.text,
                blocks=list(message.blocks) or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            code = str(error.response.get("error") or error.response.status_code)
            if message.blocks and code in BLOCK_ERRORS:
                raise BlocksRefused(code) from error
            raise NotSent(code) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise NotSent(type(error).__name__) from error

    await _send_all(send, messages_of(reply), reply, pause)


async def respond_privately(
    client: AsyncWebClient,
    response_url: str,
    user: str,
    reply: Reply,
    question: str,
    pause: float = PAUSE_SECONDS,
) -> None:
    """Answer a slash command so that only the person sees it; what is too long for that goes to their direct messages.

    Raises:
        NotSent: Slack did not take it.
    """
    webhook = AsyncWebhookClient(response_url, timeout=30, retry_handlers=retry_handlers())

    async def send(message: SlackMessage) -> None:
        body = {
            "text": message.text,
            "response_type": "ephemeral",
            "replace_original": False,
            **({"blocks": list(message.blocks)} if message.blocks else {}),
        }
        try:
            response = await webhook.send_dict(body)
        except (ClientError, TimeoutError, OSError) as error:
            raise NotSent(type(error).__name__) from error
        if response.status_code != 200:
            code = response.body.strip()[:80]
            if message.blocks and any(error in code for error in BLOCK_ERRORS):
                raise BlocksRefused(code)
            raise NotSent(f"{response.status_code} {code}")

    messages = messages_of(reply, question)
    if len(messages) > RESPONSES:
        await post_in_channel(client, Address(user, None), reply, pause)
        await send(SlackMessage("The answer is long: I sent it to you as direct messages.", ()))
        return
    await _send_all(send, messages, reply, pause)


async def _send_all(send: Send, messages: tuple[SlackMessage, ...], reply: Reply, pause: float) -> None:
    for number, message in enumerate(messages):
        if number:
            await asyncio.sleep(pause)
        try:
            await send(message)
        except BlocksRefused as error:
            # The whole reply again rather than its rest: better something twice than a source lost.
            _log.error("slack_refused_blocks", error=str(error), part=number + 1, parts=len(messages))
            for again, plain in enumerate(plain_messages(reply)):
                if again or number:
                    await asyncio.sleep(pause)
                await send(plain)
            return
