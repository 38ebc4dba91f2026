"""Which statements of one place's law answer a question, best first.

Structure leads: the topic a statement is tagged with, the law it stands in, whom the law binds and when it is in
force. Shared words and nearness in meaning decide between statements of the same standing.
"""

from __future__ import annotations

import datetime as dt
import re
from operator import attrgetter
from typing import NamedTuple

from retrieval.catalogue import Catalogue, Entry, Key, in_force
from retrieval.legal_citations import cites
from retrieval.records import Passage, Position
from retrieval.retriever import Evidence
from retrieval.topics import FACETS
from retrieval.understand import Understanding
from retrieval.words import content_stems

TOPIC, FIRST_TOPIC, WORDS, NEARNESS, POSITION_REF, CITED, NAMED_LAW, DEFINITION = (
    1.0,
    0.15,
    0.9,
    0.5,
    0.4,
    5.0,
    1.5,
    0.35,
)
"""Weights of the kinds of evidence; tests/eval measures them."""

DEFINES = re.compile(
    r"\b(?:defin\w+|who(?:['’]s| is| are) (?:an? |the )?['\"“‘]|what counts|counts? as|considered|mean(?:s|ing)?|treated as|"
    r"what (?:is|are) (?:an? |the )?(?:sensitive|personal|biometric|consumer health|breach|security breach|sale|dark pattern|controller|"
    r"processor|data broker|targeted|profiling|precise|covered entity|consumer\b))",
    re.IGNORECASE,
)
_TELLING_WORDS = 5
"""Content words of a question from which the share of them in a statement tells something."""
_STORY = 12
"""Content words from which a question tells a story before it asks."""
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_COMPREHENSIVE = ("comprehensive-act", "applicability", "consumer-rights", "sale", "targeted-advertising")


class Ranked(NamedTuple):
    """An entry and its score; `starts` is set where it is not in force yet.

    `shared` is how much of the question's rarer words it shares, 0 to 1; 0 for a question of few words, where it says little.
    A tuple, since some hundred are made for each answer: as many frozen records take a tenth of its time.
    """

    entry: Entry
    score: float
    starts: dt.date | None = None
    shared: float = 0.0


def binds(passage: Passage, understood: Understanding) -> bool:
    """Return whether a section's law binds the one who asks (or is asked about as such)."""
    governs = passage.governs
    if governs == "both":
        return True
    if understood.asker == "government":
        return governs == "government"
    return governs == "business" or "government-records" in understood.topic_ids


def question_words(understood: Understanding) -> frozenset[str]:
    """Return the content stems of what asks, without the names of the places asked about.

    A long story counts by the sentences that ask, where they say enough.
    """
    places = {w for d in understood.places.found for w in (*content_stems(d.name), d.code.lower())}
    whole = frozenset(content_stems(understood.text)) - places
    if len(whole) <= _STORY:
        return whole
    asking = " ".join(s for s in _SENTENCE.split(understood.text) if s.rstrip().endswith("?"))
    told = frozenset(content_stems(asking)) - places
    return told if len(told) >= _TELLING_WORDS else whole


def asked_words(understood: Understanding, catalogue: Catalogue) -> frozenset[str]:
    """Return the question's words without the names of its places and of the laws it names: they ask for nothing."""
    named = {
        stem
        for place, law in understood.laws
        if place == catalogue.jurisdiction and law in catalogue.laws
        for name in (catalogue.law_name(law), *catalogue.laws[law][0].short_names)
        if name.lower() in understood.text.lower()
        for stem in content_stems(name)
    }
    words = question_words(understood)
    if understood.asker == "nonprofit":  # "our food bank (501c3)", "a charity": the law says nonprofit
        words |= frozenset(content_stems("nonprofit"))
    return words - named or words


def comprehensive_law(catalogue: Catalogue) -> str | None:
    """Return the law_id of the place's comprehensive consumer privacy act, if it has one."""
    best = [
        (sum(min(counts[t], 3) for t in _COMPREHENSIVE), law_id)
        for law_id, counts in catalogue.law_topics.items()
        if counts["applicability"] and counts["consumer-rights"]
    ]
    return max(best)[1] if best else None


