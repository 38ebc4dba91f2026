"""What begins or ends to apply, by date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from retrieval.catalogue import Catalogue
from retrieval.records import Passage

Kind = Literal["law", "sections", "rule", "ends"]
"""A whole law begins, sections of one do, a single rule does, or a rule has its last day."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: a whole law, some sections of one, or a single rule begins; or a rule ends with this day.

    `what` names sections or gives the rule; `law_id` leads to the law.
    """

    day: dt.date
    jurisdiction: str
    law_id: str
    law: str
    kind: Kind
    what: str
    citation: str


def changes(law: Catalogue, since: dt.date, today: dt.date) -> tuple[Change, ...]:
    """Return what begins after `since`, and what ends on `today` or later, in one jurisdiction, by date.

    A law whose sections all begin on one day is one change; so are the sections of a law that begin together.
    """
    found: list[Change] = []
    for law_id, passages in law.laws.items():
        first = passages[0]
        first_day = min((p.in_force_from for p in passages if p.in_force_from), default=None)
        by_day: dict[dt.date, list[Passage]] = {}
        for passage in passages:
            if passage.in_force_from and passage.in_force_from > since:
                by_day.setdefault(passage.in_force_from, []).append(passage)
            found += _rules(passage, since, today)
        for day, together in by_day.items():
            kind: Kind = "law" if day == first_day else "sections"
            what = "" if kind == "law" else "; ".join(p.title for p in together)
            found.append(Change(day, law.jurisdiction, law_id, first.law, kind, what, together[0].citation))
    return tuple(sorted(found, key=lambda c: (c.day, c.law, c.kind)))


def by_day(found: Iterable[Change]) -> tuple[tuple[dt.date, tuple[Change, ...]], ...]:
    """Return changes grouped by day, in order."""
    ordered = sorted(found, key=lambda c: (c.day, c.jurisdiction, c.law))
    return tuple((day, tuple(group)) for day, group in groupby(ordered, key=lambda c: c.day))


def _rules(passage: Passage, since: dt.date, today: dt.date) -> list[Change]:
    """Rules with dates of their own, where those differ from their section's."""
    own: list[Change] = []
    where = (passage.jurisdiction, passage.law_id, passage.law)
    for statement in passage.statements:
        begins, ends = statement.in_force_from, statement.in_force_to
        if begins and begins > since and begins != passage.in_force_from:
            own.append(Change(begins, *where, "rule", statement.text, passage.citation))
        if ends and ends >= today:
            own.append(Change(ends, *where, "ends", statement.text, passage.citation))
    return own
