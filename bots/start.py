"""Builds the brain from the settings: store, embedding model, corpus, jurisdictions, pipeline.

Libraries that take long to import are imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings

if TYPE_CHECKING:
    from corpus_loader.load import LoadReport, Progress
    from retrieval.chroma_store import ChromaStore
    from retrieval.model_compose import LangChainChat
    from retrieval.model_writer import ModelWriter
    from retrieval.pipeline import Reggi
    from retrieval.retriever import LawLibrary
    from retrieval.store_server import ServerAddress, ServerStore
    from retrieval.tracing import Tracing

STORE = "chroma"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a process works with; `close` when done."""

    brain: Reggi
    library: LawLibrary
    store: ChromaStore | ServerStore
    place_of: Callable[[str], str | None]
    names: dict[str, str]
    tracing: Tracing | None = None

    def close(self) -> None:
        """Finish calls under way, release the store and send the last traces."""
        self.store.close()
        if self.tracing is not None:
            self.tracing.close()


def store_folder(settings: Settings) -> Path:
    """Return where the Chroma store lies."""
    return settings.data_dir / STORE


def server_address(settings: Settings) -> ServerAddress | None:
    """Return the Chroma server of the settings, None for the embedded store."""
    if not settings.chroma_url:
        return None
    from retrieval.store_server import ServerAddress

    token = settings.chroma_token.get_secret_value() if settings.chroma_token else ""
    return ServerAddress(settings.chroma_url, token, settings.chroma_tenant, settings.chroma_database)


def open_store(settings: Settings) -> ChromaStore | ServerStore:
    """Return the store that questions are answered from.

    Raises:
        StoreUnavailable: the folder cannot be read.
    """
    if address := server_address(settings):
        from retrieval.store_server import ServerStore

        return ServerStore(address, settings.embedding)
    from retrieval.chroma_store import ChromaStore

    return ChromaStore(store_folder(settings), settings.embedding, settings.search_threads)


def corpus_is_ready(settings: Settings) -> bool:
    """Return whether the store holds exactly the digest that ships with this version.

    Raises:
        StoreUnavailable: the Chroma server did not answer.
    """
    from corpus_loader.load import digest_fingerprint, is_loaded

    if address := server_address(settings):
        from retrieval.store_server import published

        return published(address) == digest_fingerprint(settings.embedding)
    return is_loaded(settings.data_dir, settings.embedding)


def publish_corpus(settings: Settings, store: ChromaStore) -> None:
    """Mirror what was loaded to the Chroma server of the settings; nothing happens where there is none.

    Raises:
        StoreUnavailable: the server did not answer.
    """
    if address := server_address(settings):
        from corpus_loader.load import digest_fingerprint
        from retrieval.store_server import publish

        publish(store, address, digest_fingerprint(settings.embedding))


def load_corpus(settings: Settings, rebuild: bool = False, progress: Progress | None = None) -> LoadReport:
    """Bring the store to the digest that ships with this version.

    Raises:
        CorpusError, StoreUnavailable, StoreMismatch: see corpus_loader/load.py.
    """
    from corpus_loader.load import load_digest
    from retrieval.chroma_store import ChromaStore
    from retrieval.embeddings import embedding_model
    from retrieval.jurisdictions import registry

    names = {place.code: (place.name, place.official_code_url) for place in registry().places}
    store = ChromaStore(store_folder(settings), settings.embedding, settings.search_threads)
    try:
        report = load_digest(
            store,
            embedding_model(settings.embedding),
            settings.data_dir,
            names,
            rebuild=rebuild,
            progress=progress,
        )
        publish_corpus(settings, store)
        return report
    finally:
        store.close()


async def open_brain(settings: Settings) -> Opened:
    """Return the brain over the loaded corpus.

    Raises:
        StoreUnavailable, StoreMismatch, EmbeddingModelDamaged, ModelMisconfigured, TracingUnavailable: it cannot answer; the message says
            what to do.
    """
    from bots.metrics import dropped
    from retrieval.embeddings import embedding_model
    from retrieval.jurisdictions import Detector, LawName, registry
    from retrieval.law_names import LawNames
    from retrieval.pipeline import Reggi, build_pipeline
    from retrieval.retriever import LawLibrary

    store = open_store(settings)
    library = LawLibrary(store, embedding_model(settings.embedding))
    names = await library.law_names()
    places = registry()
    detector = Detector(places, tuple(LawName(name, place) for name, place, _ in names))
    by_code = {p.code: p.name for p in places.places}
    writer = model_writer(settings, by_code)
    pipeline = build_pipeline(library, detector.resolve, LawNames(names), by_code, writer, dropped)
    tracing = open_traces(settings)
    if tracing is not None:
        pipeline = tracing.trace(pipeline)
    return Opened(Reggi(pipeline), library, store, place_reader(), by_code, tracing)


def open_traces(settings: Settings) -> Tracing | None:
    """Return where traces go, None if they are not wanted.

    Raises:
        TracingUnavailable: the extra is not installed; says how.
    """
    if not settings.traces_url:
        return None
    from retrieval.errors import TracingUnavailable

    try:
        from retrieval.tracing import open_tracing
    except ImportError as error:
        raise TracingUnavailable(TracingUnavailable.how) from error
    return open_tracing(settings.traces_url)


def chat_model(settings: Settings) -> LangChainChat | None:
    """Return the chat model named in the settings, None if none is.

    Raises:
        ModelMisconfigured: it cannot be used; the message says why.
    """
    if not settings.model:
        return None
    from retrieval.model_compose import open_chat

    return open_chat(
        settings.model,
        base_url=settings.model_base_url,
        api_key=settings.model_api_key.get_secret_value() if settings.model_api_key else None,
        output=settings.model_output,
        retries=settings.model_retries,
        concurrency=settings.model_concurrency,
        output_tokens=settings.model_output_tokens,
        options=settings.model_options,
    )


def model_writer(settings: Settings, names: dict[str, str]) -> ModelWriter | None:
    """Return what lets the chat model named in the settings write answers, None if none is.

    Raises:
        ModelMisconfigured: it cannot be used; the message says why.
    """
    chat = chat_model(settings)
    if chat is None:
        return None
    from retrieval.model_cache import ReplyCache
    from retrieval.model_writer import ModelLimits, ModelWriter

    limits = ModelLimits(
        settings.model_seconds, settings.model_statements, settings.model_price_in, settings.model_price_out
    )
    return ModelWriter(chat, names, limits, ReplyCache(settings.model_cache))


def place_reader() -> Callable[[str], str | None]:
    """Return the function that reads a state argument: "NM", "New Mexico" or "N.M." gives "NM", anything else None."""
    from retrieval.jurisdictions import Detector, registry

    detector = Detector(registry())
    by_code = {p.code: p.code for p in registry().places}

    def place_of(word: str) -> str | None:
        bare = word.strip()
        if code := by_code.get(bare.upper()):
            return code
        found = detector.detect(bare).found
        return found[0].code if len(found) == 1 and found[0].span == (0, len(bare)) else None

    return place_of
