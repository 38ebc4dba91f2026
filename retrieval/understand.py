"""What a question asks: where, about what, by whom, in which form and as of when.

A plain function of the question and the corpus's vocabulary; no search, no clock, no network.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from retrieval.legal_citations import citations_in
from retrieval.records import Jurisdictions, Question
from retrieval.topics import (
    FACETS,
    OTHER,
    TopicScore,
    all_topics,
    asked_topics,
    concepts_in,
    led_by_likeness,
    score_topics,
)
from retrieval.words import Phrases, stems

Asker = Literal["business", "government", "nonprofit", "individual"]
Scope = Literal["law", "help", "out"]

_COMPARE = re.compile(
    r"\b(?:compare|comparison|versus|vs\.?|differ\w*|table|chart|side by side|across|50-state|fifty-state|survey)\b",
    re.IGNORECASE,
)
_BROAD = re.compile(
    r"\b(?:what are the (?:[\w'’-]+ ){0,3}(?:requirements|rules|laws|obligations|duties)|requirements|what do (?:i|we) need to know|overview|obligations|summar\w+|explain|in general|"
    r"what rules|what laws?|which laws?|what now|what next|next steps|what (?:do|should|must) (?:i|we) do\b|what does (?:[\w.'’-]+ ){1,9}(?:require|say|do|cover)\b|tell me about|everything|checklist|comply with|compliance|walk me through)\b",
    re.IGNORECASE,
)
_GOVERNMENT = re.compile(
    r"\b(?:we(?:['’]re| are)|i(?:['’]m| am)|(?:i|we) work (?:for|at)|as|can|may|must|does|do|should|is|are|our)\s+(?:a|an|the|our)?\s*"
    r"(?:\w+ )?(?:state|federal|government|public|city|county|municipal|town|local) (?:agenc(?:y|ies)|government|office|clerk|school|university|body|department|entity|board)\b|"
    r"\b(?:we(?:['’]re| are)|i(?:['’]m| am)|(?:i|we) work (?:for|at)|as|can|may|must|does|do|should|our)\s+(?:a|an|the|our)?\s*"
    r"(?:municipality|school district|police department|city|county|town)\b(?! (?:employee|resident|ordinance))",
    re.IGNORECASE,
)
_NONPROFIT = re.compile(r"\b(?:non-?profits?|charit(?:y|ies)|501\(?c\)?)", re.IGNORECASE)
_INDIVIDUAL = re.compile(
    r"\b(?:my (?:rights|data|information|boss|employer|landlord)|as a consumer|can i sue|i am a consumer|my personal (?:data|information))\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"^\W*(?:help|hi|hello|hey|hiya|yo|thanks?|thank you\b.{0,30}|good (?:morning|afternoon|evening)|who are you|what (?:can|do) you do(?: for (?:me|us))?(?:,? reggi)?|"
    r"what (?:are|is) (?:you|reggi)|how do(?:es)? (?:you|this|i use (?:you|this|reggi)|reggi) work|how (?:do|can) i (?:use|ask) (?:you|reggi|this)|"
    r"(?:(?:hi|hello|hey)(?: reggi)?[ ,!]+)?what (?:all |(?:kinds?|sorts?) of (?:things|questions|stuff) )?can (?:i ask(?: you)?|you do)(?:,? (?:and )?how (?:should|do|can) i (?:phrase|ask|put|word)\b.{0,30})?|cheers|great|ok|okay|test|ping|(?:hi|hello|hey)[ ,!]+(?:reggi|there|team|all)|thanks,? reggi)\W*$",
    re.IGNORECASE,
)  # fmt: skip
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAY = re.compile(
    r"\b(?:as of|on|after|since|from|before|by|until|starting|beginning|effective|come|in)\s+(?:(?P<iso>\d{4}-\d{2}-\d{2})|"
    r"(?P<month>"
    + "|".join(_MONTHS)
    + r")\.?\s+(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>20\d{2})|(?P<only>20\d{2}))\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?P<money>\$\s?(?P<amount>[\d,.]+)\s?(?P<scale>million|billion|(?:[kmb]|bn|mm)\b)?)|"
    r"(?P<count>\d[\d,]*)(?P<thousand>k)?(?: ?- ?| (?:\w+ ){0,2})(?P<unit>(?:calendar |business )?days?|hours?|consumers?|residents?|people|persons?|"
    r"individuals|customers?|users?|patients?|employees|clients?|members|guests|subscribers?|readers|folks|households|accounts|"
    r"(?-i:[A-Z][a-z]+(?:ans|ers|ites))|years?|months?)\b",
    re.IGNORECASE,
)
_SCALES = {
    "k": 1_000, "m": 1_000_000, "mm": 1_000_000, "million": 1_000_000, "b": 1_000_000_000, "bn": 1_000_000_000, "billion": 1_000_000_000,
}  # fmt: skip
_PEOPLE = re.compile(
    r"^(?:consumer|resident|people|person|individual|customer|user|patient|employee|client|member|guest|subscriber|reader|folk|household|account|"
    r"\w+(?:an|er|ite))s?$"
)

ASKS_COVERAGE = re.compile(
    r"\b(?:covered|cover us|covers? who|subject to|apply|applies|bound|comply|under the|(?:get|reach|catch|hit)s? us|are we (?:in|under)|are you in|in\?|"
    r"over the (?:line|threshold)|in scope|caught by|fall (?:under|within)|bind(?:s|ing)?|triggered)|"
    r"(?-i:\b[A-Z]{4,7}\?\s*$)",
    re.IGNORECASE,
)
"""Asks whether a law reaches the asker: "do both acts apply?", "does NJDPA get us?", "100k users. OCPA?"."""
_NUMBERS = re.compile(
    r"\b(?:(?:consumer )?numbers?|how many (?:consumers|people)|thresholds?|size|cut-?offs?)\b", re.IGNORECASE
)
_OUT = re.compile(r"\bout of (?:scope|it|reach)\b|\bnot covered\b|\bexempt\b", re.IGNORECASE)
_BESIDE_SIZE = frozenset({"applicability", "comprehensive-act", "sale", "vendors"})
"""Topics that a tale of one's own size touches in passing: "no data sales"."""
_AN_ACT = re.compile(r"\b(?:acts?|laws?|statutes?)\b", re.IGNORECASE)
_PLAIN_TOPIC = 2.0
_SUBJECT = 1.7
"""Weight from which a topic beside a facet says whose penalties, enforcement … are asked about."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question read. `topics` are strongest first; `domain` are those that are not mere facets."""

    question: Question
    text: str
    places: Jurisdictions
    topics: tuple[TopicScore, ...]
    domain: tuple[str, ...]
    broad: bool
    compares: bool
    asker: Asker
    scope: Scope
    as_of: dt.date
    citations: tuple[str, ...]
    laws: tuple[tuple[str, str], ...]  # (jurisdiction, law_id) named in the text
    figures: tuple[tuple[str, str], ...]  # (number, unit) asserted in the text
    follow_up: bool = False

    @property
    def topic_ids(self) -> tuple[str, ...]:
        return tuple(t.topic for t in self.topics)


