"""The adversarial set for the checks of claims: sentences, the sections they cite, and what is wrong with them.

`grounding_cases.jsonl` holds one pair a line: `round`, `kind` ("supported", or what is wrong), `cites` (sections), `sentence`.
`grounding_passages.jsonl` holds those sections as the digest had them when the set was written, whole, and
`grounding_positions.jsonl` the sentences of positions that rest on them, so that a later change of the digest does not
change the measure. All sentences were written by hand from the statements. Rounds 2 to 13 were each written after the checks
and before the checks were run on them; those from 6 to 9 answer questions of the exam as a chat model would, from the same
prompt, and those from 10 on keep to sections drawn at random, one to a jurisdiction. See tests/benchmarks/bench_grounding.py.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from retrieval.grounds import Ground, ground_in, grounds_of
from retrieval.records import LawStatement, Passage

HERE = Path(__file__).parent
DAY = dt.date(2026, 11, 21)


@dataclass(frozen=True)
class Case:
    """One sentence and the sections it cites ("MN/breach-notification#325E.61")."""

    round: int
    kind: str
    cites: tuple[str, ...]
    sentence: str


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


@cache
def sections() -> dict[str, Passage]:
    """Return the sections by id."""
    found = {}
    for line in (HERE / "grounding_passages.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        statements = tuple(
            LawStatement(s["text"], ("topic",), _day(s["in_force_from"]), _day(s["in_force_to"]))
            for s in row["statements"]
        )
        found[row["id"]] = Passage(
            jurisdiction=row["jurisdiction"], law_id=row["law_id"], law=row["law"], section=row["section"], citation=row["citation"],
            title=row["title"], url="https://law.example", text="\n".join(s.text for s in statements), text_kind="digest",
            kind="statute", governs="business", topics=(), in_force_from=_day(row["in_force_from"]),
            in_force_to=_day(row["in_force_to"]), reviewed=DAY, checked="statute_text", statements=statements,
            short_names=tuple(row["short_names"]),
        )  # fmt: skip
    return found


@cache
def cases() -> tuple[Case, ...]:
    """Return the pairs in file order."""
    rows = (
        json.loads(line) for line in (HERE / "grounding_cases.jsonl").read_text(encoding="utf-8").splitlines()
    )
    return tuple(Case(r["round"], r["kind"], tuple(r["cites"]), r["sentence"]) for r in rows)


@cache
def _positions() -> tuple[tuple[frozenset[str], Ground], ...]:
    """Return the sentences of positions with the sections they rest on."""
    found = []
    for line in (HERE / "grounding_positions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rests_on = tuple(sections()[name] for name in row["rests_on"])
        found.append((frozenset(row["rests_on"]), ground_in(row["text"], rests_on, DAY, row["subject"])))
    return tuple(found)


def grounds(case: Case) -> tuple[Ground, ...]:
    """Return what may bear a sentence: the sections it cites, and from round 6 on what positions say of just these."""
    own = tuple(g for cite in case.cites for g in grounds_of(sections()[cite], DAY))
    cited = set(case.cites)
    return (*own, *(g for rests_on, g in _positions() if case.round >= 6 and rests_on <= cited))
