"""The short answer about one place: which sentences of the digest answer the question, and yes, no or it depends."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from retrieval.catalogue import Catalogue, Key
from retrieval.ranking import CITED, Ranked, asked_words, domain_laws, position_holds
from retrieval.records import Position, Verdict
from retrieval.retriever import FEDERAL, Evidence
from retrieval.topics import FACETS, all_topics
from retrieval.understand import Understanding
from retrieval.words import content_stems, stems

_SHORT_WORDS = 90
FIRST_SENTENCE = 0.5
"""Head start of a position's first sentence over a statement that shares more words with the question."""

PLAINLY_SHARED = 0.45
"""Share of the question's rarer words from which a statement answers it, whatever topic it is tagged with."""

_NUMBERED = frozenset({"penalties", "breach-deadline", "request-deadline"})
"""Topics that ask for a number: a statement without one seldom answers first."""
_UNKNOWN = 2.0
"""Weight of a word that stands nowhere in the law of the place: little, since people use other words than statutes."""
_OF_THE_LAW, _OFF_TOPIC = 0.25, -0.2
_NO_LAW_BEHIND = 0.3
"""What "no such law was found" falls back where another position says what there is."""

_REPEATS = 0.65
"""Share of a statement's stems that, said before in one statement, make it a repetition."""

_GOES_ON = re.compile(r"\balso\b", re.IGNORECASE)
"""Marks a sentence that goes on from another: no opening for an answer."""

_CITATION = re.compile(r",? ?(?:\b[A-Z][\w.&]*\.? ){0,6}§+ ?[\w.:-]+(?:\(\w+\))*")

_VERDICT_LEAD = re.compile(r"^(?:Yes|No|It depends)(?:, [^:]{1,40})?: ")
_LABELLED = re.compile(r"[^:]{1,24}: ")
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


@dataclass(slots=True)
class Said:
    """What an answer has said so far, so that nothing is said twice."""

    stems: list[frozenset[str]] = field(default_factory=list)

    def repeats(self, text: str) -> bool:
        """Return whether one earlier statement says nearly all of this, figures included; citations do not count."""
        words, figures = _said_stems(text)
        return any(len(words & s) >= _REPEATS * len(words) and figures <= s for s in self.stems)

    def add(self, text: str) -> None:
        """Remember a statement."""
        self.stems.append(_said_stems(text)[0])


