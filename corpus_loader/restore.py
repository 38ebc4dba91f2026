"""Official text back into a store that was dropped, from the versions kept beside it: after a change of embedding model."""

from __future__ import annotations

from contextlib import closing

from corpus_loader.check import Digest
from corpus_loader.codes import Place
from corpus_loader.documents import Section
from corpus_loader.embed_batches import Batches
from corpus_loader.official import Placed, as_chunks
from corpus_loader.subsections import parts_of
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.versions import FILE, Version, Versions


def restore_official(
    store: ChromaStore, model: WordLlamaEmbeddings, digest: Digest, names: dict[str, str]
) -> int:
    """Embed and write every current section of official text again; return how many chunks that were.

    The subsections are read from the text anew, so the chunks are the ones a load would make.
    """
    if not (store.folder / FILE).exists():
        return 0
    sections = {p.key: p for law in digest.laws for p in law.sections}
    batches = Batches(store, model)
    with closing(Versions(store.folder)) as versions:
        for version in versions.all_current():
            placed = _placed(
                version, Place(version.key, version.law, version.citation, sections.get(version.key))
            )
            batches.add(
                as_chunks(placed, names.get(version.jurisdiction, version.jurisdiction), version.loaded_on)
            )
        batches.finish()
    return batches.embedded


def _placed(v: Version, place: Place) -> Placed:
    plain = v.text != v.history
    section = Section(
        v.section, v.heading, v.text if plain else "", v.path, parts_of(v.text) if plain else (), v.history,
        in_force_from=v.in_force_from, in_force_to=v.in_force_to,
    )  # fmt: skip
    return Placed(section, place, v.text, v.url, v.hash)
