"""Load the embedded digest into the store; embed only what changed since the last load."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import filelock

from corpus_loader.check import Digest, read_digest
from corpus_loader.errors import CorpusError, LoadInProgress
from corpus_loader.read_digest import DIGEST, SURVEY_LAW, digest_files, survey_passage
from corpus_loader.restore import restore_official
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.record_rows import embedded_text, record_id, to_metadata
from retrieval.records import Passage, Position
from retrieval.topics import all_topics

Record = Passage | Position
Progress = Callable[[int, int, str], None]
"""Called with records done, records in all, and the jurisdiction at work."""

_STATE_FILE = "digest.json"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. `skipped` names file, line and reason of everything that was not loaded."""

    laws: int = 0
    sections: int = 0
    statements: int = 0
    positions: int = 0
    embedded: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: tuple[str, ...] = ()
    seconds: float = 0.0
    jurisdictions: tuple[str, ...] = field(default=())


@contextmanager
def only_load(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's load lock.

    Raises:
        LoadInProgress: another process holds it.
        CorpusError: the folder cannot be written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(data_dir / "load.lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise LoadInProgress(f"another load is at work in {data_dir}; wait for it or stop it") from error
    except OSError as error:
        raise CorpusError(f"cannot write to the data folder {data_dir}: {error.strerror or error}") from error


def digest_fingerprint(embedding: str, root: Path = DIGEST) -> str:
    """Return one hash over the digest's files, the code that reads them and the embedding model."""
    h = hashlib.sha256(embedding.encode())
    laws, positions = digest_files(root)
    code = [*sorted(Path(__file__).parent.glob("*.py")), Path(__file__).parents[1] / "retrieval" / "store.py"]
    for path in [*laws, *positions, *code]:
        h.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return h.hexdigest()


def is_loaded(data_dir: Path, embedding: str, root: Path = DIGEST) -> bool:
    """Return whether the store in `data_dir` holds exactly this digest."""
    path = data_dir / _STATE_FILE
    if not path.exists() or not (data_dir / "chroma").exists():
        return False
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # a state file cut short by a crash means: load again
        return False
    return bool(state.get("fingerprint") == digest_fingerprint(embedding, root))


def digest_records(digest: Digest, names: dict[str, tuple[str, str]]) -> dict[str, list[Record]]:
    """Return the records of a digest by jurisdiction; `names` gives (name, official code URL) by code."""
    records: dict[str, list[Record]] = {}
    for law in digest.laws:
        records.setdefault(law.jurisdiction, []).extend(law.sections)
    topics = all_topics()
    for file in digest.positions:
        name, url = names.get(file.jurisdiction, (file.jurisdiction, ""))
        own = records.setdefault(file.jurisdiction, [])
        for position in file.positions:
            own.append(position)
            if any(key[1] == SURVEY_LAW for s in position.statements for key in s.rests_on):
                topic = topics.get(position.topic)
                own.append(survey_passage(position, name, url, topic.name if topic else position.topic))
    return records


def load_digest(
    store: ChromaStore,
    model: WordLlamaEmbeddings,
    data_dir: Path,
    names: dict[str, tuple[str, str]],
    root: Path = DIGEST,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Bring the store to the state of the digest below `root` and return what was done.

    A broken file is skipped and named in the report; what the store held of it is then removed with it.

    Raises:
        LoadInProgress, CorpusError: see `only_load`.
        StoreMismatch: the store was built with another model and `rebuild` is False.
    """
    began = time.perf_counter()
    with only_load(data_dir):
        digest = read_digest(root)
        records = digest_records(digest, names)
        with store.beside() as draft:
            total, unchanged, removed = _bring_up(draft, model, records, rebuild, progress)
            if rebuild:
                restore_official(draft, model, digest, {code: name for code, (name, _) in names.items()})
        state = {"fingerprint": digest_fingerprint(model.name, root), "embedding": model.name}
        partial = data_dir / (_STATE_FILE + ".part")
        partial.write_text(json.dumps(state), encoding="utf-8")
        partial.replace(data_dir / _STATE_FILE)
    return LoadReport(
        laws=len(digest.laws),
        sections=sum(len(law.sections) for law in digest.laws),
        statements=sum(len(p.statements) for law in digest.laws for p in law.sections),
        positions=sum(len(f.positions) for f in digest.positions),
        embedded=total,
        unchanged=unchanged,
        removed=removed,
        skipped=tuple(str(f) for f in digest.broken),
        seconds=time.perf_counter() - began,
        jurisdictions=tuple(sorted(records)),
    )


def _bring_up(
    store: ChromaStore,
    model: WordLlamaEmbeddings,
    records: dict[str, list[Record]],
    rebuild: bool,
    progress: Progress | None,
) -> tuple[int, int, int]:
    """Bring a store to the digest's records, official text untouched; return how many were embedded, unchanged, removed."""
    if rebuild:
        store.drop()
    work: dict[str, list[tuple[Record, str]]] = {}
    stale: dict[str, list[str]] = {}
    unchanged = 0
    for place in {*records, *store.held_jurisdictions()}:
        own = records.get(place, [])
        held = store.fingerprints(place)
        fresh = [(r, _fingerprint(r)) for r in own]
        work[place] = [(r, f) for r, f in fresh if held.get(record_id(r)) != f]
        unchanged += len(own) - len(work[place])
        ids = {record_id(r) for r in own}
        stale[place] = [i for i in held if i not in ids]
    total = sum(len(rows) for rows in work.values())
    done = 0
    for place in sorted(work):
        rows = work[place]
        if rows:
            vectors = model.embed([embedded_text(r) for r, _ in rows])
            store.write(
                place, [(r, f, embedded_text(r), v) for (r, f), v in zip(rows, vectors.tolist(), strict=True)]
            )
        store.remove(place, stale[place])
        done += len(rows)
        if progress:
            progress(done, total, place)
    store.drop([p for p in store.held_jurisdictions() if p not in records and not store.holds_official(p)])
    return total, unchanged, sum(len(ids) for ids in stale.values())


def _fingerprint(record: Record) -> str:
    content = to_metadata(record, "")["record"] + embedded_text(record)
    return hashlib.sha256(content.encode()).hexdigest()[:24]