def as_of(text: str, today: dt.date) -> dt.date:
    """Return the day the text asks about: the first date named with a preposition, else `today`.

    A month means its first day; a bare year means today in that year when it is the present one, else 1 January
    (31 December for a year gone by).
    """
    match = _DAY.search(text)
    if match is None:
        return today
    try:
        if match["iso"]:
            return dt.date.fromisoformat(match["iso"])
        if match["month"]:
            return dt.date(
                int(match["year"]), _MONTHS.index(match["month"].lower()) + 1, int(match["day"] or 1)
            )
        year = int(match["only"])
    except ValueError:  # 2026-02-31 is no day: the text names none
        return today
    if year == today.year:
        return today
    return dt.date(year, 1, 1) if year > today.year else dt.date(year, 12, 31)


@lru_cache(maxsize=8_192)
def figures_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return (number, unit) pairs: "45 days" is ("45", "day"), "$7,500" is ("7500", "$")."""
    out = []
    for m in _FIGURE.finditer(text):
        if m["money"]:
            scale = _SCALES.get((m["scale"] or "").lower(), 1)
            try:
                number = float(m["amount"].rstrip(".,").replace(",", "")) * scale
            except ValueError:  # "$1.2.3" is no amount
                continue
            out.append((f"{number:g}" if number < 1e6 else str(int(number)), "$"))
        else:
            unit = m["unit"].lower().split()[-1]
            count = m["count"].replace(",", "") + ("000" if m["thousand"] else "")
            out.append((count, "person" if _PEOPLE.match(unit) else unit.rstrip("s")))
    return tuple(out)


def _asker(text: str) -> Asker:
    if _GOVERNMENT.search(text):
        return "government"
    if _NONPROFIT.search(text):
        return "nonprofit"
    return "individual" if _INDIVIDUAL.search(text) else "business"


@cache
def _scope_phrases() -> Phrases:
    lists = tomllib.loads(resources.files("config").joinpath("scope.toml").read_text(encoding="utf-8"))
    return Phrases((name, phrase) for name, phrases in lists.items() for phrase in phrases)


_ALIKE, _CLEARLY_ALIKE = 0.25, 0.4


def _is_elsewhere(topics: tuple[TopicScore, ...], alike: float, other: float) -> bool:
    """Return whether a text is plainly like questions on other matters: "the fine for littering" names but a side of a law.

    The shares are those by which none of 830 questions on privacy law went out, and most of 45 others did.
    """
    subject = max((t.score for t in topics if t.topic not in FACETS), default=0.0)
    if subject >= _SUBJECT:
        return False
    if topics and not subject:
        return other >= 0.35 and other >= 1.2 * alike
    return other >= 0.5 and other >= (2.0 if subject else 1.5) * alike


def _scope(
    text: str,
    places: Jurisdictions,
    topics: tuple[TopicScore, ...],
    anchored: bool,
    alike: float,
    other: float,
) -> Scope:
    """Return whether a text asks for help, for US privacy law, or for something else (config/scope.toml).

    `alike` is how much it is like a known question, `other` how much like one on other matters.
    """
    if _HELP.match(text):
        return "help"
    found = _scope_phrases().find(stems(text))
    ours = alike >= _ALIKE and alike > 2 * other
    plain = (bool(topics) and topics[0].score >= _PLAIN_TOPIC) or (ours and alike >= _CLEARLY_ALIKE)
    if "tasks" in found or ("chores" in found and not topics):
        return "out"
    if "other_law" in found and not plain:
        return "out"
    if places.outside and not places.found and not anchored:
        return "out"
    if not anchored and "privacy" not in found and _is_elsewhere(topics, alike, other):
        return "out"
    if not topics and not anchored and found.isdisjoint(("privacy", "general")) and not ours:
        return "out"
    return "law"


_TAG = re.compile(
    r"[,.;?!]?\s*(?:is (?:he|she|that|this|it) )?(?:correct|right|true|yes|no)\s*\?\s*$", re.IGNORECASE
)
"""Asks for a yes to what was said, and for nothing of its own: "… Correct?" is no right to correct."""

_ALL_WELL = re.compile(
    r"(?:(?<=\bis )|(?<=\bbe )|(?<=\bare )|(?<=\bsays )|(?<=\bsay )|(?<=\bseems )|(?<=\blooks )|(?<=[.,;?!] ))fine\b(?= *[?.!,]| *$)|\bfine (?=to\b|with\b|print\b|then\b)|"
    r"(?:(?<=\bthat['’]s )|(?<=\bit['’]s )|(?<=\bwe['’]re )|(?<=\ball ))fine\b(?! (?:for|of|per))|"
    r"(?<=\bis that )\w+ fine\b(?! (?:for|of|per))",
    re.IGNORECASE,
)
"""A "fine" that is no penalty: "mom says fine", "… . fine?"."""

_NOT_DONE = re.compile(
    r"\b(?:we|i|they|who)\s+(?:never|don['’]t|do not|didn['’]t|did not)\s+(?:sell|share)\b[^.,;?!]*",
    re.IGNORECASE,
)
"""What the asker does not do is not asked about: "we never sell data"."""

_GOES_ON = re.compile(
    r"^\W*(?:and|but|also|so|what about|how about|what if|same|then|ok(?:ay)?,? (?:and|but|so))\b|\b(?:it|that|this|those|them|there|they)\b",
    re.IGNORECASE,
)
"""A short text that goes on about the subject before: "what if the data was encrypted?"."""


def _whole_breach_law(text: str, topics: tuple[TopicScore, ...]) -> tuple[TopicScore, ...]:
    """Return the breach law's main topics where a text names a breach and asks no side of it ("breach rules in Texas")."""
    if len(topics) != 1 or topics[0].topic != "breach-trigger" or "trigger" in concepts_in(text):
        return topics
    score = topics[0].score
    if score >= _SUBJECT:
        return topics
    return tuple(TopicScore(t, score) for t in ("breach-deadline", "breach-trigger", "breach-regulator"))


