"""Load official text: read, compare with what is kept, embed only what changed, swap the result in at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from corpus_loader.archives import Found, files_in
from corpus_loader.changes import Change, Resting
from corpus_loader.check import Digest
from corpus_loader.codes import DigestIndex, code_of
from corpus_loader.documents import Selectors, Skip
from corpus_loader.embed_batches import Batches
from corpus_loader.errors import CorpusError, UnreadableFile
from corpus_loader.load import only_load
from corpus_loader.official import Placed, as_chunks, as_version, choose_current, place_sections
from corpus_loader.read_file import FileRead, read_file
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import WordLlamaEmbeddings
from retrieval.versions import Versions

_SHRUNK = 5
"""A file that held at least this many sections and now holds less than half of them is set aside: its layout changed."""


@dataclass(frozen=True, slots=True)
class Given:
    """One file to load. `root` is the path or site it belongs to: what a root no longer holds is removed.

    `jurisdiction` and `cite_as` ("Cal. Civ. Code") are what the person or the source row says; None is told from the file.
    """

    root: str
    name: str
    data: bytes = b""
    error: UnreadableFile | None = None
    jurisdiction: str | None = None
    cite_as: str | None = None
    url: str = ""
    selectors: Selectors = field(default_factory=Selectors)


OfficialProgress = Callable[[int, int, int, str], None]
"""Called after each file with bytes read, sections read, chunks embedded, and the file's name."""


