"""The way back to Teams: a conversation is taken up again and messages are sent into it.

Answers never travel in the response to the request, which Teams gives up after 15 seconds, but on their own
(`continue_conversation`), into the thread they belong to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.schema import Activity, ConversationReference, ErrorResponseException
from botframework.connector.auth import (
    AppCredentials,
    AuthenticationConfiguration,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    PasswordServiceClientCredentialFactory,
    ServiceClientCredentialsFactory,
)
from msrest.exceptions import ClientException

from bots.errors import RequestRefused
from bots.teams.tokens import use_own_keys
from config.settings import Settings

_log = structlog.get_logger(__name__)

RETRIED = frozenset({412, 429, 502, 503, 504})
"""Answers of the service after which a message may be sent again
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit)."""
ATTEMPTS = 4
LONGEST_WAIT = 30.0

Say = Callable[[Activity], Awaitable[None]]


class NotSent(Exception):
    """Teams did not take a message; says what it answered. Handled where a turn ends."""


class KeptCredentials(ServiceClientCredentialsFactory):  # type: ignore[misc]
    """Another factory's credentials, kept.

    The SDK's factory makes new ones for each turn, whose cache is empty: that would be a log-in per answer.
    """

    def __init__(self, factory: ServiceClientCredentialsFactory) -> None:
        self._factory = factory
        self._kept: dict[tuple[str, str], AppCredentials] = {}

    async def is_valid_app_id(self, app_id: str) -> bool:
        return bool(await self._factory.is_valid_app_id(app_id))

    async def is_authentication_disabled(self) -> bool:
        return bool(await self._factory.is_authentication_disabled())

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> AppCredentials:
        kept = self._kept.get((app_id, oauth_scope))
        if kept is None:
            made = await self._factory.create_credentials(
                app_id, oauth_scope, login_endpoint, validate_authority
            )
            kept = self._kept.setdefault((app_id, oauth_scope), made)
        if app_id:
            # Logs in where that is due, here and in a thread: the SDK would do it in the event loop.
            await asyncio.to_thread(kept.get_access_token)
        return kept


def authentication_of(
    settings: Settings, credentials: ServiceClientCredentialsFactory | None = None
) -> BotFrameworkAuthentication:
    """Return the SDK's authentication for these settings; `credentials` logs in in another way than by password."""
    use_own_keys(settings.teams_openid_url, settings.teams_emulator_openid_url)
    password = settings.teams_app_password.get_secret_value() if settings.teams_app_password else ""
    tenant = settings.teams_tenant_id if settings.teams_app_type == "SingleTenant" else None
    by_password = PasswordServiceClientCredentialFactory(settings.teams_app_id or "", password, tenant)
    return BotFrameworkAuthenticationFactory.create(
        validate_authority=True,
        to_channel_from_bot_login_url=settings.teams_login_url,
        to_channel_from_bot_oauth_scope=settings.teams_oauth_scope,
        to_bot_from_channel_token_issuer=settings.teams_token_issuer,
        oauth_url="https://api.botframework.com",
        to_bot_from_channel_open_id_metadata_url=settings.teams_openid_url,
        to_bot_from_emulator_open_id_metadata_url=settings.teams_emulator_openid_url,
        credential_factory=KeptCredentials(credentials or by_password),
        auth_configuration=AuthenticationConfiguration(),
    )


def reference_of(activity: dict[str, Any]) -> ConversationReference:
    """Return where an activity came from, to answer there later.

    Raises:
        RequestRefused: 400, its addresses have not the shape the Bot Framework gives them.
    """
    names = ("type", "id", "channelId", "serviceUrl", "from", "recipient", "conversation", "locale")
    try:
        read = Activity.deserialize({name: activity[name] for name in names if name in activity})
        return TurnContext.get_conversation_reference(read)
    except (ClientException, AttributeError, TypeError, ValueError) as error:
        raise RequestRefused(f"activity unreadable: {type(error).__name__}", 400) from error


class TeamsAdapter(CloudAdapterBase):  # type: ignore[misc]
    """Sends into conversations, again where Teams asks for patience."""

    def __init__(self, authentication: BotFrameworkAuthentication, app_id: str) -> None:
        super().__init__(authentication)
        self._app_id = app_id

    async def converse(
        self, reference: ConversationReference, talk: Callable[[Say], Awaitable[None]]
    ) -> None:
        """Take the conversation up and let `talk` say things in it.

        Raises:
            NotSent: the bot could not log in, or Teams did not take a message.
        """

        async def turn(context: TurnContext) -> None:
            # The SDK gives a turn of its own making a random id and would reply to that. Without it the message
            # goes to the conversation, whose id names the thread ("…;messageid=…").
            context.activity.id = None

            async def say(activity: Activity) -> None:
                await _send(context, activity)

            await talk(say)

        try:
            await self.continue_conversation(reference, turn, self._app_id)
        except PermissionError as error:  # the SDK's word for a log-in that Microsoft refused, with its code
            raise NotSent(f"could not log in: {str(error)[:160]}") from error
        except (ClientException, ValueError, OSError) as error:
            raise NotSent(f"could not log in: {type(error).__name__}") from error


async def _send(context: TurnContext, activity: Activity) -> None:
    for attempt in range(ATTEMPTS):
        try:
            await context.send_activity(activity)
            return
        except ErrorResponseException as error:
            status = error.response.status_code
            if status == 400 and activity.entities:
                # Rather without citations than not at all: the list of sources stands in the text too.
                _log.error("teams_refused_entities")
                activity.entities = []
            elif status in RETRIED and attempt + 1 < ATTEMPTS:
                await asyncio.sleep(_patience(error.response.headers.get("Retry-After"), attempt))
            else:
                raise NotSent(f"Teams answered {status}") from error
        except (ClientException, OSError) as error:  # the SDK has tried to connect several times by then
            raise NotSent(f"Teams cannot be reached ({type(error).__name__})") from error
    raise NotSent(f"Teams did not take a message in {ATTEMPTS} attempts")


def _patience(retry_after: str | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what Teams says, else 1, 2, 4."""
    try:
        return min(float(retry_after or 2**attempt), LONGEST_WAIT)
    except ValueError:  # a date; waiting the usual time does as well
        return float(2**attempt)
