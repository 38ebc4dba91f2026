"""Score answers against an exam: citations, key facts, jurisdictions, verdicts, refusals and forbidden claims.

An exam is a JSONL file. Per line: `id`, `question`, optionally `history`, `jurisdiction` (explicit argument),
`jurisdictions` (codes expected), `must_cite` (groups of citations; one of each group must stand in the sources),
`should_cite` (the same, for recall beyond the controlling section), `facts` (patterns, all of which the text must
match), `must_not` (patterns that it must not match), `verdict` (yes | no | conditional | null; left out: not scored),
`status` (expected status; `answered` by default), `kind`, `topic`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retrieval.legal_citations import cites
from retrieval.records import Answer

_TOKEN = re.compile(r"\d[\w.:-]*\w|\d\w*")


class ExamError(ValueError):
    """An exam file breaks its format; says file and line."""


@dataclass(frozen=True, slots=True)
class ExamQuestion:
    """One question and what a right answer holds."""

    id: str
    question: str
    history: tuple[str, ...] = ()
    jurisdiction: str | None = None
    jurisdictions: tuple[str, ...] | None = None
    must_cite: tuple[tuple[str, ...], ...] = ()
    should_cite: tuple[tuple[str, ...], ...] = ()
    facts: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    verdict: str | None = None
    scores_verdict: bool = False
    status: str = "answered"
    kind: str = "other"
    topic: str = "other"


@dataclass(frozen=True, slots=True)
class Score:
    """How one answer did; None where the exam asks nothing of that kind."""

    id: str
    kind: str
    topic: str
    places: tuple[str, ...]
    must_cite: float | None
    should_cite: float | None
    facts: float | None
    jurisdictions: bool | None
    verdict: bool | None
    status: bool
    wrong_verdict: int
    wrong_place: int
    forbidden: int
    notes: tuple[str, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Whether nothing that was asked for is missing or wrong."""
        full = (self.must_cite, self.facts)
        return (
            self.status
            and all(v is None or v == 1.0 for v in full)
            and self.jurisdictions is not False
            and self.verdict is not False
            and not self.forbidden
            and not self.wrong_place
        )


def read_exam(path: Path) -> list[ExamQuestion]:
    """Return the questions of an exam file.

    Raises:
        ExamError: a line is not JSON, lacks a question or holds a pattern that is none.
    """
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            for pattern in (*row.get("facts", ()), *row.get("must_not", ())):
                re.compile(pattern)
            questions.append(
                ExamQuestion(
                    id=str(row.get("id", number)),
                    question=row["question"],
                    history=tuple(row.get("history", ())),
                    jurisdiction=row.get("jurisdiction"),
                    jurisdictions=tuple(row["jurisdictions"]) if "jurisdictions" in row else None,
                    must_cite=_groups(row.get("must_cite", ())),
                    should_cite=_groups(row.get("should_cite", ())),
                    facts=tuple(row.get("facts", ())),
                    must_not=tuple(row.get("must_not", ())),
                    verdict=row.get("verdict"),
                    scores_verdict="verdict" in row,
                    status=row.get("status", "answered"),
                    kind=row.get("kind", "other"),
                    topic=row.get("topic", "other"),
                )
            )
        except (ValueError, KeyError, TypeError, re.error) as error:
            raise ExamError(f"{path}:{number}: {type(error).__name__}: {error}") from error
    return questions