def _asked_last(text: str, topics: tuple[TopicScore, ...]) -> tuple[TopicScore, ...]:
    """Put behind what a text asks the side by which it only tells of itself: "We are a small business. Consent needed?"."""
    parts = [p for p in re.split(r"(?<=[.?!:;])\s+", text.strip()) if p]
    if len(parts) < 2 or not topics or topics[0].topic not in ("applicability", "exemptions"):
        return topics
    last = score_topics(parts[-1])
    sides = ("applicability", "exemptions")
    if not last or any(t.topic in sides for t in last):
        return topics
    rest = [t for t in topics if t.topic not in sides]
    fresh = [t for t in last if t.score >= _SUBJECT and t.topic not in {r.topic for r in rest}]
    return tuple((*rest, *fresh)[:3]) or topics


_OF_COVERAGE = frozenset({"applicability", "exemptions", "comprehensive-act"})


def _of_size(
    text: str, laws: tuple[tuple[str, str], ...], topics: tuple[TopicScore, ...], like: Mapping[str, float]
) -> tuple[TopicScore, ...]:
    """Put applicability first where someone tells the size of a business, or asks for numbers, and names an act.

    Not where the question is clearly like others that ask something else.
    """
    likest = max(like, key=like.__getitem__, default="")
    if likest not in _OF_COVERAGE and like.get(likest, 0.0) >= _ALIKE + like.get("applicability", 0.0):
        return topics
    if any(t.topic.startswith("breach-") for t in topics):
        return topics
    if any(t.topic == "exemptions" for t in topics) and not (figures_in(text) and laws):
        return topics
    elsewhere = any(t.topic not in _BESIDE_SIZE and t.score >= _PLAIN_TOPIC for t in topics)
    own = any(unit in ("person", "$") for _, unit in figures_in(text))
    asking = re.split(r"(?<=[.?!])\s+", text.strip())[-1]
    sized = own and (
        (bool(laws) and (ASKS_COVERAGE.search(asking) or _OUT.search(asking)))
        or (not elsewhere and ASKS_COVERAGE.search(text) and (laws or _AN_ACT.search(text) or topics))
    )
    if not sized and (elsewhere or not (laws and _NUMBERS.search(text))):
        return topics
    rest = tuple(t for t in topics if t.topic not in ("applicability", "vendors"))
    return (TopicScore("applicability", max((t.score for t in topics), default=_PLAIN_TOPIC)), *rest[:1])


