"""Which code a file is of, and which law of the digest a section belongs to."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus_loader.documents import Section
from corpus_loader.errors import UnreadableFile
from corpus_loader.headings import order_key
from corpus_loader.read_digest import Law
from retrieval.records import Passage

SOURCES = Path(__file__).parents[1] / "config" / "sources"
_TOKEN = re.compile(r"\d[\w.:-]*\w|\d\w*")
_GENERIC = {
    "ann", "annotated", "code", "codes", "stat", "stats", "statutes", "rev", "revised", "gen", "general", "laws", "law", "title", "tit", "ch", "chapter",
    "sec", "section", "art", "the", "of", "and", "cent", "century", "codified", "comp", "compiled", "cons", "consolidated", "official",
    "ars", "ocga", "ilcs", "ksa", "krs", "mcl", "mrs", "mrsa", "njsa", "nmsa", "nrs", "ors", "os", "pacs", "ps", "rcw", "rsa", "vsa", "rs", "as", "crs", "mca", "ic",
    "ala", "alaska", "ariz", "ark", "cal", "california", "colo", "conn", "del", "fla", "ga", "haw", "idaho", "ill", "ind", "iowa", "kan", "ky", "la", "me", "md", "mass",
    "mich", "minn", "miss", "mo", "mont", "neb", "nev", "nh", "nj", "nm", "ny", "nc", "nd", "ohio", "okla", "or", "pa", "ri", "sc", "sd", "tenn", "tex", "utah", "vt", "va",
    "wash", "wva", "wis", "wyo", "dc", "pr", "n", "s", "w", "j", "m", "h", "y", "c", "d", "r", "i",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    """One code: how it is cited before "§ number", and the words by which its files are known."""

    jurisdiction: str
    cite_as: str
    known_by: tuple[str, ...]


@cache
def all_codes(folder: Path = SOURCES) -> tuple[Code, ...]:
    """Return the codes of config/sources, those known by longer words first."""
    found = [
        Code(path.stem.upper(), row["cite_as"], tuple(row["known_by"]))
        for path in sorted(folder.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("code", [])
    ]
    return tuple(found)


def code_of(opening: str, name: str, jurisdiction: str | None = None) -> Code:
    """Return the code of a file from its first words, or from its name ("ca_ccpa.html", "mn/325m.txt").

    Raises:
        UnreadableFile: nothing tells, or several do; says which option settles it.
    """
    text = " ".join(opening.split()).casefold()
    hits: list[tuple[int, int, Code]] = []
    for code in all_codes():
        if jurisdiction and code.jurisdiction != jurisdiction:
            continue
        at = [(text.find(w.casefold()), -len(w)) for w in code.known_by if w.casefold() in text]
        if at:
            place, length = min(at)
            hits.append((place, length, code))
    places = {c.jurisdiction for _, _, c in hits}
    of_name = {
        c.jurisdiction
        for c in all_codes()
        if re.search(rf"(?:^|[/!_.\-]){c.jurisdiction.lower()}(?:[/_.\-])", name.casefold())
    }
    if len(places) > 1 and of_name & places:
        hits = [h for h in hits if h[2].jurisdiction in of_name]
        places = {c.jurisdiction for _, _, c in hits}
    if len(places) == 1:
        return min(hits, key=lambda h: (h[0], h[1]))[2]
    if not places and (jurisdiction or len(of_name) == 1):
        own = [c for c in all_codes() if c.jurisdiction == (jurisdiction or next(iter(of_name)))]
        if len(own) == 1:
            return own[0]
    named = ", ".join(sorted(c.cite_as for _, _, c in hits))
    raise UnreadableFile(
        f"its words fit several codes ({named}): say --jurisdiction and --code"
        if named
        else "nothing tells which code this is: say --jurisdiction and --code"
    )


def words_of(citation: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return what tells a citation from another: the words of its code that are not generic, and its numbers.

    "Cal. Civ. Code § 1798.100(a)" gives {"civ"}, ("1798.100",); "9 V.S.A. § 2430" gives {}, ("9", "2430").
    """
    text = re.sub(r"\((?:[^()]*)\)", " ", citation.replace("–", "-"))
    numbers = tuple(
        t.casefold()
        for t in _TOKEN.findall(text)
        if not re.fullmatch(r"19[789]\d|20[0-4]\d", t) or text.rstrip().endswith(t)
    )
    words = re.findall(r"[a-z']+", _TOKEN.sub(" ", text.replace(".", "")).casefold())
    return frozenset(w for w in words if w not in _GENERIC), numbers


