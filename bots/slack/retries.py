"""What Slack's client does again by itself, counted."""

from __future__ import annotations

from typing import Any

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)

from bots.metrics import retried


class BrokenConnection(AsyncConnectionErrorRetryHandler):
    """A broken connection is tried once more."""

    async def prepare_for_next_attempt_async(self, **about: Any) -> None:
        """Wait, as the SDK does."""
        retried("slack", "connection")
        await super().prepare_for_next_attempt_async(**about)


class RateLimit(AsyncRateLimitErrorRetryHandler):
    """429 is waited for as long as Slack says."""

    async def prepare_for_next_attempt_async(self, **about: Any) -> None:
        """Wait, as Slack says."""
        retried("slack", "rate limit")
        await super().prepare_for_next_attempt_async(**about)


def retry_handlers() -> list[AsyncRetryHandler]:
    """Return what a client does again by itself: a broken connection once, 429 up to five times after `Retry-After`."""
    return [BrokenConnection(), RateLimit(max_retry_count=5)]


def patient() -> list[AsyncRetryHandler]:
    """Return what a client that posts does again by itself: only 429.

    Where a connection breaks, the message may have arrived: to send it again unseen would be to answer twice.
    """
    return [RateLimit(max_retry_count=5)]
