"""The part of an answer about one place: the short answer, the leading law, other laws, law to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from retrieval.act_verdicts import starts_later, verdict_by_rule
from retrieval.catalogue import Catalogue, Entry, Key, in_force
from retrieval.dates import day_text
from retrieval.definitions import definition
from retrieval.marks import Marks
from retrieval.question_form import sense_of
from retrieval.ranking import (
    CITED,
    Ranked,
    comprehensive_law,
    domain_laws,
    position_holds,
    rank,
)
from retrieval.records import AnswerSection, Position, PositionStatement, Statement, Verdict
from retrieval.retriever import FEDERAL, Evidence
from retrieval.short_answer import (
    PLAINLY_SHARED,
    Said,
    Sentence,
    as_bullet,
    short_answer,
    usable_positions,
    with_verdict,
    without_verdict,
)
from retrieval.thresholds import by_count
from retrieval.topics import FACETS, all_topics
from retrieval.understand import Understanding
from retrieval.verdicts import COUNTED, RULED_ELSEWHERE, verdict_for

_ORDER = {
    "comprehensive-act": 0, "applicability": 1, "request-deadline": 6, "consumer-rights": 5, "exemptions": 7,
    "enforcement": 8, "penalties": 8, "cure": 8, "private-action": 8,
}  # fmt: skip
"""Who must comply, what is required (3), what people may demand, exceptions, enforcement."""

_OF_A_SECTION = 8
"""Statements told of one section, where all that is asked is what it says."""

_PLAINLY_ASKED, _A_HINT = 3.0, 1.0
_TO_COME, _TO_COME_AHEAD = 0.35, 0.2
"""Share of the question's words from which a statement of law to come is what is asked about, and how far it must be ahead
of any of law in force."""

_WITHOUT_TOPIC = 0.75
"""Score from which a statement answers a text that asks no standard question: most of its words, or its section named."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many statements each part may have."""

    lead: int
    brought: int
    others: int
    federal: int
    brought_others: int


_SPOKEN_OF = 0.15
"""The share of the question's words from which a statement of the law named is told, though of another topic."""
NARROW = Limits(lead=5, brought=1, others=2, federal=1, brought_others=0)
BROAD = Limits(lead=4, brought=5, others=3, federal=1, brought_others=2)
SHARED_NARROW = Limits(lead=2, brought=0, others=1, federal=0, brought_others=0)
SHARED_BROAD = Limits(lead=3, brought=3, others=1, federal=0, brought_others=4)


@dataclass(frozen=True, slots=True)
class PlacePart:
    """One place's part of an answer. `lead` are the sections (keys) that the short answer rests on."""

    place: str
    short: tuple[Statement, ...]
    sections: tuple[AnswerSection, ...]
    verdict: Verdict | None
    lead: tuple[Key, ...]
    found: bool


def law_heading(catalogue: Catalogue, law_id: str, day: dt.date) -> str:
    """Return "Minnesota Consumer Data Privacy Act (in force since 2025-07-31)"."""
    passages = catalogue.laws[law_id]
    starts = min((p.in_force_from for p in passages if p.in_force_from), default=None)
    if starts is None:
        return passages[0].law
    return f"{passages[0].law} ({'in force since' if starts <= day else 'takes effect'} {day_text(starts)})"


def _lead_law(
    short: Iterable[Sentence],
    catalogue: Catalogue,
    ranked: list[Ranked],
    asked: frozenset[str],
) -> str | None:
    """Return the law that the answer is mainly about: of those asked about, the first the short answer rests on."""
    own = [
        key[1]
        for _, keys in short
        for key in keys
        if key[0] == catalogue.jurisdiction and key[1] in catalogue.laws
    ]
    for law in own:
        if not asked or law in asked:
            return law
    if own:
        return own[0]
    return next((r.entry.passage.law_id for r in ranked if r.starts is None), None)


def _place_in_order(entry: Entry, asked: set[str]) -> tuple[int, bool, int]:
    topics = entry.statement.topics
    first = next((t for t in topics if t in asked), topics[0] if topics else "")
    part = 3 if first in asked and first not in FACETS else _ORDER.get(first, 4)
    return part, "definition" in entry.passage.title.lower(), entry.order