def _groups(value: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
    return tuple((group,) if isinstance(group, str) else tuple(group) for group in value)


def same_section(citation: str, expected: str) -> bool:
    """Return whether a source's citation is the expected one; subsections of the expected one are not compared.

    "Minn. Stat. § 325M.14" matches "325M.14", "Minn. Stat. § 325M.14, subd. 1"; not "325M.1".
    """
    wanted = _TOKEN.findall(re.sub(r"\([^)]*\)", "", expected))
    return bool(wanted) and cites(citation, " ".join(wanted).upper())


def _share(groups: tuple[tuple[str, ...], ...], citations: list[str]) -> tuple[float | None, list[str]]:
    if not groups:
        return None, []
    missing = [g[0] for g in groups if not any(same_section(c, e) for e in g for c in citations)]
    return 1 - len(missing) / len(groups), missing


def text_of(answer: Answer) -> str:
    """Return everything an answer says, without its sources and notices."""
    return "\n".join((answer.title, *(s.text for s in answer.all_statements())))


def score(expected: ExamQuestion, answer: Answer) -> Score:
    """Return how an answer did against what was expected."""
    citations = [s.citation for s in answer.sources]
    text = text_of(answer)
    must, missing = _share(expected.must_cite, citations)
    should, _ = _share(expected.should_cite, citations)
    lacking = [f for f in expected.facts if not re.search(f, text, re.IGNORECASE)]
    found = [f for f in expected.must_not if re.search(f, text, re.IGNORECASE)]
    codes = tuple(d.code for d in answer.jurisdictions)
    allowed = {*(expected.jurisdictions if expected.jurisdictions is not None else codes), "US"}
    wrong = [s.citation for s in answer.sources if s.jurisdiction not in allowed]
    notes = [f"missing citation {m}" for m in missing] + [f"missing fact /{f}/" for f in lacking]
    notes += [f"forbidden /{f}/" for f in found] + [f"wrong place {w}" for w in wrong]
    if answer.status != expected.status:
        notes.append(f"status {answer.status}, not {expected.status}")
    if expected.jurisdictions is not None and set(codes) != set(expected.jurisdictions):
        notes.append(f"places {','.join(codes) or '-'}, not {','.join(expected.jurisdictions) or '-'}")
    if expected.scores_verdict and answer.verdict != expected.verdict:
        notes.append(f"verdict {answer.verdict}, not {expected.verdict}")
    return Score(
        id=expected.id,
        kind=expected.kind,
        topic=expected.topic,
        places=expected.jurisdictions or codes,
        must_cite=must,
        should_cite=should,
        facts=1 - len(lacking) / len(expected.facts) if expected.facts else None,
        jurisdictions=None if expected.jurisdictions is None else set(codes) == set(expected.jurisdictions),
        verdict=answer.verdict == expected.verdict if expected.scores_verdict else None,
        status=answer.status == expected.status,
        wrong_verdict=int(expected.scores_verdict and answer.verdict not in (None, expected.verdict)),
        wrong_place=len(wrong),
        forbidden=len(found),
        notes=tuple(notes),
    )


def _mean(values: Iterable[float | bool | None]) -> float | None:
    known = [float(v) for v in values if v is not None]
    return sum(known) / len(known) if known else None


MEASURES = ("must_cite", "should_cite", "facts", "jurisdictions", "verdict", "status")


def summary(scores: Iterable[Score]) -> dict[str, Any]:
    """Return the means of all measures, the sums of errors and the share of answers with nothing wrong."""
    rows = list(scores)
    out: dict[str, Any] = {"questions": len(rows), "right": _mean(s.right for s in rows)}
    out.update({m: _mean(getattr(s, m) for s in rows) for m in MEASURES})
    out["wrong_verdict"] = sum(s.wrong_verdict for s in rows)
    out["wrong_place"] = sum(s.wrong_place for s in rows)
    out["forbidden"] = sum(s.forbidden for s in rows)
    return out


def by(scores: Iterable[Score], what: str) -> dict[str, dict[str, Any]]:
    """Return a summary for each kind, topic or place (`what` is "kind", "topic" or "places")."""
    groups: dict[str, list[Score]] = {}
    for s in scores:
        value = getattr(s, what)
        for name in value if isinstance(value, tuple) else (value,):
            groups.setdefault(name, []).append(s)
    return {name: summary(rows) for name, rows in sorted(groups.items())}
