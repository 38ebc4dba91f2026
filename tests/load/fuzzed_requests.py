"""Requests of every kind, nearly right and wholly wrong, as bytes on the wire."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.bots import fake_slack, fake_teams

SLACK_PATHS = ("/slack/events", "/slack/commands", "/slack/interactions")
PAGE_PATHS = (
    "/", "/ask", "/coverage", "/coverage/MN", "/law/MN/privacy-act", "/law/MN/privacy-act/325M.14", "/static/style.css",
    "/answers/a00.csv", "/answers/a00/preview", "/healthz", "/readyz", "/metrics", "/slack/install", "/slack/oauth_redirect",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as bytes on the wire. `target` is the server it goes to, 0 or 1."""

    target: int
    method: str
    path: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    body: bytes = b""

    def __repr__(self) -> str:
        shown = self.body if len(self.body) < 3_000 else self.body[:200] + b"..."
        return f"Sent({self.target}, {self.method!r}, {self.path!r}, {self.headers!r}, {shown!r})"

    def wire(self) -> bytes:
        """Return the request as it is sent."""
        head = [
            self.method.encode() + b" " + self.path + b" HTTP/1.1",
            b"Host: 127.0.0.1",
            b"Connection: close",
        ]
        head += [name.encode() + b": " + value for name, value in self.headers]
        head.append(b"Content-Length: " + str(len(self.body)).encode())
        return b"\r\n".join(head) + b"\r\n\r\n" + self.body


_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from((
        "", " ", "\x00", "\ud800", "NM can I sell data?", "<@U0REGGI> default CA", "default none", "settings", "my default CA",
        "compare OR NV breach", "<!channel> <https://evil.example|x>", "\u202e\u200b", "ﷺ" * 50, "a" * 9000, "'; DROP TABLE x; --",
        "{{7*7}} ${7*7} %s %n", "../../etc/passwd", "=cmd|' /C calc'!A0",
    )),
)  # fmt: skip
_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), _texts,
    st.sampled_from((10**400, -1, 0, "1.1", "T0WORK", "C0LEGAL", "U0ALICE", [], {}, [[]], {"": {}}, [None], {"type": None})),
)  # fmt: skip
_junk = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_texts, inner, max_size=3)),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from _places(inner, (*path, name))


