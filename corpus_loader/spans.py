"""Where extracted text stands in its source: matches it, spaces aside, against the source without its mark-up.

A block that is found proves itself a quotation of the file; one that is not keeps no span and is counted by the caller.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MARKUP = re.compile(
    r"<!--.*?-->|<!\[CDATA\[|\]\]>|<(script|style)\b.*?</\1\s*>|<[^<>]*>|&(?:#\w{1,8}|\w{1,32});",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPES = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Flat:
    """A source without mark-up and white space: `text[i]` stands at character `at[i]` of the source."""

    text: str
    at: NDArray[np.int64]


def _flat(source: str, marks: re.Pattern[str], meaning: str) -> Flat:
    texts: list[str] = []
    places: list[NDArray[np.int64]] = []

    def add(text: str, start: int, fixed: bool = False) -> None:
        kept = np.array([i for i, c in enumerate(text) if not c.isspace()], dtype=np.int64)
        if len(kept):
            texts.append("".join(text.split()))
            places.append(np.full(len(kept), start, dtype=np.int64) if fixed else kept + start)

    end = 0
    for mark in marks.finditer(source):
        add(source[end : mark.start()], end)
        end = mark.end()
        if meaning == "html" and mark[0].startswith("&"):
            add(html.unescape(mark[0]), mark.start(), fixed=True)
        elif meaning == "json":
            add(json.loads(f'"{mark[0]}"'), mark.start(), fixed=True)
    add(source[end:], end)
    return Flat("".join(texts), np.concatenate(places) if places else np.zeros(0, dtype=np.int64))


def flat_html(source: str) -> Flat:
    """Return an HTML or XML source without tags, comments, scripts and entities."""
    return _flat(source, _MARKUP, "html")


def flat_json(source: str) -> Flat:
    """Return a JSON source with its escapes read."""
    return _flat(source, _ESCAPES, "json")


def find_span(flat: Flat, text: str, after: int = 0) -> tuple[tuple[int, int], int] | None:
    """Return ((start, end) in the source, where to look for what follows), or None where the text does not stand there.

    `after` is a position in `flat.text`: what is looked for one after the other is found in order.
    """
    wanted = _SPACE.sub("", text)
    if not wanted:
        return None
    found = flat.text.find(wanted, after)
    if found < 0:
        return None
    last = found + len(wanted)
    return (int(flat.at[found]), int(flat.at[last - 1]) + 1), last