def _pick(rows: Iterable[Ranked], said: Said, most: int, per_section: int = 3) -> list[Ranked]:
    picked: list[Ranked] = []
    used: dict[Key, int] = {}
    for row in rows:
        if len(picked) >= most:
            break
        key, text = row.entry.passage.key, row.entry.statement.text
        if used.get(key, 0) >= per_section or said.repeats(text):
            continue
        used[key] = used.get(key, 0) + 1
        said.add(text)
        picked.append(row)
    return picked


def _brought(
    evidence: Evidence, place: str, lead: str | None, said: Said, limits: Limits
) -> tuple[list[Sentence], list[Sentence]]:
    """Return the first sentences of positions on the topics that a broad answer brings along.

    First those that rest on the leading law, then those on other laws of the place: breach, security, calls …
    """
    catalogue, topics = evidence.catalogues[place], evidence.understood.topic_ids
    own: list[Sentence] = []
    others: list[Sentence] = []
    for topic in dict.fromkeys(b for t in topics for b in all_topics()[t].brings):
        position = catalogue.positions.get(topic)
        if position is None or topic in topics or position.no_law:
            continue
        if not position_holds(
            position, catalogue, evidence.catalogues.get(FEDERAL), evidence.understood.as_of
        ):
            continue
        first = position.statements[0]
        laws = {k[1] for k in first.rests_on if k[0] == place}
        part, most = (own, limits.brought) if lead in laws else (others, limits.brought_others)
        if not laws & set(catalogue.laws) or len(part) >= most or said.repeats(first.text):
            continue
        said.add(first.text)
        part.append((as_bullet(all_topics()[topic].name, first.text), first.rests_on))
    return own, others


def _to_come(
    evidence: Evidence, place: str, ranked: list[Ranked], marks: Marks, said: Said
) -> list[AnswerSection]:
    """Return the sections on law enacted and not yet in force that bears on the topics asked.

    A whole act asked about, by name or as the comprehensive act, is summed up: its first statement on each main topic.
    """
    understood = evidence.understood
    topics = set(understood.topic_ids)
    named = {law for where, law in understood.laws if where == place}
    by_law: dict[str, list[Ranked]] = {}
    for r in ranked:
        if r.starts and (
            topics.intersection(r.entry.statement.topics)
            or r.entry.passage.law_id in named
            or r.score >= CITED
            or r.shared >= _TO_COME
        ):
            by_law.setdefault(r.entry.passage.law_id, []).append(r)
    sections = []
    for law, rows in list(by_law.items())[:2]:
        picked = _pick(rows, said, 2)
        if "comprehensive-act" in topics or law in named:
            own = [r for r in ranked if r.starts and r.entry.passage.law_id == law]
            picked += _one_of_each(own, said, 7 if understood.broad else 4)
        if picked:
            starts = min(r.starts for r in picked if r.starts)
            heading = f"Enacted, not yet in force: {picked[0].entry.passage.law} (from {starts.isoformat()})"
            statements = tuple(_dated(r, marks) for r in picked)
            sections.append(AnswerSection(heading, place, statements))
    return sections


_MAIN_TOPICS = (
    "applicability", "consumer-rights", "request-deadline", "sensitive-data", "targeted-advertising", "sale", "vendors", "assessments",
    "enforcement", "penalties", "cure", "private-action",
)  # fmt: skip


def _one_of_each(rows: list[Ranked], said: Said, most: int) -> list[Ranked]:
    """Return the first statement of a law on each of the main topics, in the order of the file."""
    picked: list[Ranked] = []
    for topic in _MAIN_TOPICS:
        own = sorted(
            (r for r in rows if r.entry.statement.topics[:1] == (topic,)), key=lambda r: r.entry.order
        )
        picked += _pick(own, said, 1) if len(picked) < most else []
    return picked


def _dated(row: Ranked, marks: Marks) -> Statement:
    text = row.entry.statement.text
    if row.starts and str(row.starts.year) not in text:
        text = f"From {row.starts.isoformat()}: {text}"
    return marks.statement(text, (row.entry.passage.key,))


