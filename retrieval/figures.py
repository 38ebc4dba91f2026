"""The figures of a sentence, each with its kind and its bound: dates, times, money, shares, spans, sections, counts.

"within 45 business days" is `Figure("span", "45", "business day", "at_most")`. Two figures agree when kind, value
and unit are the same and their bounds do not contradict each other: 45 days is not 45 percent, nor "at least 45 days".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["date", "time", "money", "share", "span", "section", "count"]
Bound = Literal["", "at_most", "at_least", "over", "under"]

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = (
    rf"(?-i:(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)\.|{'|'.join(m.title() for m in _MONTHS)})"
)
"""Capitalised, since "may" and "march" are words too."""
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_TENS_ONES = rf"(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(list(_ONES)[:9])}))?"
_SPELLED = rf"(?:{_TENS_ONES}|{'|'.join(sorted(_ONES, key=len, reverse=True))}|(?:a|one) (?={'|'.join(_SCALES)}))(?: ?(?:{'|'.join(_SCALES)})){{0,2}}"
_NUMBER = rf"\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion)\b)?|\b(?:{_SPELLED})\b"
_UNIT = r"business days?|working days?|calendar days?|consecutive days?|days?|hours?|minutes?|weeks?|months?|years?|quarters?"
_TOKEN = r"(?:\d+[a-z]{0,3}|[a-z]{1,2}-?\d+)(?:[.:\-–/]\d+[a-z]{0,2}){0,5}[a-z]?(?:\([0-9a-z]{1,5}\))*"

_FIGURE = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b)"
    rf"|\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>(?:19|20)\d{{2}}))?\b"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{_MONTH}),?\s+(?P<year2>(?:19|20)\d{{2}})\b"
    rf"|\b(?P<month3>{_MONTH}),?\s+(?P<year3>(?:19|20)\d{{2}})\b"
    r"|\b(?P<slash>\d{1,2}/\d{1,2}/(?:19|20)\d{2})\b"
    r"|\b(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s?(?P<half>a\.?m\b\.?|p\.?m\b\.?)"
    rf"|(?:§+|\b(?:sections?|sec\.|chapters?|ch\.|parts?|articles?|rules?|title))\s*(?P<section>{_TOKEN})\b"
    r"|\b(?P<class>class (?-i:[A-H])|(?:first|second|third|fourth)[ -]degree)\b"
    rf"|(?P<code>(?<![\w$.,:-])(?:\d+(?!st\b|nd\b|rd\b|th\b)[a-z]{{1,2}}(?:[.:-]\d+\w*)*|\d+(?:[.:-]\d+[a-z]{{0,2}}){{2,5}}|\d{{2,4}}[.:]\d{{2,5}}[a-z]{{0,2}}|\d+-\d+(?:\.\d+)?(?!-(?:day|hour|month|year)))"
    r"(?:\([0-9a-z]{1,5}\))*(?!\w|[.,]\d|-?(?:st|nd|rd|th)\b))"
    rf"|\$\s?(?P<money>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>thousand|million|billion|[kmb]\b)?"
    rf"|(?P<dollars>{_NUMBER})[ -]?(?:us )?dollars?\b"
    rf"|(?P<share>{_NUMBER})\s?(?:%|percent\b|per cent\b)"
    rf"|\b(?P<span>{_NUMBER})[ -]?(?:(?:st|nd|rd|th)[ -])?(?:additional |more |further |extra |full |straight )?(?P<unit>{_UNIT})\b(?P<old>[ -]olds?\b| of age\b)?"
    rf"|(?P<ordinal>\b\d+(?:st|nd|rd|th)\b)"
    rf"|\b(?P<bare_year>(?:19|20)\d{{2}})\b(?![-.:]\d)"
    rf"|(?P<count>{_NUMBER})",
    re.IGNORECASE,
)  # fmt: skip

_BEFORE: tuple[tuple[str, Bound], ...] = (
    (r"(?:no|not) (?:more|later|longer|greater) than|(?:must|may|does|do|can) ?not exceed|not exceeding|not to exceed|not (?:above|over)", "at_most"),
    (r"(?:no|not) (?:less|fewer|sooner|earlier) than|not (?:below|under)", "at_least"),
    (r"within|up to|at (?:the )?most|a maximum of|maximum|capped at|as much as|as many as|on or before|at the latest(?: on)?(?: the)?", "at_most"),
    (r"at least|at the least|a minimum of|minimum|as (?:few|little) as", "at_least"),
    (r"(?:more|greater|longer|older|larger|higher) than|over|above|exceed(?:s|ing)?|beyond|upwards of", "over"),
    (r"(?:less|fewer|younger|shorter|smaller|lower) than|under|below|short of", "under"),
)  # fmt: skip
_BOUND_BEFORE = [
    (re.compile(rf"(?:\b|^)(?:{words})\s+(?:a |an |the |any |\$)?$", re.IGNORECASE), bound)
    for words, bound in _BEFORE
]
_BOUND_AFTER: list[tuple[re.Pattern[str], Bound]] = [
    (re.compile(r"^[ -]?(?:[a-z]+[ -]){0,3}?or (?:more|greater|over|older|longer|above)\b(?! than)|^[ -]?(?:[a-z]+[ -]){0,2}?(?:at a|as a) minimum\b", re.IGNORECASE), "at_least"),
    (re.compile(r"^[ -]?(?:[a-z]+[ -]){0,3}?or (?:less|fewer|under|younger|below|earlier)\b(?! than)|^[ -]?(?:[a-z]+[ -]){0,2}?(?:at most|as a maximum)\b", re.IGNORECASE), "at_most"),
]  # fmt: skip
_OPPOSED = {
    frozenset(("at_most", "at_least")), frozenset(("at_most", "over")), frozenset(("under", "at_least")),
    frozenset(("under", "over")), frozenset(("at_least", "over")), frozenset(("at_most", "under")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is normal: "1000000" for "$1 million", "2025-07-31", "24.5"; `unit` is "day", "business day", "age" or "".

    `start` and `end` are where it stands in the text.
    """

    kind: Kind
    value: str
    unit: str
    bound: Bound
    start: int
    end: int


