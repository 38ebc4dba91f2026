"""The part of an answer about one place: the short answer, the leading law, other laws, law to come."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from retrieval.catalogue import Catalogue, Entry, Key, in_force
from retrieval.marks import Marks
from retrieval.ranking import (
    CITED,
    Ranked,
    comprehensive_law,
    domain_laws,
    position_holds,
    question_words,
    rank,
)
from retrieval.records import AnswerSection, Position, PositionStatement, Statement, Verdict
from retrieval.retriever import FEDERAL, Evidence
from retrieval.topics import all_topics
from retrieval.understand import FACETS, Understanding
from retrieval.words import content_stems, stems

_ORDER = {
    "comprehensive-act": 0, "applicability": 1, "request-deadline": 6, "consumer-rights": 5, "exemptions": 7,
    "enforcement": 8, "penalties": 8, "cure": 8, "private-action": 8,
}  # fmt: skip
"""Who must comply, what is required (3), what people may demand, exceptions, enforcement."""

FIRST_SENTENCE = 0.55
"""Head start of a position's first sentence over a statement that shares more words with the question."""

_SHORT_WORDS = 90

_VERDICT_LEAD = re.compile(r"^(?:Yes|No|It depends)(?:, [^:]{1,40})?: ")
_OPENERS = frozenset(
    [
        "Within",
        "No",
        "Only",
        "A",
        "An",
        "The",
        "Up",
        "Whoever",
        "Any",
        "Every",
        "One",
        "All",
        "It",
        "At",
        "There",
        "Each",
    ]
)

_REPEATS = 0.7
"""Share of a statement's stems that, said before in one statement, make it a repetition."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many statements each part may have."""

    lead: int
    brought: int
    others: int
    federal: int
    brought_others: int


NARROW = Limits(lead=4, brought=1, others=2, federal=1, brought_others=0)
BROAD = Limits(lead=4, brought=5, others=3, federal=1, brought_others=2)
SHARED_NARROW = Limits(lead=2, brought=0, others=1, federal=0, brought_others=0)
SHARED_BROAD = Limits(lead=3, brought=3, others=1, federal=0, brought_others=3)


@dataclass(slots=True)
class Said:
    """What an answer has said so far, so that nothing is said twice."""

    stems: list[frozenset[str]] = field(default_factory=list)

    def repeats(self, text: str) -> bool:
        """Return whether one earlier statement says nearly all of this, figures included."""
        words = frozenset(content_stems(text))
        figures = {w for w in words if any(c.isdigit() for c in w)}
        return any(len(words & s) >= _REPEATS * len(words) and figures <= s for s in self.stems)

    def add(self, text: str) -> None:
        """Remember a statement."""
        self.stems.append(frozenset(content_stems(text)))


@dataclass(frozen=True, slots=True)
class PlacePart:
    """One place's part of an answer. `lead` are the sections (keys) that the short answer rests on."""

    place: str
    short: tuple[Statement, ...]
    sections: tuple[AnswerSection, ...]
    verdict: Verdict | None
    lead: tuple[Key, ...]
    found: bool


def day_text(day: dt.date) -> str:
    """Return a date as it is written in answers: ISO, or the year alone for law older than 2015."""
    return str(day.year) if day.year < 2015 else day.isoformat()


def law_heading(catalogue: Catalogue, law_id: str, day: dt.date) -> str:
    """Return "Minnesota Consumer Data Privacy Act (in force since 2025-07-31)"."""
    passages = catalogue.laws[law_id]
    starts = min((p.in_force_from for p in passages if p.in_force_from), default=None)
    if starts is None:
        return passages[0].law
    return f"{passages[0].law} ({'in force since' if starts <= day else 'takes effect'} {day_text(starts)})"


def _answers(text: str, understood: Understanding, words: frozenset[str], catalogue: Catalogue) -> float:
    own = frozenset(content_stems(text))
    whole = sum(catalogue.weight.get(w, 1.0) for w in words)
    return sum(catalogue.weight.get(w, 1.0) for w in words & own) / whole if whole else 0.0


