"""A backup of the data folder in one file, made while Reggi runs, and the way back.

The file is a tar archive: `manifest.json` with the sums of all files, then the files. Databases are copied by SQLite itself,
so that what is written meanwhile is either in it whole or not at all; a load is kept from swapping the law in until the copy
is made. A database elsewhere (`REGGI_DATABASE_URL`) has tools of its own (pg_dump) and is not in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.database import FILE
from bots.errors import BotError
from bots.start import STORE
from config.settings import Settings
from corpus_loader.errors import CorpusError
from corpus_loader.load import only_load
from retrieval.generations import POINTER, live_folder

MANIFEST = "manifest.json"
FORMAT = 1
_DATABASES = (".db", ".sqlite3", ".sqlite")
_LEFT_OUT = ("-wal", "-shm", "-journal", ".lock", ".part")
_CHUNK = 1 << 20


class BackupError(BotError):
    """A backup could not be made or read; says why and what to do."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was kept or brought back. `database`: conversations are among it, and not in a database elsewhere."""

    files: int
    size: int
    seconds: float
    database: bool


def back_up(settings: Settings, target: Path) -> BackupReport:
    """Write the data folder into `target`, readable by its owner alone; a file of that name gives way when all is written.

    Raises:
        BackupError: there is no data folder, a load is at work, or `target` cannot be written.
    """
    began, folder = time.monotonic(), settings.data_dir
    if not folder.is_dir():
        raise BackupError(f"There is no data folder {folder.resolve()}; nothing to keep.")
    try:
        with only_load(folder):
            files = _write(folder, target, settings.embedding)
    except CorpusError as error:
        raise BackupError(str(error)) from error
    return BackupReport(files, target.stat().st_size, time.monotonic() - began, settings.database_url is None)


def _write(folder: Path, target: Path, embedding: str) -> int:
    partial = target.with_name(target.name + ".part")
    sums: dict[str, str] = {}
    copies: list[tuple[str, Path]] = []
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with (
                os.fdopen(handle, "wb") as out,
                tarfile.open(fileobj=out, mode="w:gz", compresslevel=3) as archive,
            ):
                for path in _files(folder):
                    copy = _copy(path, Path(scratch) / str(len(copies)))
                    name = path.relative_to(folder).as_posix()
                    sums[name] = _sum(copy)
                    copies.append((name, copy))
                about = {
                    "format": FORMAT,
                    "made_at": int(time.time()),
                    "embedding": embedding,
                    "sha256": sums,
                }
                _add(archive, MANIFEST, json.dumps(about, indent=1).encode())
                for name, copy in copies:
                    archive.add(copy, arcname=f"data/{name}", filter=_plain)
        partial.replace(target)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        partial.unlink(missing_ok=True)
        raise BackupError(f"The backup could not be written to {target}: {error}") from error
    return len(sums)


def restore(settings: Settings, source: Path) -> BackupReport:
    """Bring the data folder back from `source`; it must be empty or not there, and Reggi must not run on it.

    Nothing is put into its place before everything was read and its sums were found right.

    Raises:
        BackupError: the folder holds something, or the file is no backup, damaged or incomplete.
    """
    began, folder = time.monotonic(), settings.data_dir.absolute()
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(
            f"The data folder {folder} is not empty. Move it away first, or set REGGI_DATA_DIR to a new folder."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch, tarfile.open(source) as archive:
            about = _manifest(archive)
            archive.extractall(scratch, filter="data")
            found = Path(scratch) / "data"
            for name, right in about["sha256"].items():
                path = found / name
                if not path.is_file() or _sum(path) != right:
                    raise BackupError(
                        f"{source} is damaged: {name} is not what was kept. Take another backup."
                    )
            if folder.exists():
                _move_into(found, folder)
            else:
                found.chmod(0o700)
                found.rename(folder)
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{source} cannot be read as a backup: {error}") from error
    names = about["sha256"]
    return BackupReport(len(names), source.stat().st_size, time.monotonic() - began, FILE in names)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what is worth keeping, sorted: all but locks, half-written files, and law that gave way to newer."""
    store = folder / STORE
    live = live_folder(store) if store.is_dir() else store
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink() or path.name.endswith(_LEFT_OUT):
            continue
        if store in path.parents and path != store / POINTER and live not in path.parents:
            continue
        yield path


def _copy(path: Path, target: Path) -> Path:
    """Return a copy that nothing writes to any more."""
    if path.suffix in _DATABASES:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    else:
        shutil.copyfile(path, target)
    return target


def _move_into(found: Path, folder: Path) -> None:
    """Fill a folder that is there already: a mounted volume cannot be replaced by another one."""
    for path in found.iterdir():
        shutil.move(path, folder / path.name)


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    stream = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
    if stream is None:
        raise BackupError("This file is no backup of Reggi: it does not begin with a manifest.")
    about: dict[str, Any] = json.loads(stream.read(64 * _CHUNK))
    if about.get("format") != FORMAT:
        raise BackupError(
            f"This backup is of format {about.get('format')}; this version reads format {FORMAT}."
        )
    return about


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), 0o600, int(time.time())
    archive.addfile(info, io.BytesIO(data))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