def _number(text: str) -> str:
    """Return "45000" for "45,000", "forty-five thousand", "45 thousand"."""
    total = 0.0
    part = 0.0
    for word in re.split(r"[\s-]+", text.lower()):
        if word in _SCALES:
            part = (part or 1) * _SCALES[word]
            if _SCALES[word] >= 1_000:
                total, part = total + part, 0.0
        elif word in _ONES or word in _TENS or word == "a":
            part += _ONES.get(word, _TENS.get(word, 1))
        elif word:
            part += float(word.replace(",", "").rstrip("."))
    return f"{total + part:.10g}"


def _month(name: str) -> int:
    short = name.lower().rstrip(".")[:3]
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(short))


def _section(text: str) -> str:
    """Return a section number without its subsections: "325M.14(a)" is "325M.14"."""
    return re.sub(r"\(.*", "", text).replace("–", "-").strip(".:-").upper()


def _bound(text: str, start: int, end: int) -> Bound:
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    for pattern, bound in _BOUND_AFTER:
        if pattern.search(after):
            return bound
    for pattern, bound in _BOUND_BEFORE:
        if pattern.search(before):
            return bound
    return ""


def _read(m: re.Match[str], text: str) -> tuple[Kind, str, str] | None:
    g = m.groupdict()
    if g["iso"]:
        return "date", g["iso"], ""
    for month, day, year in (("month", "day", "year"), ("month2", "day2", "year2"), ("month3", "", "year3")):
        if g[month]:
            on = f"-{int(g[day]):02d}" if day else ""
            return "date", f"{g[year] or ''}-{_month(g[month]):02d}{on}".lstrip("-"), ""
    if g["slash"]:
        month, day, year = g["slash"].split("/")
        return "date", f"{year}-{int(month):02d}-{int(day):02d}", ""
    if g["hour"]:
        late = g["half"].lower().startswith("p")
        hour = int(g["hour"]) % 12 + (12 if late else 0)
        return "time", f"{hour:02d}:{g['minute'] or '00'}", ""
    if g["section"] or g["code"]:
        return "section", _section(g["section"] or g["code"]), ""
    if g["class"]:
        return "section", g["class"].upper().replace("-", " "), ""
    if g["money"]:
        scale = {"k": "thousand", "m": "million", "b": "billion"}.get(
            (g["scale"] or "").lower(), g["scale"] or ""
        )
        return "money", _number(f"{g['money']} {scale}"), ""
    if g["dollars"]:
        return "money", _number(g["dollars"]), ""
    if g["share"]:
        return "share", _number(g["share"]), ""
    if g["span"]:
        unit = re.sub(r"^(?:calendar|consecutive) ", "", g["unit"].lower()).removesuffix("s")
        unit = unit.replace("working day", "business day")
        if unit == "year" and g["old"]:
            return "count", _number(g["span"]), ""
        return "span", _number(g["span"]), unit
    if g["ordinal"]:
        return "count", _number(g["ordinal"][:-2]), ""
    if g["bare_year"]:
        return "date", g["bare_year"], ""
    word = g["count"].lower()
    if word == "one" or (word.startswith(("a ", "one ")) and not any(s in word for s in _SCALES)):
        return None  # "one of them" is no figure
    return "count", _number(word), ""


