"""The standard questions (config/topics.toml) and which of them a text asks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from retrieval.words import Phrases, stems

_RULE = re.compile(r"^(?P<terms>.+?)(?:\s*\^(?P<weight>\d+(?:\.\d+)?))?$")


FACETS = frozenset({"applicability", "exemptions", "enforcement", "penalties", "cure", "private-action"})
"""Topics that are a side of some other law: "penalties" of the breach law, of the comprehensive act …"""

OTHER = "other-matters"
"""Label of the examples that are no questions on privacy law."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Terms that must all stand in a text, terms that must not, and how much that says."""

    needs: tuple[str, ...]
    lacks: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of config/topics.toml."""

    id: str
    name: str
    question: str
    verdict_asks: str
    brings: tuple[str, ...] = ()
    federal: bool = False
    instead: str | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicScore:
    """How strongly a text asks a topic: 1 is a hint, 2 and more is plain."""

    topic: str
    score: float


def _rule(text: str) -> Rule:
    match = _RULE.match(text.strip())
    if match is None:
        raise ValueError(f"not a rule: {text!r}")
    terms = [t.strip() for t in match["terms"].split("&")]
    needs = tuple(t for t in terms if not t.startswith("!"))
    return Rule(needs, tuple(t[1:] for t in terms if t.startswith("!")), float(match["weight"] or len(needs)))


@cache
def _data() -> tuple[dict[str, Topic], Phrases]:
    raw = tomllib.loads(resources.files("config").joinpath("topics.toml").read_text(encoding="utf-8"))
    topics = {
        row["id"]: Topic(
            row["id"], row["name"], row["question"], row["verdict_asks"], tuple(row["brings"]), row["federal"], row.get("instead"),
            tuple(_rule(r) for r in row["rules"]),
        )
        for row in raw["topic"]
    }  # fmt: skip
    labelled = [(concept, phrase) for concept, phrases in raw["concepts"].items() for phrase in phrases]
    quoted = {
        t
        for topic in topics.values()
        for rule in topic.rules
        for t in (*rule.needs, *rule.lacks)
        if t.startswith("'")
    }
    known = set(raw["concepts"]) | quoted
    for topic in topics.values():
        for rule in topic.rules:
            if unknown := {*rule.needs, *rule.lacks} - known:
                raise ValueError(f"config/topics.toml: {topic.id} uses unknown concepts {sorted(unknown)}")
        if unknown := set(topic.brings) - set(topics):
            raise ValueError(f"config/topics.toml: {topic.id} brings unknown topics {sorted(unknown)}")
    return topics, Phrases([*labelled, *((term, term.strip("'")) for term in quoted)])


@cache
def topic_texts() -> tuple[tuple[str, str], ...]:
    """Return (topic id, a text about it) for comparing by meaning: its question and the phrases of its rules."""
    raw = tomllib.loads(resources.files("config").joinpath("topics.toml").read_text(encoding="utf-8"))
    texts = []
    for topic in all_topics().values():
        terms = sorted({t for rule in topic.rules for t in rule.needs})
        phrases = [" ".join(raw["concepts"].get(t, [t.strip("'")])[:8]) for t in terms]
        texts.append((topic.id, " ".join((topic.name, topic.question, topic.verdict_asks, *phrases))))
    return tuple(texts)


def all_topics() -> dict[str, Topic]:
    """Return the topics by id, in the file's order."""
    return _data()[0]


@lru_cache(maxsize=16)  # one question is read several times over
def concepts_in(text: str) -> frozenset[str]:
    """Return the concepts (and quoted rule phrases) that stand in a text."""
    return frozenset(_data()[1].find(stems(text)))


_SIDES = frozenset(
    [
        "deadline",
        "content",
        "regulator",
        "bureaus",
        "remedies",
        "sue",
        "penalty",
        "enforce",
        "cure",
        "threshold",
        "exempt",
        "requirements",
        "exists",
        "consent",
        "request",
    ]
)
"""Concepts that ask for one side of a subject; the rest name the subject itself."""


@cache
def _rules_by_need() -> dict[str, list[tuple[str, Rule]]]:
    """The rules by the first concept that each needs, so that a question tries a few of the several hundred."""
    rules: dict[str, list[tuple[str, Rule]]] = {}
    for topic in all_topics().values():
        for rule in topic.rules:
            rules.setdefault(rule.needs[0], []).append((topic.id, rule))
    return rules


