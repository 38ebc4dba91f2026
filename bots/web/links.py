"""Where a source of an answer can be read on this page."""

from __future__ import annotations

from collections.abc import Iterable

from bots.library import Library
from bots.web.look import path_part
from retrieval.records import Passage, Source


def section_address(passage: Passage) -> str:
    """Return the address of the page that shows one section."""
    return "/law/" + "/".join(path_part(part) for part in passage.key)


async def source_links(sources: Iterable[Source], library: Library) -> dict[str, str]:
    """Return the address of the section behind each mark; a source that is no longer in the store has none.

    Raises:
        RetrievalError: the store cannot be read.
    """
    links: dict[str, str] = {}
    by_words: dict[str, dict[tuple[str, str, str], Passage]] = {}
    for source in sources:
        if source.jurisdiction not in by_words:
            law = await library.catalogue(source.jurisdiction)
            passages = (*law.official.values(), *law.digest.values())
            by_words[source.jurisdiction] = {(p.law, p.citation, p.title): p for p in passages}
        passage = by_words[source.jurisdiction].get((source.law, source.citation, source.title))
        if passage is not None:
            links[source.mark] = section_address(passage)
    return links
