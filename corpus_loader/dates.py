"""Dates on which a section begins or ceases to apply, as its heading or history note says."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAY = rf"(?P<month>{'|'.join(MONTHS)}|{'|'.join(m[:3] + r'[.]?' for m in MONTHS)})\s+(?P<day>\d{{1,2}}),\s+(?P<year>\d{{4}})"
_FROM = re.compile(
    r"\b(?:effective|operative|in effect)\s+(?:on\s+(?:and after\s+)?|from\s+|beginning\s+)?" + _DAY,
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:effective\s+until|until|through|expires(?:\s+on)?|repealed(?:\s+(?:as of|on|effective))?)\s+"
    + _DAY,
    re.IGNORECASE,
)


def read_day(match: re.Match[str]) -> dt.date | None:
    """Return the day of a match of `_DAY`, or None where the calendar has no such day."""
    month = next(
        i for i, name in enumerate(MONTHS, start=1) if match["month"].lower().startswith(name[:3].lower())
    )
    try:
        return dt.date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None


def effective_dates(heading: str, history: str) -> tuple[dt.date | None, dt.date | None]:
    """Return (first day, last day) where the heading or, failing that, the history note states them.

    "Effective until January 1, 2026" ends the day before. The latest effective date of the history counts,
    because the text shown is the text as last amended.
    """
    first = last = None
    if match := _UNTIL.search(heading):
        day = read_day(match)
        last = day - dt.timedelta(days=1) if day and "through" not in match[0].lower() else day
    if (match := _FROM.search(heading)) and "until" not in match[0].lower():
        first = read_day(match)
    if first is None:
        days = [d for m in _FROM.finditer(history) if (d := read_day(m))]
        first = max(days, default=None)
    return first, last
