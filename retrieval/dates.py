"""How days are written in answers, and read from statements."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DATE = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d\d-\d\d\b)|\b(?P<month>{'|'.join(MONTHS)}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})\b",
    re.IGNORECASE,
)


def day_text(day: dt.date) -> str:
    """Return a date as it is written in answers: ISO, or the year alone for law older than 2015."""
    return str(day.year) if day.year < 2015 else day.isoformat()


def dates_in(text: str) -> tuple[dt.date, ...]:
    """Return the days that a text names in full, in its order; "2026-02-31" is none."""
    found = []
    for match in _DATE.finditer(text):
        try:
            if match["iso"]:
                found.append(dt.date.fromisoformat(match["iso"]))
            else:
                month = MONTHS.index(match["month"].lower()) + 1
                found.append(dt.date(int(match["year"]), month, int(match["day"])))
        except ValueError:
            continue
    return tuple(found)
