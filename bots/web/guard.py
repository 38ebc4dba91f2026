"""Who may look at the page, and the headers that keep a browser from running or loading anything but ours."""

from __future__ import annotations

from aiohttp import web

from bots.errors import RequestRefused
from bots.loopback import why_not_here
from bots.traffic import Handler

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
    if why := why_not_here(request):
        raise RequestRefused(f"the page is for this machine, and {why}", 403)
