"""A Slack of our own on loopback: Web API and response addresses that refuse what Slack refuses."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

FIXTURES = Path(__file__).parents[1] / "fixtures" / "slack"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-test"


def payload(name: str) -> dict[str, Any]:
    """Return a request body of Slack's, as recorded."""
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return body


def signed(body: str, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """Return the headers Slack puts on a body (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def event_request(body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    text = json.dumps(body)
    return text, {"Content-Type": "application/json", **signed(text)}


def command_request(body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    text = urlencode(body)
    return text, {"Content-Type": "application/x-www-form-urlencoded", **signed(text)}


class FakeSlack:
    """What was posted, and what Slack would have said to it.

    `errors` are given to the next messages, in order; "429" is a rate limit of a second.
    """

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.errors: list[str] = []
        self.auth_tests = 0
        self.app = web.Application()
        self.app.router.add_post("/api/auth.test", self._auth_test)
        self.app.router.add_post("/api/chat.postMessage", self._post)
        self.app.router.add_post("/response/{id}", self._respond)

    async def _auth_test(self, request: web.Request) -> web.Response:
        self.auth_tests += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        who = {"url": "https://work.slack.example/", "team": "Work", "user": "reggi", "team_id": "T0WORK"}
        return web.json_response({"ok": True, **who, "user_id": "U0REGGI", "bot_id": "B0REGGI"})

    async def _post(self, request: web.Request) -> web.Response:
        message = await _body(request)
        error = self._problem(message)
        if error == "429":
            limited = {"ok": False, "error": "ratelimited"}
            return web.json_response(limited, status=429, headers={"Retry-After": "1"})
        if error:
            return web.json_response({"ok": False, "error": error})
        self.posted.append(message)
        return web.json_response(
            {"ok": True, "channel": message["channel"], "ts": f"1.{len(self.posted):06d}"}
        )

    async def _respond(self, request: web.Request) -> web.Response:
        message = await _body(request)
        if len(self.responses) >= 5:
            return web.Response(status=404, text="used_url")
        error = self._problem(message | {"channel": "C"})
        if error:
            return web.Response(status=400, text=error)
        self.responses.append(message)
        return web.Response(text="ok")

    def _problem(self, message: Mapping[str, Any]) -> str | None:
        error = self.errors.pop(0) if self.errors else block_problem(message)
        if error:
            self.refused.append(error)
        return error


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    form = {key: str(value) for key, value in (await request.post()).items()}
    return {**form, **({"blocks": json.loads(form["blocks"])} if "blocks" in form else {})}


def block_problem(message: Mapping[str, Any]) -> str | None:
    """Return the error Slack answers a message with, or None. Limits: docs.slack.dev/reference/block-kit/blocks."""
    text, blocks = message.get("text", ""), message.get("blocks", [])
    if not message.get("channel"):
        return "channel_not_found"
    if not text and not blocks:
        return "no_text"
    if len(text) > 40_000:
        return "msg_too_long"
    if re.search(r"<(?![@#!]?\w)|&(?!amp;|lt;|gt;)", text) or "<!" in text or "<@" in text:
        return "unescaped_text"  # not Slack's: it would ping or link; a test must see it
    if len(blocks) > 50 or any(not block_is_valid(block) for block in blocks):
        return "invalid_blocks"
    if sum(block["type"] == "table" for block in blocks) > 1:
        return "invalid_attachments"
    return "msg_blocks_too_long" if size(blocks) > 11_000 else None


def block_is_valid(block: Mapping[str, Any]) -> bool:
    """Return whether a block is one of those Reggi writes, within Slack's limits."""
    match block:
        case {"type": "header", "text": {"type": "plain_text", "text": text}}:
            return 0 < len(text) <= 150
        case {"type": "context", "elements": elements}:
            return 0 < len(elements) <= 10 and all(e["type"] == "plain_text" and e["text"] for e in elements)
        case {"type": "rich_text", "elements": elements}:
            return bool(elements) and size(block) <= 6_000 and all(map(_rich_is_valid, elements))
        case {"type": "table", "rows": rows}:
            cells = [cell for row in rows for cell in row]
            return (
                0 < len(rows) <= 100
                and {len(row) for row in rows} == {len(rows[0])}
                and len(rows[0]) <= 20
                and size(rows) <= 10_000
                and all(c["type"] in {"raw_text", "rich_text"} for c in cells)
            )
    return False


def _rich_is_valid(element: Mapping[str, Any]) -> bool:
    inner = element["elements"]
    if element["type"] == "rich_text_list":
        return bool(inner) and all(
            item["type"] == "rich_text_section" and _rich_is_valid(item) for item in inner
        )
    known = element["type"] in {"rich_text_section", "rich_text_quote"}
    return known and bool(inner) and all(
        (e["type"] == "text" and e["text"]) or (e["type"] == "link" and e["url"].startswith("http")) for e in inner
    )  # fmt: skip


def size(value: Any) -> int:
    """Return the characters of all texts and addresses, counted apart from the code under test."""
    return sum(
        len(json.loads(f'"{found}"'))
        for found in re.findall(r'"(?:text|url)": "((?:[^"\\]|\\.)*)"', json.dumps(value))
    )


def shown(message: Mapping[str, Any]) -> str:
    """Return the words a person sees in a message, block by block, letter by letter."""
    lines: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, dict):
            if value.get("type") in {"text", "link", "plain_text", "raw_text"}:
                lines.append(value["text"])
            else:
                for key in ("text", "elements", "rows"):
                    walk(value.get(key))

    walk(message.get("blocks"))
    return "".join(lines) if lines else str(message.get("text"))