Likeness = Callable[[str], Mapping[str, float]]
"""Returns how much a text is like known questions on each topic (retrieval/topic_model.py)."""


def understand(
    question: Question,
    places: Jurisdictions,
    laws: tuple[tuple[str, str], ...],
    likeness: Likeness = lambda _: {},
) -> Understanding:
    """Return what a question asks, given where (`places`) and which laws of the corpus it names.

    A follow-up without a topic of its own ("and Nevada?") takes the latest topics of the history. `likeness` is
    asked where the text is one of law: rules decide whether it is.
    """
    said = question.text.strip()
    asked = _NOT_DONE.sub(" ", _ALL_WELL.sub(" ", _TAG.sub("?", said)))
    topics = asked_topics(asked)
    citations = citations_in(said)
    follow_up = False
    if question.history and (not topics or topics[0].score < 1.5) and not citations and not _HELP.match(said):
        for earlier in reversed(question.history):
            before = asked_topics(earlier)
            if before:
                # "who do I report it to there?": the new words choose the side, the old ones the subject
                joined = asked_topics(said, earlier) if topics or concepts_in(said) else before
                topics, follow_up = joined or before, True
                break
    elif question.history and "breach" not in concepts_in(said):
        earlier = question.history[-1]
        if _GOES_ON.search(said) and len(said.split()) <= 14:
            joined = asked_topics(said, earlier)
            topics, follow_up = (joined or topics), True
    anchored = bool(citations or laws or follow_up)
    like = dict(likeness(asked))
    other = like.pop(OTHER, 0.0)
    scope = _scope(said, places, topics, anchored, max(like.values(), default=0.0), other)
    if scope == "law" and not follow_up and not (citations and not topics):
        topics = asked_topics(asked, likeness=like) or topics
        topics = _of_size(said, laws, _asked_last(asked, _whole_breach_law(said, topics)), like)
    elif scope == "law" and follow_up and max(like.values(), default=0.0) >= _CLEARLY_ALIKE:
        topics = led_by_likeness(list(topics), frozenset(), like)[:2]
    subject = f"{question.history[-1]} {said}" if follow_up else said
    domain = tuple(t.topic for t in topics if t.topic not in FACETS)
    if topics and not domain:  # "what is the fine for a late breach notice?": a side of the breach law
        breached = "breach" in concepts_in(subject)
        domain = tuple(
            t.topic
            for t in score_topics(subject)
            if t.topic not in FACETS
            and t.score >= _SUBJECT
            # "the AG's notice of violation – may we cure?" speaks of no breach
            and (breached or topics[0].topic != "cure" or not t.topic.startswith("breach-"))
        )
        if breached:
            domain = ("breach-trigger", "breach-deadline")
    return Understanding(
        question=question,
        text=said,
        places=places,
        topics=topics,
        domain=domain,
        broad=bool(_BROAD.search(said)),
        compares=bool(_COMPARE.search(said)) or places.every,
        asker=_asker(said),
        scope=scope,
        as_of=as_of(said, question.asked_on),
        citations=citations,
        laws=laws,
        figures=figures_in(said),
        follow_up=follow_up,
    )


def topic_title(understood: Understanding) -> str:
    """Return the name of the strongest topic, or a general heading."""
    topics = all_topics()
    return topics[understood.topics[0].topic].name if understood.topics else "Privacy law"
