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
from bots.errors import RequestRefused
from bots.library import Library
from bots.offers import PROMPTS
from bots.threads import Thread
from bots.turn import Note, Reply, Turns
from bots.web.exports import as_csv, as_json, as_text
from bots.web.kept import KeptReplies, new_key
from bots.web.links import source_links
from bots.web.look import drawer_address, html_page, render
from bots.web.parts import Shown, begin_turn, note_piece, pieces_of_part, whole_turn
from bots.web.tiles import TILES
from retrieval.errors import RetrievalError
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Answer, Source

WAYS = ("Choose states on the small map below the question, or name them in it.",)
STILL_SECONDS = 8.0
"""A waiting browser hears from us this often, so that neither it nor a proxy takes the line for dead."""
Preview = Callable[[Reply], Sequence[Mapping[str, Any]]]
"""A platform's own rendering of a reply: its messages as plain data."""

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
        reply, key = await self._turns.reply(asked), new_key()
        self._kept.keep(key, reply)
        links = await self._links(reply.sources) if isinstance(reply, Answer) else {}
        turn = whole_turn(f"t{key}", question, reply, Shown(key, links))
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
        return html_page(render(name, messages=messages, drawer=drawer_address()))

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
            examples=[question for _, question in PROMPTS],
            turn=turn,
            conversation=conversation or secrets.token_hex(16),
        )
        return html_page(html)

    async def _links(self, sources: Sequence[Source]) -> dict[str, str]:
        with suppress(RetrievalError):  # the answer is there; only its links into the law are not
            return await source_links(sources, self._library)
        return {}

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
        """What the browser is told: begin, one verified part after another, progress while it waits, done."""
        key = new_key()
        yield "begin", {"html": begin_turn(f"t{key}", asked.text)}
        told, links, title = set[str](), dict[str, str](), ""
        async with aclosing(self._parts(asked)) as parts:
            async for part in parts:
                if part is None:
                    yield "progress", {"text": "Checking the rest …" if title else "Still looking it up …"}
                    continue
                if isinstance(part, Note):
                    piece = note_piece(part)
                    yield "part", {"slot": piece.slot, "html": piece.html}
                    yield "done", {"text": "The answer broke off." if title else "No answer."}
                    return
                title = part.so_far.title
                new = [source for source in part.sources if source.mark not in told]
                told |= {source.mark for source in new}
                links |= await self._links(new)
                self._kept.keep(key, part.so_far)
                for piece in pieces_of_part(part, new, Shown(key, links)):
                    yield "part", {"slot": piece.slot, "html": piece.html}
        yield "done", {"text": f"Answer: {title}."}

    async def _parts(self, asked: Asked) -> AsyncGenerator[AnswerPart | Note | None, None]:
        """The parts of an answer as they are verified, None after each silence, or the sentence in its place."""
        ready: asyncio.Queue[AnswerPart | None] = asyncio.Queue()

        async def show(part: AnswerPart) -> None:
            ready.put_nowait(part)

        replying = asyncio.create_task(self._turns.answer(asked, show))
        replying.add_done_callback(lambda _: ready.put_nowait(None))
        count = 0
        try:
            while not (replying.done() and ready.empty()):
                try:
                    part = await asyncio.wait_for(ready.get(), STILL_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if part is not None:
                    count += 1
                    yield part
        finally:
            replying.cancel()  # does nothing unless the browser went away
        reply = replying.result().reply
        if isinstance(reply, Note):
            yield reply
            return
        for part in parts_of(reply)[count:]:  # all of them from a brain that hands out none on the way
            yield part


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
