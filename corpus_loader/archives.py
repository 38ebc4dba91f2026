"""Files in folders, zip and tar archives, one at a time, with limits that stop bombs and escapes."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from corpus_loader.errors import UnreadableFile, UnsafeArchive

FILE_BYTES = 200_000_000
"""Largest file that is read; the largest title of the U.S. Code is about 100 MB of XML."""
ARCHIVE_BYTES = 4_000_000_000
ARCHIVE_FILES = 200_000
RATIO = 200
"""Bytes out for one byte in, above which a member is a bomb; statutes compress by 4 to 12."""
LINE_CHARS = 50_000_000
_CHUNK = 1 << 20
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True, slots=True)
class Found:
    """One file to read. `name` says where it came from ("ca.zip!civ/1798.html"); `error` is set instead of `data`."""

    name: str
    data: bytes = b""
    error: UnreadableFile | None = None


def check_zip(data: bytes) -> None:
    """Refuse a zip file (or DOCX) whose members unpack to more than an archive may.

    Raises:
        UnsafeArchive, UnreadableFile: a bomb, or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile(f"damaged archive: {error}") from error
    size = sum(m.file_size for m in members)
    if size > FILE_BYTES or size > RATIO * max(len(data), 1):
        raise UnsafeArchive(f"unpacks to {size:,} bytes from {len(data):,}: refused")


def _member_name(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise UnsafeArchive(f"member {name!r} would leave its folder: archive refused")
    return str(path)


def _limited(stream: IO[bytes] | None, size: int, packed: int, name: str) -> bytes:
    """Read a member, and stop at the limits whatever its header claims."""
    if size > FILE_BYTES:
        raise UnreadableFile(f"{size:,} bytes; at most {FILE_BYTES:,} are read")
    out = bytearray()
    while part := stream.read(_CHUNK) if stream else b"":
        out += part
        if len(out) > FILE_BYTES or (packed and len(out) > _CHUNK and len(out) > RATIO * packed):
            raise UnsafeArchive(f"{name} unpacks to more than {len(out):,} bytes from {packed:,}: refused")
    return bytes(out)


def _zip(path: Path) -> Iterator[Found]:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        names = [_member_name(m.filename) for m in members]
        if len(members) > ARCHIVE_FILES or sum(m.file_size for m in members) > ARCHIVE_BYTES:
            raise UnsafeArchive(
                f"{len(members):,} files, {sum(m.file_size for m in members):,} bytes: more than an archive may hold"
            )
        for member, name in zip(members, names, strict=True):
            where = f"{path.name}!{name}"
            if stat.S_ISLNK(member.external_attr >> 16):
                yield Found(where, error=UnsafeArchive("a link inside an archive is not followed"))
            elif member.flag_bits & 1:
                yield Found(where, error=UnreadableFile("encrypted"))
            else:
                try:
                    with archive.open(member) as stream:
                        yield Found(
                            where, _limited(stream, member.file_size, max(member.compress_size, 1), name)
                        )
                except UnreadableFile as error:
                    yield Found(where, error=error)
                except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
                    yield Found(where, error=UnreadableFile(f"damaged in the archive: {error}"))


def _check_tar(path: Path) -> None:
    packed, out, count = path.stat().st_size, 0, 0
    with tarfile.open(path) as archive:
        for member in archive:
            _member_name(member.name)
            count, out = count + 1, out + member.size
            if count > ARCHIVE_FILES or out > ARCHIVE_BYTES or (out > FILE_BYTES and out > RATIO * packed):
                raise UnsafeArchive(
                    f"{count:,} files, {out:,} bytes from {packed:,}: more than an archive may hold"
                )


def _tar(path: Path) -> Iterator[Found]:
    _check_tar(path)
    packed = path.stat().st_size
    with tarfile.open(path) as archive:
        for member in archive:
            where = f"{path.name}!{_member_name(member.name)}"
            if member.isdir():
                continue
            if not member.isfile():
                yield Found(where, error=UnsafeArchive("a link or device inside an archive is not followed"))
                continue
            stream = archive.extractfile(member)
            try:
                yield Found(where, _limited(stream, member.size, packed, member.name))
            except UnreadableFile as error:
                yield Found(where, error=error)


def is_archive(path: Path) -> bool:
    """Return whether a path is an archive by its content; a DOCX, a zip file too, is not."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" not in archive.namelist()
    return path.name.lower().endswith(_ARCHIVES[1:]) or (path.suffix == "" and tarfile.is_tarfile(path))


def files_in(path: Path) -> Iterator[Found]:
    """Yield the files of a file, folder or archive, sorted; hidden files and links out of the folder are left out.

    What cannot be read is yielded with its error: one bad member does not stop the rest, an unsafe archive is refused whole.
    """
    if path.is_dir():
        root = path.resolve()
        for inner in sorted(p for p in path.rglob("*") if p.is_file() or p.is_symlink()):
            name = f"{path.name}/{inner.relative_to(path).as_posix()}"
            if any(part.startswith(".") for part in inner.relative_to(path).parts):
                continue
            if not inner.resolve().is_relative_to(root):
                yield Found(name, error=UnsafeArchive("a link that leaves the folder is not followed"))
            elif inner.is_file():
                yield from _named(inner, name)
        return
    if not path.exists():
        yield Found(path.name, error=UnreadableFile(f"no such file or folder: {path}"))
        return
    yield from _named(path, path.name)


def _named(path: Path, name: str) -> Iterator[Found]:
    before = name[: len(name) - len(path.name)]
    try:
        if path.stat().st_size and is_archive(path):
            # names and sizes are judged before the first member is read: an archive that climbs out gives nothing
            for item in _zip(path) if zipfile.is_zipfile(path) else _tar(path):
                yield Found(before + item.name, item.data, item.error)
            return
        size = path.stat().st_size
        if size > FILE_BYTES:
            raise UnreadableFile(f"{size:,} bytes; at most {FILE_BYTES:,} are read")
        yield Found(name, path.read_bytes())
    except UnreadableFile as error:
        yield Found(name, error=error)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        yield Found(name, error=UnreadableFile(f"cannot be read: {error}"))
