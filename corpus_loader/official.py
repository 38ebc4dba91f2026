"""Sections of official text to the records of the store: key, citation, law, chunks."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from corpus_loader.chunks import chunks_of, header
from corpus_loader.codes import DigestIndex, Place
from corpus_loader.cross_references import references_in
from corpus_loader.documents import Section
from retrieval.official_rows import OfficialChunk
from retrieval.records import Passage
from retrieval.versions import Version

REGULATION_WORDS = ("Regs", "Admin", "C.F.R.", "Code R.", "CMR", "Comp. R.")


@dataclass(frozen=True, slots=True)
class Placed:
    """A section with the one key it is stored under here, and a hash of all that is stored of it."""

    section: Section
    place: Place
    text: str
    url: str
    hash: str


def place_sections(
    section: Section, index: DigestIndex, jurisdiction: str, cite_as: str, url: str
) -> list[Placed]:
    """Return a section under every key it belongs to.

    An excerpt or an act never takes the key of a section: its key ends in a hash of its words.
    """
    text = section.text or section.history
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    placed = []
    for place in index.places(section, section.jurisdiction or jurisdiction, cite_as):
        if section.kind != "section":
            place = Place((*place.key[:2], f"{place.key[2]}~{mark}"), place.law, place.citation, None)
        link = section.url or url or (place.digest.url if place.digest else "")
        said = "\0".join(
            (
                text,
                section.heading,
                section.history,
                str(section.in_force_from),
                str(section.in_force_to),
                place.citation,
                place.law,
            )
        )
        placed.append(Placed(section, place, text, link, hashlib.sha256(said.encode()).hexdigest()[:24]))
    return placed


def as_passage(placed: Placed, reviewed: dt.date) -> Passage:
    """Return the record of a section; what the digest knows of it (topics, whom it binds) is taken over."""
    section, place, digest = placed.section, placed.place, placed.place.digest
    kind = (
        digest.kind
        if digest
        else "regulation"
        if any(w in place.citation for w in REGULATION_WORDS)
        else "statute"
    )
    return Passage(
        jurisdiction=place.key[0], law_id=place.key[1], law=place.law, section=place.key[2], citation=place.citation,
        title=section.heading or (digest.title if digest else "") or f"§ {section.number}", url=placed.url, text=placed.text, text_kind="official", kind=kind,
        governs=digest.governs if digest else "both", topics=digest.topics if digest else (), in_force_from=section.in_force_from,
        in_force_to=section.in_force_to, reviewed=reviewed, checked="statute_text", short_names=digest.short_names if digest else (),
    )  # fmt: skip


def as_version(
    placed: Placed, chunks: int, root: str, day: dt.date, current: bool, cite_as: str = ""
) -> Version:
    """Return the version to be kept of a section."""
    s, place = placed.section, placed.place
    before = (
        place.citation[: place.citation.rfind(s.number)].rstrip(" §")
        if s.number and s.number in place.citation
        else cite_as
    )
    return Version(
        *place.key, place.citation, s.heading, placed.text, s.history, placed.url, s.source, root, placed.hash, chunks, s.in_force_from, s.in_force_to,
        day, None, current, s.path, references_in(s.text, before, s.number), place.law,
    )  # fmt: skip


def as_chunks(placed: Placed, state: str, reviewed: dt.date) -> list[OfficialChunk]:
    """Return the chunks of a section, each with the line that goes before it."""
    passage = as_passage(placed, reviewed)
    parts = placed.section.parts if placed.section.text else ()
    return [
        OfficialChunk(
            passage, order, placed.text[c.start : c.end],
            header(state, passage.law, placed.section.path, passage.citation, passage.title, c.pin),
        )
        for order, c in enumerate(chunks_of(placed.text, parts))
    ]  # fmt: skip


def choose_current(versions: list[Placed], day: dt.date) -> tuple[Placed, list[Placed], list[Placed]]:
    """Split the texts that one file gives for one section: in force on `day`, for other days, and not to be told apart."""

    def holds(p: Placed) -> bool:
        s = p.section
        return (s.in_force_from or dt.date.min) <= day <= (s.in_force_to or dt.date.max)

    now = [p for p in versions if holds(p)]
    now.sort(key=lambda p: p.section.in_force_from or dt.date.min, reverse=True)
    current = now[0] if now else versions[0]
    others: list[Placed] = []
    unclear: list[Placed] = []
    for p in versions:
        if p is current or p.hash == current.hash:
            continue
        dated = (p.section.in_force_from, p.section.in_force_to) != (
            current.section.in_force_from,
            current.section.in_force_to,
        )
        (others if dated else unclear).append(p)
    return current, others, unclear
