"""Citations of law in a question: the section numbers people type, with or without the code's name."""

from __future__ import annotations

import re

# 73 P.S. 2303 | 24 O.S. 163 | 9 V.S.A. 2435 | 15 USC 6502 | 740 ILCS 14/15: the name of the code tells that a plain number is a section
_CODED = re.compile(
    r"(?<![\w.])(?:(?P<title>\d{1,3}[A-Z]?(?:-[A-Z])?)\s+)?"
    r"(?:P\.?\s?S|Pa\.?\s?C\.?\s?S|C\.\s?S|O\.?\s?S|V\.?\s?S\.?\s?A|M\.?\s?R\.?\s?S(?:\.?\s?A)?|U\.?\s?S\.?\s?C|C\.?\s?F\.?\s?R|"
    r"L\.?\s?P\.?\s?R\.?\s?A|G\.?\s?C\.?\s?A|V\.?\s?I\.?\s?C|Del\.?\s?C|ILCS|C\.?M\.?R|NYCRR|N\.?Y\.?C\.?R\.?R)\.?(?:\s?Ann\.?)?\s*(?:§+\s*)?"
    r"(?P<coded>\d[\w:/-]*(?:\.\d+)?)"
)
# N.Y. Gen. Bus. Law 899-aa | N.C. Gen. Stat. 75-65 | K.S.A. 50-7a02 | RSA 359-C:20 | Penal Code 632
_NAMED = re.compile(
    r"\b(?:Stat|Code|Laws?|G\.?B\.?L|RSA|K\.?S\.?A|SDCL|G\.?S|MCL)\b\.?(?:\s?Ann\.?)?\s*(?:§+\s*)?"
    r"(?P<named>\d{1,4}[A-Za-z]{0,2}(?:[.:-]\d{0,5}[A-Za-z]{0,3}\d{0,3})+\w*|\d{3,5})(?![\w$%])"
    r"(?!\s+(?:days?|people|persons?|residents?|consumers?|customers?|hours?))"
)
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
    for match in _CODED.finditer(text):
        number = match["coded"].replace("/", " ")
        found.append(f"{match['title']} {number}".upper() if match["title"] else number.upper())
    text = _CODED.sub(" ", text)
    found.extend(match["named"].upper() for match in _NAMED.finditer(text))
    text = _NAMED.sub(" ", text)
    for match in _NUMBER.finditer(text):
        number = match["number"] or match["marked"] or match["spelled"] or match["chapter"]
        if match["within"]:
            number = f"{match['chapter']} {match['within']}"
        if number and not _DATE.match(number) and number.upper() not in found:
            found.append(number.upper())
    return tuple(found)


_TOKEN = re.compile(r"\d[\w.:-]*\w|\d\w*")


_SUBDIVIDED = re.compile(r"\(|,? subd|,? subdiv|,? para", re.IGNORECASE)


def section_number(citation: str) -> str:
    """Return the number of the section that a citation names, without title, subdivision and code: "325O.05", "14/15"."""
    whole = _SUBDIVIDED.split(citation)[0]
    numbers = re.findall(r"\d[\w.:/-]*\w|\d\w*", whole)
    return numbers[-1].upper() if numbers else ""


def cites(citation: str, asked: str) -> bool:
    """Return whether a full citation ("Mass. Gen. Laws ch. 93H, § 3") is the one asked for ("93H 3", "3", "93H")."""
    numbers = [t.upper() for t in _TOKEN.findall(citation)]
    wanted = asked.split()
    if (
        len(wanted) == 1
        and len(asked) > 2
        and any(n.startswith((asked + ".", asked + "-", asked + ":")) for n in numbers)
    ):
        return True  # a chapter: "1347" of "1347.12"
    return any(numbers[i : i + len(wanted)] == wanted for i in range(len(numbers)))
