"""Which addresses an answer may be sent to.

An activity says itself where its answer goes (`serviceUrl`). The token vouches for it, but only for whoever
holds the key; a second lock costs nothing, since Microsoft's hosts are known.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bots.loopback import is_loopback

HOSTS = frozenset({"smba.trafficmanager.net"})
"""Public Teams. Anybody may own another name under trafficmanager.net, so this one only, in full."""
DOMAINS = (".botframework.com", ".botframework.us", ".teams.microsoft.com", ".teams.microsoft.us")
"""Web Chat and the clouds of US government, e.g. smba.infra.gcc.teams.microsoft.com
(https://microsoft.github.io/Agents-for-js/variables/_microsoft_agents-hosting.TeamsServiceEndpoints.html)."""


def is_allowed(service_url: str, local: bool) -> bool:
    """Return whether answers may be sent to `service_url`: Microsoft's hosts by https, or loopback in local mode."""
    try:
        url = urlsplit(service_url)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        return False
    if url.username is not None or url.password is not None or any(char.isspace() for char in service_url):
        return False
    if local and url.scheme in {"http", "https"} and is_loopback(host):
        return True
    known = host in HOSTS or host.endswith(DOMAINS)
    return known and url.scheme == "https" and port in {None, 443}
