"""Which official pages hold the laws of the digest: rows of sites in config/sources, addresses from the digest."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus_loader.codes import SOURCES
from corpus_loader.documents import Selectors
from corpus_loader.errors import CorpusError
from corpus_loader.read_digest import Law

_KEYS = {
    "name",
    "match",
    "format",
    "content",
    "drop",
    "bold",
    "number",
    "cited",
    "page",
    "page_when",
    "page_with",
    "fetch",
    "why",
    "note",
    "licence",
    "pause",
}


@dataclass(frozen=True, slots=True)
class Site:
    """One official site. `match` tells its addresses; `page` makes the address of a section from its number
    (`number`) or its whole citation (`cited`).

    `fetch` is False, with `why`, where pages cannot be had that way. `pause` is seconds between two requests.
    """

    jurisdiction: str
    name: str
    match: re.Pattern[str]
    format: str
    licence: str
    selectors: Selectors
    number: re.Pattern[str] | None = None
    cited: re.Pattern[str] | None = None
    page: str = ""
    page_when: str = ""
    page_with: str = ""
    fetch: bool = True
    why: str = ""
    pause: float = 2.0

    def address(self, number: str, citation: str) -> str | None:
        """Return the page of a section, or None where its number and citation do not give it."""
        match = (
            self.number.match(number) if self.number else self.cited.match(citation) if self.cited else None
        )
        if match is None:
            return None
        named = {name: value or "" for name, value in match.groupdict().items()}
        pattern = self.page_with if self.page_when and named.get(self.page_when) else self.page
        return pattern.format(**named)


@dataclass(frozen=True, slots=True)
class Page:
    """One page to fetch, with the law of the digest it was looked up for."""

    jurisdiction: str
    law_id: str
    url: str
    cite_as: str
    site: Site


@dataclass(frozen=True, slots=True)
class Unfetched:
    """A law of the digest whose pages are not fetched, and why."""

    jurisdiction: str
    law_id: str
    url: str
    why: str


@cache
def all_sites(folder: Path = SOURCES) -> tuple[Site, ...]:
    """Return the site rows of config/sources in file order.

    Raises:
        CorpusError: a row has unknown keys, lacks one, or is not fetched without saying why.
    """
    sites = []
    for path in sorted(folder.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("site", []):
            if unknown := set(row) - _KEYS:
                raise CorpusError(f"{path}: unknown keys {sorted(unknown)}")
            if missing := {"name", "match", "format", "licence"} - set(row):
                raise CorpusError(f"{path}: {row.get('name')}: missing {sorted(missing)}")
            if row.get("fetch", True) is False and not row.get("why"):
                raise CorpusError(f"{path}: {row['name']}: fetch = false needs a why")
            sites.append(
                Site(
                    path.stem.upper(), row["name"], re.compile(row["match"]), row["format"], row["licence"],
                    Selectors(row.get("content", ""), tuple(row.get("drop", ())), tuple(row.get("bold", ()))),
                    re.compile(row["number"]) if "number" in row else None, re.compile(row["cited"]) if "cited" in row else None, row.get("page", ""), row.get("page_when", ""), row.get("page_with", ""),
                    row.get("fetch", True), row.get("why", ""), float(row.get("pause", 2.0)),
                )
            )  # fmt: skip
    return tuple(sites)


def pages_of(
    laws: tuple[Law, ...],
    jurisdiction: str | None = None,
    law_id: str | None = None,
    sites: tuple[Site, ...] | None = None,
) -> tuple[list[Page], list[Unfetched]]:
    """Return the pages that hold laws of the digest, each address once, and the laws that cannot be fetched.

    A section's page is the one the digest names where it is on a site that is fetched, else the one its number makes.
    """
    sites = all_sites() if sites is None else sites
    pages: dict[str, Page] = {}
    left: list[Unfetched] = []
    for law in laws:
        if (jurisdiction and law.jurisdiction != jurisdiction) or (law_id and law.law_id != law_id):
            continue
        own = [s for s in sites if s.jurisdiction == law.jurisdiction]
        found = False
        why = "its pages are on no official site of config/sources"
        for section in law.sections:
            url = section.url.partition("#")[0]
            site = next((s for s in own if s.match.search(url)), None)
            made = next(
                ((s, a) for s in own if s.fetch and (a := s.address(section.section, section.citation))), None
            )
            if site is None and made is None:
                continue
            if site is not None and not site.fetch and made is None:
                why = site.why
                continue
            chosen, address = made if made else (site, url)
            if chosen is None:
                continue
            found = True
            cite_as = (
                section.citation.partition("§")[0].strip() if "§" in section.citation else section.citation
            )
            pages.setdefault(address, Page(law.jurisdiction, law.law_id, address, cite_as, chosen))
        if not found:
            left.append(Unfetched(law.jurisdiction, law.law_id, law.sections[0].url, why))
    return list(pages.values()), left
