"""Slack's requests before Bolt sees them: signed, of a shape that Bolt can look at, with answers to Slack alone."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_bolt_request
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bots.errors import RequestRefused
from bots.slack.response_urls import all_allowed, without_empty
from bots.storable import storable


async def signed_request(request: web.Request, verifier: SignatureVerifier | None) -> AsyncBoltRequest:
    """Return a request as Bolt takes it; without a `verifier` none is taken.

    Raises:
        RequestRefused: 401, the signature is missing, forged or older than five minutes; 400, the body cannot be read
            although it is signed.
    """
    body = await request.read()
    if verifier is None or not _is_signed(verifier, body, request):
        raise RequestRefused("Slack signature missing, forged or stale", 401)
    try:
        found = await to_bolt_request(request)
        clean = without_empty(storable(found.body))
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        # Bolt trusts the shape of the body; an encoding that nobody knows is a LookupError.
        raise RequestRefused(f"Slack body unreadable: {type(error).__name__}", 400) from error
    if clean != found.body:  # what was signed cannot be changed; as what comes by socket it can
        return AsyncBoltRequest(body=clean, mode="socket_mode")
    return found


def is_fit(body: Any, api_url: str) -> bool:
    """Return whether Bolt can look at a body, and would answer at no strange address; it trusts in both."""
    return _is_readable(body) and all_allowed(body, api_url)


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    try:
        return bool(verifier.is_valid_request(body, request.headers))
    except (ValueError, TypeError):
        # a timestamp that is no number, a body not in UTF-8, a signature not in ASCII
        return False


def _is_readable(body: Any) -> bool:
    """Whether a body is an object of the shape that its type has."""
    if not isinstance(body, dict) or not isinstance(body.get("type", ""), str):
        return False
    if "event" in body and not _has(body["event"], "type"):
        return False
    match body.get("type"):
        case "block_actions":
            pressed = body.get("actions")
            return (
                isinstance(pressed, list)
                and bool(pressed)
                and all(_has(one, "action_id", "type") for one in pressed)
            )
        case "view_submission" | "view_closed":
            return _has(body.get("view"), "callback_id", "type")
        case "shortcut" | "message_action":
            return _has(body, "callback_id")
        case "block_suggestion" | "interactive_message" | "dialog_submission" | "workflow_step_edit":
            return False  # of kinds of app that this is not
    return True


def _has(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)