@dataclass(frozen=True, slots=True)
class Place:
    """Where a section belongs: its key, the names it goes by, and the digest's section where there is one."""

    key: tuple[str, str, str]
    law: str
    citation: str
    digest: Passage | None


class DigestIndex:
    """The digest's sections by citation, and its laws by the range of sections they cover."""

    def __init__(self, laws: tuple[Law, ...]) -> None:
        self._sections: dict[tuple[str, frozenset[str], tuple[str, ...]], list[Passage]] = {}
        self._ranges: dict[str, list[tuple[frozenset[str], tuple[str, ...], str, str, Law]]] = {}
        for law in laws:
            for section in law.sections:
                words, numbers = words_of(section.citation)
                self._sections.setdefault((law.jurisdiction, words, numbers), []).append(section)
            words, numbers = words_of(law.citation)
            stem = words_of(law.sections[0].citation)[1][:-1]
            for first, last in _ranges(law.citation):
                self._ranges.setdefault(law.jurisdiction, []).append((words, stem, first, last, law))

    def places(self, section: Section, jurisdiction: str, cite_as: str) -> list[Place]:
        """Return where a section belongs; more than one place where several laws of the digest hold the same section.

        A section in no law of the digest, but inside the range of one ("§§ 325M.10–.21"), is of that law.
        """
        citation = (
            section.citation or f"{cite_as} § {section.number}"
            if cite_as or section.citation
            else section.number
        )
        words, numbers = words_of(citation)
        pinned = section.kind != "section" or bool(re.search(r"\([0-9A-Za-z]+\)", citation.split("§")[-1]))
        if not pinned and (own := self._sections.get((jurisdiction, words, numbers))):
            return [Place(p.key, p.law, p.citation, p) for p in own]
        number = section.number or (numbers[-1] if numbers else slug(citation))
        laws = {
            law.law_id: law for of, stem, first, last, law in self._ranges.get(jurisdiction, ())
            if numbers and of == words and stem == numbers[:-1] and order_key(first) <= order_key(numbers[-1]) <= order_key(last)
        }  # fmt: skip
        if len(laws) == 1:
            law = next(iter(laws.values()))
            return [Place((jurisdiction, law.law_id, number), law.name, citation, None)]
        before = citation[: citation.rfind(number)].strip(" §") if number in citation else cite_as
        law_name = (cite_as or before or citation).strip(" ,")
        chapter = re.split(r"[.:\-](?=[^.:\-]*$)", number)[0] if re.search(r"[.:\-]", number) else ""
        return [
            Place((jurisdiction, slug(f"official {law_name} {chapter}"), number), law_name, citation, None)
        ]


def slug(text: str) -> str:
    """Return a text as an id: lower case, words joined by hyphens, at most 80 characters."""
    return re.sub(r"[^0-9a-z]+", "-", text.casefold()).strip("-")[:80].strip("-")


def _ranges(citation: str) -> list[tuple[str, str]]:
    """Return the ranges in a law's citation: "§§ 325M.10–.21" is ("325M.10", "325M.21")."""
    found = []
    for match in re.finditer(
        r"(\d[\w.:-]*?\w)\s*(?:–|—|\bto\b|\bthrough\b)\s*(?:§\s*)?([.:-]?\d[\w.:-]*|[.:-]?\d\w*)", citation
    ):
        first, last = match[1], match[2].rstrip(".")
        if last[0] in ".:-":
            last = first[: first.rfind(last[0])] + last
        found.append((first, last))
    return found
