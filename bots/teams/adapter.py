"""The way back to Teams: messages sent into a conversation, changed and taken away.

Answers never travel in the response to the request, which Teams gives up after 15 seconds, but on their own, into the thread they
belong to: the conversation's id names it ("…;messageid=…").

The four calls that are needed (https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference) are
made here and not by the SDK: its connector makes two clients anew for every turn, 14 ms of work before the first word, and
sends through a few threads, so that two hundred answers wait for each other. What is the SDK's is the log-in.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from botframework.connector.auth import (
    AuthenticationConfiguration,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    ServiceClientCredentialsFactory,
)
from msrest.exceptions import ClientException

from bots.errors import RequestRefused
from bots.metrics import not_posted, posted, retried, step
from bots.teams.credentials import KeptCredentials, credentials_of
from bots.teams.entities import Activity
from bots.teams.pace import Pace
from bots.teams.tokens import use_own_keys
from config.settings import Settings

_log = structlog.get_logger(__name__)

RETRIED = frozenset({412, 429, 502, 503, 504})
"""Answers of the service after which a message may be sent again
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit)."""
REFUSED_FORM = frozenset({400, 413})
"""Something in the message is wrong or too large."""
GONE = frozenset({404, 410})
ATTEMPTS = 4
LONGEST_WAIT = 30.0
CALL_SECONDS = 30.0
NO_CONNECTION = 0

Sent = TypeVar("Sent")
Said = TypeVar("Said")


class NotSent(Exception):
    """Teams did not take a message; says what it answered. Handled where a turn ends.

    `status` is HTTP's, 0 where Teams was not reached; `code` Teams' own words.
    """

    def __init__(self, why: str, status: int = NO_CONNECTION, code: str = "") -> None:
        super().__init__(why)
        self.status = status
        self.code = code

    @property
    def passing(self) -> bool:
        """Whether it may be taken later."""
        return self.status in {NO_CONNECTION, 401, 408, 412, 429} or self.status >= 500


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's account: the SDK's checks of who sends to it, and the credentials with which it answers."""

    sdk: BotFrameworkAuthentication
    credentials: KeptCredentials
    scope: str
    login_url: str

    async def authenticate_request(self, about: Any, header: str | None) -> Any:
        """Return who a request is from, as the SDK says; raises whatever the SDK does."""
        return await self.sdk.authenticate_request(about, header)

    async def authorization(self, app_id: str) -> dict[str, str]:
        """Return the header that Teams wants, none without an app id.

        Raises:
            NotSent: the bot could not log in.
        """
        if not app_id:
            return {}
        try:
            kept = await self.credentials.create_credentials(app_id, self.scope, self.login_url, True)
            # The log-in was due a line above, if it was; this reads what is kept.
            return {"Authorization": f"Bearer {kept.get_access_token()}"}
        except PermissionError as error:  # the SDK's word for a log-in that Microsoft refused, with its code
            raise NotSent(f"could not log in: {str(error)[:160]}") from error
        except (ClientException, ValueError, OSError) as error:
            raise NotSent(f"could not log in: {type(error).__name__}") from error


