"""The table of texts and what they ask about: jurisdiction_cases.jsonl, labelled by hand.

One object a line: `group`, `text`, `jurisdictions` (codes in any order; "*" stands for the 50 states, less what is
excluded) and `excluded`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus_loader.read_digest import digest_law_names
from retrieval.jurisdictions import Detector, LawName, registry

TABLE = Path(__file__).parent / "jurisdiction_cases.jsonl"


@dataclass(frozen=True)
class Case:
    """One text with what must be found and left out."""

    group: str
    text: str
    found: frozenset[str]
    excluded: frozenset[str]


@cache
def cases() -> tuple[Case, ...]:
    """Return the table in the file's order."""
    states = registry().states
    table = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        excluded = frozenset(row.get("excluded", ()))
        found = {code for item in row["jurisdictions"] for code in (states if item == "*" else (item,))}
        table.append(Case(row["group"], row["text"], frozenset(found) - excluded, excluded))
    return tuple(table)


@cache
def detector(with_corpus: bool = True) -> Detector:
    """Return a detector that knows the laws of the shipped digest, or those of the registry alone."""
    names = digest_law_names() if with_corpus else ()
    return Detector(registry(), tuple(LawName(name, place) for name, place in names))


def misses(reader: Detector) -> list[str]:
    """Return a line for each case that is not matched exactly."""
    lines = []
    for case in cases():
        read = reader.detect(case.text)
        left_out = {d.code for d in read.excluded}
        if set(read.codes) != case.found or left_out != case.excluded:
            lines.append(f"{case.group}: {case.text!r}: found {read.codes[:12]}, excluded {sorted(left_out)}")
    return lines