@lru_cache(maxsize=16)
def score_topics(text: str, subject: str = "") -> tuple[TopicScore, ...]:
    """Return the topics that a text asks, strongest first; empty when it asks none.

    `subject` is an earlier text that this one goes on about: what it names counts, the sides it asked for do not.
    """
    found = concepts_in(text)
    if subject:
        found = found | {c for c in concepts_in(subject) if c not in _SIDES and not c.startswith("'")}
    held: dict[str, float] = {}
    by_need = _rules_by_need()
    for concept in found:
        for topic, rule in by_need.get(concept, ()):
            if found.issuperset(rule.needs) and found.isdisjoint(rule.lacks):
                held[topic] = max(rule.weight, held.get(topic, 0.0))
    scores = [TopicScore(topic, held[topic]) for topic in all_topics() if topic in held]
    return tuple(sorted(scores, key=lambda s: -s.score))


_DATA_TYPES = frozenset(
    {
        "ssn",
        "employee-data",
        "health-data",
        "genetic-data",
        "biometrics",
        "precise-location",
        "sensitive-data",
        "vendors",
    }
)
_CLAUSE = re.compile(r"[.?!;,:]\s|\band\b|\bor\b|\bbut\b", re.IGNORECASE)
_PLAIN, _NEARLY = 2.0, 0.93
_LIKENESS, _LIKE_ENOUGH = 6.0, 1.2
"""What likeness to known questions weighs beside the rules, and the least that counts as a topic asked."""


def asked_topics(
    text: str, subject: str = "", likeness: Mapping[str, float] | None = None, most: int = 3
) -> tuple[TopicScore, ...]:
    """Return the topics asked for, strongest first, at most `most`; `subject` as in `score_topics`.

    A side plainly asked for comes first ("TCPA damages per text" asks for penalties), then the strongest of the whole
    text, those nearly as strong, and those that a clause of its own plainly asks ("… and what are the penalties?").
    `likeness` (retrieval/topic_model.py) adds to the rules what the text has in common with known questions.
    """
    ruled = score_topics(text, subject)
    scores = _with_likeness(ruled, likeness) if likeness else ruled
    if not scores or scores[0].score < (_LIKE_ENOUGH if likeness else 1):
        return ()
    asked = [s for s in scores if s.score >= _NEARLY * scores[0].score]
    for clause in _CLAUSE.split(text):
        own = score_topics(clause, text)
        if own and own[0].score >= _PLAIN and own[0].topic not in {s.topic for s in asked}:
            asked.append(own[0])
    if any(s.topic.startswith("breach-") for s in asked):
        # "SSNs leaked": data that were breached, no question of their own
        asked = [s for s in asked if s.topic not in _DATA_TYPES]
    sides = [s for s in ruled if s.topic in FACETS and s.score >= _PLAIN and s.score >= 0.7 * ruled[0].score]
    rest = [s for s in asked if s.topic not in {side.topic for side in sides}]
    plain = frozenset(s.topic for s in ruled if s.score >= _PLAIN)
    return led_by_likeness((sides[:2] + rest)[:most], plain, likeness or {})[:most]


_ALIKE, _NEAR, _FAR_BEHIND = 0.25, 0.8, 0.3
"""The least likeness that leads, and the shares of the best from which another topic is as good, or far behind."""


def led_by_likeness(
    asked: list[TopicScore], plain: frozenset[str], likeness: Mapping[str, float]
) -> tuple[TopicScore, ...]:
    """Return the topics with the likest one among them: before those that the text is hardly like, behind the others."""
    best = max(likeness, key=likeness.__getitem__, default="")
    if not best or likeness[best] < _ALIKE or best in {s.topic for s in asked}:
        return tuple(asked)
    first = asked[0]
    if first.topic in plain and likeness.get(first.topic, 0.0) >= _NEAR * likeness[best]:
        return tuple(asked)
    led = TopicScore(best, first.score)
    if first.topic in plain and first.topic in FACETS:  # "may they sue over the breach?"
        return (first, led, *asked[1:])
    close = [s for s in asked if likeness.get(s.topic, 0.0) >= _FAR_BEHIND * likeness[best]]
    return (first, led, *asked[1:]) if close and close[0] is first else (led, *close)


def _with_likeness(ruled: tuple[TopicScore, ...], likeness: Mapping[str, float]) -> tuple[TopicScore, ...]:
    scores = {s.topic: s.score for s in ruled}
    for topic, like in likeness.items():
        scores[topic] = scores.get(topic, 0.0) + _LIKENESS * like
    return tuple(sorted((TopicScore(t, s) for t, s in scores.items()), key=lambda s: -s.score))