def compose_place(evidence: Evidence, place: str, marks: Marks, limits: Limits, said: Said) -> PlacePart:
    """Return one place's part; `found` is False where the corpus has nothing on the question there."""
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    ranked = rank(evidence, place)
    positions = usable_positions(evidence, place)
    topics = set(understood.topic_ids)
    if (
        topics
        and understood.topics[0].score < _A_HINT
        and max((r.shared for r in ranked), default=0.0) >= _TO_COME
    ):
        positions, topics = [], set()  # a mere hint of a topic: the words tell more
    floor = 1.0 if topics else _WITHOUT_TOPIC
    relevant = [
        r
        for r in ranked
        if topics.intersection(r.entry.statement.topics) or r.score >= floor or r.shared >= PLAINLY_SHARED
    ]
    defined = definition(understood, ranked)
    short = (
        short_answer(evidence, place, positions, relevant, defined)
        if positions or relevant or defined
        else []
    )
    if not short or _is_of_law_to_come(ranked, understood):
        coming = _to_come(evidence, place, ranked, marks, said)
        first_to_come = tuple(s for section in coming for s in section.statements[:1])
        later = tuple(replace(c, statements=c.statements[1:]) for c in coming if len(c.statements) > 1)
        not_yet: Verdict | None = "no" if coming and sense_of(understood.text) in ("duty", "fact") else None
        return PlacePart(place, first_to_come, later, not_yet, (), found=bool(coming))
    for text, _ in short:
        said.add(text)
    verdict = _verdict(understood, positions, short, relevant, marks)
    lead = _lead_law(short, catalogue, relevant, domain_laws(catalogue, understood))
    opened = _opened(
        understood, positions, short, verdict, marks
    )  # first, since marks count up as they are used
    sections = _law_sections(evidence, place, lead, positions, relevant, marks, limits, said)
    return PlacePart(
        place,
        opened,
        (*sections, *_to_come(evidence, place, ranked, marks, said)),
        verdict,
        _controlling(short, understood, place),
        found=True,
    )


def _is_of_law_to_come(ranked: list[Ranked], understood: Understanding) -> bool:
    """Return whether a question is told by its words to be about law not yet in force, more than about any in force.

    Not where it plainly asks a standard question, which law in force answers first.
    """
    if understood.topics and understood.topics[0].score >= _PLAINLY_ASKED:
        return False
    coming = max((r.shared for r in ranked if r.starts is not None), default=0.0)
    held = max((r.shared for r in ranked if r.starts is None), default=0.0)
    return coming >= _TO_COME and coming >= held + _TO_COME_AHEAD


def _controlling(short: list[Sentence], understood: Understanding, place: str) -> tuple[Key, ...]:
    """Return the sections that decide: those of the first sentence, then of the same laws in the others, at most 3."""
    first = short[0][1]
    named = {law for where, law in understood.laws if where == place}
    laws = {k[1] for k in first} & named or {k[1] for k in first}
    return tuple(dict.fromkeys(k for _, keys in short for k in keys if k[1] in laws))[:3]


def _verdict(
    understood: Understanding,
    positions: list[Position],
    short: list[Sentence],
    relevant: list[Ranked],
    marks: Marks,
) -> Verdict | None:
    """Return the verdict on the question as put, or None where none is safe."""
    first = marks.passage(short[0][1][0])
    if first is not None and first.governs == "government" and understood.asker != "government":
        # a section that binds public bodies, named by a business
        return "no" if sense_of(understood.text) != "open" else None
    if not positions:
        return None
    verdict = verdict_for(understood, positions[0], short[0][0])
    if positions[0].topic in RULED_ELSEWHERE | COUNTED:
        return verdict
    beside = tuple(r.entry.statement.text for r in relevant[:4] if r.starts is None)
    return verdict_by_rule(understood, positions[0], verdict, [text for text, _ in short], beside)


def _opened(
    understood: Understanding,
    positions: list[Position],
    short: list[Sentence],
    verdict: Verdict | None,
    marks: Marks,
) -> tuple[Statement, ...]:
    """Return the short answer's statements, the first led by the verdict; a yes or no of another question goes."""
    counted = (
        bool(positions) and positions[0].topic in COUNTED and by_count(understood, positions[0]) is not None
    )
    leads = {p.statements[0].text: p for p in positions}
    opened = []
    for number, (text, keys) in enumerate(short):
        statement = marks.statement(text, keys)
        if position := leads.get(text):
            fits = verdict if position is positions[0] and number == 0 else None
            later = fits == "no" and starts_later(text, understood.as_of, position.reviewed)
            if later:
                led = text if text.lower().startswith(("not yet", "no")) else as_bullet("Not yet", text)
            else:
                led = with_verdict(text, position.verdict, fits, counted and number == 0)
            statement = Statement(led, statement.marks)
        opened.append(statement)
    return tuple(opened)


