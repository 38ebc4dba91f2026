"""Citations of law in a question: the section numbers people type, with or without the code's name."""

from __future__ import annotations

import re

# 325M.14 | 57-12C-6 | 1798.82 | 603A.220 | 59.1-576 | 6-1-1303 | 445.72 | 14-4701 | 93H | 521.053 | 501.171 | 1349.19
_NUMBER = re.compile(
    r"(?<![\w$.-])(?:§+\s*)?(?P<number>\d{1,4}[A-Za-z]{0,2}(?:[.:-]\d{1,5}[A-Za-z]{0,2}){1,4})(?P<subs>(?:\([0-9A-Za-z]{1,5}\))*)(?![\w$])"
    r"|§+\s*(?P<marked>\d[\w.:-]*\w|\d)"
    r"|\b(?:section|sec\.?)\s+(?P<spelled>\d[\w.:-]*\w|\d)"
    r"|\bch?(?:apter|\.)\s*(?P<chapter>\d{1,4}[A-Z]{1,2}|\d{1,4})\b(?:,?\s*§+\s*(?P<within>\d+\w*))?",
    re.IGNORECASE,
)
_DATE = re.compile(r"^\d{4}-\d{2}(-\d{2})?$|^\d{1,2}-\d{1,2}$|^1-\d{3}(-|$)")


def citations_in(text: str) -> tuple[str, ...]:
    """Return the section numbers in a text, in order, without code names or subsections: ("325M.14",).

    A chapter with a section ("c. 93H, § 3") gives both: "93H 3".
    Dates, telephone numbers, money and plain numbers are not citations.
    """
    found: list[str] = []
    for match in _NUMBER.finditer(text):
        number = match["number"] or match["marked"] or match["spelled"] or match["chapter"]
        if match["within"]:
            number = f"{match['chapter']} {match['within']}"
        if number and not _DATE.match(number) and number.upper() not in found:
            found.append(number.upper())
    return tuple(found)


_TOKEN = re.compile(r"\d[\w.:-]*\w|\d\w*")


def cites(citation: str, asked: str) -> bool:
    """Return whether a full citation ("Mass. Gen. Laws ch. 93H, § 3") is the one asked for ("93H 3", "3", "93H")."""
    numbers = [t.upper() for t in _TOKEN.findall(citation)]
    wanted = asked.split()
    if len(wanted) == 1 and len(asked) > 2 and any(n.startswith((asked + ".", asked + "-")) for n in numbers):
        return True  # a chapter: "1347" of "1347.12"
    return any(numbers[i : i + len(wanted)] == wanted for i in range(len(numbers)))
