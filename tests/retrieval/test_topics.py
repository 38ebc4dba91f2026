"""Which question a text asks: for every topic texts that ask it and near misses that do not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from retrieval.topics import all_topics, asked_topics

CASES = tomllib.loads((Path(__file__).parent / "topic_cases.toml").read_text(encoding="utf-8"))
ASKS = [(topic, text) for topic, row in CASES.items() for text in row["asks"]]
NOT = [(topic, text) for topic, row in CASES.items() for text in row["not"]]


def test_every_topic_has_cases() -> None:
    assert list(CASES) == list(all_topics())
    assert all(row["asks"] and row["not"] for row in CASES.values())


@pytest.mark.parametrize(("topic", "text"), ASKS)
def test_a_text_asks_its_topic_first(topic: str, text: str) -> None:
    asked = asked_topics(text)
    assert asked, "no topic"
    assert asked[0].topic == topic


@pytest.mark.parametrize(("topic", "text"), NOT)
def test_a_near_miss_does_not(topic: str, text: str) -> None:
    assert topic not in [s.topic for s in asked_topics(text)[:1]]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Who enforces it and what are the penalties?", {"enforcement", "penalties"}),
        (
            "How soon must people be told of a breach, and must the attorney general be told?",
            {"breach-deadline", "breach-regulator"},
        ),
        ("hello", set()),
        ("", set()),
        ("Write me a poem about summer.", set()),
    ],
)
def test_clauses_can_ask_several(text: str, topics: set[str]) -> None:
    assert topics <= {s.topic for s in asked_topics(text)}
    assert topics or not asked_topics(text)
