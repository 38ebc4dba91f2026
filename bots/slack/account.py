"""The account of the one workspace whose bot token is set; installations.py finds those of many."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient

from bots.errors import SlackUnavailable
from bots.slack.calls import NotSent, SlackUnreachable, called
from bots.slack.retries import retry_handlers


class OneWorkspace(AsyncAuthorize):
    """Who a bot token belongs to, asked of Slack once and kept."""

    def __init__(self, token: str, api_url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=retry_handlers())
        self.token = token
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

    async def __call__(self, **_: Any) -> AuthorizeResult:
        """Return the account for a request. Bolt answers 500 if this raises, and Slack delivers again."""
        return await self.account()

    async def _ask(self) -> AuthorizeResult:
        try:
            who = await called(self._client.auth_test())
        except SlackUnreachable as error:
            raise SlackUnavailable(f"Slack's API cannot be reached ({error})") from error
        except NotSent as error:
            raise SlackUnavailable(f"Slack refused the bot token ({error})") from error
        return AuthorizeResult.from_auth_test_response(auth_test_response=who, bot_token=self.token)