def domain_laws(catalogue: Catalogue, understood: Understanding) -> frozenset[str]:
    """Return the laws that a facet ("penalties", "cure") is asked of; empty means any.

    A law belongs to a domain when it is among the domain's main laws there, not when it mentions it in passing.
    """
    if understood.laws:
        return frozenset(law for place, law in understood.laws if place == catalogue.jurisdiction)
    if not any(t in FACETS for t in understood.topic_ids):
        return frozenset()
    if understood.domain:
        found: set[str] = set()
        for topic in understood.domain:
            counts = {law: c[topic] for law, c in catalogue.law_topics.items() if c[topic]}
            if counts:
                found |= {law for law, n in counts.items() if n >= 0.5 * max(counts.values())}
        return frozenset(found)
    comprehensive = comprehensive_law(catalogue)
    return frozenset({comprehensive} if comprehensive else ())


def position_holds(position: Position, catalogue: Catalogue, federal: Catalogue | None, day: dt.date) -> bool:
    """Return whether a position, written for the day of its review, also holds on `day`.

    It does unless a section that it rests on, or a statement of its topic, has begun or ended between the two days.
    """
    if day == position.reviewed:
        return True
    for key in {key for statement in position.statements for key in statement.rests_on}:
        home = catalogue if key[0] == catalogue.jurisdiction else federal
        passage = home.digest.get(key) if home else None
        if passage is None or _is_law(passage, day) != _is_law(passage, position.reviewed):
            return False
    return all(
        in_force(e.passage, e.statement, day) == in_force(e.passage, e.statement, position.reviewed)
        for e in catalogue.by_topic.get(position.topic, ())
    )


def _is_law(passage: Passage, day: dt.date) -> bool:
    return any(in_force(passage, s, day) for s in passage.statements)


def rank(evidence: Evidence, place: str) -> list[Ranked]:
    """Return the statements of one place that bear on the question, best first.

    Statements of law that has ended are left out; those not yet in force carry their date.
    """
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    words = asked_words(understood, catalogue)
    strongest = understood.topics[0].score if understood.topics else 1.0
    weights = {t.topic: t.score / strongest for t in understood.topics}
    laws = domain_laws(catalogue, understood)
    rests_on: set[Key] = set()
    for topic in understood.topic_ids:
        if position := catalogue.positions.get(topic):
            rests_on.update(k for s in position.statements for k in s.rests_on)
    named = {law for where, law in understood.laws if where == place}
    defines = bool(DEFINES.search(understood.text))
    telling = len(words) >= _TELLING_WORDS
    day, distances = understood.as_of, evidence.distances
    shared = catalogue.overlaps(words)
    ranked = []
    for passage, entries in catalogue.sections:
        cited = any(cites(passage.citation, c) for c in understood.citations)
        if not (cited or binds(passage, understood)):
            continue
        key = passage.key
        of_section = CITED if cited else 0.0
        if not defines and "definition" in passage.title.lower():
            of_section -= DEFINITION
        if key in distances:
            of_section += NEARNESS * max(0.0, 1.0 - distances[key])
        if key in rests_on:
            of_section += POSITION_REF
        if passage.law_id in named:
            of_section += NAMED_LAW
        elsewhere = bool(laws) and passage.law_id not in laws
        for entry in entries:
            if entry.ends is not None and entry.ends < day:
                continue
            topics = entry.statement.topics
            score = 0.0
            for topic in topics:
                if topic in weights and weights[topic] > score:
                    score = weights[topic]
            if score:
                score *= TOPIC
                if topics[0] in weights:
                    score += FIRST_TOPIC
            if elsewhere:
                score *= 0.4
            part = shared[entry.order]
            starts = entry.starts if entry.starts and entry.starts > day else None
            ranked.append(Ranked(entry, score + of_section + WORDS * part, starts, part if telling else 0.0))
    return sorted(ranked, key=attrgetter("score"), reverse=True)  # equals stay in the order of the law