def authentication_of(
    settings: Settings, credentials: ServiceClientCredentialsFactory | None = None
) -> Account:
    """Return the bot's account by these settings; `credentials` logs in in another way than they say."""
    use_own_keys(settings.teams_openid_url, settings.teams_emulator_openid_url)
    kept = KeptCredentials(credentials or credentials_of(settings))
    sdk = BotFrameworkAuthenticationFactory.create(
        validate_authority=True,
        to_channel_from_bot_login_url=settings.teams_login_url,
        to_channel_from_bot_oauth_scope=settings.teams_oauth_scope,
        to_bot_from_channel_token_issuer=settings.teams_token_issuer,
        oauth_url="https://api.botframework.com",
        to_bot_from_channel_open_id_metadata_url=settings.teams_openid_url,
        to_bot_from_emulator_open_id_metadata_url=settings.teams_emulator_openid_url,
        credential_factory=kept,
        auth_configuration=AuthenticationConfiguration(),
    )
    return Account(sdk, kept, settings.teams_oauth_scope, settings.teams_login_url)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where an activity came from: `url` is the address of the conversation, `address` what every message to it carries."""

    conversation: str
    url: str
    address: Mapping[str, Any]


def reference_of(activity: Mapping[str, Any]) -> Reference:
    """Return where an activity came from, to answer there later.

    Raises:
        RequestRefused: 400, its addresses have not the shape the Bot Framework gives them.
    """
    service_url, conversation = activity.get("serviceUrl"), activity.get("conversation")
    user, bot = activity.get("from"), activity.get("recipient")
    if not isinstance(service_url, str) or not all(
        isinstance(part, Mapping) for part in (conversation, user, bot)
    ):
        raise RequestRefused("activity unreadable: its addresses are none", 400)
    name = conversation.get("id")  # type: ignore[union-attr]
    if not isinstance(name, str) or not name:
        raise RequestRefused("activity unreadable: no conversation", 400)
    kept = {key: conversation[key] for key in ("id", "conversationType") if key in conversation}  # type: ignore[index,operator]
    address = {
        "channelId": activity.get("channelId"), "serviceUrl": service_url, "conversation": kept, "from": bot, "recipient": user,
    }  # fmt: skip
    url = f"{service_url.rstrip('/')}/v3/conversations/{quote(name, safe='')}"
    return Reference(name, url, address)


class Conversation:
    """A conversation taken up. Every method raises NotSent where Teams does not do what it is asked for."""

    def __init__(
        self, http: aiohttp.ClientSession, reference: Reference, headers: Mapping[str, str], pace: Pace
    ) -> None:
        self._http = http
        self._reference = reference
        self._headers = headers
        self._pace = pace

    async def send(self, *forms: Activity) -> str:
        """Put a message into the conversation and return its id; where Teams refuses the first form, the next is sent."""

        async def once(form: Activity) -> str:
            answer = await self._call("POST", "activities", {**form, **self._reference.address})
            return str(answer.get("id") or "")

        return await self._posted(once, forms)

    async def update(self, message: str, *forms: Activity) -> None:
        """Put a message in the place of one of ours."""

        async def once(form: Activity) -> None:
            body = {**form, **self._reference.address, "id": message}
            await self._call("PUT", f"activities/{quote(message, safe='')}", body)

        await self._posted(once, forms)

    async def delete(self, message: str) -> None:
        """Take one of our messages away; one that is gone already is no error."""
        try:
            await self._call("DELETE", f"activities/{quote(message, safe='')}")
        except NotSent as error:
            if error.status not in GONE:
                raise

    async def member(self, member: str) -> dict[str, Any]:
        """Return what Teams knows of a member of the conversation: `userRole`, `tenantId` and more."""
        return await self._call("GET", f"members/{quote(member, safe='')}")

    async def _posted(self, once: Callable[[Activity], Awaitable[Sent]], forms: tuple[Activity, ...]) -> Sent:
        try:
            with step("post"):
                sent = await self._first_taken(once, forms)
        except NotSent:
            not_posted("teams")
            raise
        if forms[0]["type"] == "message":
            posted("teams")
            _log.info("posted", platform="teams", messages=1)
        return sent

    async def _first_taken(
        self, once: Callable[[Activity], Awaitable[Sent]], forms: tuple[Activity, ...]
    ) -> Sent:
        for form in forms[:-1]:
            try:
                return await once(form)
            except NotSent as error:
                if error.status not in REFUSED_FORM:
                    raise
                # Rather without cards and citations than not at all: what they say stands in the text too.
                _log.error("teams_refused_form", status=error.status, code=error.code)
        return await once(forms[-1])

    async def _call(self, method: str, path: str, body: Activity | None = None) -> dict[str, Any]:
        url = f"{self._reference.url}/{path}"
        for attempt in range(ATTEMPTS):
            await self._pace.slot(self._reference.conversation)
            try:
                # A redirect is not followed: it would take our token to an address that nobody has allowed.
                async with self._http.request(
                    method, url, json=body, headers=self._headers, allow_redirects=False
                ) as response:
                    answer = await _read(response)
                    if response.status < 300:
                        return answer
                    status, wait = response.status, response.headers.get("Retry-After")
            except aiohttp.ClientConnectorError as error:  # nothing was sent yet
                if attempt + 1 == ATTEMPTS:
                    raise NotSent(f"Teams cannot be reached ({type(error).__name__})") from error
                await asyncio.sleep(_patience(None, attempt))
                continue
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise NotSent(f"Teams cannot be reached ({type(error).__name__})") from error
            code = _code(answer)
            if status not in RETRIED or attempt + 1 == ATTEMPTS:
                raise NotSent(f"Teams answered {status} {code}".strip(), status, code)
            retried("teams", "rate limit" if status == 429 else "refused")
            await asyncio.sleep(_patience(wait, attempt))
        raise NotSent(f"Teams did not take a message in {ATTEMPTS} attempts")


Talk = Callable[[Conversation], Awaitable[tuple[str, ...] | None]]
"""Says something in a conversation; returns the ids of messages that stand for it, None where that is not known."""


class Now(Protocol):
    """Takes a conversation up at once, to ask something in it. Raises NotSent."""

    async def __call__(self, talk: Callable[[Conversation], Awaitable[Said]]) -> Said:
        """Return what `talk` returns."""
        ...


class TeamsAdapter:
    """Takes conversations up."""

    def __init__(self, account: Account, app_id: str, pace: Pace | None = None) -> None:
        self._account = account
        self._app_id = app_id
        self._pace = pace or Pace()

    async def converse(self, reference: Reference, talk: Callable[[Conversation], Awaitable[Said]]) -> Said:
        """Take the conversation up and let `talk` say things in it; return what it returns.

        Raises:
            NotSent: the bot could not log in, or Teams did not take a message.
        """
        headers = await self._account.authorization(self._app_id)
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as http:
            return await talk(Conversation(http, reference, headers, self._pace))


async def _read(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The body of an answer; {} where it has none or it is no JSON (a gateway's page)."""
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _code(answer: Mapping[str, Any]) -> str:
    """Teams' own word for an error with the beginning of its explanation, "" where it gives none."""
    inner = answer.get("error")
    words = (inner.get("code"), inner.get("message")) if isinstance(inner, Mapping) else ()
    return ": ".join(str(word) for word in words if word)[:200]


def _patience(retry_after: str | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what Teams says, else 1, 2, 4 and a little, since others wait too."""
    usual = float(2**attempt) * random.uniform(1, 1.25)  # noqa: S311 - nothing secret
    try:
        return min(float(retry_after or usual), LONGEST_WAIT)
    except ValueError:  # a date; waiting the usual time does as well
        return usual
