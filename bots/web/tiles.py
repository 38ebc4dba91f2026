"""The tile map: a square for every jurisdiction, about where it lies, and what colours it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from bots.web.look import CELLS, long_day
from corpus_loader.coverage import Cell, Coverage
from retrieval.catalogue import Catalogue
from retrieval.topics import Topic

ROWS = (
    "AK .. .. .. US .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. VT NH",
    "WA ID MT ND MN IL WI MI NY RI MA",
    "OR NV WY SD IA IN OH PA NJ CT ..",
    "CA UT CO NE MO KY WV VA MD DE ..",
    ".. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. TX .. .. .. .. FL .. ..",
    "GU MP AS .. .. .. .. .. .. PR VI",
)
"""The layout many newsrooms use, with the territories below and federal law above."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the map; row and column count from 0."""

    code: str
    row: int
    column: int


TILES = tuple(
    Tile(code, row, column)
    for row, line in enumerate(ROWS)
    for column, code in enumerate(line.split())
    if code != ".."
)
COLUMNS = len(ROWS[0].split())


Tone = Literal["full", "strong", "half", "light", "none", "gap"]
"""The colours of the map, from much to nothing; style.css gives each a light and a dark form."""
SIGNS: dict[Tone, str] = {"full": "●", "strong": "◕", "half": "◐", "light": "◔", "none": "○", "gap": "?"}
"""The same as a sign, for whoever cannot tell the colours apart."""


@dataclass(frozen=True, slots=True)
class Shade:
    """What colours one tile, and the words for it."""

    tone: Tone
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """One line below the map: how many tiles have this label."""

    tone: Tone
    sign: str
    label: str
    count: int


_CELL_TONES: dict[Cell, Tone] = {
    "statute_text": "full", "official_page": "strong", "secondary": "half", "none": "none", "gap": "gap",
}  # fmt: skip
_AGES: tuple[tuple[int, Tone, str], ...] = (
    (31, "full", "Oldest section reviewed within a month"),
    (92, "strong", "within three months"),
    (183, "half", "within six months"),
    (366, "light", "within a year"),
)
ACT = "comprehensive-act"
IN_FORCE, COMING, NO_ACT, UNKNOWN = (
    "Comprehensive act in force",
    "Enacted, not yet in force",
    "No comprehensive act",
    "Not known: a gap",
)


def act_shade(law: Catalogue, today: dt.date) -> Shade:
    """Return whether a comprehensive act is in force, coming or absent.

    Coming: the position says no, and the section it rests on first takes effect later than `today`.
    """
    position = law.positions.get(ACT)
    if position is None or position.verdict is None:
        return Shade("gap", UNKNOWN)
    said = position.statements[0]
    first = law.digest.get(said.rests_on[0]) if said.rests_on else None
    if position.verdict != "no":
        return Shade("full", IN_FORCE, said.text)
    if first is not None and first.in_force_from and first.in_force_from > today:
        return Shade("half", COMING, f"from {long_day(first.in_force_from)}")
    return Shade("none", NO_ACT, said.text)


def topic_shade(row: Coverage | None, law: Catalogue, topic: Topic) -> Shade:
    """Return how well one topic is known, and what is said first about it."""
    cell: Cell = row.cells[topic.id] if row else "gap"
    position = law.positions.get(topic.id)
    said = position.statements[0].text if position else ""
    return Shade(_CELL_TONES[cell], CELLS[cell], said)


def review_shade(row: Coverage | None, today: dt.date) -> Shade:
    """Return how long ago the oldest section was reviewed."""
    if row is None or row.oldest is None:
        return Shade("gap", UNKNOWN)
    days = (today - row.oldest).days
    for most, tone, label in _AGES:
        if days <= most:
            return Shade(tone, label, long_day(row.oldest))
    return Shade("none", "longer than a year ago", long_day(row.oldest))


def legend(shades: dict[str, Shade]) -> tuple[Legend, ...]:
    """Return the labels in use with their counts, from much to nothing."""
    count = Counter((shade.tone, shade.label) for shade in shades.values())
    order = list(SIGNS)
    found = sorted(count.items(), key=lambda item: order.index(item[0][0]))
    return tuple(Legend(tone, SIGNS[tone], label, number) for (tone, label), number in found)
