"""Folders and archives: everything in them is read, attacks are refused, and one bad member does not stop the rest."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from corpus_loader import archives, read_file
from corpus_loader.archives import files_in
from corpus_loader.encodings import decode
from corpus_loader.errors import UnreadableFile, UnsafeArchive
from corpus_loader.read_file import read_document


def zipped(path: Path, members: dict[str, bytes], compress: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compress) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_files_of_folders_and_archives_are_found_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "law"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_bytes(b"b")
    (folder / "sub" / "a.txt").write_bytes(b"a")
    (folder / ".hidden").write_bytes(b"no")
    zipped(folder / "c.zip", {"x/1.txt": b"1", "2.txt": b"2"})
    tarred(folder / "d.tar.gz", [(tarfile.TarInfo("3.txt"), b"3")])
    assert [(f.name, f.data) for f in files_in(folder)] == [
        ("law/b.txt", b"b"),
        ("law/c.zip!x/1.txt", b"1"),
        ("law/c.zip!2.txt", b"2"),
        ("law/d.tar.gz!3.txt", b"3"),
        ("law/sub/a.txt", b"a"),
    ]


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/passwd", "a/../../evil.txt", "C:\\windows\\evil.txt", "..\\evil.txt"]
)
def test_an_archive_that_climbs_out_gives_nothing(tmp_path: Path, name: str) -> None:
    found = list(files_in(zipped(tmp_path / "a.zip", {"good.txt": b"good", name: b"evil"})))
    assert [type(f.error) for f in found] == [UnsafeArchive]
    assert "would leave its folder" in str(found[0].error)
    found = list(
        files_in(
            tarred(
                tmp_path / "a.tar.gz",
                [(tarfile.TarInfo("good.txt"), b"good"), (tarfile.TarInfo(name), b"evil")],
            )
        )
    )
    assert [type(f.error) for f in found] == [UnsafeArchive]


def test_links_and_devices_in_a_tar_are_not_followed(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device = tarfile.TarInfo("device")
    device.type = tarfile.CHRTYPE
    found = list(
        files_in(
            tarred(
                tmp_path / "a.tar.gz", [(link, b""), (device, b""), (tarfile.TarInfo("good.txt"), b"good")]
            )
        )
    )
    assert [bool(f.error) for f in found] == [True, True, False]


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (found,) = files_in(tmp_path / "law")
    assert found.error is not None
    assert found.data == b""


def test_a_bomb_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"bomb.txt": b"0" * 30_000_000, "good.txt": b"good"})
    bomb, good = files_in(path)
    assert isinstance(bomb.error, UnsafeArchive)
    assert good.data == b"good"


def test_an_archive_of_too_much_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ARCHIVE_FILES", 3)
    found = list(files_in(zipped(tmp_path / "many.zip", {f"{n}.txt": b"x" for n in range(5)})))
    assert [type(f.error) for f in found] == [UnsafeArchive]


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": b"words " * 1000, "b.txt": b"b"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[600:620] = b"\0" * 20
    path.write_bytes(data)
    first, second = files_in(path)
    assert "damaged" in str(first.error)
    assert second.data == b"b"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    (found,) = files_in(tmp_path / "nothing")
    assert "no such file" in str(found.error)


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><s><section><num>1</num><text>&b;</text></section></s>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><s><section><num>1</num><text>&x;</text></section></s>"""
PARAMETER = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY % p "<!ENTITY q 'x'>"> %p;]><s><section><num>1</num><text>&q;</text></section></s>"""


@pytest.mark.parametrize("data", [LAUGHS, OUTSIDE, PARAMETER])
def test_entities_that_expand_or_fetch_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="refused"):
        read_document(data, "x.xml")


def test_a_dtd_elsewhere_is_not_fetched() -> None:
    data = b'<?xml version="1.0"?><!DOCTYPE s SYSTEM "http://192.0.2.1/x.dtd"><s><section><num>1-1</num><text>Words.</text></section></s>'
    assert read_document(data, "x.xml").sections[0].text == "Words."


def test_an_endless_line_is_refused_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_file, "LINE_CHARS", 1_000)
    with pytest.raises(UnreadableFile, match="a line of 5,000 bytes") as caught:
        read_document(b"short\n" + b"x" * 5_000 + b"\nshort\n", "x.txt")
    assert caught.value.line == 2


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FILE_BYTES", 100)
    (tmp_path / "big.txt").write_bytes(b"x" * 200)
    (found,) = files_in(tmp_path / "big.txt")
    assert "at most 100" in str(found.error)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("§ 1 “Sale” — x".encode("windows-1252"), "§ 1 “Sale” — x", "windows-1252"),
        (b'<meta charset="iso-8859-1">\x93Sale\x94', '<meta charset="iso-8859-1">“Sale”', "windows-1252"),
        ("§ 1 “Sale”".encode(), "§ 1 “Sale”", "utf-8"),
        ("\ufeff§ 1".encode(), "§ 1", "utf-8-sig"),
        ("§ 1".encode("utf-16"), "§ 1", "utf-16"),
        (b"a\r\nb\rc", "a\nb\nc", "utf-8"),
        (
            b'<?xml version="1.0" encoding="no-such-thing"?><a/>',
            '<?xml version="1.0" encoding="no-such-thing"?><a/>',
            "utf-8",
        ),
    ],
)
def test_encodings(data: bytes, text: str, encoding: str) -> None:
    assert decode(data) == (text, encoding)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "neither text"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "docx"),
        (b"\0\1\2\3" * 100, "no text"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_document(data, "x")
