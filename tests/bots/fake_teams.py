"""A Bot Framework of our own on loopback: keys, tokens, and the connector that takes activities."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

FIXTURES = Path(__file__).parents[1] / "fixtures" / "teams"
APP_ID = "5d6b1a2e-0000-4000-8000-00000000abcd"
ISSUER = "https://api.botframework.com"
_KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("good", "other")}


def payload(name: str, service_url: str) -> dict[str, Any]:
    """Return an activity as the Agents Playground sent it, with answers going to `service_url`."""
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return body | {"serviceUrl": service_url}


def mint(
    key: str = "good", kid: str | None = "good", expires: int = 3600, begins: int = -5, **claims: Any
) -> str:
    """Return a token as Teams would send it, or wrong in the way asked for. A claim of None is left out."""
    now = int(time.time())
    body = {"aud": APP_ID, "iss": ISSUER, "iat": now - 5, "nbf": now + begins, "exp": now + expires} | claims
    body = {name: value for name, value in body.items() if value is not None}
    headers = {"kid": kid} if kid is not None else {}
    if key == "none":
        return jwt.encode(body, None, algorithm="none", headers=headers)
    if key == "hs256":
        return jwt.encode(body, "a-secret-that-is-long-enough-for-hs256", algorithm="HS256", headers=headers)
    return jwt.encode(body, _KEYS[key], algorithm="RS256", headers=headers)


class FakeTeams:
    """What was sent into conversations. `statuses` are answered to the next messages, in order, then 201."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.authorization: list[str | None] = []
        self.statuses: list[int] = []
        self.key_fetches = 0
        self.keys_down = False
        self.app = web.Application()
        self.app.router.add_get("/openid", self._openid)
        self.app.router.add_get("/keys", self._keys)
        self.app.router.add_post("/v3/conversations/{id}/activities{tail:.*}", self._activity)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [activity for activity in self.sent if activity["type"] == "message"]

    async def _openid(self, request: web.Request) -> web.Response:
        if self.keys_down:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": str(request.url.with_path("/keys"))})

    async def _keys(self, _: web.Request) -> web.Response:
        self.key_fetches += 1
        numbers = _KEYS["good"].public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "kid": "good", "n": _number(numbers.n), "e": _number(numbers.e)}
        return web.json_response({"keys": [key | {"endorsements": ["msteams", "webchat"]}]})

    async def _activity(self, request: web.Request) -> web.Response:
        status = self.statuses.pop(0) if self.statuses else 201
        if status < 300:
            self.sent.append(await request.json())
            self.paths.append(request.path)
            self.authorization.append(request.headers.get("Authorization"))
            return web.json_response({"id": str(len(self.sent))}, status=status)
        headers = {"Retry-After": "0"} if status == 429 else {}
        return web.json_response({"error": {"code": "x", "message": "y"}}, status=status, headers=headers)


def _number(value: int) -> str:
    return (
        base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
    )