@dataclass(frozen=True, slots=True)
class OfficialReport:
    """What a load of official text did: every file, section, chunk and skip is counted.

    `sections` were read; of these `unchanged`, `duplicates` (the same text again, from another file) and the lengths of
    `changes` of kind added and changed are what became of them; `other_days` are versions kept for earlier or later days,
    `set_aside` sections named in `skipped`. `left_out` counts what is no law, by kind.
    """

    files: int = 0
    files_unchanged: int = 0
    sections: int = 0
    chunks: int = 0
    unchanged: int = 0
    duplicates: int = 0
    other_days: int = 0
    set_aside: int = 0
    extra_keys: int = 0
    changes: tuple[Change, ...] = ()
    skipped: tuple[Skip, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    embed_seconds: float = 0.0
    seconds: float = 0.0
    by_file: tuple[tuple[str, str, int], ...] = ()
    """(file, format, sections) in the order read."""

    def count(self, kind: str) -> int:
        """Return how many sections were "added", "changed" or "removed"."""
        return sum(c.kind == kind for c in self.changes)


def given_paths(
    paths: Iterable[Path], jurisdiction: str | None = None, cite_as: str | None = None, url: str = ""
) -> Iterator[Given]:
    """Yield the files of paths (files, folders, archives), one at a time."""
    for path in paths:
        root = str(path.resolve())
        for found in files_in(path):
            yield _given(root, found, jurisdiction, cite_as, url)


def _given(root: str, found: Found, jurisdiction: str | None, cite_as: str | None, url: str) -> Given:
    return Given(root, found.name, found.data, found.error, jurisdiction, cite_as, url)


@cache
def _readers_hash() -> str:
    """Return a hash of the code that reads files: where it changed, an unchanged file is read again."""
    h = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        h.update(path.read_bytes())
    return h.hexdigest()[:16]


def load_official(
    store: ChromaStore,
    model: WordLlamaEmbeddings,
    data_dir: Path,
    files: Iterable[Given],
    digest: Digest,
    names: dict[str, str],
    today: dt.date,
    accept_removals: bool = False,
    progress: OfficialProgress | None = None,
) -> OfficialReport:
    """Bring the store to the official text of `files` and return what was done.

    `names` gives the name of a jurisdiction by code. A file that cannot be read is set aside and named; what the store
    held of it stays. What a root held and no longer holds is removed, but kept as a version.

    Raises:
        LoadInProgress: another load is at work.
        CorpusError, StoreUnavailable: the disk is full or broken; the store answers as before.
        StoreMismatch: the store was built with another embedding model.
    """
    began = time.perf_counter()
    with only_load(data_dir):
        for place in store.held_jurisdictions():
            store.holds_official(place)  # opens it: a store of another model is refused before any work
        try:
            with store.beside() as draft:
                versions = Versions(draft.folder)
                batches = Batches(draft, model)
                try:
                    load = _Load(draft, versions, batches, digest, names, today, accept_removals, progress)
                    for given in files:
                        load.take(given)
                    load.remove_what_is_gone()
                    batches.finish()
                    versions.commit()
                finally:
                    versions.close()
        except sqlite3.Error as error:
            raise CorpusError(f"cannot write the versions of official text: {error}") from error
    return load.report(time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What this load has taken as the current text of a section."""

    hash: str
    source: str
    in_force_from: dt.date | None
    words: bytes
    id: int


def _words_hash(text: str) -> bytes:
    """Return a short hash of a text: a load of 100,000 sections remembers what it saw without holding the texts."""
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


class _Load:
    """The state of one load while files come in."""

    def __init__(
        self, store: ChromaStore, versions: Versions, batches: Batches, digest: Digest, names: dict[str, str], today: dt.date,
        accept_removals: bool, progress: OfficialProgress | None,
    ) -> None:  # fmt: skip
        self._store, self._versions, self._batches = store, versions, batches
        self._index, self._resting = DigestIndex(digest.laws), Resting(digest)
        self._names, self._today, self._accept, self._progress = names, today, accept_removals, progress
        self._seen: dict[tuple[str, str, str], _Seen] = {}
        self._seen_ids: set[int] = set()
        self._roots: set[str] = set()
        self._kept: set[tuple[str, str]] = set()
        self._counts: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._changes: list[Change] = []
        self._skips: list[Skip] = []
        self._by_file: list[tuple[str, str, int]] = []

    def take(self, given: Given) -> None:
        """Load one file."""
        self._roots.add(given.root)
        self._counts["files"] += 1
        try:
            if given.error:
                raise given.error
            seal = hashlib.sha256(
                b"\0".join(
                    (
                        given.data,
                        _readers_hash().encode(),
                        str((given.jurisdiction, given.cite_as, given.selectors)).encode(),
                    )
                )
            ).hexdigest()
            before = self._versions.loaded_before(given.root, given.name, seal)
            if before is not None and not self._versions.due(given.root, given.name, self._today):
                self._same_again(given, before)
                return
            read = read_file(given.data, given.name, given.selectors)
            placed = self._placed(given, read)
            self._check_shrinking(given, placed)
        except UnreadableFile as error:
            self._skips.append(Skip(given.name, error.line, error.reason))
            self._kept.add((given.root, given.name))
            return
        self._by_file.append((given.name, read.format, len(read.sections)))
        self._counts["sections"] += len(read.sections)
        self._counts["extra"] += sum(len(p) for p in placed.values()) - len(read.sections)
        self._left.update(dict(read.left_out))
        self._skips.extend(read.skips)
        for versions in placed.values():
            self._keep(given, versions)
        self._versions.set_loaded(given.root, given.name, seal, len(read.sections))
        self._report(given)

    def _report(self, given: Given) -> None:
        self._counts["bytes"] += len(given.data)
        if self._progress:
            self._progress(
                self._counts["bytes"], self._counts["sections"], self._batches.embedded, given.name
            )

    def _same_again(self, given: Given, sections: int) -> None:
        """Count an unchanged file, of which nothing is read again."""
        for version in self._versions.current_of_file(given.root, given.name):
            self._seen_ids.add(version.id)
            words = _words_hash(version.text)
            self._seen[version.key] = _Seen(
                version.hash, given.name, version.in_force_from, words, version.id
            )
        self._counts["files_unchanged"] += 1
        self._counts["sections"] += sections
        self._counts["unchanged"] += sections
        self._report(given)

    def _placed(self, given: Given, read: FileRead) -> dict[tuple[str, str, str], list[Placed]]:
        jurisdiction, cite_as = given.jurisdiction or "", given.cite_as or ""
        if not all(s.citation and s.jurisdiction for s in read.sections) and not (jurisdiction and cite_as):
            code = code_of(read.opening, given.name, given.jurisdiction)
            jurisdiction, cite_as = jurisdiction or code.jurisdiction, cite_as or code.cite_as
        found: dict[tuple[str, str, str], list[Placed]] = {}
        for section in read.sections:
            for placed in place_sections(section, self._index, jurisdiction, cite_as, given.url):
                found.setdefault(placed.place.key, []).append(placed)
        if unknown := {key[0] for key in found} - set(self._names):
            raise UnreadableFile(f"unknown jurisdiction {sorted(unknown)}")
        return found

    def _check_shrinking(self, given: Given, placed: dict[tuple[str, str, str], list[Placed]]) -> None:
        held = self._versions.count_of_file(given.root, given.name)
        if held >= _SHRUNK and len(placed) * 2 < held and not self._accept:
            raise UnreadableFile(
                f"it held {held} sections and now gives {len(placed)}: the old ones are kept; if that is right, load with --accept-removals"
            )

    def _keep(self, given: Given, texts: list[Placed]) -> None:
        """Keep what one file says of one section: one text is current, the others are kept for other days or set aside."""
        current, others, unclear = choose_current(texts, self._today)
        self._counts["duplicates"] += len(texts) - 1 - len(others) - len(unclear)
        for placed in unclear:
            self._aside(
                placed,
                given,
                "another text of the same section in this file, without dates that tell them apart",
            )
        for placed in others:
            self._counts["other_days"] += 1
            self._beside(placed, given)
        key, section = current.place.key, current.section
        first = self._seen.get(key)
        if first is not None:
            later = section.in_force_from and (
                first.in_force_from is None or section.in_force_from > first.in_force_from
            )
            if first.hash == current.hash or (first.words == _words_hash(current.text) and not later):
                self._counts["duplicates"] += 1
            elif later:
                self._counts["other_days"] += 1
                self._batches.finish()  # the first text may still wait there
                self._versions.set_beside(first.id)
                self._store.remove_official(
                    key[0], [(f"{key[1]}#{key[2]}@official", self._versions.get(first.id).chunks)]
                )
                self._add(current, given)
            else:
                self._aside(
                    current,
                    given,
                    f"differs from the text in {first.source}, which is kept as the current one",
                )
            return
        held = self._versions.current_of(key)
        if held and held[1] == current.hash:
            self._seen_ids.add(held[0])
            self._seen[key] = _Seen(
                current.hash, given.name, section.in_force_from, _words_hash(current.text), held[0]
            )
            self._versions.set_source(held[0], given.root, given.name, current.url)
            self._counts["unchanged"] += 1
            return
        if held and held[3] != given.name and self._versions.known_beside(key, current.hash, given.name):
            self._counts["unchanged"] += 1
            return
        old = ""
        if held:
            before = self._versions.get(held[0])
            old = before.text
            since = section.in_force_from
            amended = since is not None and since > (before.in_force_from or dt.date.min)
            self._versions.end(held[0], since if since and amended else self._today)
            self._store.remove_official(key[0], [(f"{key[1]}#{key[2]}@official", held[2])])
        self._add(current, given)
        self._changes.append(
            Change(
                "changed" if held else "added", key, current.place.citation, section.heading, given.name,
                old, current.text if held else "", self._resting.on(key) if held else (),
            )
        )  # fmt: skip

    def _add(self, placed: Placed, given: Given) -> None:
        key = placed.place.key
        self._versions.forget_waiting(key, placed.hash)
        chunks = as_chunks(placed, self._names[key[0]], self._today)
        self._batches.add(chunks)
        self._counts["chunks"] += len(chunks)
        id = self._versions.add(as_version(placed, len(chunks), given.root, self._today, True))
        self._seen_ids.add(id)
        self._seen[key] = _Seen(
            placed.hash, given.name, placed.section.in_force_from, _words_hash(placed.text), id
        )

    def _beside(self, placed: Placed, given: Given) -> None:
        if not self._versions.known_beside(placed.place.key, placed.hash, given.name):
            self._versions.add(as_version(placed, 0, given.root, self._today, False))

    def _aside(self, placed: Placed, given: Given, reason: str) -> None:
        self._counts["aside"] += 1
        self._skips.append(
            Skip(placed.section.source, placed.section.line, f"{placed.place.citation}: {reason}")
        )
        self._beside(placed, given)

    def remove_what_is_gone(self) -> None:
        """Take out what the roots of this load held and hold no longer; files that were set aside keep what they had."""
        for root in sorted(self._roots):
            for id, source in list(self._versions.current_of_root(root)):
                if id in self._seen_ids or self._is_kept(root, source):
                    continue
                gone = self._versions.get(id)
                self._versions.end(id, self._today)
                self._store.remove_official(
                    gone.jurisdiction, [(f"{gone.law_id}#{gone.section}@official", gone.chunks)]
                )
                self._changes.append(
                    Change(
                        "removed",
                        gone.key,
                        gone.citation,
                        gone.heading,
                        source,
                        gone.text,
                        "",
                        self._resting.on(gone.key),
                    )
                )

    def _is_kept(self, root: str, source: str) -> bool:
        """Return whether the file of a section could not be read this time: itself, its archive, or the whole root."""
        archive = source.partition("!")[0]
        return any((root, name) in self._kept for name in (source, archive, source.partition("/")[0]))

    def report(self, seconds: float) -> OfficialReport:
        """Return what was done."""
        n = self._counts
        return OfficialReport(
            n["files"], n["files_unchanged"], n["sections"], n["chunks"], n["unchanged"], n["duplicates"], n["other_days"], n["aside"], n["extra"],
            tuple(self._changes), tuple(self._skips), tuple(sorted(self._left.items())), self._batches.embed_seconds, seconds, tuple(self._by_file),
        )  # fmt: skip
