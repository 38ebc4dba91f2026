"""The page's routes, put beside those of Slack and Teams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from aiohttp import web

from bots.library import Library
from bots.turn import Turns
from bots.web.asking import Asking, Preview
from bots.web.guard import add_headers, guarded
from bots.web.known import Covered, Known
from bots.web.look import DRAWER, drawer, files
from corpus_loader.coverage import coverage
from retrieval.jurisdictions import registry


def mount(
    app: web.Application,
    turns: Turns,
    library: Library,
    previews: Mapping[str, Preview],
    everybody: bool,
    covered: Covered = coverage,
    today: Callable[[], dt.date] = dt.date.today,
) -> None:
    """Add the page to an application.

    `previews` draw an answer as another channel shows it, by the channel's name. `everybody`: not only this machine
    may look; put a log-in in front then.
    """
    places = registry().places
    names = {place.code: place.name for place in places}
    asking = Asking(turns, library, names, previews)
    known = Known(library, names, {p.code: p.official_code_url for p in places}, covered, today)
    routes = (
        ("GET", "/", asking.index),
        ("POST", "/ask", asking.ask),
        ("GET", r"/answers/{key:a[0-9a-f]+}.{form:csv|txt|json}", asking.download),
        ("GET", r"/answers/{key:a[0-9a-f]+}/preview", asking.preview),
        ("GET", "/coverage", known.map),
        ("GET", "/coverage/{place}", known.place),
        ("GET", "/law/{place}/{law}", known.law),
        ("GET", "/law/{place}/{law}/{section}", known.section),
        ("GET", "/static/{name}", _file),
    )
    for method, path, handler in routes:
        app.router.add_route(method, path, guarded(handler, everybody))
    app.on_response_prepare.append(add_headers)


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    found = files().get(name) or (drawer() if name == DRAWER else None)
    if found is None:
        raise web.HTTPNotFound(text="There is no such file.")
    # The address carries the version, so a browser may keep it.
    response = web.Response(
        body=found.body,
        content_type=found.kind,
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
    response.enable_compression()
    return response
