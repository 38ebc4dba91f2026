"""Who may look at the page, and the headers that keep a browser from running or loading anything but ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bots.errors import RequestRefused
from bots.loopback import is_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")
_OURS = web.RequestKey("page", bool)


def guarded(handler: Handler, everybody: bool) -> Handler:
    """Return a handler that answers only whom it may.

    Without `everybody`, the address in the browser must be this machine's: a tunnel that lets Slack in does not
    let the page out, and a foreign site cannot reach it by giving its own name this machine's address. With it or
    without it, no form of another site is taken.
    """

    async def guard(request: web.Request) -> web.StreamResponse:
        request[_OURS] = True
        if not everybody:
            _check_here(request)
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise RequestRefused("a form of another site", 403)
        return await handler(request)

    return guard


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers to a response of the page; for aiohttp's `on_response_prepare`."""
    if _OURS in request:
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")


def _check_here(request: web.Request) -> None:
    forwarded = [name for name in _FORWARDED if name in request.headers]
    if forwarded:
        raise RequestRefused(f"the page is for this machine, and {forwarded[0]} says it was passed on", 403)
    host = request.url.host or ""
    if not is_loopback(host):
        raise RequestRefused(f"the page is for this machine, not for {host!r}", 403)
