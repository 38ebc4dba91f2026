"""Calls of Slack's Web API: its errors, and those of the network, in words of ours."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

PASSING_ERRORS = frozenset(
    {
        "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
        "team_added_to_org", "message_limit_exceeded",
    }
)  # fmt: skip
LIMITED = frozenset({"ratelimited", "rate_limited", "429"})


class NotSent(Exception):
    """Slack did not do what it was asked for; names Slack's own error, or that of the network.

    Of messages it is handled where a turn ends. `passing`: it may work later. Whether it was done after all is then
    unknown.
    """

    def __init__(self, why: str, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing

    @property
    def limited(self) -> bool:
        """Whether Slack took nothing because it was too much at once."""
        return str(self) in LIMITED


class SlackUnreachable(NotSent):
    """Slack was not reached, or the connection broke; names the error of the network."""

    def __init__(self, why: str) -> None:
        super().__init__(why, passing=True)


async def called(call: Awaitable[Any]) -> Any:
    """Return what a call of Slack's client came to.

    Raises:
        NotSent: Slack refused it.
        SlackUnreachable: it did not get through.
    """
    try:
        return await call
    except SlackApiError as error:
        code = _error_code(error)
        raise NotSent(code, code in PASSING_ERRORS or code.isdigit()) from error
    except (ClientError, TimeoutError, OSError) as error:
        raise SlackUnreachable(type(error).__name__) from error


def _error_code(error: SlackApiError) -> str:
    """Return Slack's own word for an error, or the HTTP status where the answer was no JSON (a gateway's page)."""
    data = getattr(error.response, "data", None)
    return str((isinstance(data, dict) and data.get("error")) or error.response.status_code)
