"""What a question asks: where, about what, by whom, in which form and as of when.

A plain function of the question and the corpus's vocabulary; no search, no clock, no network.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from retrieval.legal_citations import citations_in
from retrieval.records import Jurisdictions, Question
from retrieval.topics import TopicScore, all_topics, asked_topics, concepts_in, score_topics
from retrieval.words import Phrases, stems

Form = Literal["may", "must", "exists", "open"]
Asker = Literal["business", "government", "nonprofit", "individual"]
Scope = Literal["law", "help", "out"]

FACETS = frozenset({"applicability", "exemptions", "enforcement", "penalties", "cure", "private-action"})
"""Topics that are a side of some other law: "penalties" of the breach law, of the comprehensive act …"""

_MAY = re.compile(
    r"\b(?:can|could|may)\s+(?:i|we|you|they|he|she|it|one|our|my|the|a|an|any\w*|businesses|companies|consumers|customers|people|"
    r"employees|employers|residents|someone|users|parents|individuals|stores?|retailers?|data|sensitive|personal|website|marketers)\b|"
    r"\b(?:is it|is this|would it be) (?:ok|okay|legal|lawful|allowed|illegal|permitted)|"
    r"\b(?:are|am) (?:we|i|businesses|companies) (?:allowed|permitted|able)|\bok to\b",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"\b(?:do|does|did|would|will) (?:\w+ ){1,4}?(?:have to|need to|need|require|requires|owe|must)\b|\bmust (?:i|we|a|an|the|our|my|\w+s)\b|"
    r"\b(?:are|is|am) (?:\w+ ){1,5}?(?:required|obligated|obliged|mandatory)\b|\b(?:have to|need to|required to)\b",
    re.IGNORECASE,
)
_EXISTS = re.compile(
    r"\b(?:is|are) there\b|\bdoes (?:\w+[ .]){1,4}?have\b|\bdo (?:\w+[ .]){1,4}?have (?:a|an|any)\b|\bhas (?:\w+ ){1,3}(?:passed|enacted)\b",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\b(?:compare|comparison|versus|vs\.?|differ\w*|table|chart|side by side|across|50-state|fifty-state|survey)\b",
    re.IGNORECASE,
)
_BROAD = re.compile(
    r"\b(?:what are the (?:requirements|rules)|requirements|what do (?:i|we) need to know|overview|obligations|summar\w+|explain|in general|"
    r"what rules|what laws?|which laws?|tell me about|everything|checklist|comply with|compliance|walk me through)\b",
    re.IGNORECASE,
)
_GOVERNMENT = re.compile(
    r"\b(?:we(?:['’]re| are)|i(?:['’]m| am)|(?:i|we) work (?:for|at)|as|can|may|must|does|do|should|is|are|our)\s+(?:a|an|the|our)?\s*"
    r"(?:\w+ )?(?:state|government|public|city|county|municipal|town|local) (?:agenc(?:y|ies)|government|office|clerk|school|university|body|department|entity|board)\b|"
    r"\b(?:we(?:['’]re| are)|i(?:['’]m| am)|(?:i|we) work (?:for|at)|as|can|may|must|does|do|should|our)\s+(?:a|an|the|our)?\s*"
    r"(?:municipality|school district|police department|city|county|town)\b(?! (?:employee|resident|ordinance))",
    re.IGNORECASE,
)
_NONPROFIT = re.compile(r"\b(?:non-?profits?|charit(?:y|ies)|501\(c\))", re.IGNORECASE)
_INDIVIDUAL = re.compile(
    r"\b(?:my (?:rights|data|information|boss|employer|landlord)|as a consumer|can i sue|i am a consumer|my personal (?:data|information))\b",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"^\W*(?:help|hi|hello|hey|hiya|yo|thanks?|thank you\b.{0,30}|good (?:morning|afternoon|evening)|who are you|what (?:can|do) you do|"
    r"what (?:are|is) (?:you|reggi)|how do(?:es)? (?:you|this|i use (?:you|this|reggi)|reggi) work|how (?:do|can) i (?:use|ask) (?:you|reggi|this)|"
    r"what can i ask(?: you)?|cheers|great|ok|okay|test|ping|(?:hi|hello|hey)[ ,!]+(?:reggi|there|team|all)|thanks,? reggi)\W*$",
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
    r"(?P<money>\$\s?(?P<amount>[\d,.]+)\s?(?P<scale>million|billion|k)?)|(?P<count>\d[\d,]*)[- ]?(?P<unit>(?:calendar |business )?days?|hours?|consumers?|residents?|people|persons?|individuals|years?|months?)",
    re.IGNORECASE,
)


_PLAIN_TOPIC = 2.0
_SUBJECT = 1.5
"""Weight from which a topic beside a facet says whose penalties, enforcement … are asked about."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question read. `topics` are strongest first; `domain` are those that are not mere facets."""

    question: Question
    text: str
    places: Jurisdictions
    topics: tuple[TopicScore, ...]
    domain: tuple[str, ...]
    form: Form
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


