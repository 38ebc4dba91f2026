"""Questions that people ask next, offered below an answer."""

from __future__ import annotations

from functools import cache

from retrieval.records import Answer
from retrieval.topics import all_topics, asked_topics

PLACES = 3
"""Answers on more places than this are surveys, which are not followed up place by place."""

ASKING = frozenset({"Who", "What"})
"""A topic named in these words is a question already: "What counts as a data breach"."""


def next_questions(answer: Answer, most: int = 3) -> tuple[str, ...]:
    """Return up to `most` questions on what goes with the topic of an answer, in the topic's own order.

    Only questions that Reggi itself takes for that topic are offered, so that each one works when it is pressed.
    """
    if answer.status != "answered" or not answer.topics or len(answer.jurisdictions) > PLACES:
        return ()
    topic = all_topics().get(answer.topics[0])
    brought = [other for other in topic.brings if other not in answer.topics] if topic else []
    found = (_question(other) for other in brought)
    return tuple(question for question in found if question)[:most]


@cache
def _question(topic: str) -> str | None:
    name = all_topics()[topic].name
    question = f"{name}?" if name.split()[0] in ASKING else f"What about {_within(name)}?"
    asked = asked_topics(question)
    return question if asked and asked[0].topic == topic else None


def _within(name: str) -> str:
    words = name.split()
    proper = words[0].isupper() or (len(words) > 1 and words[1][0].isupper())  # "Social Security numbers"
    return name if proper else name[0].lower() + name[1:]
