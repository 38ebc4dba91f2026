"""Numbers of the asker against the thresholds in a position: is a business of that size covered, must so many be told of?"""

from __future__ import annotations

import re

from retrieval.records import Position, Verdict
from retrieval.understand import Understanding, figures_in

_OVER = re.compile(
    r"\b(?:more than|over|exceeding|exceeds?|above)\s+(?P<n>\d[\d,]*)(?!\s*(?:%|percent|days?))",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:at least|from)\s+(?P<n>\d[\d,]*)(?!\s*(?:%|percent|days?))|\b(?P<m>\d[\d,]*)\s+(?:or more|[\w' ]{0,30}or more|affected [\w]+ on)",
    re.IGNORECASE,
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
