"""How days are written in answers."""

from __future__ import annotations

import datetime as dt


def day_text(day: dt.date) -> str:
    """Return a date as it is written in answers: ISO, or the year alone for law older than 2015."""
    return str(day.year) if day.year < 2015 else day.isoformat()