def usable_positions(evidence: Evidence, place: str) -> list[Position]:
    """Return the positions on the topics asked that hold on the day asked about, strongest topic first.

    A facet's position (penalties, cure …) speaks of the place's main privacy law; it is left out when another law is asked about.
    """
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    if understood.asker == "government" and "government-records" not in understood.topic_ids:
        return []
    laws = domain_laws(catalogue, understood)
    found = []
    for topic in understood.topic_ids:
        position = catalogue.positions.get(topic)
        if position is None or not position_holds(
            position, catalogue, evidence.catalogues.get(FEDERAL), understood.as_of
        ):
            continue
        cited = {k[1] for s in position.statements for k in s.rests_on if k[0] == place}
        if topic in FACETS and understood.domain and laws and not cited & laws:
            continue
        found.append(position)
    return found


Sentence = tuple[str, tuple[Key, ...]]
"""A sentence of the digest and the sections it rests on."""


def _candidates(
    evidence: Evidence, place: str, positions: list[Position], ranked: list[Ranked]
) -> list[tuple[float, Sentence]]:
    """Return sentences that might answer, with how well each does.

    A position's first sentence has a head start, since a lawyer wrote it to come first; a sentence about another
    law than the one asked about falls back; words shared with the question decide the rest.
    """
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    words = question_words(understood)
    laws = domain_laws(catalogue, understood)
    asked, facets = set(understood.topic_ids), FACETS.intersection(understood.topic_ids)
    found: list[tuple[float, Sentence]] = []
    for number, position in enumerate(positions):
        behind = 0.2 * number + (0.3 if facets and position.topic not in facets else 0.0)
        for place_in_position, s in enumerate(position.statements):
            start = FIRST_SENTENCE if place_in_position == 0 else 0.15
            if understood.broad and not number and not place_in_position:
                start += 1.0
            if laws and not laws.issuperset(k[1] for k in s.rests_on):
                start = -0.1
            found.append(
                (start - behind + _answers(s.text, understood, words, catalogue), (s.text, s.rests_on))
            )
    for r in [r for r in ranked if r.starts is None and (not laws or r.entry.passage.law_id in laws)][:8]:
        topics = r.entry.statement.topics
        if positions and not asked.intersection(topics):
            continue
        start = 0.35 if laws and facets.intersection(topics) else 0.0
        fit = start + _answers(r.entry.statement.text, understood, words, catalogue) if positions else r.score
        found.append((fit, (r.entry.statement.text, (r.entry.passage.key,))))
    return sorted(found, key=lambda c: -c[0])


def _short(evidence: Evidence, place: str, positions: list[Position], ranked: list[Ranked]) -> list[Sentence]:
    """Return the one to three sentences that answer, at most 90 words: the best, then what the positions put first."""
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    if understood.citations and ranked and ranked[0].score >= CITED:
        return [(r.entry.statement.text, (r.entry.passage.key,)) for r in ranked[:2] if r.score >= CITED]
    candidates = [sentence for _, sentence in _candidates(evidence, place, positions, ranked)]
    if not candidates:
        return []
    chosen, said = candidates[:1], Said()
    said.add(chosen[0][0])
    firsts = [p.statements[0] for p in positions[:2]] + [s for p in positions[:1] for s in p.statements[1:2]]
    laws = domain_laws(catalogue, understood)
    following = [(s.text, s.rests_on) for s in firsts if not laws or any(k[1] in laws for k in s.rests_on)]
    for text, keys in following if positions else candidates[1:2]:
        length = sum(len(t.split()) for t, _ in chosen) + len(text.split())
        if not said.repeats(text) and length <= _SHORT_WORDS:
            chosen.append((text, keys))
            said.add(text)
    return chosen


