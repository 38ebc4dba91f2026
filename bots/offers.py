"""What is offered around answers, for every channel: what to ask, what to press, what is said to a press."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bots.turn import EXAMPLE, Note, Reply
from retrieval.jurisdictions import registry
from retrieval.records import Answer

PROMPTS = (
    ("Customer data for marketing", EXAMPLE),
    ("Compare breach deadlines", "Compare breach notice deadlines in Arizona, Missouri and Oregon"),
    ("Which states have a privacy act?", "Which states have a comprehensive privacy act?"),
    ("Global Privacy Control", "Must I honor Global Privacy Control in Colorado?"),
)
"""Titles and questions to begin with."""

JUDGED = frozenset({"answered", "not_found", "out_of_scope"})
ABOUT_LAW = frozenset({"answered", "not_found"})
UNASKED = frozenset({"answered", "not_found", "needs_jurisdiction"})

THANKS = "Thank you. I counted that without your name."
NOTED = "Thank you. I noted the reason, without your name."
TOLD_ALREADY = "You told me already. Thank you."
WHAT_WAS_WRONG = "What was wrong?"
WHICH_STATE = "Which state did you mean? I answer again for the one you choose."
CHOOSE_STATE = "Choose the state"
CHOOSE_RIGHT_STATE = "Choose the right state"


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done with a reply: choose its state, correct it, read the law's own words, ask on, judge it."""

    choose_state: bool = False
    wrong_state: bool = False
    statute: bool = False
    follow_up: bool = False
    judge: bool = False


def offers_of(reply: Reply, library: bool) -> Offers:
    """Return what is offered below a reply; `library`: there is law to show."""
    if isinstance(reply, Note):
        return Offers()
    return offers_for(reply.status, library and bool(reply.sources))


def offers_for(status: str, statute: bool) -> Offers:
    """Return what is offered below an answer with this status; `statute`: the law it names can be shown."""
    law = status in ABOUT_LAW
    return Offers(
        choose_state=status == "needs_jurisdiction",
        wrong_state=law,
        statute=law and statute,
        follow_up=law,
        judge=status in JUDGED,
    )


def worth_saying_unasked(reply: Reply) -> bool:
    """Return whether a reply is said in a thread without a mention; "thanks!" and chatter get no word."""
    return isinstance(reply, Answer) and reply.status in UNASKED


@cache
def place_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return every jurisdiction in groups with a label, as (code, name)."""
    labels = {"state": "States", "district": "States", "territory": "Territories", "federal": "Federal"}
    groups: dict[str, list[tuple[str, str]]] = {}
    for place in registry().places:
        groups.setdefault(labels[place.kind], []).append((place.code, place.name))
    return tuple((label, tuple(places)) for label, places in groups.items())
