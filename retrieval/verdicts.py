"""Yes, no or it depends: the verdict of a position as an answer to the question as put.

A position's verdict answers the topic's own question (`verdict_asks`); a person may ask it the other way round,
with a number of their own, or as no yes-or-no question at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from retrieval.asked_rule import ruling
from retrieval.records import Position, Verdict
from retrieval.topics import all_topics
from retrieval.understand import ASKS_COVERAGE, Understanding, figures_in
from retrieval.words import content_stems, stems

Sense = Literal["permission", "duty", "fact", "open"]

_OPEN = re.compile(
    r"(?:^|[,:;–-]\s*|\band\s+|\bso\s+|\bbut\s+)(?:what|what's|which|how|when|who|whom|whose|where|why|tell me|explain|list)\b(?!\s+if\b)",
    re.IGNORECASE,
)
_PERMISSION = re.compile(
    r"\b(?:can|could|may|allowed|permitted|lawful|legal|ok|okay|fine to|free pass|wants? to|ok to|(?:without|w/o) (?:asking|consent|telling))\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:must|have to|has to|need|needs|needed|required?|requires|mandatory|make (?:us|me|websites|companies)|oblig\w+|owe|owed|honou?r|recogni[sz]e|"
    r"do (?:we|i) (?:report|notify|tell|register|post|offer|disclose|call|get)|should)\b",
    re.IGNORECASE,
)
_POLAR = re.compile(
    r"(?:^|[,:;.–-]\s*|\band\s+|\bso\s+|\bbut\s+)(?:can|could|may|must|do|does|did|is|are|am|was|has|have|will|would|should)\b|\?\s*$|"
    r"\b(?:ok|okay|allowed|required|mandatory|legal|right|correct)\b\s*\W*$",
    re.IGNORECASE,
)
_RELAX = re.compile(r"\b(?:relax|off the hook|ignore|free pass|totally exempt|fine then)\b", re.IGNORECASE)
_ONE_PARTY = re.compile(
    r"\b(?:one[- ]party|single party|(?:my|our) (?:own )?(?:consent|ok|permission)|one (?:person|side|party)'?s?|i(?:'m| am) on the call|only (?:i|me|one))\b|"
    r"\bwithout (?:telling|asking|notifying|informing|their|consent|the other)|\bsecret",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[?!.])\s+|\n")
_OVER = re.compile(
    r"\b(?:more than|over|exceeding|exceeds?|above)\s+(?P<n>\d[\d,]*)(?!\s*(?:%|percent|days?))",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:at least|from)\s+(?P<n>\d[\d,]*)(?!\s*(?:%|percent|days?))|\b(?P<m>\d[\d,]*)\s+(?:or more|[\w' ]{0,30}or more|affected [\w]+ on)",
    re.IGNORECASE,
)
_NO_SUIT = re.compile(
    r"\bno private\b|\bexcludes? private|\b(?:may|can)(?:not| not) (?:bring|sue)|\bno one may sue|\bonly the [\w' ]*attorney general|without (?:a )?private|"
    r"gives? no private|creates? no private|denies|\bneither\b",
    re.IGNORECASE,
)
_SUIT = re.compile(
    r"\bmay sue\b|\bcan sue\b|\bprivate (?:right of )?action\b|\bmay bring\b|\bmay recover\b", re.IGNORECASE
)
_BAN = re.compile(
    r"\b(?:may not|must not|no one may|no person may|bans?|banned|forbids?|forbidden|prohibit\w*|unlawful|felony)\b",
    re.IGNORECASE,
)
_SAVE = re.compile(
    r"\b(?:without|unless|except|only (?:if|with|where|after|for)|consent|opt[- ]out)\b", re.IGNORECASE
)
_UNASKED = re.compile(
    r"\bwithout (?:asking|consent|telling|permission|notice|their)|\bw/o\b|\bno consent\b", re.IGNORECASE
)

_HARM = re.compile(r"\b(?:harm|risk|threshold)\w*", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:can|could|may|must|do|does|did|is|are|am|has|have|will|would|should|need)\b", re.IGNORECASE
)

_PART = re.compile(r"[;:]\s|,? but (?=not\b)|,? but ")
_SAID_OF_ANYONE = frozenset(
    stem
    for word in ("exempt", "data", "act", "law", "privacy", "state", "covered", "information", "subject")
    for stem in stems(word)
)
_INSIDE = re.compile(
    r"^not\b|\bnot exempt\b|\bno (?:general )?exemption\b|\bare in\b|\bnot out\b", re.IGNORECASE
)
_OUTSIDE = re.compile(
    r"\b(?:exempts?|exempted|leaves? out|out of|outside|excluded|excludes|does not (?:apply|bind|reach|cover)|are out|is out)\b",
    re.IGNORECASE,
)
_ASKS_OUTSIDE = re.compile(
    r"\b(?:exempt\w*|outside|excluded|out of|free pass|off the hook|carved? out)\b", re.IGNORECASE
)
_SHARE = re.compile(r"(\d{1,3}) ?(?:%|percent)")
_FLOOR = re.compile(
    r"(?P<n>\$\d[\d,.]*(?: (?:million|billion))?)[^.;:,(]{0,30}\b(?:plus|and)\b", re.IGNORECASE
)
_BOUGHT = re.compile(r"\d (?:consumers|households)[^,;.]{0,25} (?:bought|sold|shared)\b", re.IGNORECASE)
_TRADES = re.compile(r"\b(?:buy|bought|sell|sold|shar)\w*", re.IGNORECASE)
_DOOR = re.compile(r"(?<![$\d,])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)")
_SELLS_NOTHING = re.compile(
    r"\b(?:no (?:data )?sales?|(?:do not|don['’]t|never) sell(?! for (?:cash|money))|sell(?:s|ing)? (?:no|nothing))\b",
    re.IGNORECASE,
)
_ANY = re.compile(r"\bany\b|\$\d", re.IGNORECASE)

RULED_ELSEWHERE = frozenset(
    {"exemptions", "applicability", "private-action", "cure", "comprehensive-act", "call-recording"}
)
"""Topics whose verdict has a reading of its own above."""

COUNTED = frozenset({"breach-regulator", "breach-bureaus"})
_PLAIN = frozenset({"cure", "comprehensive-act", "private-action"})
"""Topics whose verdict answers every yes-or-no question on them, however it is put."""


def sense_of(text: str) -> Sense:
    """Return what kind of yes or no a text asks for; "open" where it asks for something else."""
    clause = _asking_clause(text)
    if not clause:
        return "open"
    permission, duty = _PERMISSION.search(clause), _DUTY.search(clause)
    if permission and (not duty or permission.start() < duty.start()):
        return "permission"
    return "duty" if duty else "fact"


def verdict_by_rule(
    understood: Understanding, own: Verdict | None, said: Iterable[str], beside: Iterable[str] = ()
) -> Verdict | None:
    """Return the verdict that the law's own sentences give on the very act asked about; `own` where they give none.

    Only for what one may or must do: a ban of the act is a no even where the topic in general is a matter of
    conditions; a duty that names it, in what is `said` or in the statements `beside` it, is a yes where the position
    says nothing.
    """
    text = _asking_text(understood)
    sense = sense_of(text)
    wished = sense == "open" and not _OPEN.search(text) and _PERMISSION.search(text)
    fragment = sense == "fact" and not _AUXILIARY.search(text)
    if sense == "open" and not wished:
        return own
    rule = ruling(text, (*said, *beside) if sense == "duty" else said)
    if rule is None:
        return own
    if sense == "permission" or wished or fragment:
        if rule.ruled == "banned" and own in (None, "conditional"):
            return "no"
        if rule.ruled in ("banned unless", "only with") and own is None:
            return "no" if _UNASKED.search(text) else "conditional"
        return own
    if sense == "duty" and own is None:
        return {"required": "yes", "not required": "no"}.get(rule.ruled)  # type: ignore[return-value]
    return own


def _asking_clause(text: str) -> str:
    """Return the sentence of a text that asks for yes or no; empty where none does."""
    clauses = [c for c in _CLAUSE.split(text.strip()) if c.strip()]
    asking = [c for c in clauses if c.rstrip().endswith("?")] or clauses[-1:]
    return next((c for c in asking if _is_polar(c)), "")


def _is_polar(clause: str) -> bool:
    """Whether a clause asks for yes or no before it asks for anything else ("do we report, and when?")."""
    polar, other = _POLAR.search(clause), _OPEN.search(clause)
    return polar is not None and (
        other is None or (clause[polar.start()] != "?" and polar.end() < other.end())
    )


def verdict_for(understood: Understanding, position: Position, said: str) -> Verdict | None:
    """Return the verdict on the question as put, or None where none fits.

    `said` is the sentence that answers first: where it speaks of another law than the position, it decides.
    """
    asks = all_topics()[position.topic].verdict_asks
    text = _asking_text(understood)
    sense = sense_of(text)
    own = position.verdict
    if position.topic == "exemptions":
        return _exempt(said, text, understood) if sense != "open" else None
    if own is None:
        return None
    if position.topic == "applicability":
        return (
            by_size(understood, position) if ASKS_COVERAGE.search(text) and not _RELAX.search(text) else None
        )
    if sense == "open":
        return "no" if position.no_law and own == "no" else None
    if position.topic == "private-action":
        return _suit(said) or own
    if position.topic in _PLAIN:
        return own
    if position.topic == "call-recording":
        return _recording(sense, own, text)
    if position.topic in COUNTED and (counted := by_count(understood, position)):
        return counted[0]
    permission = asks.startswith("May ")
    if sense == "permission":
        return _permission(own, permission or position.topic == "sale", asks, said, text)
    if permission or position.topic == "breach-deadline":
        return None
    if asks.startswith("Does a law") and not _AUXILIARY.search(text):
        return (
            "no" if position.no_law and own == "no" else None
        )  # a bare fragment: too little to know what would be a yes
    if position.topic == "breach-trigger":  # "is there a harm threshold?"
        return own if _HARM.search(text) and sense == "fact" else None
    return own


def _asking_text(understood: Understanding) -> str:
    """Return the words that ask: those before, where the text only goes on ("And Nevada?")."""
    if understood.follow_up and understood.question.history and not _AUXILIARY.search(understood.text):
        return understood.question.history[-1]
    return understood.text


def _suit(said: str) -> Verdict | None:
    if _NO_SUIT.search(said):
        return "no"
    return "yes" if _SUIT.search(said) else None


def _exempt(said: str, text: str, understood: Understanding) -> Verdict | None:
    """ "Is a bank outside?" – yes, if the sentence that answers says it is out; turned round for "is a bank covered?".

    Only the part of the sentence that speaks of who is asked about counts: "exempts banks; nonprofits are not exempt".
    """
    places = {w for d in understood.places.found for w in content_stems(d.name)}
    asked = set(content_stems(text)) - _SAID_OF_ANYONE - places
    parts = [p for p in _PART.split(said) if asked.intersection(content_stems(p))] or [said]
    inside = any(_INSIDE.search(p) for p in parts)
    outside = any(_OUTSIDE.search(p) and not _INSIDE.search(p) for p in parts)
    if inside == outside:
        return None
    question = _asking_clause(text)
    asks_outside, asks_inside = _ASKS_OUTSIDE.search(question), ASKS_COVERAGE.search(question)
    if bool(asks_outside) == bool(asks_inside):
        return None
    return "yes" if outside == bool(asks_outside) else "no"


def by_size(understood: Understanding, position: Position) -> Verdict | None:
    """Return whether a business of the size told in the question comes under an act, from its thresholds.

    Reads the position's first sentence: numbers of consumers, a share of revenue from sales, a revenue floor. None
    where the question gives too little, or the act has doors that numbers do not open ("any sensitive data").
    """
    text = position.statements[0].text
    people = [int(n) for n, unit in understood.figures if unit == "person"]
    money = [float(n) for n, unit in understood.figures if unit == "$"]
    shares = [int(m) for m in _SHARE.findall(understood.text)]
    floor = _FLOOR.search(text)
    if floor and money and money[0] < float(figures_in(floor["n"])[0][0]):
        return "no"
    doors = sorted(int(n.replace(",", "")) for n in _DOOR.findall(text))
    if not people or not doors or (floor and not money):
        return None
    traded = not _BOUGHT.search(text) or _TRADES.search(
        understood.text
    )  # counted only where bought, sold or shared
    if people[0] >= doors[-1] and traded:
        return "yes"
    if "$" in text and not floor:  # revenue is a door of its own here, or a condition told in other words
        return None
    if people[0] < doors[0]:
        return None if _ANY.search(text) else "no"
    needed = [int(m) for m in _SHARE.findall(text)]
    if len(doors) > 1 and _SELLS_NOTHING.search(understood.text):
        return "no"
    if len(doors) > 1 and needed and shares:
        return "yes" if shares[0] > needed[0] else "no"
    return None


def _recording(sense: Sense, own: Verdict, text: str) -> Verdict:
    """ "Is one party's consent enough?": if not, one may still record with everyone's."""
    if _ONE_PARTY.search(text) or sense == "fact":
        return own
    if sense == "permission":
        return "yes" if own == "yes" else "conditional"
    return {"yes": "no", "no": "yes", "conditional": "conditional"}[own]  # type: ignore[return-value]


def _permission(own: Verdict, permission: bool, asks: str, said: str, text: str) -> Verdict | None:
    banned = _BAN.search(said) and (not _SAVE.search(said) or _UNASKED.search(text))
    if banned and (not permission or (asks.startswith("May personal data be sold") and own != "yes")):
        return "no"
    if permission:
        return own
    return (
        "conditional"
        if own in ("yes", "conditional") and (asks.startswith("Does a law") or _SAVE.search(said))
        else None
    )


def by_count(understood: Understanding, position: Position) -> tuple[Verdict, str] | None:
    """Return yes or no from the number of people in the question and the threshold in the position, and the number.

    None where the question gives no number or the position no threshold.
    """
    counts = [int(n) for n, unit in understood.figures if unit == "person"]
    if not counts or position.verdict not in ("yes", "conditional"):
        return None
    text = position.statements[0].text
    over, at_least = _OVER.search(text), _FROM.search(text)
    if over:
        reached = counts[0] > int(over["n"].replace(",", ""))
    elif at_least:
        reached = counts[0] >= int((at_least["n"] or at_least["m"]).replace(",", ""))
    else:
        return None
    return ("yes" if reached else "no"), f"{counts[0]:,}"
