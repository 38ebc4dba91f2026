"""Pages as they were fetched: bodies kept by hash, with date, address and what the next request needs."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from corpus_loader.documents import Selectors
from corpus_loader.errors import CorpusError, UnreadableFile
from corpus_loader.load_official import Given
from corpus_loader.sources import Page

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, final_url TEXT NOT NULL, status INTEGER NOT NULL, hash TEXT NOT NULL, fetched_at TEXT NOT NULL,
    etag TEXT NOT NULL, last_modified TEXT NOT NULL, content_type TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS seen_url ON seen (url, id);
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One page as fetched. `hash` is the SHA-256 of its body, under which it is kept; `fetched_at` is UTC."""

    url: str
    final_url: str
    status: int
    hash: str
    fetched_at: dt.datetime
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one page: a snapshot (fresh, or the old one where the site said "not modified"), or an error."""

    page: Page
    snapshot: Snapshot | None
    fresh: bool = False
    error: str = ""


def _snapshot(row: tuple[str, str, int, str, str, str, str, str]) -> Snapshot:
    url, final_url, status, hash, fetched_at, etag, last_modified, content_type = row
    return Snapshot(
        url, final_url, status, hash, dt.datetime.fromisoformat(fetched_at), etag, last_modified, content_type
    )


class Snapshots:
    """The snapshots below a folder; also a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(folder / "index.sqlite")
            self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise CorpusError(f"cannot keep snapshots in {folder}: {error}") from error

    def __enter__(self) -> Snapshots:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _path(self, hash: str) -> Path:
        return self._folder / hash[:2] / hash

    def last(self, url: str) -> Snapshot | None:
        """Return the newest snapshot of an address whose body is still kept, or None."""
        row = self._db.execute(
            "SELECT url, final_url, status, hash, fetched_at, etag, last_modified, content_type FROM seen WHERE url = ? ORDER BY id DESC LIMIT 1",
            (url,),
        ).fetchone()
        if row is None or not self._path(row[3]).exists():
            return None
        return _snapshot(row)

    def all_of(self, url: str) -> list[Snapshot]:
        """Return every snapshot of an address, the newest first."""
        rows = self._db.execute(
            "SELECT url, final_url, status, hash, fetched_at, etag, last_modified, content_type FROM seen WHERE url = ? ORDER BY id DESC",
            (url,),
        ).fetchall()
        return [_snapshot(row) for row in rows]

    def keep(self, snapshot: Snapshot, body: bytes) -> None:
        """Keep a body and its entry; the body is there, whole, before the entry is."""
        path = self._path(snapshot.hash)
        try:
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                partial = path.with_suffix(".part")
                with partial.open("wb") as out:
                    out.write(body)
                    out.flush()
                    os.fsync(out.fileno())
                partial.replace(path)
            self.note(snapshot)
        except (OSError, sqlite3.Error) as error:
            raise CorpusError(f"cannot keep a snapshot of {snapshot.url}: {error}") from error

    def note(self, s: Snapshot) -> None:
        """Write an entry for a body that is kept already (the site said "not modified")."""
        with self._db:
            self._db.execute(
                "INSERT INTO seen (url, final_url, status, hash, fetched_at, etag, last_modified, content_type) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    s.url,
                    s.final_url,
                    s.status,
                    s.hash,
                    s.fetched_at.isoformat(),
                    s.etag,
                    s.last_modified,
                    s.content_type,
                ),
            )

    def body(self, snapshot: Snapshot) -> bytes:
        """Return the body of a snapshot.

        Raises:
            CorpusError: it is gone, or is not what was fetched.
        """
        try:
            data = self._path(snapshot.hash).read_bytes()
        except OSError as error:
            raise CorpusError(f"the snapshot of {snapshot.url} is gone: {error}") from error
        if hashlib.sha256(data).hexdigest() != snapshot.hash:
            raise CorpusError(
                f"the snapshot of {snapshot.url} is damaged: fetch it again after removing {self._path(snapshot.hash)}"
            )
        return data

    def given(self, fetched: Fetched) -> Given:
        """Return a fetched page as a file to load; a page that could not be fetched keeps what was loaded of it before."""
        page = fetched.page
        root = f"{page.jurisdiction}/{page.url}"
        if fetched.snapshot is None:
            return Given(root, page.url, error=UnreadableFile(fetched.error))
        selectors = page.site.selectors if page.site.format == "html" else Selectors()
        return Given(
            root,
            page.url,
            self.body(fetched.snapshot),
            None,
            page.jurisdiction,
            page.cite_as,
            page.url,
            selectors,
        )
