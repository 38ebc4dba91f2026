"""Find the corpus's laws by name in a question: a new law brings its names with it."""

from __future__ import annotations

import re

from retrieval.retriever import FEDERAL
from retrieval.words import Phrases, stems

_OF_ANY_LAW = frozenset(
    stems(
        """
    privacy act law code statute rule regulation consumer customer personal data information identity theft
    breach breaches notification security protection unfair deceptive trade practice practices fraud records
    record disposal state insurance student online the of and social number numbers telephone solicitation
    wiretap wiretapping eavesdropping health children protect rights bill
        """
    )
)


_NOT_MEANT = re.compile(
    r"\b(?:not|non|isn['’]t|aren['’]t|no|outside(?: of)?)[ -]+(?:(?:a|an|the|under|covered by|subject to) )*[A-Z]{3,}\b"
)


class LawNames:
    """Finds the corpus's laws by name in a text.

    A name of nothing but general words ("Data Breach Notification Act") counts only for the place asked about;
    such a name of a federal law does not count, since states use the same words.
    """

    def __init__(self, names: tuple[tuple[str, str, str], ...]) -> None:
        self._phrases = Phrases(
            (f"{place}/{law_id}", name)
            for name, place, law_id in names
            if place != FEDERAL or not _OF_ANY_LAW.issuperset(stems(name))
        )

    def find(self, text: str, places: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return (jurisdiction, law_id) of the laws named, of these places or federal; "not HIPAA" names none."""
        meant = _NOT_MEANT.sub(" ", text)
        found = (label.split("/", 1) for label in sorted(self._phrases.find(stems(meant))))
        return tuple((place, law) for place, law in found if place in places or place == FEDERAL)
