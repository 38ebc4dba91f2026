"""Who is let in: the token of a request checked by Microsoft's SDK, with every refusal a 401 or 403.

botbuilder 4.17 lets most bad tokens surface as exceptions of any kind, which its own adapter answers with 500;
it fetches signing keys with a blocking call; and an unknown key id ends in an IndexError instead of a fetch. So
the SDK decides, and this file gives it the keys and reads its exceptions.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import jwt
import structlog
from botbuilder.schema import Activity
from botframework.connector.auth import JwtTokenExtractor
from jwt.algorithms import RSAAlgorithm

from bots.errors import RequestRefused

_log = structlog.get_logger(__name__)

FRESH_SECONDS = 24 * 3600
"""Keys are fetched anew once a day, as Microsoft asks
(https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication)."""
STALE_SECONDS = 5 * 24 * 3600
"""Where Microsoft's keys cannot be fetched, older ones serve as long as this."""
UNKNOWN_SECONDS = 5 * 60
"""For an unknown key id the keys are fetched at most this often, so that made-up ids cost nothing."""
FETCH_SECONDS = 10


class KeysUnavailable(Exception):
    """The signing keys could not be fetched. Never leaves this file."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What the SDK wants of a key: itself, and the channels it may sign for."""

    public_key: Any
    endorsements: list[str]


class SigningKeys:
    """The keys named by an OpenID document, fetched without blocking, put in the place of the SDK's own."""

    def __init__(self, metadata_url: str, now: Callable[[], float] = time.monotonic) -> None:
        self._url = metadata_url
        self._now = now
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> SigningKey:
        """Return the key of an id.

        Raises:
            PermissionError: there is no such key, as the SDK expects.
            KeysUnavailable: there are no keys to look in.
        """
        async with self._lock:
            age = None if self._fetched_at is None else self._now() - self._fetched_at
            unknown = key_id not in self._keys
            if age is None or age > FRESH_SECONDS or (unknown and age > UNKNOWN_SECONDS):
                await self._refresh(age)
        key = self._keys.get(key_id or "")
        if key is None:
            raise PermissionError("unknown signing key")
        return key

    async def _refresh(self, age: float | None) -> None:
        try:
            keys = await _fetch(self._url)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            if age is None or age > STALE_SECONDS:
                raise KeysUnavailable(f"{type(error).__name__} for {self._url}") from error
            _log.warning("teams_keys_stale", hours=round(age / 3600), error=type(error).__name__)
            return
        self._keys, self._fetched_at = keys, self._now()


def use_own_keys(*metadata_urls: str) -> None:
    """Make the SDK take its keys from `SigningKeys`: its cache of key sets, by address, is open to be filled."""
    for url in metadata_urls:
        JwtTokenExtractor.metadataCache[url] = SigningKeys(url)


class Authenticates(Protocol):
    """What says who a request is from: the SDK, or the account that holds it."""

    async def authenticate_request(self, about: Any, header: str | None) -> Any:
        """Return who it is; raises what the SDK raises."""
        ...


class Gate:
    """Lets an activity in if its token says that it comes from the Bot Framework and is meant for this bot."""

    def __init__(self, authentication: Authenticates, token_needed: bool) -> None:
        """`token_needed` is False in local mode without an app id, and there alone."""
        self._authentication = authentication
        self.token_needed = token_needed

    def look_at(self, header: str | None) -> None:
        """Refuse what cannot be a token before anything else is read.

        Raises:
            RequestRefused: 401.
        """
        if self.token_needed and not _is_bearer(header):
            raise RequestRefused("no bearer token", 401)

    async def admit(self, activity: dict[str, Any], header: str | None) -> None:
        """Return if the token of `header` is good for this activity.

        Raises:
            RequestRefused: 401, the token is none, or its signature, dates or key are wrong; 403, it is a
                token, but not of this issuer, for this bot, this channel or this service address; 503, the
                keys to check it with cannot be had, so that the sender may try again.
        """
        if not self.token_needed:
            return
        self.look_at(header)
        about = Activity(channel_id=activity.get("channelId"), service_url=activity.get("serviceUrl"))
        try:
            identity = (await self._authentication.authenticate_request(about, header)).claims_identity
        except KeysUnavailable as error:
            _log.error("teams_keys_unavailable", error=str(error))
            raise RequestRefused("signing keys unavailable", 503) from error
        except jwt.PyJWTError as error:
            raise RequestRefused(f"bad token: {type(error).__name__}", 401) from error
        except (
            Exception
        ) as error:  # the SDK raises plain Exception, PermissionError and now and then its own faults
            raise RequestRefused(f"token refused: {type(error).__name__} {error}", 403) from error
        if not identity.is_authenticated:
            raise RequestRefused("token not authenticated", 403)


async def _fetch(metadata_url: str) -> dict[str, SigningKey]:
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session:
        async with session.get(metadata_url) as response:
            keys_url = (await response.json(content_type=None))["jwks_uri"]
        async with session.get(keys_url) as response:
            listed = (await response.json(content_type=None))["keys"]
    return {
        key["kid"]: SigningKey(RSAAlgorithm.from_jwk(json.dumps(key)), key.get("endorsements") or [])
        for key in listed
        if key.get("kty") == "RSA" and isinstance(key.get("kid"), str)
    }


def _is_bearer(header: str | None) -> bool:
    scheme, _, token = (header or "").partition(" ")
    return scheme == "Bearer" and bool(token) and " " not in token
