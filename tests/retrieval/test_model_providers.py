"""Each provider over its own wire: text and tool calls stream in, tokens are counted, keys and addresses go where they belong.

Azure OpenAI comes with the package of the development extra; the others run where their packages are installed.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from retrieval.chat import Message, Piece
from retrieval.errors import ModelMisconfigured
from retrieval.model_compose import PACKAGES, LangChainChat, open_chat
from retrieval.model_writer import ANSWER

SAID = '{"verdict": null, "title": null, "short_answer": [], "sections": [], "conclusion": []}'
TOLD = (Message("system", "You write."), Message("user", "Write."))
Pieces = Callable[[dict[str, Any]], list[bytes]]


@asynccontextmanager
async def wire(pieces: Pieces, kind: str) -> AsyncIterator[tuple[str, list[tuple[str, dict[str, Any], Any]]]]:
    """Serve `pieces` at every path of a free port; the value is its address, and (path, headers, body) of each call."""
    seen: list[tuple[str, dict[str, Any], Any]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        seen.append((request.path_qs, dict(request.headers), body))
        response = web.StreamResponse(headers={"content-type": kind})
        await response.prepare(request)
        for piece in pieces(body):
            await response.write(piece)
        return response

    app = web.Application()
    app.router.add_post("/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    finally:
        await runner.cleanup()


def cut(text: str, size: int = 20) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


async def reply_of(chat: LangChainChat) -> tuple[str, Piece]:
    """Return the text of one reply, and the last piece, which holds the count of tokens."""
    pieces = [piece async for piece in chat.stream(TOLD, ANSWER)]
    return "".join(p.text for p in pieces), pieces[-1]


def as_openai(_: dict[str, Any]) -> list[bytes]:
    def event(part: dict[str, Any]) -> bytes:
        head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return f"data: {json.dumps({**head, **part})}\n\n".encode()

    deltas = [
        event(
            {"choices": [{"index": 0, "delta": {"role": "assistant", "content": t}, "finish_reason": None}]}
        )
        for t in cut(SAID)
    ]
    end = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}})
    return [*deltas, end, usage, b"data: [DONE]\n\n"]


def as_anthropic(body: dict[str, Any]) -> list[bytes]:
    def event(kind: str, **part: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **part})}\n\n".encode()

    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
               "stop_sequence": None, "usage": {"input_tokens": 7, "output_tokens": 1}}  # fmt: skip
    tool = {"type": "tool_use", "id": "t", "name": body["tools"][0]["name"], "input": {}}
    return [
        event("message_start", message=message),
        event("content_block_start", index=0, content_block=tool),
        *(
            event("content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": t})
            for t in cut(SAID)
        ),
        event("content_block_stop", index=0),
        event(
            "message_delta",
            delta={"stop_reason": "tool_use", "stop_sequence": None},
            usage={"input_tokens": 7, "output_tokens": 5},
        ),
        event("message_stop"),
    ]


def as_ollama(_: dict[str, Any]) -> list[bytes]:
    head = {"model": "m", "created_at": "2026-11-21T00:00:00Z"}
    lines = [{**head, "message": {"role": "assistant", "content": t}, "done": False} for t in cut(SAID)]
    end = {
        **head, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop",
        "prompt_eval_count": 7, "eval_count": 5,
    }  # fmt: skip
    return [json.dumps(line).encode() + b"\n" for line in (*lines, end)]


async def test_azure_openai_is_called_by_its_deployment() -> None:
    async with wire(as_openai, "text/event-stream") as (url, seen):
        chat = open_chat(
            "azure_openai:ours", base_url=url, api_key="key-a", options={"api_version": "2024-10-21"}
        )
        text, last = await reply_of(chat)
    path, headers, body = seen[0]
    assert path == "/openai/deployments/ours/chat/completions?api-version=2024-10-21"
    assert {k.lower(): v for k, v in headers.items()}["api-key"] == "key-a"
    assert body["response_format"]["type"] == "json_schema"
    assert (text, last.tokens_in, last.tokens_out, last.ended) == (SAID, 7, 5, "stop")


async def test_anthropic_answers_by_a_tool() -> None:
    pytest.importorskip("langchain_anthropic", reason="the extra anthropic is not installed")
    async with wire(as_anthropic, "text/event-stream") as (url, seen):
        text, last = await reply_of(open_chat("anthropic:ours", base_url=url, api_key="key-b"))
    path, headers, body = seen[0]
    assert path.startswith("/v1/messages")
    assert any("key-b" in value for value in headers.values())
    assert body["tool_choice"]["name"] == "answer"
    assert body["max_tokens"] == 2_000
    assert json.loads(text) == json.loads(SAID)
    assert (last.tokens_in, last.tokens_out, last.ended) == (7, 5, "tool_use")


async def test_ollama_is_given_the_schema() -> None:
    pytest.importorskip("langchain_ollama", reason="the extra ollama is not installed")
    async with wire(as_ollama, "application/x-ndjson") as (url, seen):
        text, last = await reply_of(open_chat("ollama:ours", base_url=url, output_tokens=300))
    path, _, body = seen[0]
    assert path == "/api/chat"
    assert body["format"]["required"] == list(ANSWER.schema["required"])
    assert body["options"]["num_predict"] == 300
    assert (text, last.tokens_in, last.tokens_out, last.ended) == (SAID, 7, 5, "stop")


def test_bedrock_is_opened_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_aws", reason="the extra bedrock is not installed")
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    chat = open_chat("bedrock_converse:anthropic.claude-x-v1:0", base_url="http://127.0.0.1:9")
    assert chat.name == "bedrock_converse:anthropic.claude-x-v1:0"


@pytest.mark.parametrize(
    "name", ["openai:x", "azure_openai:x", "anthropic:x", "bedrock_converse:x", "ollama:x"]
)
def test_what_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either the package, with the extra that brings it, or the settings that the provider wants."""
    for variable in ("OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION", "ANTHROPIC_API_KEY", "AWS_DEFAULT_REGION", "AWS_REGION"):  # fmt: skip
        monkeypatch.delenv(variable, raising=False)
    provider = name.split(":", maxsplit=1)[0]
    try:
        open_chat(name)
    except ModelMisconfigured as error:
        extra = PACKAGES[provider]
        assert re.search(rf"reggi\[{extra}\]|it wants .*(?:KEY|REGION)", str(error)), error
    else:
        assert provider in (
            "ollama",
            "bedrock_converse",
            "anthropic",
        )  # they miss nothing before the first call
