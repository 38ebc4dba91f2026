"""Every version of official text that was ever loaded, in an SQLite file that is copied and swapped with the store.

What is searched is the current text, in Chroma; what a section said on an earlier day is read from here.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Key = tuple[str, str, str]
FILE = "versions.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS version (
    id INTEGER PRIMARY KEY, jurisdiction TEXT NOT NULL, law_id TEXT NOT NULL, section TEXT NOT NULL, citation TEXT NOT NULL,
    heading TEXT NOT NULL, text TEXT NOT NULL, history TEXT NOT NULL, url TEXT NOT NULL, source TEXT NOT NULL, root TEXT NOT NULL,
    hash TEXT NOT NULL, chunks INTEGER NOT NULL, in_force_from TEXT, in_force_to TEXT, loaded_on TEXT NOT NULL, ended_on TEXT,
    current INTEGER NOT NULL, path TEXT NOT NULL, refs TEXT NOT NULL, law TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS version_key ON version (jurisdiction, law_id, section);
CREATE INDEX IF NOT EXISTS version_file ON version (root, source, current);
CREATE TABLE IF NOT EXISTS file (root TEXT NOT NULL, source TEXT NOT NULL, hash TEXT NOT NULL, sections INTEGER NOT NULL, PRIMARY KEY (root, source));
"""
_FIELDS = (
    "jurisdiction", "law_id", "section", "citation", "heading", "text", "history", "url", "source", "root", "hash", "chunks",
    "in_force_from", "in_force_to", "loaded_on", "ended_on", "current", "path", "refs", "law",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One text of one section. `in_force_from`/`_to` are what the source says; `loaded_on` the day we first saw it,
    `ended_on` the day on which a load found another text, or none. `current` is what the store searches.
    """

    jurisdiction: str
    law_id: str
    section: str
    citation: str
    heading: str
    text: str
    history: str
    url: str
    source: str
    root: str
    hash: str
    chunks: int
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    loaded_on: dt.date
    ended_on: dt.date | None = None
    current: bool = True
    path: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    law: str = ""
    id: int = 0

    @property
    def key(self) -> Key:
        return (self.jurisdiction, self.law_id, self.section)


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


class Versions:
    """The versions kept in one folder. Not for several threads at once; readers open their own."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / FILE)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Commit and close."""
        self._db.commit()
        self._db.close()

    def commit(self) -> None:
        """Write what was added."""
        self._db.commit()

    @staticmethod
    def _read(row: sqlite3.Row) -> Version:
        f: dict[str, Any] = dict(row)
        return Version(
            **{
                **f,
                **{name: _day(f[name]) for name in ("in_force_from", "in_force_to", "loaded_on", "ended_on")},
                "current": bool(f["current"]),
                "path": tuple(json.loads(f["path"])),
                "refs": tuple(json.loads(f["refs"])),
            }
        )

    def add(self, version: Version) -> int:
        """Keep a version and return its id."""
        values: list[Any] = []
        for name in _FIELDS:
            value = getattr(version, name)
            values.append(
                value.isoformat()
                if isinstance(value, dt.date)
                else json.dumps(value)
                if isinstance(value, tuple)
                else value
            )
        marks = ", ".join("?" * len(_FIELDS))
        cursor = self._db.execute(f"INSERT INTO version ({', '.join(_FIELDS)}) VALUES ({marks})", values)  # noqa: S608 - names of ours
        return int(cursor.lastrowid or 0)

    def of_key(self, key: Key) -> list[Version]:
        """Return the versions of one section, the newest load first, the current one before all."""
        rows = self._db.execute(
            "SELECT * FROM version WHERE jurisdiction = ? AND law_id = ? AND section = ? ORDER BY current DESC, id DESC",
            key,
        )
        return [self._read(row) for row in rows]

    def current_of(self, key: Key) -> tuple[int, str, int, str] | None:
        """Return (id, hash, chunks, source) of a section's current version, or None."""
        row = self._db.execute(
            "SELECT id, hash, chunks, source FROM version WHERE jurisdiction = ? AND law_id = ? AND section = ? AND current = 1",
            key,
        ).fetchone()
        return (row["id"], row["hash"], row["chunks"], row["source"]) if row else None

    def known_beside(self, key: Key, text_hash: str, source: str) -> bool:
        """Return whether a file gave this text of a section before and it was kept beside the current one."""
        found = self._db.execute(
            "SELECT 1 FROM version WHERE jurisdiction = ? AND law_id = ? AND section = ? AND hash = ? AND source = ? AND current = 0 AND ended_on IS NULL",
            (*key, text_hash, source),
        ).fetchone()
        return found is not None

    def set_beside(self, id: int) -> None:
        """Keep a version beside the current one: a source shows it, and another source shows a later text."""
        self._db.execute("UPDATE version SET current = 0 WHERE id = ?", (id,))

    def due(self, root: str, source: str, day: dt.date) -> bool:
        """Return whether the calendar has changed what is current in a file: a version began, or the current one ended."""
        row = self._db.execute(
            "SELECT 1 FROM version WHERE root = ? AND source = ? AND ended_on IS NULL AND "
            "((current = 0 AND in_force_from <= ? AND coalesce(in_force_to, '9999') >= ? AND loaded_on < in_force_from) OR (current = 1 AND in_force_to < ?))",
            (root, source, day.isoformat(), day.isoformat(), day.isoformat()),
        ).fetchone()
        return row is not None

    def forget_waiting(self, key: Key, text_hash: str) -> None:
        """Take out a version that waited for its day, because it is about to be kept as the current one."""
        self._db.execute(
            "DELETE FROM version WHERE jurisdiction = ? AND law_id = ? AND section = ? AND hash = ? AND current = 0 AND ended_on IS NULL",
            (*key, text_hash),
        )

    def get(self, id: int) -> Version:
        """Return one version."""
        return self._read(self._db.execute("SELECT * FROM version WHERE id = ?", (id,)).fetchone())

    def end(self, id: int, day: dt.date) -> None:
        """Say that a version is no longer what its source shows; it stays for questions about earlier days."""
        self._db.execute("UPDATE version SET current = 0, ended_on = ? WHERE id = ?", (day.isoformat(), id))

    def set_source(self, id: int, root: str, source: str, url: str) -> None:
        """Say where an unchanged version was seen last."""
        self._db.execute(
            "UPDATE version SET root = ?, source = ?, url = ? WHERE id = ?", (root, source, url, id)
        )

    def current_of_root(self, root: str) -> Iterator[tuple[int, str]]:
        """Yield (id, source) of the current versions that came from one path or site."""
        rows = self._db.execute(
            "SELECT id, source FROM version WHERE current = 1 AND root = ?", (root,)
        ).fetchall()
        yield from ((row["id"], row["source"]) for row in rows)

    def current_of_file(self, root: str, source: str) -> list[Version]:
        """Return the current versions that one file gave."""
        rows = self._db.execute(
            "SELECT * FROM version WHERE root = ? AND source = ? AND current = 1", (root, source)
        )
        return [self._read(row) for row in rows]

    def count_of_file(self, root: str, source: str) -> int:
        """Return how many current versions one file gave."""
        row = self._db.execute(
            "SELECT count(*) FROM version WHERE root = ? AND source = ? AND current = 1", (root, source)
        ).fetchone()
        return int(row[0])

    def all_current(self) -> Iterator[Version]:
        """Yield every current version, a few at a time."""
        ids = [row["id"] for row in self._db.execute("SELECT id FROM version WHERE current = 1 ORDER BY id")]
        for id in ids:
            yield self.get(id)

    def count(self) -> int:
        """Return how many sections are current."""
        return int(self._db.execute("SELECT count(*) FROM version WHERE current = 1").fetchone()[0])

    def loaded_before(self, root: str, source: str, value: str) -> int | None:
        """Return how many sections a file gave when it was loaded with the same hash, or None."""
        row = self._db.execute(
            "SELECT sections FROM file WHERE root = ? AND source = ? AND hash = ?", (root, source, value)
        ).fetchone()
        return int(row["sections"]) if row else None

    def set_loaded(self, root: str, source: str, value: str, sections: int) -> None:
        """Remember a file that was loaded whole."""
        self._db.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", (root, source, value, sections))

    def named(self, citation: str) -> list[Version]:
        """Return the versions whose citation, number or key is what a person typed, the newest first."""
        wanted = _plain(citation)
        number = citation.rsplit("§", maxsplit=1)[-1].strip()
        rows = self._db.execute(
            "SELECT * FROM version WHERE section = ? OR citation LIKE ? ORDER BY current DESC, id DESC",
            (number, f"%{number}%"),
        )
        found = [self._read(row) for row in rows]
        exact = [
            v
            for v in found
            if wanted
            in (_plain(v.citation), _plain(f"{v.jurisdiction} {v.section}"), _plain("#".join(v.key[1:])))
        ]
        return exact or [v for v in found if v.section == number]


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z:-]+", "", text.lower().replace("–", "-"))


