"""Templates and files of the page, and the words it uses for what the records hold."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from bots.render import places_line, safe_link
from corpus_loader.coverage import Cell
from retrieval.jurisdictions import REASONS
from retrieval.records import Checked, Governs

HERE = Path(__file__).parent
DRAWER = "adaptivecards.min.js"
VENDOR = HERE / "vendor/node_modules/adaptivecards/dist"
"""Microsoft's own library for Adaptive Cards, where `make preview` put it; no part of Reggi."""
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

CHECKED: dict[Checked, str] = {
    "statute_text": "read in the statute’s own words",
    "official_page": "read on an official page",
    "secondary": "from secondary sources only",
}
CELLS: dict[Cell, str] = {
    "statute_text": "Read in the statute’s own words",
    "official_page": "Read on an official page",
    "secondary": "Secondary sources only",
    "none": "Looked for, no such law found",
    "gap": "Not known: a gap",
}
GOVERNS: dict[Governs, str] = {
    "business": "binds businesses",
    "government": "binds public bodies, not businesses",
    "both": "binds businesses and public bodies",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the page: its bytes, type, and a version that changes with it."""

    body: bytes
    kind: str
    version: str


@cache
def files() -> dict[str, File]:
    """Return the page's own files by name, read once."""
    return {path.name: _file(path) for path in sorted((HERE / "static").iterdir()) if path.suffix in TYPES}


@cache
def drawer() -> File | None:
    """Return the library that draws Adaptive Cards; None where it is not installed."""
    path = VENDOR / DRAWER
    return _file(path) if path.is_file() else None


def drawer_address() -> str | None:
    """Return the address of the library that draws Adaptive Cards; None where plain HTML has to do."""
    found = drawer()
    return f"/static/{DRAWER}?{found.version}" if found else None


def _file(path: Path) -> File:
    body = path.read_bytes()
    return File(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:10])


@cache
def templates() -> Environment:
    """Return the templates; everything put into them is escaped, and a name that is missing is an error."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "day": long_day,
        "path": path_part,
        "link": safe_link,
        "places": places_line,
        "markdown": markdown,
        "json": json.dumps,
    }
    env.globals |= {
        "checked_words": CHECKED,
        "cell_words": CELLS,
        "governs_words": GOVERNS,
        "why_words": REASONS,
        "file": file_address,
    }
    return env


def render(name: str, /, **values: object) -> str:
    """Return a template filled with values."""
    return templates().get_template(name).render(values)


def html_page(text: str) -> web.Response:
    """Return HTML as a response, compressed where the browser takes it."""
    response = web.Response(text=text, content_type="text/html", charset="utf-8")
    response.enable_compression()
    return response


def file_address(name: str) -> str:
    """Return the address of one of the page's files, which browsers may keep for as long as they like."""
    return f"/static/{name}?{files()[name].version}"


def long_day(day: dt.date) -> str:
    """Return a date for reading, "July 31, 2025"; the digest gives January 1 where only the year is known."""
    if day.year < 2015 and (day.month, day.day) == (1, 1):
        return str(day.year)
    return f"{day:%B} {day.day}, {day.year}"


def path_part(text: str) -> str:
    """Return a text as one part of an address."""
    return quote(text, safe="")


def markdown(text: str) -> Markup:
    """Return Markdown as HTML; HTML within it is shown and not run, and only safe addresses become links."""
    return Markup(_markdown().render(text))  # noqa: S704 - markdown-it escapes with html=False


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})
