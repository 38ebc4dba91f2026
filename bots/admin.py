"""What the server tells those who run it: `/healthz`, `/readyz` and `/metrics`.

Off for other machines by default: they learn whether to send questions here, and nothing else. With
`REGGI_ADMIN_TOKEN` a request that carries it (`Authorization: Bearer …`) is told the rest.
"""

from __future__ import annotations

import hmac
from collections.abc import Sized

from aiohttp import web

from bots.errors import RequestRefused
from bots.health import Health
from bots.loopback import why_not_here
from bots.metrics import exposition

PATHS = ("/healthz", "/readyz", "/metrics")


class Admin:
    """The handlers. `token` "" lets nobody in but this machine; `on` are the channels switched on."""

    def __init__(self, health: Health, on: list[str], under_way: Sized, token: str) -> None:
        self._health, self._on, self._under_way, self._token = health, on, under_way, token

    def mount(self, app: web.Application) -> None:
        """Add the routes to an application."""
        for path, handler in zip(PATHS, (self.healthz, self.readyz, self.metrics), strict=True):
            app.router.add_get(path, handler)

    async def healthz(self, _: web.Request) -> web.Response:
        """200: the process lives and takes requests. Says nothing of what stands behind it."""
        return web.json_response({"status": "ok", "channels": self._on, "under_way": len(self._under_way)})

    async def readyz(self, request: web.Request) -> web.Response:
        """200 if a question would be answered now, otherwise 503; which part fails, and to those who may know also why."""
        found = await self._health.look()
        trusted = self._why_not(request) is None
        parts = {
            part: "ok" if why is None else why if trusted else "not working" for part, why in found.items()
        }
        ready = all(why is None for why in found.values())
        body = {"status": "ready" if ready else "not ready", "parts": parts}
        return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})

    async def metrics(self, request: web.Request) -> web.Response:
        """The numbers, for Prometheus.

        Raises:
            RequestRefused: 401, a wrong token; 403, none, and it is not this machine that asks.
        """
        if why := self._why_not(request):
            raise RequestRefused(f"metrics: {why}", 401 if "Authorization" in request.headers else 403)
        await self._health.look()
        body, kind = exposition()
        return web.Response(body=body, headers={"Content-Type": kind, "Cache-Control": "no-store"})

    def _why_not(self, request: web.Request) -> str | None:
        """Return why a request may not see more than whether we are ready, or None if it may."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme:
            # Compared in constant time: how long a refusal takes must not tell how much of a token was right.
            right = hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token.encode())
            if scheme == "Bearer" and self._token and right:
                return None
            return "wrong token"
        return why_not_here(request)
