"""What the digest covers: jurisdictions by topics, how it was checked and how long ago."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpus_loader.check import read_digest
from corpus_loader.read_digest import DIGEST, SURVEY_LAW
from retrieval.records import Passage, Position
from retrieval.topics import all_topics

Cell = Literal["statute_text", "official_page", "secondary", "none", "gap"]
"""How the best source of a position was checked; `none`: looked for and not found; `gap`: no position."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One jurisdiction: a cell for every topic in the order of config/topics.toml, counts and the oldest review."""

    jurisdiction: str
    cells: dict[str, Cell]
    laws: int
    sections: int
    statements: int
    positions: int
    checked: dict[str, int]
    oldest: dt.date | None


def _cell(position: Position | None, sections: dict[tuple[str, str, str], Passage]) -> Cell:
    if position is None:
        return "gap"
    cited = [sections[k].checked for s in position.statements for k in s.rests_on if k in sections]
    if not cited or (position.no_law and position.statements[0].rests_on[0][1] == SURVEY_LAW):
        return "none"
    for kind in ("statute_text", "official_page"):
        if kind in cited:
            return kind
    return "secondary"


def coverage(root: Path = DIGEST) -> list[Coverage]:
    """Return the coverage of each jurisdiction of the digest below `root`, by code."""
    digest = read_digest(root)
    sections = {p.key: p for law in digest.laws for p in law.sections}
    positions = {f.jurisdiction: {p.topic: p for p in f.positions} for f in digest.positions}
    rows = []
    for code in sorted({law.jurisdiction for law in digest.laws} | set(positions)):
        own = [p for law in digest.laws if law.jurisdiction == code for p in law.sections]
        said = positions.get(code, {})
        rows.append(
            Coverage(
                jurisdiction=code,
                cells={topic: _cell(said.get(topic), sections) for topic in all_topics()},
                laws=len({p.law_id for p in own}),
                sections=len(own),
                statements=sum(len(p.statements) for p in own),
                positions=len(said),
                checked=dict(Counter(p.checked for p in own)),
                oldest=min((p.reviewed for p in own), default=None),
            )
        )
    return rows


def as_json(rows: list[Coverage]) -> list[dict[str, Any]]:
    """Return the coverage as JSON objects."""
    return [
        {
            "jurisdiction": r.jurisdiction,
            "laws": r.laws,
            "sections": r.sections,
            "statements": r.statements,
            "positions": r.positions,
            "checked": r.checked,
            "oldest_review": r.oldest.isoformat() if r.oldest else None,
            "topics": dict(r.cells),
        }
        for r in rows
    ]
