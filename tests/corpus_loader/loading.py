"""What the tests of loading official text share: a small digest, a store, and one call that loads folders into it."""

from __future__ import annotations

import datetime as dt
import resource
import signal
import sys
from contextlib import closing
from pathlib import Path

from corpus_loader.check import Digest, read_digest
from corpus_loader.errors import CorpusError
from corpus_loader.load_official import OfficialReport, given_paths, load_official
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.errors import RetrievalError
from retrieval.records import Passage
from retrieval.versions import Version, Versions

MODEL = "wordllama-64"
NAMES = {"MN": "Minnesota", "US": "federal", "CA": "California", "OR": "Oregon", "VA": "Virginia"}
LIMIT = 250_000
"""Bytes that no file may pass where a full disk is played."""
TODAY = dt.date(2026, 11, 21)
DIGEST = Path(__file__).parents[1] / "fixtures" / "digest"


def load(
    data: Path,
    *paths: Path,
    today: dt.date = TODAY,
    accept: bool = False,
    model: str = MODEL,
    digest: Digest | None = None,
) -> OfficialReport:
    """Load paths into the store of a data folder, as `reggi load PATH…` does."""
    store = ChromaStore(data / "chroma", model)
    try:
        return load_official(
            store,
            embedding_model(model),
            data,
            given_paths(paths),
            digest or read_digest(DIGEST),
            NAMES,
            today,
            accept,
        )
    finally:
        store.close()


async def sections(data: Path, place: str = "MN") -> dict[str, Passage]:
    """Return the official sections that the store of a data folder answers with, by number."""
    store = ChromaStore(data / "chroma", MODEL)
    try:
        with closing(Versions(store.folder)) as kept:
            held = [v for v in kept.all_current() if v.jurisdiction == place]
        ids = [f"{v.law_id}#{v.section}@official" for v in held]
        return {p.section: p for p in await store.official(place, ids)}
    finally:
        store.close()


def versions(data: Path, citation: str) -> list[Version]:
    """Return the versions kept of a section."""
    store = ChromaStore(data / "chroma", MODEL)
    kept = Versions(store.folder)
    try:
        return kept.named(citation)
    finally:
        kept.close()
        store.close()


def state(data: Path) -> dict[str, tuple[str, str]]:
    """Return every row of the store: id to (document, metadata), for comparing two stores."""
    store = ChromaStore(data / "chroma", MODEL)
    try:
        found = {}
        for place in store.held_jurisdictions():
            rows = store._collection(place).get(include=["documents", "metadatas", "embeddings"])  # type: ignore[union-attr]
            for i, document, metadata, vector in zip(
                rows["ids"], rows["documents"], rows["metadatas"], rows["embeddings"], strict=True
            ):
                found[f"{place}/{i}"] = (
                    document,
                    f"{sorted(metadata.items())} {[round(float(x), 4) for x in vector[:4]]}",
                )
        return found
    finally:
        store.close()


def code(folder: Path, count: int = 20, name: str = "code.txt", mark: str = "", start: int = 1) -> Path:
    """Write a file of Minnesota sections 900.01, 900.02 … with real-looking text; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["Minnesota Statutes\n", "CHAPTER 900. PERSONAL DATA\n"]
    lines += [
        f"§ 900.{n:02}. Duty number {n}.\n\n(a) A controller shall keep record {n} of personal data{mark}.\n\n"
        f"(b) A consumer may ask for record {n} within {n + 30} days.\n"
        for n in range(start, start + count)
    ]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def main(arguments: list[str]) -> int:
    """Load as a process of its own, to be killed or (with --limit) to meet a full disk; 7 means refused with an error of ours."""
    limit = "--limit" in arguments
    data, *paths = (Path(a) for a in arguments if a != "--limit")
    embedding_model(MODEL)
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
    try:
        load(data, *paths)
    except (CorpusError, RetrievalError) as error:
        print("refused:", error)
        return 7
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
