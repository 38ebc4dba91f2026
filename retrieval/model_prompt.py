"""What a chat model is told: the rules (config/prompts/), and as data the question, the history and the passages.

The model sees only statements that the extractive draft or the ranking would use, each under the mark of its section.
What people typed and what statutes say is fenced with a key made from all of it, so that no text can close its own
fence: it would have to hold its own hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

from retrieval.catalogue import Key, starts_on
from retrieval.chat import Message
from retrieval.compose import Draft
from retrieval.marks import Marks, in_order
from retrieval.ranking import rank
from retrieval.records import Answer, Passage
from retrieval.retriever import Evidence
from retrieval.short_answer import usable_positions
from retrieval.understand import Understanding
from retrieval.words import content_stems


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages that a model sees, by mark, and which of their statements; `findings` are sentences of positions."""

    passages: dict[str, Passage]
    statements: dict[str, tuple[str, ...]]
    findings: tuple[tuple[str, tuple[str, ...]], ...]

    def key(self, mark: str) -> Key | None:
        """Return the section behind a mark, or None for a mark that was not shown."""
        passage = self.passages.get(mark)
        return passage.key if passage else None


_NEAR_DUPLICATE = 0.9


def shown_to_model(evidence: Evidence, draft: Draft, most: int) -> Shown:
    """Return what the model sees: what the draft says and rests on, the positions asked for, and the best statements.

    `most` is the number of statements that ranking may add, shared out over the places asked about.
    """
    marks = Marks(evidence.catalogues)
    for mark in sorted(draft.passages, key=in_order):  # the draft's own numbers
        marks.mark(draft.passages[mark].key)
    chosen: dict[Key, list[str]] = {p.key: [] for p in draft.passages.values()}
    said = {_bare(s.text) for s in draft.answer.all_statements()}
    for passage in draft.passages.values():
        chosen[passage.key] += [s.text for s in passage.statements if _bare(s.text) in said]
    places = evidence.understood.places.codes
    findings: list[tuple[str, tuple[Key, ...]]] = []
    for place in places:
        for position in usable_positions(evidence, place)[:3]:
            findings += [(s.text, s.rests_on) for s in position.statements]
        added = 0
        for row in rank(evidence, place):
            if added >= max(4, most // len(places)) or row.score <= 0:
                break
            text, key = row.entry.statement.text, row.entry.passage.key
            if text not in chosen.setdefault(key, []):
                chosen[key].append(text)
                added += 1
    known = {p.key for p in draft.passages.values()}
    quoted = {_bare(t) for texts in chosen.values() for t in texts}
    told = (*draft.answer.short_answer, *(s for section in draft.answer.sections for s in section.statements))
    findings += [
        (s.text, tuple(draft.passages[m].key for m in s.marks))
        for s in told
        if s.marks and _bare(s.text) not in quoted
    ]
    for key, texts in chosen.items():
        if texts or key in known:
            marks.mark(key)
    for _, keys in findings:
        for key in keys:
            marks.mark(key)
    passages = marks.passages()
    by_key = {p.key: m for m, p in passages.items()}
    return Shown(
        passages,
        {m: _in_section_order(p, chosen.get(p.key, [])) for m, p in passages.items()},
        tuple(
            (text, tuple(by_key[k] for k in dict.fromkeys(keys) if k in by_key))
            for text, keys in _distinct(findings)
            if any(k in by_key for k in keys)
        ),
    )


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _in_section_order(passage: Passage, texts: list[str]) -> tuple[str, ...]:
    order = {s.text: i for i, s in enumerate(passage.statements)}
    return tuple(sorted(texts, key=lambda t: order.get(t, 0)))


def _distinct(findings: list[tuple[str, tuple[Key, ...]]]) -> list[tuple[str, tuple[Key, ...]]]:
    kept: list[tuple[str, tuple[Key, ...]]] = []
    seen: list[frozenset[str]] = []
    for text, keys in findings:
        words = frozenset(content_stems(text))
        if not any(len(words & s) >= _NEAR_DUPLICATE * len(words | s) for s in seen):
            kept.append((text, keys))
            seen.append(words)
    return kept


@dataclass(frozen=True, slots=True)
class Prompts:
    """The texts of config/prompts/ and their version, which is told in the answer's `engine`."""

    version: str
    answer: Template
    repair: Template


@cache
def prompts() -> Prompts:
    """Return the prompts; the first line of answer.md is `version = N`, for all of them."""
    folder = resources.files("config").joinpath("prompts")
    head, _, body = folder.joinpath("answer.md").read_text(encoding="utf-8").partition("\n---\n")
    repair = folder.joinpath("repair.md").read_text(encoding="utf-8")
    return Prompts(head.partition("=")[2].strip(), Template(body), Template(repair))


def _passage(mark: str, passage: Passage, shown: Shown, understood: Understanding) -> list[str]:
    about = [
        f"mark {mark}",
        f"jurisdiction {passage.jurisdiction}",
        f"{passage.law}, {passage.citation}: {passage.title}",
    ]
    if passage.in_force_from:
        when = (
            "in force since"
            if passage.in_force_from <= understood.as_of
            else "NOT YET IN FORCE, takes effect"
        )
        about.append(f"{when} {passage.in_force_from.isoformat()}")
    if passage.in_force_to:
        about.append(f"in force until {passage.in_force_to.isoformat()}")
    about.append(f"binds {'government bodies' if passage.governs == 'government' else passage.governs}")
    lines = ["; ".join(about)]
    by_text = {s.text: s for s in passage.statements}
    texts = shown.statements.get(mark, ())
    for text in texts or ((passage.text,) if passage.text_kind == "official" else ()):
        statement = by_text.get(text)
        starts = starts_on(passage, statement, understood.as_of) if statement else None
        lines.append(f"- {f'(not yet in force, from {starts.isoformat()}) ' if starts else ''}{text}")
    return lines


_VERDICTS = {"yes": "Yes", "no": "No", "conditional": "Yes, with conditions"}


def first_messages(
    understood: Understanding, draft: Answer, shown: Shown, names: dict[str, str]
) -> tuple[Message, ...]:
    """Return the messages that ask for an answer."""
    question = understood.question
    law: list[str] = []
    for mark in sorted(shown.passages, key=in_order):
        law += _passage(mark, shown.passages[mark], shown, understood)
    reviewed = [f"- {text} (marks {', '.join(marks)})" for text, marks in shown.findings]
    data = {
        "QUESTION": [question.text],
        "EARLIER QUESTIONS": list(question.history),
        "PASSAGES": law,
        "REVIEWED SENTENCES": reviewed,
    }
    joined = "\n".join(line for lines in data.values() for line in lines)
    key = hashlib.sha256(joined.encode()).hexdigest()[:12]
    places = ", ".join(names.get(c, c) for c in understood.places.codes)
    parts = [
        f"Today is {question.asked_on.isoformat()}; answer the law as of {understood.as_of.isoformat()}.",
        f"Jurisdictions asked about: {places}.",
        f"Who asks: {understood.asker}.",
        f"Reviewed verdict on the question: {_VERDICTS[draft.verdict]}."
        if draft.verdict
        else "No reviewed verdict on the question.",
    ]
    for name, lines in data.items():
        if lines:
            parts += [f"[[begin {name} {key}]]", *lines, f"[[end {name} {key}]]"]
    return (
        Message("system", prompts().answer.safe_substitute(key=key)),
        Message("user", "\n".join(parts)),
    )


def repair_message(failed: list[tuple[str, str, tuple[str, ...], str]]) -> Message:
    """Return the message that sends sentences back: (id, text, marks, what is wrong) each."""
    lines = [
        f"- id {name}: {text!r}, marks {', '.join(marks) or 'none'}; wrong: {reason}"
        for name, text, marks, reason in failed
    ]
    return Message("user", prompts().repair.safe_substitute(failed="\n".join(lines)))
