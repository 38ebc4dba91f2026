"""The standard questions (config/topics.toml) and which of them a text asks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of config/topics.toml."""

    id: str
    name: str
    question: str
    verdict_asks: str


@cache
def all_topics() -> dict[str, Topic]:
    """Return the topics by id, in the file's order."""
    rows = tomllib.loads(resources.files("config").joinpath("topics.toml").read_text(encoding="utf-8"))["topic"]
    return {row["id"]: Topic(row["id"], row["name"], row["question"], row["verdict_asks"]) for row in rows}
