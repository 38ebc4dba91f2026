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

from aiohttp import WSMsgType, web

from tests.bots.slack_limits import block_is_valid, block_problem, chunk_problem, size, view_is_valid

FIXTURES = Path(__file__).parents[1] / "fixtures" / "slack"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-test"
APP_TOKEN = "xapp-test"


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


def click_request(body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return an interaction as Slack sends it: JSON in a form field."""
    return command_request({"payload": json.dumps(body)})


class FakeSlack:
    """What was posted, and what Slack would have said to it.

    `standing` is what channels show now, by (channel, ts). `errors` are given to the next messages, in order;
    "429" is a rate limit of a second. `streamed` are the calls that made a message grow, by method, and
    `stream_errors` what is said to them ("" takes one). `users` are those `users.info` knows. With `pace` seconds, messages to a
    channel that follow closer get 429, as Slack does after a burst.
    """

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.whispered: list[dict[str, Any]] = []
        self.updated: list[dict[str, Any]] = []
        self.deleted: list[tuple[str, str]] = []
        self.views: list[dict[str, Any]] = []
        self.standing: dict[tuple[str, str], dict[str, Any]] = {}
        self.refused: list[str] = []
        self.errors: list[str] = []
        self.users: dict[str, dict[str, Any]] = {
            "U0ALICE": {"id": "U0ALICE", "team_id": "T0WORK"},
            "U0BOSS": {"id": "U0BOSS", "team_id": "T0WORK", "is_admin": True},
            "U0GUEST": {"id": "U0GUEST", "team_id": "T0WORK", "is_restricted": True},
            "U0OTHER": {"id": "U0OTHER", "team_id": "T0ELSE", "is_stranger": True},
        }
        self.tokens = {TOKEN: "T0WORK"}
        self.codes: dict[str, str] = {}
        self.posted_with: list[str] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: list[dict[str, Any]] = []
        self.homes: list[dict[str, Any]] = []
        self.extras: list[tuple[str, dict[str, Any]]] = []
        self.refuse_extras = ""
        self.streamed: list[tuple[str, dict[str, Any]]] = []
        self.stream_errors: list[str] = []
        self.streaming: set[tuple[str, str]] = set()
        self.auth_tests = self.looked = self.vanish = 0
        self.pace = 0.0
        self.uses: dict[str, int] = {}
        self.posted_at: list[tuple[str, float]] = []
        self.app = web.Application()
        for name, method in {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._whisper,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.startStream": self._start_stream,
            "chat.appendStream": self._append_stream,
            "chat.stopStream": self._stop_stream,
            "oauth.v2.access": self._access,
            "views.open": self._open,
            "views.publish": self._publish,
            "assistant.threads.setStatus": self._extra,
            "assistant.threads.setTitle": self._extra,
            "assistant.threads.setSuggestedPrompts": self._extra,
            "users.info": self._user,
            "conversations.replies": self._conversation,
            "conversations.history": self._conversation,
        }.items():
            self.app.router.add_post(f"/api/{name}", method)
        self.app.router.add_get("/api/users.info", self._user)
        self.app.router.add_get("/api/conversations.replies", self._conversation)
        self.app.router.add_get("/api/conversations.history", self._conversation)
        self.app.router.add_post("/api/apps.connections.open", self._connect)
        self.app.router.add_get("/socket", self._socket)
        self.app.router.add_post("/response/{id}", self._respond)

    async def _auth_test(self, request: web.Request) -> web.Response:
        self.auth_tests += 1
        team = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if team is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        who = {"url": "https://work.slack.example/", "team": "Work", "user": "reggi", "team_id": team}
        return web.json_response({"ok": True, **who, "user_id": "U0REGGI", "bot_id": "B0REGGI"})

    async def _access(self, request: web.Request) -> web.Response:
        """A code for a token, once (https://docs.slack.dev/reference/methods/oauth.v2.access)."""
        team = self.codes.pop(str((await _body(request)).get("code")), None)
        if team is None:
            return _failed("invalid_code")
        token = f"xoxb-{team}"
        self.tokens[token] = team
        bot = {"access_token": token, "token_type": "bot", "bot_user_id": "U0REGGI", "scope": "chat:write"}
        where = {"team": {"id": team, "name": team}, "enterprise": None, "is_enterprise_install": False}
        return web.json_response(
            {"ok": True, "app_id": "A0REGGI", "authed_user": {"id": "U0ALICE"}, **bot, **where}
        )

    async def _connect(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return _failed("invalid_auth")
        return web.json_response({"ok": True, "url": str(request.url.with_scheme("ws").with_path("/socket"))})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        """Socket Mode's connection (https://docs.slack.dev/apis/events-api/using-socket-mode)."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(
            {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0REGGI"}}
        )
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acks.append(json.loads(message.data))
        return socket

    async def envelope(self, kind: str, body: Mapping[str, Any], envelope_id: str = "e1") -> None:
        """Deliver a request over the newest connection."""
        accepts = {"accepts_response_payload": kind != "events_api"}
        sent = {"envelope_id": envelope_id, "type": kind, "payload": body, **accepts}
        await self.sockets[-1].send_json(sent)

    async def _post(self, request: web.Request) -> web.Response:
        message = await _body(request)
        if (error := self._problem(message) or self._thread_problem(message)) is not None:
            return _failed(error)
        now, channel = time.monotonic(), message["channel"]
        last = next((at for name, at in reversed(self.posted_at) if name == channel), 0.0)
        if now - last < self.pace:
            self.refused.append("429")
            return _failed("429")
        self.posted_at.append((channel, now))
        self.posted.append(message)
        self.posted_with.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        ts = f"1.{len(self.posted):06d}"
        self.standing[channel, ts] = message
        if self.vanish:  # it took the message, and the connection broke before it could say so
            self.vanish -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "channel": channel, "ts": ts})

    async def _conversation(self, request: web.Request) -> web.Response:
        """What stands in a thread or a conversation; metadata only where it is asked for."""
        if self.errors:
            return _failed(self.errors.pop(0))
        wanted = await _body(request)
        self.looked += 1
        with_metadata = str(wanted.get("include_all_metadata", "")).lower() in ("1", "true")
        found = [
            {"ts": ts, "text": message["text"]}
            | ({"metadata": message["metadata"]} if with_metadata and "metadata" in message else {})
            for (channel, ts), message in self.standing.items()
            if channel == wanted["channel"] and message.get("thread_ts") == wanted.get("ts")
        ]
        return web.json_response({"ok": True, "messages": found, "response_metadata": {"next_cursor": ""}})

    async def _whisper(self, request: web.Request) -> web.Response:
        message = await _body(request)
        error = self._problem(message) or self._thread_problem(message)
        if error is None and message.get("user") not in self.users:
            error = "user_not_in_channel"
        if error is not None:
            return _failed(error)
        self.whispered.append(message)
        return web.json_response({"ok": True, "message_ts": f"2.{len(self.whispered):06d}"})

    async def _update(self, request: web.Request) -> web.Response:
        message = await _body(request)
        key = (message["channel"], message["ts"])
        error = self._problem(message) or (None if key in self.standing else "message_not_found")
        if error is None and key in self.streaming:
            error = "streaming_state_conflict"
        if error is not None:
            return _failed(error)
        self.updated.append(message)
        self.standing[key] = message
        return web.json_response({"ok": True, "channel": key[0], "ts": key[1]})

    async def _delete(self, request: web.Request) -> web.Response:
        message = await _body(request)
        key = (message["channel"], message["ts"])
        if self.standing.pop(key, None) is None:
            return _failed("message_not_found")
        self.deleted.append(key)
        return web.json_response({"ok": True})

    async def _start_stream(self, request: web.Request) -> web.Response:
        """https://docs.slack.dev/reference/methods/chat.startStream: in threads alone, for somebody, of blocks here."""
        body = await _body(request)
        channel = str(body.get("channel"))
        for_whom = body.get("recipient_team_id") and body.get("recipient_user_id") in self.users
        error = (self.stream_errors.pop(0) if self.stream_errors else "") or chunk_problem(body.get("chunks"))
        if not error and not body.get("thread_ts"):
            error = "invalid_arguments"
        if not error and not channel.startswith("D") and not for_whom:
            error = "missing_recipient_user_id"
        if error := error or self._thread_problem(body):
            return self._refuse(error)
        ts = f"3.{len(self.streamed):06d}"
        shown = [block for chunk in body["chunks"] for block in chunk["blocks"]]
        kept = {"channel": channel, "thread_ts": body["thread_ts"], "text": "", "blocks": shown}
        self.standing[channel, ts] = kept
        self.streaming.add((channel, ts))
        self.streamed.append(("startStream", body))
        return web.json_response({"ok": True, "channel": channel, "ts": ts})

    async def _append_stream(self, request: web.Request) -> web.Response:
        body = await _body(request)
        key = (body["channel"], body["ts"])
        error = (self.stream_errors.pop(0) if self.stream_errors else "") or chunk_problem(body.get("chunks"))
        if error or key not in self.streaming:
            return self._refuse(error or "message_not_in_streaming_state")
        self.standing[key]["blocks"] += [block for chunk in body["chunks"] for block in chunk["blocks"]]
        if len(self.standing[key]["blocks"]) > 50:  # of all chunks together; those at the end count apart
            return self._refuse("invalid_blocks")
        self.streamed.append(("appendStream", body))
        return web.json_response({"ok": True, "channel": key[0], "ts": key[1]})

    async def _stop_stream(self, request: web.Request) -> web.Response:
        body = await _body(request)
        key, blocks = (body["channel"], body["ts"]), body.get("blocks", [])
        error = self.stream_errors.pop(0) if self.stream_errors else ""
        if not error and key not in self.streaming:
            error = "message_not_in_streaming_state"
        whole = {
            **self.standing.get(key, {}),
            "blocks": [*self.standing.get(key, {}).get("blocks", []), *blocks],
        }
        if error := error or block_problem({**whole, "text": "streamed", "blocks": blocks}):
            return self._refuse(error)
        if size(whole["blocks"]) > 11_000:
            return self._refuse("msg_blocks_too_long")
        self.streaming.remove(key)
        self.standing[key] = whole | ({"metadata": body["metadata"]} if "metadata" in body else {})
        self.streamed.append(("stopStream", body))
        return web.json_response({"ok": True, "channel": key[0], "ts": key[1]})

    def _refuse(self, error: str) -> web.Response:
        self.refused.append(error)
        return _failed(error)

    async def _open(self, request: web.Request) -> web.Response:
        body = await _body(request)
        view = body["view"] if isinstance(body["view"], dict) else json.loads(body["view"])
        if not body.get("trigger_id") or not view_is_valid(view):
            return _failed("invalid_arguments")
        self.views.append(view)
        return web.json_response({"ok": True, "view": {"id": f"V{len(self.views)}"}})

    async def _publish(self, request: web.Request) -> web.Response:
        body = await _body(request)
        view = body["view"] if isinstance(body["view"], dict) else json.loads(body["view"])
        wrong = len(view["blocks"]) > 100 or not all(map(block_is_valid, view["blocks"]))
        if view["type"] != "home" or wrong or body.get("user_id") not in self.users:
            return _failed("invalid_arguments")
        self.homes.append(view)
        return web.json_response({"ok": True})

    async def _extra(self, request: web.Request) -> web.Response:
        body, name = await _body(request), request.path.rpartition(".")[2]
        if self.refuse_extras:
            return _failed(self.refuse_extras)
        prompts = body.get("prompts", [])
        if isinstance(prompts, str):
            prompts = body["prompts"] = json.loads(prompts)
        if len(prompts) > 4 or (name != "setSuggestedPrompts" and not body.get("thread_ts")):
            return _failed("invalid_arguments")
        self.extras.append((name, {**body, "answered": len(self.posted)}))
        return web.json_response({"ok": True})

    async def _user(self, request: web.Request) -> web.Response:
        found = self.users.get(str((await _body(request)).get("user")))
        if self.errors:
            return _failed(self.errors.pop(0))
        return web.json_response({"ok": True, "user": found}) if found else _failed("user_not_found")

    async def _respond(self, request: web.Request) -> web.Response:
        message = await _body(request)
        url = request.match_info["id"]
        self.uses[url] = self.uses.get(url, 0) + 1
        if self.uses[url] > 5:
            return web.Response(status=404, text="used_url")
        if message.get("delete_original"):
            self.responses.append(message)
            return web.Response(text="ok")
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

    def _thread_problem(self, message: Mapping[str, Any]) -> str | None:
        """A thread must begin with a message that stands: a person's, or one of ours that was not deleted."""
        ts = message.get("thread_ts")
        ours = ts is not None and ts.startswith("1.")
        if ts is None or (re.fullmatch(r"\d+\.\d{6}", ts) and not ours):
            return None
        return None if (message["channel"], ts) in self.standing else "thread_not_found"


def _failed(error: str) -> web.Response:
    if error == "429":
        limited = {"ok": False, "error": "ratelimited"}
        return web.json_response(limited, status=429, headers={"Retry-After": "1"})
    return web.json_response({"ok": False, "error": error})


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    form = dict(request.query) | {key: str(value) for key, value in (await request.post()).items()}
    return {**form, **({"blocks": json.loads(form["blocks"])} if "blocks" in form else {})}


def pressable(message: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the buttons and menus of a message by action id; the thumbs as "feedback"."""
    blocks = message.get("blocks", [])
    rows = [block["elements"] for block in blocks if block["type"] in {"actions", "context_actions"}]
    switches = [block["accessory"] for block in blocks if "accessory" in block]
    return {element["action_id"]: element for element in [*(e for row in rows for e in row), *switches]}


def shown(message: Mapping[str, Any]) -> str:
    """Return the words a person sees in a message, block by block, letter by letter."""
    lines: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, dict):
            if value.get("type") in {"actions", "context_actions"}:
                return  # what can be pressed is not what is said
            if value.get("type") in {"text", "link", "plain_text", "raw_text"}:
                lines.append(value["text"])
            else:
                for key in ("text", "elements", "rows"):
                    walk(value.get(key))

    walk(message.get("blocks"))
    return "".join(lines) if lines else str(message.get("text"))
