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
TENANT = "00000000-0000-0000-0000-0000000000001"
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
    """What was sent into conversations, and what stands there now.

    `statuses` are answered to the next requests, in order, with `codes` as Teams' own words; then all are taken. `member`
    is what Teams knows of whoever is asked about.
    """

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.updated: list[tuple[str, dict[str, Any]]] = []
        self.deleted: list[str] = []
        self.standing: dict[str, dict[str, Any]] = {}
        self.authorization: list[str | None] = []
        self.statuses: list[int] = []
        self.codes: dict[int, str] = {}
        self.member: dict[str, Any] = {"userRole": "user", "tenantId": TENANT}
        self.refuse_deletions = 0
        self.key_fetches = 0
        self.keys_down = False
        self.app = web.Application()
        self.app.router.add_get("/openid", self._openid)
        self.app.router.add_get("/keys", self._keys)
        self.app.router.add_post("/v3/conversations/{id}/activities{tail:.*}", self._activity)
        self.app.router.add_put("/v3/conversations/{id}/activities/{activity}", self._update)
        self.app.router.add_delete("/v3/conversations/{id}/activities/{activity}", self._delete)
        self.app.router.add_get("/v3/conversations/{id}/members/{member}", self._member)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [activity for activity in self.sent if activity["type"] == "message"]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps of streams, with the text that each showed."""
        return [
            {**entity, "text": activity.get("text")}
            for activity in self.sent
            for entity in activity.get("entities") or []
            if entity["type"] == "streaminfo"
        ]

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
        if refused := self._refused():
            return refused
        activity = await request.json()
        self.sent.append(activity)
        self.paths.append(request.path)
        self.authorization.append(request.headers.get("Authorization"))
        streams = [e for e in activity.get("entities") or [] if e["type"] == "streaminfo"]
        name = streams[0].get("streamId") if streams else None
        if name is None:
            name = str(len(self.sent))
        if activity["type"] == "message":
            self.standing[name] = activity
        return web.json_response({"id": name}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        if refused := self._refused():
            return refused
        name = request.match_info["activity"]
        if name not in self.standing and not any(s.get("streamId") == name for s in self.steps):
            return web.json_response({"error": {"code": "NotFound", "message": "x"}}, status=404)
        activity = await request.json()
        self.standing[name] = activity
        self.updated.append((name, activity))
        return web.json_response({"id": name})

    async def _delete(self, request: web.Request) -> web.Response:
        name = request.match_info["activity"]
        if self.refuse_deletions:
            return web.json_response({"error": {"code": "x"}}, status=self.refuse_deletions)
        self.deleted.append(name)
        return web.json_response({}, status=200 if self.standing.pop(name, None) else 404)

    async def _member(self, request: web.Request) -> web.Response:
        if refused := self._refused():
            return refused
        return web.json_response({"id": request.match_info["member"], "name": "Alex Wilber", **self.member})

    def _refused(self) -> web.Response | None:
        status = self.statuses.pop(0) if self.statuses else 201
        if status < 300:
            return None
        headers = {"Retry-After": "0"} if status == 429 else {}
        error = {"code": self.codes.get(status, "x"), "message": "y"}
        return web.json_response({"error": error}, status=status, headers=headers)


def _number(value: int) -> str:
    return (
        base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
    )
