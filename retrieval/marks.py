"""Numbers the sources of an answer: "2.3" is the third section used of the second law used."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.catalogue import Catalogue, Key
from retrieval.records import Passage, Source, Statement


class Marks:
    """Hands out marks in order of first use, each pair for one section of one law."""

    def __init__(self, catalogues: dict[str, Catalogue], apart: Iterable[Passage] = ()) -> None:
        """`apart` are sections that stand in no catalogue: official text without a digest, wordings of earlier days."""
        self._catalogues = catalogues
        self._apart = {p.key: p for p in apart}
        self._laws: dict[tuple[str, str], int] = {}
        self._sections: dict[tuple[str, str], list[str]] = {}
        self._passages: dict[str, Passage] = {}

    def passage(self, key: Key) -> Passage | None:
        """Return the passage of a key: the digest's words where there are any, else the official text."""
        catalogue = self._catalogues.get(key[0])
        if catalogue is None:
            return None
        return catalogue.digest.get(key) or catalogue.official.get(key) or self._apart.get(key)

    def mark(self, key: Key) -> str | None:
        """Return the mark of a section, a new one at its first use; None for a section that is not there."""
        passage = self.passage(key)
        if passage is None:
            return None
        law = key[:2]
        number = self._laws.setdefault(law, len(self._laws) + 1)
        sections = self._sections.setdefault(law, [])
        if key[2] not in sections:
            sections.append(key[2])
        mark = f"{number}.{sections.index(key[2]) + 1}"
        self._passages[mark] = passage
        return mark

    def statement(self, text: str, keys: tuple[Key, ...]) -> Statement:
        """Return a statement with the marks of the sections it rests on."""
        marks = [m for key in dict.fromkeys(keys) if (m := self.mark(key))]
        return Statement(text, tuple(marks))

    def passages(self) -> dict[str, Passage]:
        """Return the passage behind every mark handed out."""
        return dict(self._passages)


def as_source(mark: str, passage: Passage, official: Passage | None = None) -> Source:
    """Return the source line of a passage; where official text is loaded it lends its link."""
    return Source(
        mark=mark,
        jurisdiction=passage.jurisdiction,
        law=passage.law,
        citation=passage.citation,
        title=passage.title,
        url=official.url if official else passage.url,
        in_force_from=passage.in_force_from,
        in_force_to=passage.in_force_to,
        reviewed=passage.reviewed,
        text_kind=passage.text_kind,
        governs=passage.governs,
        checked=passage.checked,
    )


def in_order(mark: str) -> tuple[int, int]:
    """Return the sort key of a mark: "10.2" after "9.1"."""
    law, _, section = mark.partition(".")
    return int(law), int(section)