def _lead_law(
    short: Iterable[tuple[str, tuple[Key, ...]]],
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


def _place_in_order(entry: Entry, asked: set[str]) -> tuple[int, int]:
    topics = entry.statement.topics
    first = next((t for t in topics if t in asked), topics[0] if topics else "")
    return (3 if first in asked and first not in FACETS else _ORDER.get(first, 4), entry.order)


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


def _bullet(topic: str, text: str) -> str:
    """Return a position's first sentence as a bullet: its topic's name for the yes or no it began with."""
    bare = _VERDICT_LEAD.sub("", text)
    return (
        f"{all_topics()[topic].name}: {bare[:1].lower() + bare[1:] if bare.split()[0] in _OPENERS else bare}"
    )


def _brought(
    evidence: Evidence, place: str, lead: str | None, said: Said, limits: Limits
) -> tuple[list[tuple[str, tuple[Key, ...]]], list[tuple[str, tuple[Key, ...]]]]:
    """Return the first sentences of positions on the topics that a broad answer brings along.

    First those that rest on the leading law, then those on other laws of the place: breach, security, calls …
    """
    catalogue, topics = evidence.catalogues[place], evidence.understood.topic_ids
    own: list[tuple[str, tuple[Key, ...]]] = []
    others: list[tuple[str, tuple[Key, ...]]] = []
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
        part.append((_bullet(topic, first.text), first.rests_on))
    return own, others


def _to_come(
    evidence: Evidence, place: str, ranked: list[Ranked], marks: Marks, said: Said
) -> list[AnswerSection]:
    """Return the sections on law enacted and not yet in force that bears on the topics asked."""
    topics = set(evidence.understood.topic_ids)
    named = {law for where, law in evidence.understood.laws if where == place}
    by_law: dict[str, list[Ranked]] = {}
    for r in ranked:
        if r.starts and (
            topics.intersection(r.entry.statement.topics)
            or r.entry.passage.law_id in named
            or r.score >= CITED
        ):
            by_law.setdefault(r.entry.passage.law_id, []).append(r)
    sections = []
    for rows in list(by_law.values())[:2]:
        picked = _pick(rows, said, 2)
        if picked:
            starts = min(r.starts for r in picked if r.starts)
            heading = f"Enacted, not yet in force: {picked[0].entry.passage.law} (from {starts.isoformat()})"
            statements = tuple(_dated(r, marks) for r in picked)
            sections.append(AnswerSection(heading, place, statements))
    return sections


def _dated(row: Ranked, marks: Marks) -> Statement:
    text = row.entry.statement.text
    if row.starts and str(row.starts.year) not in text:
        text = f"From {row.starts.isoformat()}: {text}"
    return marks.statement(text, (row.entry.passage.key,))


def verdict_for(understood: Understanding, position: Position) -> Verdict | None:
    """Return the verdict of a position as an answer to the question as put, or None where it does not fit.

    "Can I …?" fits topics that ask what one may do; "must I", "is there" fit topics that ask what a law requires.
    A permission asked of a topic that asks for a duty is conditional when the duty exists.
    """
    asks = all_topics()[position.topic].verdict_asks
    if position.verdict is None or understood.form == "open":
        return None
    permission = asks.startswith("May ")
    if understood.form == "may":
        if permission:
            return position.verdict
        if (
            position.topic == "call-recording"
        ):  # "is one party's consent enough?": if not, one may with everyone's
            return (
                "no"
                if position.verdict == "no" and _SECRETLY.search(understood.text)
                else _allowed(position.verdict)
            )
        return (
            "conditional"
            if position.verdict in ("yes", "conditional") and asks.startswith("Does a law require")
            else None
        )
    if permission or position.topic in ("breach-trigger", "call-recording", "breach-deadline", "exemptions"):
        return position.verdict if understood.form == "exists" and not permission else None
    return position.verdict


_SECRETLY = re.compile(r"\bwithout\b|\bsecret|\bwithout (?:their|his|her) ", re.IGNORECASE)


def _allowed(verdict: Verdict) -> Verdict:
    return "yes" if verdict == "yes" else "conditional"


def with_verdict(text: str, own: Verdict | None, verdict: Verdict | None) -> str:
    """Return a position's sentence led by the verdict on the question as put.

    Its own "Yes:" stays when it is that verdict, goes when the question is no yes-or-no question, and is
    replaced when another word answers the question ("Can I …?" – "Yes, with conditions").
    """
    bare = _VERDICT_LEAD.sub("", text)
    if verdict is not None and verdict == own and (bare != text or stems(text)[:1] in (["yes"], ["no"])):
        return text
    if verdict is None:
        return bare[:1].upper() + bare[1:]
    lead = {"yes": "Yes", "no": "No", "conditional": "Yes, with conditions"}[verdict]
    opens = bare.split(maxsplit=1)[0]
    return f"{lead}: {bare[:1].lower() + bare[1:] if opens in _OPENERS else bare}"


def compose_place(evidence: Evidence, place: str, marks: Marks, limits: Limits, said: Said) -> PlacePart:
    """Return one place's part; `found` is False where the corpus has nothing on the question there."""
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    ranked = rank(evidence, place)
    positions = usable_positions(evidence, place)
    topics = set(understood.topic_ids)
    relevant = [r for r in ranked if topics.intersection(r.entry.statement.topics) or r.score >= 1.0]
    if not positions and not relevant:
        return PlacePart(place, (), (), None, (), found=False)
    short = _short(evidence, place, positions, relevant)
    if not short:
        return PlacePart(
            place, (), tuple(_to_come(evidence, place, ranked, marks, said)), None, (), found=False
        )
    for text, _ in short:
        said.add(text)
    verdict = verdict_for(understood, positions[0]) if positions else None
    lead = _lead_law(short, catalogue, relevant, domain_laws(catalogue, understood))
    statements = [marks.statement(t, k) for t, k in short]
    leads = {p.statements[0].text: p for p in positions}
    for number, (text, _) in enumerate(short):
        if position := leads.get(text):
            fits = verdict if position is positions[0] and number == 0 else None
            statements[number] = Statement(
                with_verdict(text, position.verdict, fits), statements[number].marks
            )

    rest = [(s.text, s.rests_on) for p in positions[:1] for s in p.statements if not said.repeats(s.text)]
    extra: dict[str, list[Statement]] = {}
    for text, keys in rest:
        home = next((k[1] for k in keys if k[0] == place and k[1] in catalogue.laws), None)
        said.add(text)
        extra.setdefault(home or "", []).append(marks.statement(text, keys))

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
    lead_rows = _pick(
        (r for r in (current if named else on_topic) if r.entry.passage.law_id == lead), said, limits.lead
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
        body = [
            *extra.pop(lead, []),
            *(marks.statement(r.entry.statement.text, (r.entry.passage.key,)) for r in lead_rows),
            *(marks.statement(text, keys) for text, keys in brought),
        ]
        sections.append(AnswerSection(law_heading(catalogue, lead, understood.as_of), place, tuple(body)))
    others = [s for rows in extra.values() for s in rows]
    others += [marks.statement(_naming(r.entry), (r.entry.passage.key,)) for r in other_rows]
    others += [marks.statement(t, k) for t, k in others_brought]
    if others:
        sections.append(AnswerSection("Other laws that matter", place, tuple(others)))
    sections += _to_come(evidence, place, ranked, marks, said)
    return PlacePart(
        place,
        tuple(statements),
        tuple(sections),
        verdict,
        tuple(k for _, keys in short for k in keys),
        found=True,
    )


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
        bare = _VERDICT_LEAD.sub("", first.text)
        out.append(marks.statement(bare[:1].upper() + bare[1:], first.rests_on))
    return out


def has_comprehensive_law(catalogue: Catalogue, day: dt.date) -> bool:
    """Return whether a comprehensive act is in force in the place on `day`."""
    law = comprehensive_law(catalogue)
    return law is not None and any(in_force(p, s, day) for p in catalogue.laws[law] for s in p.statements)
