"""Numbers of the asker against the thresholds in a position: is a business of that size covered, must so many be told of?"""

from __future__ import annotations

import re

from retrieval.records import Position, Verdict
from retrieval.understand import Understanding, figures_in

_OVER = re.compile(
    r"\b(?:more than|over|exceeding|exceeds?|above)\s+(?P<n>\d[\d,]*+)(?!\s*(?:%|percent|(?:calendar |business )?days?))",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:at least|from)\s+(?P<n>\d[\d,]*+)(?!\s*(?:%|percent|(?:calendar |business )?days?))|\b(?P<m>\d[\d,]*)\s+(?:or more|[\w' ]{0,30}or more|affected [\w]+ on)",
    re.IGNORECASE,
)
_SHARE = re.compile(r"(\d{1,3}) ?(?:%|percent)")
_FLOOR = re.compile(
    r"(?P<n>\$\d[\d,.]*(?: (?:million|billion))?)[^.;:,(]{0,30}\b(?:plus|and)\b", re.IGNORECASE
)
_BOUGHT = re.compile(r"\d (?:consumers|households)[^,;.]{0,25} (?:bought|sold|shared)\b", re.IGNORECASE)
_TRADES = re.compile(r"\b(?:buy|bought|sell|sold|shar)\w*", re.IGNORECASE)
_DOOR = re.compile(
    r"(?P<over>\b(?:more than|over|above) )?(?<![$\d,])(?P<n>\d{1,3}(?:,\d{3})+)(?![\d,]*\d)(?! (?:applications|apps)\b)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\bno (?:[\w-]+ )?act (?:binds anyone|(?:is )?in force yet)\b|\bwill start on\b", re.IGNORECASE
)
_OF_A_LATER_DAY = re.compile(r"\b(?:will|would|going to|once|when)\b", re.IGNORECASE)
_TEAM = r"\d[\d,]*k?-(?:person|people|employee)(?= \w)"
_OWN_STAFF = re.compile(
    rf"\b{_TEAM}|\b(?:with|have|has|employ(?:s|ing)?) (?:(?:about|some|over|only) )?\d[\d,]*k? (?:[\w-]+ )?(?:employees|staff|workers)\b",
    re.IGNORECASE,
)
"""Who works for the asker, not who was hit by its breach: "a 12-person clinic", "we have 40 employees"."""
_STAFF = re.compile(rf"\b{_TEAM}|\b\d[\d,]*k? (?:[\w-]+ )?(?:employees|staff|workers)\b", re.IGNORECASE)
"""Who is nobody's consumer: the thresholds of the acts do not count them."""
_ELSE = re.compile(r"\b(?:or else|else|otherwise)\b", re.IGNORECASE)
_SELLS_NOTHING = re.compile(
    r"\b(?:no (?:data )?sales?|(?:do not|don['’]t|never) sell(?! for (?:cash|money))|sell(?:s|ing)? (?:no|nothing))\b",
    re.IGNORECASE,
)
_ANY = re.compile(r"\bany\b|\$\d", re.IGNORECASE)


def by_size(understood: Understanding, position: Position) -> Verdict | None:
    """Return whether a business of the size told in the question comes under an act, from its thresholds.

    Reads the position's first sentence: numbers of consumers, a share of revenue from sales, a revenue floor. None
    where the question gives too little, or the act has doors that numbers do not open ("any sensitive data"). An act
    that is still to come reaches nobody today; asked whether it will, numbers alone do not tell.
    """
    text = position.statements[0].text
    verdict = _through_doors(understood, text)
    if _NOT_YET.search(text) and verdict != "no":
        return None if _OF_A_LATER_DAY.search(understood.text) else "no"
    return verdict


def _through_doors(understood: Understanding, text: str) -> Verdict | None:
    people = _people(_STAFF.sub(" ", understood.text))
    money = [float(n) for n, unit in understood.figures if unit == "$"]
    shares = [int(m) for m in _SHARE.findall(understood.text)]
    floor = _FLOOR.search(text)
    if floor and money and money[0] < float(figures_in(floor["n"])[0][0]):
        return "no"
    doors = sorted(int(m["n"].replace(",", "")) + bool(m["over"]) for m in _DOOR.finditer(text))
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


def _people(text: str) -> list[int]:
    return [int(n) for n, unit in figures_in(text) if unit == "person"]


def by_count(understood: Understanding, position: Position) -> tuple[Verdict, str] | None:
    """Return yes or no from the number of people in the question and the threshold in the position, and the number.

    None where the question gives no number or the position no threshold, or where below it another duty stands.
    """
    counts = _people(_OWN_STAFF.sub(" ", understood.text)) or _people(understood.text)
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
    told = over or at_least
    if not reached and told and _ELSE.search(text, told.end()):
        return None
    return ("yes" if reached else "no"), f"{counts[0]:,}"
