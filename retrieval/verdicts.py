"""Yes, no or it depends: the verdict of a position as an answer to the question as put.

A position's verdict answers the topic's own question (`verdict_asks`); a person may ask it the other way round,
with a number of their own, or as no yes-or-no question at all.
"""

from __future__ import annotations

import re

from retrieval.asked_rule import LIMITED, asked_concepts
from retrieval.question_form import (
    AUXILIARY,
    UNASKED,
    Sense,
    asking_clause,
    asking_text,
    sense_of,
)
from retrieval.records import Position, Verdict
from retrieval.thresholds import by_count, by_size
from retrieval.topics import all_topics
from retrieval.understand import ASKS_COVERAGE, Understanding
from retrieval.words import content_stems

_RELAX = re.compile(
    r"\b(?:relax|off the hook|ignore|free pass|totally exempt|fine then|out of (?:scope|it|reach)|not covered|don['’]t apply|too (?:few|small|little))\b",
    re.IGNORECASE,
)
"""Hopes not to be covered: the answer turns round."""
_ONE_PARTY = re.compile(
    r"\b(?:one[- ]party|single party|(?:my|our) (?:own )?(?:consent|ok|permission)|one (?:person|side|party)'?s?|i(?:'m| am) on the call|(?:only|just) (?:i|me|one|our|my|us|we|the)|(?:i|we|agent|rep) alone|alone consents?)\b|"
    r"\bwithout (?:telling|asking|notifying|informing|their|consent|the other)|\bsecret|\bon the sly\b|\b(?:covert|quiet)ly\b|\bhidden\b",
    re.IGNORECASE,
)
_NO_SUIT = re.compile(
    r"\bno private\b|\bno right (?:to sue|of action)\b|\bno action\b|\bnot sue\b|\bexcludes? private|\b(?:may|can)(?:not| not) (?:bring|sue)|\bno one may sue|\bonly the [\w' ]*attorney general|without (?:a )?private|"
    r"gives? no private|creates? no private|denies|\bneither\b",
    re.IGNORECASE,
)
_SUIT = re.compile(
    r"\bmay sue\b|\bcan sue\b|\bprivate (?:right of )?action\b|\bmay bring\b|\bmay recover\b", re.IGNORECASE
)
BAN = re.compile(
    r"\b(?:may not|must not|no one may|no person may|bars?|bans?|banned|forbids?|forbidden|prohibit\w*|unlawful|felony)\b",
    re.IGNORECASE,
)
_SAVE = re.compile(
    r"\b(?:without|unless|except|only (?:if|with|where|after|for)|consent|opt[- ]out)\b", re.IGNORECASE
)

_HARM = re.compile(r"\b(?:harm|risk|threshold)\w*", re.IGNORECASE)

_SUES = re.compile(
    r"\b(?:su(?:e|es|ed|ing|it|its)|lawsuits?|private (?:right|action|claim)|right of action|class action|cause of action|civil action|courts?|claims?|liable|damages|plaintiff)\b",
    re.IGNORECASE,
)
_PART = re.compile(r";\s|,? but (?=not\b)|,? but ")
_COVERED_ENTITY = re.compile(r"\bcovered (?:entit|person|business)\w*", re.IGNORECASE)
_SAID_OF_ANYONE = "exempt data act law privacy state covered information subject bound binds"
_INSIDE = re.compile(
    r"^not\b|\bnot exempt\b|\bno (?:general )?exemption\b|\bare (?:in|bound|covered)\b|\bnot out\b|\bno [\w-]+ (?:is|are) (?:exempt|outside|out)\b",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"\b(?:exempts?|exempted|leaves? out|out of|outside|excluded|excludes|does not (?:apply|bind|reach|cover)|are out|is out)\b",
    re.IGNORECASE,
)
_ASKS_OUTSIDE = re.compile(
    r"\b(?:exempt\w*|outside|excluded|out of|free pass|off the hook|carved? out)\b", re.IGNORECASE
)

_RUNS_OUT = re.compile(
    r"\b(?:run(?:s|ning)? out|expir\w+|sunset\w*|end(?:s|ed|ing)?|lapse\w*|go(?:es)? away)\b", re.IGNORECASE
)
_FOREVER = re.compile(r"\b(?:permanent\w*|forever|indefinite\w*|for good)\b", re.IGNORECASE)
_FIRST_WHETHER = re.compile(r"\b(?:give|is there|have|has|offer)\b[^?]*\b(?:and|or)\b", re.IGNORECASE)
_FOR_GOOD = re.compile(
    r"\b(?:without|no|never)\b[^.;]{0,20}\b(?:end|ends|expir\w+|sunset)\b|\bdoes not (?:end|expire)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|ended|expired|ends on|through|on or before|for later violations) \w", re.IGNORECASE
)
_GUARANTEED = re.compile(
    r"\b(?:guarantee\w*|entitled|automatic\w*|have to|must|required to)\b", re.IGNORECASE
)

RULED_ELSEWHERE = frozenset(
    {"exemptions", "applicability", "private-action", "cure", "comprehensive-act", "call-recording"}
)
"""Topics whose verdict has a reading of its own here."""

COUNTED = frozenset({"breach-regulator", "breach-bureaus"})
_PLAIN = frozenset({"cure", "comprehensive-act", "private-action"})
"""Topics whose verdict answers every yes-or-no question on them, however it is put."""


