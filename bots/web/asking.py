"""Asking on the page: the form, the answer as it comes, what can be done with an answer."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from bots.asked import Asked
from bots.conversations import Thread
from bots.errors import RequestRefused
from bots.turn import EXAMPLE, Note, Reply, Turns
from bots.web.exports import as_csv, as_json, as_text
from bots.web.kept import KeptReplies
from bots.web.links import Library, source_links
from bots.web.look import html_page, render
from bots.web.parts import Shown, begin_turn, parts_of, whole_turn
from bots.web.tiles import TILES
from retrieval.errors import RetrievalError
from retrieval.records import Answer

Preview = Callable[[Reply], Sequence[Mapping[str, Any]]]
"""A platform's own rendering of a reply: its messages as plain data."""

EXAMPLES = (
    EXAMPLE,
    "Compare breach notice deadlines in Arizona, Missouri and Oregon",
    "Which states have a comprehensive privacy act?",
    "Must I honor Global Privacy Control in Colorado?",
)
WAYS = ("Choose states on the small map below the question, or name them in it.",)
STILL_SECONDS = 8.0
"""A waiting browser hears from us this often, so that neither it nor a proxy takes the line for dead."""
_CONVERSATION = re.compile(r"[0-9a-f]{32}")


class Asking:
    """The handlers around a question. `names` are the jurisdictions' names by code."""

    def __init__(
        self, turns: Turns, library: Library, names: Mapping[str, str], previews: Mapping[str, Preview]
    ) -> None:
        self._turns = turns
        self._library = library
        self._names = names
        self._previews = previews
        self._kept = KeptReplies()

    async def index(self, request: web.Request) -> web.Response:
        """The page, with states chosen by `?place=MN`."""
        return self._page(set(request.query.getall("place", [])))

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Answer a form: as server-sent events where the browser wants them, otherwise as a whole page."""
        try:
            form = await request.post()
        except (ValueError, LookupError, AssertionError) as error:  # no boundary, an unknown encoding …
            raise RequestRefused(f"form unreadable: {type(error).__name__}", 400) from error
        conversation = _text(form, "conversation")
        if not _CONVERSATION.fullmatch(conversation):
            conversation = secrets.token_hex(16)
        places = [str(code) for code in form.getall("place", []) if str(code) in self._names]
        question = with_places(_text(form, "question"), [self._names[code] for code in places])
        asked = Asked(question, Thread("web", "page", conversation), (), ways=WAYS)
        if "text/event-stream" in request.headers.get("Accept", ""):
            return await self._stream(request, asked)
        reply = await self._turns.reply(asked)
        key, shown = await self._shown(reply)
        turn = whole_turn(key, question, reply, shown)
        return self._page(set(places), turn=turn, conversation=conversation)

    async def download(self, request: web.Request) -> web.Response:
        """An answer as a file: csv, txt or json."""
        reply, form = self._reply(request), request.match_info["form"]
        body: str | None = None
        if form == "txt":
            body = as_text(reply)
        elif isinstance(reply, Answer):
            body = as_csv(reply) if form == "csv" else as_json(reply)
        if body is None:
            raise web.HTTPNotFound(text="This answer has no comparison table.")
        kind = {"csv": "text/csv", "txt": "text/plain", "json": "application/json"}[form]
        # Text is shown, and can be copied; the others are files.
        sent = {} if form == "txt" else {"Content-Disposition": f'attachment; filename="reggi.{form}"'}
        return web.Response(text=body, content_type=kind, charset="utf-8", headers=sent)

    async def preview(self, request: web.Request) -> web.Response:
        """An answer side by side as each platform's renderer writes it."""
        reply = self._reply(request)
        messages = {name: write(reply) for name, write in self._previews.items()}
        name = "part_preview.html" if "part" in request.query else "preview.html"
        return html_page(render(name, messages=messages))

    def _reply(self, request: web.Request) -> Reply:
        reply = self._kept.get(request.match_info["key"])
        if reply is None:
            raise web.HTTPNotFound(
                text="I keep only the last answers, and this one is no longer among them. Please ask again."
            )
        return reply

    def _page(self, chosen: set[str], turn: str = "", conversation: str | None = None) -> web.Response:
        html = render(
            "ask.html",
            tiles=TILES,
            names=self._names,
            chosen=chosen,
            examples=EXAMPLES,
            turn=turn,
            conversation=conversation or secrets.token_hex(16),
        )
        return html_page(html)

    async def _shown(self, reply: Reply) -> tuple[str, Shown]:
        key = self._kept.keep(reply)
        links: dict[str, str] = {}
        if isinstance(reply, Answer):
            with suppress(RetrievalError):  # the answer is there; only its links into the law are not
                links = await source_links(reply, self._library)
        return key, Shown(key, links)

    async def _stream(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
        response.content_type, response.charset = "text/event-stream", "utf-8"
        await response.prepare(request)
        async with aclosing(self._events(asked)) as events:
            async for name, data in events:
                await response.write(event(name, data))
        await response.write_eof()
        return response

    async def _events(self, asked: Asked) -> AsyncGenerator[tuple[str, dict[str, str]], None]:
        """What the browser is told: begin, progress while it waits, a part after another, done."""
        turn = f"t{secrets.token_hex(6)}"
        yield "begin", {"html": begin_turn(turn, asked.text)}
        replying = asyncio.create_task(self._turns.reply(asked))
        try:
            while not (await asyncio.wait({replying}, timeout=STILL_SECONDS))[0]:
                yield "progress", {"text": "Still looking it up …"}
        finally:
            if not replying.done():  # the browser went away
                replying.cancel()
        reply = replying.result()
        _, shown = await self._shown(reply)
        for part in parts_of(reply, shown):
            yield "part", {"slot": part.slot, "html": part.html}
        yield "done", {"text": "No answer." if isinstance(reply, Note) else f"Answer: {reply.title}."}


def with_places(question: str, names: Sequence[str]) -> str:
    """Return a question with the chosen states written into it, as one would write it in Slack or Teams."""
    if not names or not question.strip():
        return question
    if len(names) == 1:
        return f"{names[0]}: {question}"
    return f"In {', '.join(names[:-1])} and {names[-1]}: {question}"


def event(name: str, data: Mapping[str, str]) -> bytes:
    """Return a server-sent event; JSON keeps its data on one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _text(form: MultiDictProxy[Any], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
