"""Section numbers and headings: what "§ 59.1-576. Scope; exemptions." is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus_loader.documents import Status

NUMBER = r"\d{1,5}(?:[A-Z]{1,3}|[a-z]{1,3})?(?:(?:[.:]|\s?[-\u2013\u2011]\s?)\d{1,5}[A-Za-z]{0,3}|-[a-z]{1,3}(?![a-z]))*"
"""1798.100 | 59.1-575 | 42-529a | 18.2-152.3:1 | 715D.1 | 14–3501 | 899-aa | 12B-101"""

_SIGN = r"(?P<sign>§§?\s*|(?:Sec(?:tion)?|SEC(?:TION)?)s?\.?\s+)?"
_THROUGH = rf"(?:\s*(?:to|through|thru|–|—|-)\s*(?:§\s*)?(?P<through>{NUMBER}))?"
_HEAD = re.compile(
    rf"^\W{{0,2}}?(?P<open>\[)?{_SIGN}(?P<open2>\[)?(?P<number>{NUMBER}){_THROUGH}(?P<shut>\])?(?P<end>\.?\]?[:.]?)(?P<gap>[\s\u00a0]+|$)(?P<rest>.*)$",
    re.DOTALL,
)
_JOINED = re.compile(
    r"(?:\b(?:[Ss]ections?|paragraphs?|subdivisions?|subsections?|chapters?|articles?|parts?|title|divisions?|ORS|RCW|and|or|to|through|of|in|by|under|see)"
    r"|§+|U\.S\.C\.|C\.F\.R\.|,)\s*$"
)
_STATUS: tuple[tuple[Status, re.Pattern[str]], ...] = (
    (
        "reserved",
        re.compile(
            r"^\W*(?:reserved\b|(?:to|through)?\W*[\d.\- ]*\W*reserved\b)|reserved for future use",
            re.IGNORECASE,
        ),
    ),
    (
        "repealed",
        re.compile(
            r"^\W*repealed\b|\brepealed by (?:\d{4}|Acts|Laws|Stats|P\.\s?A|Public|Ch|[A-Z])", re.IGNORECASE
        ),
    ),
    (
        "renumbered",
        re.compile(r"^\W*(?:renumbered|transferred|recodified)\b|\brenumbered [\d.]+", re.IGNORECASE),
    ),
    ("expired", re.compile(r"^\W*expired\b", re.IGNORECASE)),
)
LEVELS = (
    "title",
    "subtitle",
    "division",
    "part",
    "subpart",
    "chapter",
    "subchapter",
    "article",
    "subarticle",
)
_PATH = re.compile(
    rf"^(?P<level>{'|'.join(LEVELS)})\s+(?P<number>[0-9IVXLC]+[0-9A-Za-z]*(?:[.\-][0-9A-Za-z]+)*)\b[.:]?\s*(?:[—–-]\s*)?(?P<name>.*)$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:shall|means|mean|must|may not|may be|is guilty|are declared|is created|is established|does not apply|do not apply|applies to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a block that may begin a section says: number, end of a range, whether a sign stands before it, and the rest."""

    number: str
    through: str
    signed: bool
    dotted: bool
    gap: int
    rest: str


def bare(number: str) -> str:
    """Return a number with plain hyphens and no spaces or closing full stop."""
    return re.sub(r"\s*[\u2010-\u2015]\s*|\s+-\s*|-\s+", "-", number).strip(" .[]")


def read_heading(text: str) -> Heading | None:
    """Return the section number at the start of a text, or None."""
    match = _HEAD.match(text)
    if match is None:
        return None
    through = bare(match["through"]) if match["through"] else ""
    return Heading(
        bare(match["number"]), through, bool(match["sign"]), "." in (match["end"] or "") or bool(match["open"] or match["open2"]),
        len(match["gap"]), match["rest"].strip(),
    )  # fmt: skip


def compound(number: str) -> bool:
    """Return whether a number has several parts or a letter: "715D.1", "42-529a"; not "12"."""
    return bool(re.search(r"[.:\-]|[A-Za-z]", number))


def goes_on(text: str) -> bool:
    """Return whether a text stops in mid-reference ("pursuant to Section"), so that a number after it begins nothing."""
    return bool(_JOINED.search(text))


def order_key(number: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts section numbers as codes do: 42-529 before 42-529a before 42-530."""
    return tuple(
        (int(m[1]), m[2].lower()) if m[1] else (0, m[0])
        for m in re.finditer(r"(\d+)([A-Za-z]*)|-[a-z]+", number)
    )


def status_of(heading: str, text: str) -> Status:
    """Return whether a section says of itself that it is repealed, reserved, renumbered or expired."""
    for said in (heading, text if len(text) < 300 else ""):
        for status, pattern in _STATUS:
            if said and pattern.search(said):
                return status
    return "in_force"


def path_level(text: str) -> tuple[str, str] | None:
    """Return (level, text) of a title, chapter or article heading: ("chapter", "CHAPTER 14. UNFAIR …"); else None."""
    match = _PATH.match(text)
    if match is None or len(text) > 200 or (match["name"] and _VERB.search(match["name"])):
        return None
    if match["name"] and match["name"][0].islower():
        return None  # "Chapter 5 of this title applies"
    return match["level"].lower(), text


def like_title(text: str) -> bool:
    """Return whether a text can be a section's heading rather than the beginning of its body."""
    return (
        0 < len(text) <= 300
        and not text.startswith(
            ("(", "As used", "For purposes", "For the purpose", "Notwithstanding", "Except as")
        )
        and text[-1] not in ":;,"
        and len(text.split()) <= 45
        and not _VERB.search(text)
        and (text[0].isupper() or text[0] in "“\"'[‘" or text[0].isdigit())
    )


def split_title(text: str) -> tuple[str, str]:
    """Split "Short title. This part may be cited …" into heading and body; the heading is "" where there is none.

    Only the first sentence is taken: where a heading has full stops of its own, its source marks it in bold.
    """
    match = re.match(
        r"^(?P<title>.{2,250}?[^.\s](?:\.|\.[\]”\"])) +(?=[A-Z“\"(\[‘])(?P<body>.+)$", text, re.DOTALL
    )
    if (
        match
        and like_title(match["title"])
        and not re.search(r"\b(?:No|Sec|U\.S|Inc|St|art|ch|v)\.$", match["title"])
    ):
        return match["title"], match["body"]
    return "", text
