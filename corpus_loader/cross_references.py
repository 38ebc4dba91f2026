"""References to other law in a section: citeurl for full citations, the section's own code for bare numbers."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from corpus_loader.headings import NUMBER, bare

_FULL = re.compile(
    r"U\.\s?S\.\s?C|C\.\s?F\.\s?R|\bStat\.|\bCode Ann|\bILCS\b|\bRev\. Stat|\bComp\. Laws|\bGen\. (?:Laws|Stat)|Fed\. Reg"
)
_OWN = re.compile(
    rf"(?:§§?|\b[Ss]ections?|\bORS|\bRCW|\bAS|\bRSA|\bK\.S\.A\.|\bNRS|\bMCL|\bC\.R\.S\.)\s*(?P<list>{NUMBER}(?:\([^)\s]{{1,5}}\))*(?:(?:,| and| or| to|, and|, or| through)\s+{NUMBER}(?:\([^)\s]{{1,5}}\))*)*)"
)
_WINDOW = 160
"""Characters either side of a mark of a full citation that citeurl reads: on whole sections it takes 13 ms each."""


@cache
def _citator() -> Any:
    from citeurl import Citator

    return Citator()


def references_in(text: str, cite_as: str = "", own: str = "") -> tuple[str, ...]:
    """Return the citations in a text in order of appearance, each once, without subsections.

    A bare number ("section 715D.3") is of the section's own code and becomes "{cite_as} § 715D.3"; `own` is the
    section's own number, which is left out. "of this title" and other codes named after the number are not resolved.
    """
    found: dict[str, int] = {}
    taken: list[tuple[int, int]] = []
    last = -1
    for mark in _FULL.finditer(text):
        if mark.start() < last:
            continue
        start = max(0, text.rfind(" ", 0, max(0, mark.start() - _WINDOW)))
        last = min(len(text), mark.end() + _WINDOW)
        for cite in _citator().list_cites(text[start:last]):
            said = re.sub(r"(?:\([0-9A-Za-z]+\))+$", "", str(cite))
            found.setdefault(said, start + cite.span[0])
            taken.append((start + cite.span[0], start + cite.span[1]))
    if cite_as:
        for match in _OWN.finditer(text):
            if any(a < match.end() and match.start() < b for a, b in taken):
                continue
            for number in re.findall(NUMBER, re.sub(r"\([^)]*\)", "", match["list"])):
                if (plain := bare(number)) != own and re.search(r"[.:\-]|\d{3}|[A-Z]", plain):
                    found.setdefault(f"{cite_as} § {plain}", match.start())
    return tuple(sorted(found, key=lambda said: found[said]))
