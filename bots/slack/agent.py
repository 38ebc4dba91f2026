"""Slack's agent surface: suggested prompts, a status while the answer is looked up, titles of threads.

https://docs.slack.dev/ai/developing-agents. All of it is an extra: where Slack does not take it (another plan, an older
manifest), the answer comes all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bots.offers import PROMPTS
from bots.payloads import part
from bots.render import split_text
from bots.slack.calls import NotSent, called
from bots.slack.events import Address

_log = structlog.get_logger(__name__)

STATUS = "is looking it up …"
STEPS = ["Finding the states in the question …", "Reading their law …", "Checking every sentence …"]
TITLE = 100
SHOWN_PROMPTS = 4


class Agent:
    """The extras of one workspace's bot."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def suggest(self, address: Address) -> None:
        """Show what one could ask, in a new thread or an empty direct conversation.

        Slack shows up to four (https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts).
        """
        prompts = [{"title": title, "message": message} for title, message in PROMPTS[:SHOWN_PROMPTS]]
        await self._try(
            self._client.assistant_threads_setSuggestedPrompts(
                channel_id=address.channel,
                thread_ts=address.thread_ts,
                title="Ask, for example:",
                prompts=prompts,
            )
        )

    async def name(self, address: Address, title: str) -> None:
        """Give a thread its title."""
        if address.thread_ts is not None and title:
            short = split_text(title, TITLE)[0]
            await self._try(
                self._client.assistant_threads_setTitle(
                    channel_id=address.channel, thread_ts=address.thread_ts, title=short
                )
            )

    async def status(self, address: Address) -> None:
        """Show in a thread that the answer is looked up. Slack takes it away at the next message."""
        await self._try(
            self._client.assistant_threads_setStatus(
                channel_id=address.channel,
                thread_ts=str(address.thread_ts),
                status=STATUS,
                loading_messages=STEPS,
            )
        )

    @staticmethod
    async def _try(call: Awaitable[Any]) -> None:
        try:
            await called(call)
        except NotSent as error:
            _log.info("slack_extra_refused", error=str(error))


def read_opened(body: Mapping[str, Any]) -> tuple[str, Address] | None:
    """Return what somebody opened, "prompts" or "home", and where; for "home" the channel is the person.

    `assistant_thread_started` is the older surface, with threads; `app_home_opened` the newer one, and the Home tab
    (https://docs.slack.dev/reference/events/app_home_opened).
    """
    event = part(body, "event")
    if event.get("type") == "assistant_thread_started":
        thread = part(event, "assistant_thread")
        channel, ts = thread.get("channel_id"), thread.get("thread_ts")
        return ("prompts", Address(channel, ts)) if isinstance(channel, str) and isinstance(ts, str) else None
    channel, user = event.get("channel"), event.get("user")
    if event.get("tab") == "home" and isinstance(user, str):
        return "home", Address(user, None)
    if event.get("tab") == "messages" and isinstance(channel, str):
        return "prompts", Address(channel, None)
    return None