@lru_cache(maxsize=8_192)
def _said_stems(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return a statement's stems without its citations, and the figures among them."""
    words = frozenset(content_stems(_CITATION.sub(" ", text)))
    return words, frozenset(w for w in words if any(c.isdigit() for c in w))


@lru_cache(maxsize=8_192)
def _own_stems(text: str) -> frozenset[str]:
    return frozenset(content_stems(text))


def _answers(text: str, understood: Understanding, words: frozenset[str], catalogue: Catalogue) -> float:
    own = _own_stems(text)
    whole = sum(catalogue.weight.get(w, _UNKNOWN) for w in words)
    return sum(catalogue.weight.get(w, _UNKNOWN) for w in words & own) / whole if whole else 0.0


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
        instead = all_topics()[topic].instead
        other = catalogue.positions.get(instead) if instead and position.verdict == "no" else None
        if other is not None and other.verdict != "no" and other not in found:
            found.insert(len(found) - 1, other)
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
    words = asked_words(understood, catalogue)
    laws = domain_laws(catalogue, understood)
    asked, facets = set(understood.topic_ids), FACETS.intersection(understood.topic_ids)
    number_asked = understood.topic_ids[:1] and understood.topic_ids[0] in _NUMBERED
    found: list[tuple[float, Sentence]] = []
    for number, position in enumerate(positions):
        behind = 0.2 * number + (0.3 if facets and position.topic not in facets else 0.0)
        for place_in_position, s in enumerate(position.statements):
            start = FIRST_SENTENCE if place_in_position == 0 else 0.15
            if understood.broad and not number and not place_in_position:
                start += 1.0
            if laws and laws.isdisjoint(k[1] for k in s.rests_on):
                start = -0.1
            elif laws and not laws.issuperset(k[1] for k in s.rests_on):
                start -= 0.1
            if position.no_law and len(positions) > 1:
                start -= _NO_LAW_BEHIND
            found.append(
                (start - behind + _answers(s.text, understood, words, catalogue), (s.text, s.rests_on))
            )
    for r in [r for r in ranked if r.starts is None and (not laws or r.entry.passage.law_id in laws)][:8]:
        topics = r.entry.statement.topics
        of_named = (place, r.entry.passage.law_id) in understood.laws
        plainly = r.shared >= PLAINLY_SHARED
        if positions and not asked.intersection(topics) and not of_named and not plainly:
            continue
        on_topic = bool(asked.intersection(topics)) or not asked
        start = 0.0 if on_topic else _OFF_TOPIC
        if (of_named and on_topic) or (laws and facets.intersection(topics)):
            start = _OF_THE_LAW
        if number_asked and not any(c.isdigit() for c in r.entry.statement.text):
            start -= 0.2
        if _GOES_ON.search(r.entry.statement.text):
            start -= 0.2
        fit = start + _answers(r.entry.statement.text, understood, words, catalogue) if positions else r.score
        found.append((fit, (r.entry.statement.text, (r.entry.passage.key,))))
    return sorted(found, key=lambda c: -c[0])


def short_answer(
    evidence: Evidence,
    place: str,
    positions: list[Position],
    ranked: list[Ranked],
    defined: Ranked | None = None,
) -> list[Sentence]:
    """Return the one to three sentences that answer, at most 90 words: the best, then what the positions put first.

    `defined` is the definition of a term whose meaning is asked for: it comes before all.
    """
    understood, catalogue = evidence.understood, evidence.catalogues[place]
    if understood.citations and ranked and ranked[0].score >= CITED:
        first = ranked[0].entry.passage
        if first.governs != "government" or understood.asker == "government":
            cited = [r for r in ranked if r.score >= CITED]
            if not understood.topics:  # "what does § 1 say?": from its beginning
                cited = sorted(
                    (r for r in cited if r.entry.passage.key == first.key), key=lambda r: r.entry.order
                )
            return [(r.entry.statement.text, (r.entry.passage.key,)) for r in cited[:2]]
        # a section that does not bind the asker: say so, then answer from the law that does
        ranked = [r for r in ranked if r.entry.passage.governs != "government"]
        positions = positions or [p for t in first.topics if (p := catalogue.positions.get(t))][:1]
        rest = [sentence for _, sentence in _candidates(evidence, place, positions, ranked)][:1]
        return [(f"{first.citation} binds government bodies, not private businesses.", (first.key,)), *rest]
    candidates = [sentence for _, sentence in _candidates(evidence, place, positions, ranked)]
    if defined is not None:
        candidates.insert(0, (defined.entry.statement.text, (defined.entry.passage.key,)))
    if not candidates:
        return []
    chosen, said = candidates[:1], Said()
    said.add(chosen[0][0])
    firsts = [p.statements[0] for p in positions[:3]] + [s for p in positions[:1] for s in p.statements[1:2]]
    laws = domain_laws(catalogue, understood)
    following = [(s.text, s.rests_on) for s in firsts if not laws or any(k[1] in laws for k in s.rests_on)]
    for text, keys in following if positions else candidates[1:2]:
        length = sum(len(t.split()) for t, _ in chosen) + len(text.split())
        if not said.repeats(text) and length <= _SHORT_WORDS:
            chosen.append((text, keys))
            said.add(text)
    return chosen


def with_verdict(text: str, own: Verdict | None, verdict: Verdict | None, counted: bool = False) -> str:
    """Return a position's sentence led by the verdict on the question as put.

    Its own "Yes:" stays when it is that verdict, goes when the question is no yes-or-no question, and is
    replaced when another word answers the question ("Can I …?" – "Yes, with conditions"). `counted` says that the
    verdict follows from the number of people in the question.
    """
    bare = _VERDICT_LEAD.sub("", text)
    if counted and verdict:
        return as_bullet("Yes, at that number" if verdict == "yes" else "Not at that number", text)
    if verdict is not None and verdict == own and (bare != text or stems(text)[:1] in (["yes"], ["no"])):
        return text
    if verdict is None:
        return bare[:1].upper() + bare[1:]
    return as_bullet({"yes": "Yes", "no": "No", "conditional": "Yes, with conditions"}[verdict], text)


def without_verdict(text: str) -> str:
    """Return a position's sentence without the yes or no it opens with."""
    bare = _VERDICT_LEAD.sub("", text)
    return bare[:1].upper() + bare[1:]


def as_bullet(label: str, text: str) -> str:
    """Return a position's sentence under a label: "Right to cure: it expired …"."""
    bare = _VERDICT_LEAD.sub("", text)
    if _LABELLED.match(bare):  # "Out: banks, insurers …"
        return f"{label}. {bare}"
    return f"{label}: {bare[:1].lower() + bare[1:] if bare.split(maxsplit=1)[0] in _OPENERS else bare}"
