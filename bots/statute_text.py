"""The words behind an answer: what the digest says of each section it names, and the official text where it is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bots.library import Library
from bots.remembered import KeptAnswer, KeptSource
from bots.render import Bullet, Heading, Paragraph, Piece, Title, safe_link
from retrieval.records import Passage

SECTION_TEXT = 5_000
"""Characters of official text shown of one section; a longer one goes on at its official link, and says so."""


@dataclass(frozen=True, slots=True)
class StatuteText:
    """Pieces to render, and the official addresses by mark."""

    pieces: tuple[Piece, ...]
    links: dict[str, str]


async def statute_text(kept: KeptAnswer, library: Library) -> StatuteText:
    """Return the text of every source of an answer, in the order of its marks.

    A section that is no longer in the library is named as such; its link stays.

    Raises:
        RetrievalError: the store cannot be read.
    """
    pieces: list[Piece] = [Title("The text behind the answer")]
    for source in kept.sources:
        law = await library.catalogue(source.jurisdiction)
        named = _found((*law.digest.values(), *law.official.values()), source)
        key = named.key if named else ("", "", "")
        pieces += _section(source, law.digest.get(key), law.official.get(key))
    links = {source.mark: link for source in kept.sources if (link := safe_link(source.url))}
    return StatuteText(tuple(pieces), links)


def _section(source: KeptSource, digest: Passage | None, official: Passage | None) -> list[Piece]:
    title = f" — {source.title}" if source.title else ""
    marks = (source.mark,)
    pieces: list[Piece] = [Heading(f"[{source.mark}] {source.law}, {source.citation}{title}")]
    if digest is not None and digest.statements:
        pieces.append(Paragraph(f"In Reggi's words, reviewed {digest.reviewed.isoformat()}:", marks))
        pieces += [Bullet(statement.text) for statement in digest.statements]
    if official is not None:
        pieces.append(Paragraph("Official text:", marks))
        lines = [line for line in official.text[:SECTION_TEXT].splitlines() if line.strip()]
        pieces += [Paragraph(line) for line in lines]
        if len(official.text) > SECTION_TEXT:
            pieces.append(Paragraph("This section goes on; read the whole at its official link.", marks))
    elif digest is not None:
        pieces.append(Paragraph("The official text is not loaded here; read it at the official link.", marks))
    else:
        pieces.append(Paragraph("This section is no longer in my corpus; see the official link.", marks))
    return pieces


def _found(passages: Iterable[Passage], source: KeptSource) -> Passage | None:
    same = [p for p in passages if (p.law, p.citation) == (source.law, source.citation)]
    titled = [p for p in same if p.title == source.title] or same
    return titled[0] if len({p.key for p in titled}) == 1 else None
