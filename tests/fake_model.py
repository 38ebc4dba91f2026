"""An OpenAI-compatible chat server on loopback that does what a script says: answer well, lie, stumble or break off.

It streams as the real ones do (server-sent events, a chunk of usage, `[DONE]`), so that the client under test is the
real one. A script sees the request as `Prompt` and returns a `Reply`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_PIECE = 48
"""Characters of a streamed chunk."""


@dataclass(frozen=True)
class Prompt:
    """What a request asks: its messages, the data in it, and which call of the server it is (from 1)."""

    messages: list[dict[str, str]]
    number: int
    body: dict[str, Any]

    @property
    def repair(self) -> bool:
        """Whether sentences are sent back."""
        return len(self.messages) > 2

    def block(self, name: str) -> list[str]:
        """Return the lines of a block of data of the first user message."""
        match = re.search(
            rf"\[\[begin {name} (\w+)\]\]\n(.*?)\n\[\[end {name} \1\]\]",
            self.messages[1]["content"],
            re.DOTALL,
        )
        return match[2].splitlines() if match else []

    @property
    def statements(self) -> list[tuple[str, str]]:
        """The statements of law that the model is shown: (text, mark)."""
        found, mark = [], ""
        for line in self.block("PASSAGES"):
            if line.startswith("mark "):
                mark = line.split(";")[0].removeprefix("mark ")
            elif line.startswith("- "):
                text = re.sub(r"^\(not yet in force, from ([\d-]+)\) ", r"From \1: ", line.removeprefix("- "))
                found.append((text, mark))
        return found

    @property
    def reviewed(self) -> list[tuple[str, list[str]]]:
        """The sentences of positions: (text, marks)."""
        rows = (
            re.fullmatch(r"- (.*) \(marks ([\d., ]+)\)", line) for line in self.block("REVIEWED SENTENCES")
        )
        return [(m[1], m[2].split(", ")) for m in rows if m]

    @property
    def failed(self) -> list[tuple[str, str]]:
        """The sentences sent back: (id, text)."""
        return re.findall(r"^- id (s\d+): ['\"](.*?)['\"], marks", self.messages[-1]["content"], re.MULTILINE)


@dataclass(frozen=True)
class Reply:
    """What the server does: a status, text in chunks, seconds before each chunk, a cut after some characters."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    wait_between: float = 0.0
    cut_at: int | None = None
    finish: str = "stop"


Script = Callable[[Prompt], Reply]


def answer(
    short: list[tuple[str, list[str]]],
    sections: list[tuple[str, list[tuple[str, list[str]]]]] = [],  # noqa: B006 - never changed
    conclusion: list[tuple[str, list[str]]] = [],  # noqa: B006
    verdict: str | None = None,
    title: str | None = None,
) -> str:
    """Return a reply in the shape that Reggi asks for."""

    def rows(said: list[tuple[str, list[str]]]) -> list[dict[str, Any]]:
        return [{"text": text, "marks": marks} for text, marks in said]

    return json.dumps(
        {
            "verdict": verdict, "title": title, "short_answer": rows(short),
            "sections": [{"heading": h, "sentences": rows(s)} for h, s in sections], "conclusion": rows(conclusion),
        }
    )  # fmt: skip