@st.composite
def _nearly(draw: st.DrawFn, bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """A recorded body of which a few values were replaced, removed or added."""
    body = copy.deepcopy(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from(sorted(_places(body), key=str)))
        at: Any = body
        for name in way:
            at = at[name]
        what = draw(st.sampled_from(("replace", "replace", "remove", "add")))
        if what == "remove":
            del at[last]
        elif what == "add" and isinstance(at, dict):
            at[draw(_texts)] = copy.deepcopy(draw(_junk))  # the next round may change it
        else:
            at[last] = copy.deepcopy(draw(_junk))
        if not body:
            break
    return body


def _bytes(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


def _deep() -> st.SearchStrategy[bytes]:
    return st.builds(lambda depth, pair: pair[0] * depth + pair[1] * depth, st.sampled_from((100, 2_000, 60_000)),
                     st.sampled_from(((b"[", b"]"), (b'{"a":', b"}"), (b"[", b""))))  # fmt: skip


_raw = st.one_of(st.binary(max_size=200), _deep(), st.just(b"x" * 1_100_000), st.builds(_bytes, _junk))


def _signed(body: bytes, kind: str) -> tuple[tuple[str, bytes], ...]:
    stamp = str(int(time.time()))
    sign = hmac.new(fake_slack.SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return (
        ("Content-Type", kind.encode("latin-1", "replace")),
        ("X-Slack-Request-Timestamp", stamp.encode()),
        ("X-Slack-Signature", b"v0=" + sign.encode()),
    )


_header_bytes = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60).map(
    lambda text: text.encode("latin-1")
)
_kinds = st.sampled_from((
    "application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/json; charset=utf-16",
    "application/json; charset=nonsense", "multipart/form-data; boundary=x", "", "a/b/c",
))  # fmt: skip


@st.composite
def _slack(draw: st.DrawFn, slack_url: str) -> Sent:
    path, target = draw(st.sampled_from(SLACK_PATHS)), draw(st.integers(0, 1))
    events, clicks, command = _slack_bodies(slack_url)
    way = draw(st.sampled_from(("event", "event", "click", "click", "command", "raw")))
    if way == "event":
        body, kind = _bytes(draw(_nearly(events))), "application/json"
    elif way == "click":
        payload = _bytes(draw(_nearly(clicks))).decode()
        body, kind = urlencode({"payload": payload}).encode(), "application/x-www-form-urlencoded"
    elif way == "command":
        fields = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in draw(_nearly([command])).items()
        }
        body, kind = urlencode(fields, errors="replace").encode(), "application/x-www-form-urlencoded"
    else:
        body, kind = draw(_raw), draw(_kinds)
    if draw(st.integers(0, 9)) == 0:
        kind = draw(_kinds)
    headers = _signed(body, kind)
    if draw(st.integers(0, 14)) == 0:  # forged
        name = draw(st.sampled_from(("X-Slack-Signature", "X-Slack-Request-Timestamp")))
        headers = tuple((known, draw(_header_bytes) if known == name else value) for known, value in headers)
    if draw(st.integers(0, 9)) == 0:
        headers += (("X-Slack-Retry-Num", draw(_header_bytes)),)
    return Sent(target, "POST", path.encode(), headers, body)


def _slack_bodies(slack_url: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    names = sorted(path.stem for path in fake_slack.FIXTURES.glob("*.json"))
    interactive = {"block_actions", "message_action", "view_submission"}
    clicks = [
        fake_slack.payload(name) | {"response_url": f"{slack_url}/response/x"}
        for name in names
        if name in interactive
    ]
    for action in (
        "place",
        "reason",
        "helpful",
        "not_helpful",
        "show_text",
        "share",
        "follow_up",
        "switch",
        "my_default",
        "no_default",
    ):
        body = copy.deepcopy(clicks[0])
        if body.get("actions"):
            body["actions"][0] |= {"action_id": action}
            clicks.append(body)
    events = [fake_slack.payload(name) for name in names if name not in interactive | {"command"}]
    return events, clicks, fake_slack.payload("command") | {"response_url": f"{slack_url}/response/c"}


@st.composite
def _teams(draw: st.DrawFn, teams_url: str) -> Sent:
    target = draw(st.integers(0, 1))
    names = sorted(path.stem for path in fake_teams.FIXTURES.glob("*.json"))
    bodies = [fake_teams.payload(name, teams_url) for name in names]
    body = draw(st.one_of(st.builds(_bytes, _nearly(bodies)), st.builds(_bytes, _nearly(bodies)), _raw))
    headers: tuple[tuple[str, bytes], ...] = (("Content-Type", draw(_kinds).encode()),)
    if target == 1 and draw(st.integers(0, 4)):
        headers += (("Authorization", b"Bearer " + _token()),)
    elif draw(st.integers(0, 3)) == 0:
        headers += (
            (
                "Authorization",
                draw(st.one_of(_header_bytes, _header_bytes.map(lambda given: b"Bearer " + given))),
            ),
        )
    return Sent(target, "POST", b"/api/messages", headers, body)


def _token() -> bytes:
    now = time.monotonic()
    if now - _minted[0] > 600:
        _minted[:] = [now, fake_teams.mint().encode()]
    minted: bytes = _minted[1]
    return minted


_minted: list[Any] = [float("-inf"), b""]


@st.composite
def _page(draw: st.DrawFn) -> Sent:
    path = draw(st.sampled_from(PAGE_PATHS)).encode()
    if draw(st.booleans()):
        parts = path.split(b"/")
        at = draw(st.integers(0, len(parts) - 1))
        word = draw(_texts)
        parts[at] = quote(
            word.encode("utf-8", "surrogatepass")[:2_000], safe=draw(st.sampled_from(("", "/.%")))
        ).encode()
        path = b"/".join(parts) or b"/"
        path = path if path.startswith(b"/") else b"/" + path
    if draw(st.booleans()):
        names = st.sampled_from(("place", "by", "part", "code", "state", "x"))
        query = draw(st.lists(st.tuples(names, _texts), max_size=3))
        path += b"?" + urlencode(query, errors="replace").encode()
    method = draw(st.sampled_from(("GET", "GET", "POST", *METHODS)))
    headers: tuple[tuple[str, bytes], ...] = ()
    body = b""
    if method == "POST" or path.startswith(b"/ask"):
        names = st.sampled_from(("question", "place", "conversation", "x"))
        fields = draw(
            st.lists(st.tuples(names, st.one_of(_texts, st.sampled_from(("MN", "0" * 32)))), max_size=5)
        )
        body = urlencode(fields, errors="replace").encode()
        kind = b"application/x-www-form-urlencoded"
        if draw(st.integers(0, 4)) == 0:
            body, kind = _multipart(fields), b"multipart/form-data; boundary=x"
        if draw(st.integers(0, 6)) == 0:
            body, kind = draw(_raw), draw(_kinds).encode()
        headers += (("Content-Type", kind),)
        if draw(st.booleans()):
            headers += (("Accept", b"text/event-stream"),)
    if draw(st.integers(0, 3)) == 0:
        names = st.sampled_from((
            "Authorization", "Cookie", "Accept-Encoding", "Range", "If-None-Match", "Sec-Fetch-Site", "X-Forwarded-For", "Expect",
            "Content-Encoding", "Origin", "Upgrade", "If-Modified-Since",
        ))  # fmt: skip
        values = st.one_of(
            _header_bytes, st.sampled_from((b"gzip", b"bytes=5-2", b"same-origin", b"websocket", b"Bearer x"))
        )
        headers += tuple(draw(st.lists(st.tuples(names, values), max_size=3)))
    return Sent(draw(st.integers(0, 1)), method, path, headers, body)


@st.composite
def _anything(draw: st.DrawFn) -> Sent:
    path = b"/" + quote(draw(st.binary(max_size=30)), safe="/?#&=%").encode()
    known = draw(st.sampled_from((*SLACK_PATHS, "/api/messages", *PAGE_PATHS))).encode()
    headers = tuple(
        (name, value)
        for name, value in draw(
            st.dictionaries(
                st.from_regex(r"[A-Za-z][A-Za-z-]{0,12}", fullmatch=True), _header_bytes, max_size=4
            )
        ).items()
        if name.lower() not in {"content-length", "host", "connection", "transfer-encoding"}
    )
    return Sent(
        draw(st.integers(0, 1)),
        draw(st.sampled_from(METHODS)),
        draw(st.sampled_from((path, known))),
        headers,
        draw(_raw),
    )


def requests(slack_url: str, teams_url: str) -> st.SearchStrategy[Sent]:
    """Return every kind of request; Slack's and Teams' most often, since most lies behind them."""
    slack, teams = _slack(slack_url), _teams(teams_url)
    return st.one_of(slack, slack, slack, teams, teams, _page(), _page(), _anything())


def _multipart(fields: list[tuple[str, str]]) -> bytes:
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="'
        + name.encode()
        + b'"\r\n\r\n'
        + value.encode("utf-8", "replace")
        + b"\r\n"
        for name, value in fields
    ]
    return b"".join(parts) + b"--x--\r\n"
