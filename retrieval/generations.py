"""Which folder holds the live law: a load builds a copy beside it and swaps it in with one rename.

Inside the store's folder stand numbered folders ("g7"); the file `live` names the one in use. A process killed at
any moment leaves the old name standing, and a folder that the next load clears away. A store made before this
scheme lies in the store's folder itself; it is read there until the first load moves it.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from retrieval.errors import StoreUnavailable

POINTER = "live"
_GENERATION = re.compile(r"^g(\d+)$")
_DATABASES = (".sqlite3", ".sqlite")
_BESIDE_DATABASES = ("-wal", "-shm", "-journal")


def live_folder(base: Path) -> Path:
    """Return the folder in use for a store at `base`.

    Raises:
        StoreUnavailable: the folder that is named is not there, or the name cannot be read.
    """
    try:
        name = (base / POINTER).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return base
    except OSError as error:
        raise StoreUnavailable(f"cannot read {base / POINTER}: {error}") from error
    if not _GENERATION.match(name) or not (base / name).is_dir():
        raise StoreUnavailable(
            f"{base / POINTER} names {name!r}, which is not there; remove {base} and run `reggi load`"
        )
    return base / name


def _number(folder: Path) -> int:
    match = _GENERATION.match(folder.name)
    return int(match[1]) if match else 0


def _generations(base: Path) -> list[Path]:
    return (
        sorted((p for p in base.iterdir() if p.is_dir() and _number(p)), key=_number) if base.is_dir() else []
    )


def _own_files(folder: Path, base: Path) -> list[Path]:
    """Return what belongs to one generation: all of its folder, without the other generations where it is `base` itself."""
    skip = {base / POINTER, *(_generations(base) if folder == base else ())}
    top = (
        [p for p in sorted(folder.iterdir()) if p not in skip and not p.name.startswith(POINTER + ".")]
        if folder.is_dir()
        else []
    )
    return [q for p in top for q in ([p, *sorted(p.rglob("*"))] if p.is_dir() else [p])]


def copy_beside(base: Path) -> Path:
    """Return a new folder holding a copy of the live one; whatever earlier loads left unfinished is removed first.

    The caller holds the load lock. Databases are copied by SQLite itself, so that a reader does no harm.

    Raises:
        OSError, sqlite3.Error: the copy could not be made (a full disk); nothing live was touched.
    """
    live = live_folder(base)
    clear_unfinished(base)
    fresh = base / f"g{_number(live) + 1}"
    fresh.mkdir(parents=True)
    for path in _own_files(live, base):
        target = fresh / path.relative_to(live)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        elif path.suffix in _DATABASES:
            with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(target)) as new:
                old.backup(new)
        elif not path.name.endswith(_BESIDE_DATABASES):
            shutil.copy2(path, target)
    return fresh


def clear_unfinished(base: Path) -> None:
    """Remove folders newer than the live one: what a killed load left."""
    live = live_folder(base)
    for folder in _generations(base):
        if _number(folder) > _number(live):
            shutil.rmtree(folder)


def swap_in(base: Path, fresh: Path) -> None:
    """Make `fresh` the live folder. The one before is kept for processes that still read it; older ones are removed."""
    before = live_folder(base)
    partial = base / f"{POINTER}.part"
    with partial.open("w", encoding="utf-8") as out:
        out.write(fresh.name)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(base / POINTER)
    handle = os.open(base, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    for old in _generations(base):
        if old not in (before, fresh):
            shutil.rmtree(
                old, ignore_errors=True
            )  # a reader on another system may hold it: the next load tries again
    if before != base:
        for path in reversed(_own_files(base, base)):  # a store of the older scheme
            path.rmdir() if path.is_dir() else path.unlink()