class FakeModel:
    """The server's record of what it was asked, and the script that answers."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.prompts: list[Prompt] = []
        self.open_calls = self.most_open = self.broken_off = 0
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        prompt = Prompt(body["messages"], len(self.prompts) + 1, body)
        self.prompts.append(prompt)
        self.open_calls += 1
        self.most_open = max(self.most_open, self.open_calls)
        try:
            return await self._reply(request, self.script(prompt), bool(body.get("stream")))
        except (ConnectionError, asyncio.CancelledError):
            self.broken_off += 1
            raise
        finally:
            self.open_calls -= 1

    async def _reply(self, request: web.Request, reply: Reply, streamed: bool) -> web.StreamResponse:
        await asyncio.sleep(reply.wait)
        if reply.status != 200:
            error = {"error": {"message": "scripted", "type": "server_error", "code": str(reply.status)}}
            return web.json_response(error, status=reply.status, headers=reply.headers)
        assert streamed, "Reggi streams"
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        text = reply.text if reply.cut_at is None else reply.text[: reply.cut_at]
        for at in range(0, len(text), _PIECE):
            await asyncio.sleep(reply.wait_between)
            await self._event(response, {"choices": [_choice({"content": text[at : at + _PIECE]})]})
        if reply.cut_at is not None:
            assert request.transport is not None
            await asyncio.sleep(0.1)  # a reset would take with it what was not read yet
            request.transport.abort()
            return response
        await self._event(response, {"choices": [_choice({}, reply.finish)]})
        usage = {
            "prompt_tokens": 1000,
            "completion_tokens": len(text) // 4,
            "total_tokens": 1000 + len(text) // 4,
        }
        await self._event(response, {"choices": [], "usage": usage})
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _event(self, response: web.StreamResponse, part: dict[str, Any]) -> None:
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake", **part}
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())


def _choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}


@asynccontextmanager
async def served(script: Script) -> AsyncIterator[FakeModel]:
    """Serve a script on a free port of this machine; `url` is the base address."""
    fake = FakeModel(script)
    app = web.Application(client_max_size=10_000_000)
    app.router.add_post("/v1/chat/completions", fake.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield fake
    finally:
        await runner.cleanup()


# --- scripts


def good(prompt: Prompt) -> Reply:
    """Answer with the law shown, in the digest's words: the reviewed sentence first, then the statements."""
    if prompt.repair:
        return Reply(json.dumps({"sentences": []}))
    short = [(text, marks) for text, marks in prompt.reviewed[:1]] or [
        (t, [m]) for t, m in prompt.statements[:1]
    ]
    sections: dict[str, list[tuple[str, list[str]]]] = {}
    for text, mark in prompt.statements[:6]:
        sections.setdefault(mark.split(".")[0], []).append((text, [mark]))
    return Reply(answer(short, [("What the law says", rows) for rows in sections.values()]))


_TURNS = (
    (" must ", " may "), (" may not ", " may "), (" may ", " must "), (" need not ", " must "), (" is not ", " is "),
    (" are not ", " are "), (" controller", " processor"), ("attorney general", "district attorney"),
)  # fmt: skip


def lie(text: str, number: int) -> str:
    """Return a statement with something wrong in it: a figure, or a duty, a denial or a party turned round."""
    figures = [m for m in re.finditer(r"(?<![\w.§:-])\d[\d,]*(?![\w.:-])", text) if m.group() != "1"]
    if figures and number % 2 == 0:
        m = figures[number % len(figures)]
        return f"{text[: m.start()]}{int(m.group().replace(',', '')) * 2 + 1}{text[m.end() :]}"
    for old, new in (*_TURNS[number % len(_TURNS) :], *_TURNS):
        if old in text and new.strip() not in text and not (new == " must " and " may not " in text):
            return text.replace(old, new, 1)  # "must not" would be as true as "may not"
    return f"{text.rstrip('.')} and the fine for this is ${3_333 + number} a day."


INVENTED = (
    "A business must register with the Privacy Protection Board every 18 months.",
    "Violations are punished with up to two years in prison and a fine of $250,000.",
    "Consumers may demand a copy of the source code of any algorithm that profiles them.",
    "The governor may suspend these duties for businesses with fewer than 12 employees.",
)


def lying(prompt: Prompt) -> Reply:
    """Answer with falsehoods only, sent back ones included."""
    if prompt.repair:
        rows = [
            {"id": name, "text": INVENTED[i % len(INVENTED)], "marks": ["1.1"]}
            for i, (name, _) in enumerate(prompt.failed)
        ]
        return Reply(json.dumps({"sentences": rows}))
    short = [(lie(text, i), marks) for i, (text, marks) in enumerate(prompt.reviewed[:2])]
    told = [(lie(text, i), [mark]) for i, (text, mark) in enumerate(prompt.statements[:8])]
    invented = [(text, [prompt.statements[0][1]]) for text in INVENTED]
    return Reply(answer(short or told[:2], [("The law", told), ("More", invented)], invented[:1]))