def form_of(text: str) -> Form:
    """Return whether a text asks if one may, if one must, if something exists, or something open.

    The form that comes first in the text decides.
    """
    found = [
        (m.start(), form)
        for form, pattern in (("may", _MAY), ("must", _MUST), ("exists", _EXISTS))
        if (m := pattern.search(text))
    ]
    wh = re.match(r"\W*(?:\w+[,:]\s*)?(?:what|which|how|when|who|where|why)\b", text, re.IGNORECASE)
    if not found or (wh and not re.search(r"[.?!]\s*\w", text[: min(s for s, _ in found)])):
        return "open"
    return min(found)[1]  # type: ignore[return-value]


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


def figures_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return (number, unit) pairs: "45 days" is ("45", "day"), "$7,500" is ("7500", "$")."""
    out = []
    for m in _FIGURE.finditer(text):
        if m["money"]:
            scale = {"million": 1_000_000, "billion": 1_000_000_000, "k": 1_000}.get(
                (m["scale"] or "").lower(), 1
            )
            try:
                number = float(m["amount"].rstrip(".,").replace(",", "")) * scale
            except ValueError:  # "$1.2.3" is no amount
                continue
            out.append((f"{number:g}" if number < 1e6 else str(int(number)), "$"))
        else:
            unit = m["unit"].lower().split()[-1].rstrip("s")
            out.append(
                (
                    m["count"].replace(",", ""),
                    "person" if unit in ("consumer", "resident", "people", "individual") else unit,
                )
            )
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


def _scope(text: str, places: Jurisdictions, topics: tuple[TopicScore, ...], anchored: bool) -> Scope:
    """Return whether a text asks for help, for US privacy law, or for something else (config/scope.toml)."""
    if _HELP.match(text):
        return "help"
    found = _scope_phrases().find(stems(text))
    plain = bool(topics) and topics[0].score >= _PLAIN_TOPIC
    if "chores" in found and not (plain and places.found):
        return "out"
    if "other_law" in found and not plain:
        return "out"
    if places.outside and not places.found and not anchored:
        return "out"
    if not topics and not anchored and "privacy" not in found:
        return "out"
    return "law"


Guess = Callable[[str], str | None]
"""Returns the topic nearest in meaning to a text, or None where none is near."""


def understand(
    question: Question,
    places: Jurisdictions,
    laws: tuple[tuple[str, str], ...],
    guess: Guess = lambda _: None,
) -> Understanding:
    """Return what a question asks, given where (`places`) and which laws of the corpus it names.

    A follow-up without a topic of its own ("and Nevada?") takes the latest topics of the history. `guess` is asked
    for a topic where no rule of config/topics.toml holds.
    """
    said = question.text.strip()
    topics = asked_topics(said)
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
        if (
            re.search(r"\b(?:it|that|this|those|them|there|they)\b", said, re.IGNORECASE)
            and len(said.split()) <= 14
        ):
            joined = asked_topics(said, earlier)
            topics, follow_up = (joined or topics), True
    subject = f"{question.history[-1]} {said}" if follow_up else said
    domain = tuple(t.topic for t in topics if t.topic not in FACETS)
    if topics and not domain:  # "what is the fine for a late breach notice?": a side of the breach law
        domain = tuple(
            t.topic for t in score_topics(subject) if t.topic not in FACETS and t.score >= _SUBJECT
        )
        if "breach" in concepts_in(subject):
            domain = ("breach-trigger", "breach-deadline")
    anchored = bool(citations or laws or follow_up)
    scope = _scope(said, places, topics, anchored)
    if scope == "law" and not topics and not citations and (nearest := guess(said)):
        topics, domain = (TopicScore(nearest, 1.0),), (() if nearest in FACETS else (nearest,))
    return Understanding(
        question=question,
        text=said,
        places=places,
        topics=topics,
        domain=domain,
        form=form_of(said),
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
