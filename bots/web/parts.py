"""A reply as pieces of HTML in the order in which they are shown, so that they can be sent one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from bots.render import has_several_places, place_names
from bots.turn import Note, Reply
from bots.web.followups import next_questions
from bots.web.look import templates
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Answer, Source

Slot = Literal["prose", "sources", "foot"]
"""Where a piece goes within its turn: the text, the list of sources beside it, what can be done with it."""


@dataclass(frozen=True, slots=True)
class Piece:
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


def note_piece(note: Note) -> Piece:
    """Return the sentence that stands in an answer's place."""
    return Piece("prose", _macros().note(note))


def pieces_of_part(part: AnswerPart, new: Sequence[Source], shown: Shown) -> Iterator[Piece]:
    """Yield what a verified part adds to a turn: its text, the sources that are `new` with it, at last the foot."""
    write, so_far = _macros(), part.so_far
    if part.kind == "opening":
        yield Piece("prose", write.head(so_far, shown))
        if so_far.table:
            yield Piece("prose", write.table(so_far, place_names(so_far), shown))
    elif part.kind == "section" and part.section:
        place, begins = _place(so_far)
        yield Piece("prose", write.section(part.section, place, begins, shown))
    elif part.kind == "conclusion":
        yield Piece("prose", write.conclusion(so_far, shown))
    if new:
        yield Piece("sources", write.sources(new, place_names(so_far), shown))
    if part.kind == "whole":
        yield Piece("foot", write.foot(so_far, shown, next_questions(so_far)))


def whole_turn(key: str, question: str, reply: Reply, shown: Shown) -> str:
    """Return a turn with everything in it, for a browser without JavaScript."""
    slots: dict[str, str] = {"prose": "", "sources": "", "foot": ""}
    if isinstance(reply, Note):
        slots["prose"] = note_piece(reply).html
        return str(_macros().turn(key, question, **slots))
    for part in parts_of(reply):
        new = reply.sources if part.kind == "whole" else ()  # all at once, in their own order
        for piece in pieces_of_part(part, new, shown):
            slots[piece.slot] += piece.html
    return str(_macros().turn(key, question, count=len(reply.sources), **slots))


def _place(so_far: Answer) -> tuple[str | None, bool]:
    """The name of the last section's jurisdiction where there are several, and whether it begins with that section."""
    last = so_far.sections[-1].jurisdiction
    if not last or not has_several_places(so_far):
        return None, False
    before = so_far.sections[-2].jurisdiction if len(so_far.sections) > 1 else None
    return place_names(so_far)[last], last != before