def text_on(versions: Iterable[Version], day: dt.date) -> Version | None:
    """Return the version of one section that held on a day, as far as its source and our loads can tell, or None.

    A version without any date of its own begins on the day it was first loaded, but the first one always did.
    """
    found: tuple[dt.date, Version] | None = None
    begun: set[dt.date | None] = set()
    for number, version in enumerate(sorted(versions, key=lambda v: v.id)):
        first = version.in_force_from or dt.date.min
        if (
            version.in_force_from in begun and not version.in_force_to
        ):  # the same law in other words: known from the load on
            first = version.loaded_on
        begun.add(version.in_force_from)
        ended = version.ended_on is not None and day >= version.ended_on and version.in_force_to is None
        if number and version.in_force_from is None and not version.in_force_to:
            first = version.loaded_on
        if (
            first <= day <= (version.in_force_to or dt.date.max)
            and not ended
            and (found is None or first >= found[0])
        ):
            found = (first, version)
    return found[1] if found else None


def read_versions(folder: Path, keys: Iterable[Key], day: dt.date) -> dict[Key, Version]:
    """Return the text of each section on a day, where one is kept; for answers about an earlier date."""
    if not (folder / FILE).exists():
        return {}
    with closing(Versions(folder)) as versions:
        return {key: held for key in keys if (held := text_on(versions.of_key(key), day))}
