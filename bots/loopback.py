"""Whether an address, or whoever sent a request, is this machine's own."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def why_not_here(request: web.Request) -> str | None:
    """Return why a request is not from this machine for this machine, or None if it is.

    The address in the browser must be this machine's: a tunnel that lets Slack in lets nothing else out, and a foreign
    site cannot reach it by giving its own name this machine's address.
    """
    if not is_loopback(request.remote or ""):
        return "it comes from another machine"
    forwarded = [name for name in _FORWARDED if name in request.headers]
    if forwarded:
        return f"{forwarded[0]} says it was passed on"
    try:
        host = request.url.host or ""
    except ValueError:
        return "its Host cannot be read"
    return None if is_loopback(host) else f"it is for {host!r}"
