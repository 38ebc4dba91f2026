"""Draw statements at random for someone else to recheck against the source."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from corpus_loader.check import read_digest
from corpus_loader.read_digest import DIGEST


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of the digest and where to look it up."""

    jurisdiction: str
    citation: str
    text: str
    url: str
    checked: str
    checked_with: str
    path: Path
    line: int


def draw_facts(count: int, seed: int, root: Path = DIGEST, jurisdiction: str | None = None) -> list[Fact]:
    """Return `count` statements, evenly over jurisdictions as far as they go; the same for the same seed and digest."""
    facts: dict[str, list[Fact]] = {}
    for law in read_digest(root, jurisdiction).laws:
        for section, line in zip(law.sections, law.lines, strict=True):
            facts.setdefault(law.jurisdiction, []).extend(
                Fact(
                    law.jurisdiction,
                    section.citation,
                    s.text,
                    section.url,
                    section.checked,
                    law.checked_with,
                    law.path,
                    line,
                )
                for s in section.statements
            )
    chance = random.Random(seed)  # noqa: S311 - a draw for review, no secret
    for own in facts.values():
        chance.shuffle(own)
    places = sorted(facts)
    chance.shuffle(places)
    drawn: list[Fact] = []
    while len(drawn) < count and any(facts.values()):
        for place in places:
            if facts[place] and len(drawn) < count:
                drawn.append(facts[place].pop())
    return drawn
