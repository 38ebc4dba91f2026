"""Which addresses an answer to a command or a click may be sent to.

Slack names the address in the request (`response_url`). The signature vouches for it, but only for whoever holds the secret;
a second lock costs nothing, since Slack's hosts are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
"""https://docs.slack.dev/interactivity/handling-user-interaction#message_responses and its twin for US government"""
_OWN = ("slack.com", "slack-gov.com")


def is_allowed(response_url: str, api_url: str) -> bool:
    """Return whether an answer may be sent to `response_url`: Slack's own hosts by https.

    Where `api_url`, the Web API of the settings, is not Slack's (a test's, or a proxy's), its host may take answers too.
    """
    try:
        url, api = urlsplit(response_url), urlsplit(api_url)
        host, port, own = (url.hostname or "").lower(), url.port, (api.hostname or "").lower()
        same_place = (url.scheme, host, port) == (api.scheme, own, api.port)
    except ValueError:
        return False
    if url.username is not None or url.password is not None or any(char.isspace() for char in response_url):
        return False
    if own and not own.endswith(_OWN) and same_place:
        return True
    return host in HOSTS and url.scheme == "https" and port in {None, 443}


def all_allowed(body: Mapping[str, Any], api_url: str) -> bool:
    """Return whether every address that a request names for answers may be sent to.

    Asked before Bolt sees the request: where a workspace has not installed the app, Bolt itself answers there.
    """
    more = body.get("response_urls")
    inner = more if isinstance(more, list) else [] if more is None else [more]
    named = [one.get("response_url") if isinstance(one, Mapping) else one for one in inner]
    if "response_url" in body:
        named.append(body["response_url"])
    return all(isinstance(url, str) and is_allowed(url, api_url) for url in named)


def without_empty(body: Any) -> Any:
    """Return a request without an address that is none (null, ""): Bolt would try to answer there."""
    if isinstance(body, dict) and "response_url" in body and body["response_url"] in (None, ""):
        return {name: value for name, value in body.items() if name != "response_url"}
    return body