def verdict_for(understood: Understanding, position: Position, said: str) -> Verdict | None:
    """Return the verdict on the question as put, or None where none fits.

    `said` is the sentence that answers first: where it speaks of another law than the position, it decides.
    """
    asks = all_topics()[position.topic].verdict_asks
    text = asking_text(understood)
    sense = sense_of(text)
    own = position.verdict
    if position.topic == "exemptions":
        return _exempt(said, text, understood) if sense != "open" else None
    if own is None:
        return None
    if position.topic == "applicability":
        hopes = bool(_RELAX.search(text))
        covered = by_size(understood, position) if hopes or ASKS_COVERAGE.search(text) else None
        return turned(covered) if hopes else covered
    if sense == "open":
        return "no" if position.no_law and own == "no" else None
    if position.topic == "private-action" and not _SUES.search(asking_clause(text)):
        return None
    if position.topic == "private-action":
        return (
            _suit(said, text)
            if _SUIT.search(said) or _NO_SUIT.search(said)
            else (own if said in {s.text for s in position.statements} else None)
        )
    if position.topic == "cure":
        return _cure(own, said, text)
    if position.topic == "comprehensive-act" and _RELAX.search(text):
        return None  # "the act starts at 50,000, so may we ignore it?"
    if position.topic in _PLAIN:
        return own
    if position.topic == "call-recording":
        return _recording(sense, own, text)
    if position.topic in COUNTED and (counted := by_count(understood, position)):
        return turned(counted[0]) if _RELAX.search(text) else counted[0]
    if position.topic in COUNTED and sense == "permission":
        return None
    permission = asks.startswith("May ")
    if sense == "permission":
        return _permission(own, permission or position.topic == "sale", asks, said, text)
    if permission or position.topic == "breach-deadline":
        return None
    if asks.startswith("Does a law") and not AUXILIARY.search(text):
        return (
            "no" if position.no_law and own == "no" else None
        )  # a bare fragment: too little to know what would be a yes
    if position.topic == "breach-trigger":  # "is there a harm threshold?"
        return own if _HARM.search(text) and sense == "fact" else None
    return turned(own) if position.topic in COUNTED and _RELAX.search(text) else own


def turned(verdict: Verdict | None) -> Verdict | None:
    return {"yes": "no", "no": "yes"}.get(verdict or "")  # type: ignore[return-value]


def _cure(own: Verdict, said: str, text: str) -> Verdict | None:
    """ "Is it guaranteed?", "Does it run out?" and "Is there one?" are three questions."""
    if _FOREVER.search(text):
        return "yes" if _FOR_GOOD.search(said) else "no" if own == "no" or _UNTIL.search(said) else None
    if _RUNS_OUT.search(text) and not _FIRST_WHETHER.search(text):
        return "no" if _FOR_GOOD.search(said) else "yes" if own == "no" or _UNTIL.search(said) else None
    return "no" if own == "conditional" and _GUARANTEED.search(text) else own


def _suit(said: str, text: str) -> Verdict | None:
    """ "The privacy act gives no suit, but people may sue under the breach law": the law that is asked about decides."""
    asked = frozenset(content_stems(text))
    best: dict[Verdict, int] = {}
    for part in _PART.split(said):
        told: Verdict | None = "no" if _NO_SUIT.search(part) else "yes" if _SUIT.search(part) else None
        if told:
            best[told] = max(best.get(told, 0), len(asked & frozenset(content_stems(part))))
    if len(best) == 2 and len(set(best.values())) == 1:
        return next(iter(best))  # said first, and asked about no less
    return max(best, key=best.__getitem__, default=None)


def _exempt(said: str, text: str, understood: Understanding) -> Verdict | None:
    """ "Is a bank outside?" – yes, if the sentence that answers says it is out; turned round for "is a bank covered?".

    Only the part of the sentence that speaks of who is asked about counts: "exempts banks; nonprofits are not exempt".
    A sentence that speaks of others alone tells nothing.
    """
    places = " ".join(d.name for d in understood.places.found)
    told = f"{text} nonprofit" if understood.asker == "nonprofit" else text
    asked = _named(told) - _named(f"{_SAID_OF_ANYONE} {places}")
    parts = [p for p in _PART.split(said) if asked & _named(p)]
    inside = any(_INSIDE.search(p) for p in parts)
    outside = any(_OUTSIDE.search(p) and not _INSIDE.search(p) for p in parts)
    if inside == outside:
        return None
    question = _COVERED_ENTITY.sub(" ", asking_clause(text))
    asks_outside, asks_inside = _ASKS_OUTSIDE.search(question), ASKS_COVERAGE.search(question)
    if bool(asks_outside) == bool(asks_inside):
        return None
    return "yes" if outside == bool(asks_outside) else "no"


def _named(text: str) -> frozenset[str]:
    """Return a text's stems and groups of meaning: a charity is a nonprofit."""
    return frozenset(content_stems(text)) | asked_concepts(text)


def _recording(sense: Sense, own: Verdict, text: str) -> Verdict:
    """ "Is one party's consent enough?": if not, one may still record with everyone's."""
    if _ONE_PARTY.search(text) or sense == "fact":
        return own
    if sense == "permission":
        return "yes" if own == "yes" else "conditional"
    return {"yes": "no", "no": "yes", "conditional": "conditional"}[own]  # type: ignore[return-value]


def _permission(own: Verdict, permission: bool, asks: str, said: str, text: str) -> Verdict | None:
    partly = LIMITED.search(said) and not LIMITED.search(text)
    banned = BAN.search(said) and not partly and (not _SAVE.search(said) or UNASKED.search(text))
    if banned and (not permission or (asks.startswith("May personal data be sold") and own != "yes")):
        return "no"
    if permission:
        return own
    return (
        "conditional"
        if own in ("yes", "conditional") and (asks.startswith("Does a law") or _SAVE.search(said))
        else None
    )
