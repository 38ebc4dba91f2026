"""A reply as pieces of HTML in the order in which they are shown, so that they can be sent one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from bots.render import FEDERAL, place_names
from bots.turn import Note, Reply
from bots.web.followups import next_questions
from bots.web.look import templates

Slot = Literal["prose", "sources", "foot"]
"""Where a piece goes within its turn: the text, the list of sources beside it, what can be done with it."""


@dataclass(frozen=True, slots=True)
class Part:
    slot: Slot
    html: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reply needs besides itself: the id of its turn on the page, and the section pages by mark."""

    key: str
    links: Mapping[str, str]


@cache
def _macros() -> Any:
    return templates().get_template("answer.html").module


def begin_turn(key: str, question: str) -> str:
    """Return a turn with the question in it and empty slots."""
    return str(_macros().turn(key, question))


def parts_of(reply: Reply, shown: Shown) -> Iterator[Part]:
    """Yield the parts of a reply in reading order; a note is one."""
    write = _macros()
    if isinstance(reply, Note):
        yield Part("prose", write.note(reply))
        return
    names = place_names(reply)
    yield Part("prose", write.head(reply, shown))
    if reply.table:
        yield Part("prose", write.table(reply, names, shown))
    codes = {s.jurisdiction for s in reply.sections if s.jurisdiction and s.jurisdiction != FEDERAL}
    before: str | None = None
    for section in reply.sections:
        place = names[section.jurisdiction] if len(codes) > 1 and section.jurisdiction else None
        begins = place is not None and section.jurisdiction != before
        before = section.jurisdiction
        yield Part("prose", write.section(section, place, begins, shown))
    if reply.conclusion:
        yield Part("prose", write.conclusion(reply, shown))
    if reply.sources:
        yield Part("sources", write.sources(reply, names, shown))
    yield Part("foot", write.foot(reply, shown, next_questions(reply)))


def whole_turn(key: str, question: str, reply: Reply, shown: Shown) -> str:
    """Return a turn with everything in it, for a browser without JavaScript."""
    slots: dict[str, str] = {"prose": "", "sources": "", "foot": ""}
    for part in parts_of(reply, shown):
        slots[part.slot] += part.html
    return str(_macros().turn(key, question, **slots))