def _law_sections(
    evidence: Evidence,
    place: str,
    lead: str | None,
    positions: list[Position],
    relevant: list[Ranked],
    marks: Marks,
    limits: Limits,
    said: Said,
) -> list[AnswerSection]:
    """Return the section on the leading law and the one on other laws that matter, each only if it says anything."""
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    topics = set(understood.topic_ids)
    extra: dict[str, list[Statement]] = {}
    for text, keys in [
        (s.text, s.rests_on) for p in positions[:1] for s in p.statements if not said.repeats(s.text)
    ]:
        home = next((k[1] for k in keys if k[0] == place and k[1] in catalogue.laws), None)
        said.add(text)
        extra.setdefault(home or "", []).append(marks.statement(without_verdict(text), keys))
    laws = domain_laws(catalogue, understood)
    current = [
        r
        for r in relevant
        if r.starts is None and (not laws or r.entry.passage.law_id in laws or r.score >= CITED)
    ]
    on_topic = [
        r for r in current if topics.intersection(r.entry.statement.topics) or r.score >= CITED or not topics
    ]
    named = bool(understood.laws or understood.citations)
    whole = bool(understood.citations) and not topics  # "what does § 1 say?": as much of it as fits
    lead_rows = _pick(
        (
            r
            for r in current
            if r.entry.passage.law_id == lead and (r in on_topic or (named and r.shared >= _SPOKEN_OF))
        ),
        said,
        _OF_A_SECTION if whole else limits.lead,
        *((_OF_A_SECTION,) if whole else ()),
    )
    lead_rows.sort(key=lambda r: _place_in_order(r.entry, topics))
    brought, others_brought = _brought(evidence, place, lead, said, limits)
    other_rows = _pick(
        (r for r in on_topic if r.entry.passage.law_id != lead and _same_standing(r, understood)),
        said,
        limits.others,
        1,
    )
    sections: list[AnswerSection] = []
    if lead and (lead_rows or brought or extra.get(lead)):
        label = all_topics()["applicability"].name
        # who must comply stands before what is required
        scope = [b for b in brought if b[0].startswith(label)]
        body = [
            *(marks.statement(text, keys) for text, keys in scope),
            *extra.pop(lead, []),
            *(marks.statement(r.entry.statement.text, (r.entry.passage.key,)) for r in lead_rows),
            *(marks.statement(text, keys) for text, keys in brought if (text, keys) not in scope),
        ]
        sections.append(AnswerSection(law_heading(catalogue, lead, understood.as_of), place, tuple(body)))
    others = [s for rows in extra.values() for s in rows]
    others += [marks.statement(_naming(r.entry), (r.entry.passage.key,)) for r in other_rows]
    others += [marks.statement(t, k) for t, k in others_brought]
    if others:
        sections.append(AnswerSection("Other laws that matter", place, tuple(others)))
    return sections


def _same_standing(row: Ranked, understood: Understanding) -> bool:
    """A statement of another law joins in when it is on the first topic, or the first of its own tags is asked for."""
    topics = row.entry.statement.topics
    return bool(topics) and (topics[0] in understood.topic_ids or row.score >= CITED)


def _naming(entry: Entry) -> str:
    """Return a statement that names its law, when it stands among those of other laws."""
    text, law = entry.statement.text, entry.passage.law
    known = (law, *entry.passage.short_names)
    return text if any(n.lower() in text.lower() for n in known) else f"{law}: {text}"


def federal_statements(evidence: Evidence, marks: Marks, said: Said, most: int) -> list[Statement]:
    """Return what federal law adds on the topics asked: the first sentence of its positions."""
    catalogue = evidence.catalogues.get(FEDERAL)
    out: list[Statement] = []
    if catalogue is None or evidence.understood.asker == "government":
        return out
    for topic in evidence.understood.topic_ids:
        position = catalogue.positions.get(topic)
        if (
            not all_topics()[topic].federal
            or position is None
            or position.verdict == "no"
            or len(out) >= most
        ):
            continue
        first: PositionStatement = position.statements[0]
        if (
            position.no_law
            or said.repeats(first.text)
            or not position_holds(position, catalogue, catalogue, evidence.understood.as_of)
        ):
            continue
        said.add(first.text)
        out.append(marks.statement(without_verdict(first.text), first.rests_on))
    return out


def has_comprehensive_law(catalogue: Catalogue, day: dt.date) -> bool:
    """Return whether a comprehensive act is in force in the place on `day`."""
    law = comprehensive_law(catalogue)
    return law is not None and any(in_force(p, s, day) for p in catalogue.laws[law] for s in p.statements)