_OR = re.compile(r" (?:[a-z]+ ){0,4}or ")


@lru_cache(maxsize=8_192)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text in order. A bare "one" is none; ages and ordinals are counts."""
    found: list[Figure] = []
    for m in _FIGURE.finditer(text):
        read = _read(m, text)
        if read is not None:
            kind, value, unit = read
            bound = _bound(text, m.start(), m.end())
            if not bound and found and _OR.fullmatch(text, found[-1].end, m.start()):
                bound = found[-1].bound  # "above $10,000 in cost or 10,000 persons"
            found.append(Figure(kind, value, unit, bound, m.start(), m.end()))
    return tuple(found)


def agrees(said: Figure, held: Figure) -> bool:
    """Return whether a figure said is borne by a figure of a source.

    A date may be said more coarsely (2025 for 2025-07-31), a bound may be left out but not added to the strict
    side ("more than 500" for "500") nor changed, and a plain number may be a count of anything but years or money.
    """
    if said.kind != held.kind:
        ages = {said.kind, held.kind} == {"count", "span"} and "year" in (said.unit, held.unit)
        if not ages or said.value != held.value or int(float(said.value)) > 21:
            return False
    elif said.kind == "date":
        if not (held.value == said.value or held.value.startswith(said.value + "-")):
            return len(said.value) == 5 and held.value.endswith("-" + said.value)
        return True
    elif said.kind == "section":
        return said.value == held.value
    elif said.value != held.value or said.unit != held.unit:
        return (said.kind == "span" and _in_months(said) is not None and _in_months(said) == _in_months(held)
                and bounds_agree(said.bound, held.bound))  # fmt: skip
    return bounds_agree(said.bound, held.bound)


def _in_months(figure: Figure) -> float | None:
    factor = {"month": 1, "year": 12}.get(figure.unit)
    return float(figure.value) * factor if factor else None


def bounds_agree(said: Bound, held: Bound) -> bool:
    """Return whether a bound may be said of a figure with another: none for any, "within" for none, none for its opposite."""
    if said == held or not said:
        return True
    if not held:
        return said in ("at_most", "at_least")
    return frozenset((said, held)) not in _OPPOSED
