"""A backup made while Reggi runs brings back conversations and law; what is damaged is not brought back at all."""

from __future__ import annotations

import asyncio
import io
import json
import os
import stat
import tarfile
import threading
from pathlib import Path

import pytest

from bots.backup import BackupError, back_up, restore
from bots.conversations import open_conversations
from bots.threads import Thread
from config.settings import Settings
from corpus_loader.load import only_load
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.record_rows import embedded_text
from tests.bots.conftest import settings_of
from tests.retrieval.law import passage

MODEL = "wordllama-64"
THREAD = Thread("slack", "T1", "C1:1")


def settings_in(folder: Path) -> Settings:
    return settings_of(data_dir=folder, embedding=MODEL)


def write_law(store: ChromaStore, *words: str) -> None:
    model = embedding_model(MODEL)
    records = [passage("MN", "mcdpa", f"325M.{n}", ("breach", text)) for n, text in enumerate(words)]
    store.write("MN", [(r, "f", embedded_text(r), model.embed([embedded_text(r)])[0]) for r in records])


async def fill(folder: Path) -> None:
    async with open_conversations(settings_in(folder)) as kept:
        await kept.remember(THREAD, "first question", 5)
    store = ChromaStore(folder / "chroma", MODEL)
    write_law(store, "old words")
    with only_load(folder), store.beside() as draft:
        write_law(draft, "old words", "new words")
    store.close()
    (folder / "digest.json").write_text("{}", encoding="utf-8")
    snapshot = folder / "snapshots" / "mn"
    snapshot.mkdir(parents=True)
    (snapshot / "page.html").write_bytes(b"<p>law</p>")


async def test_conversations_law_and_snapshots_come_back(tmp_path: Path) -> None:
    folder, target = tmp_path / "data", tmp_path / "kept.tar.gz"
    await fill(folder)
    report = back_up(settings_in(folder), target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = settings_in(tmp_path / "elsewhere" / "data")
    brought = restore(again, target)
    assert (brought.files, brought.database) == (report.files, True)
    async with open_conversations(again) as kept:
        assert await kept.remember(THREAD, "second question", 5) == ("first question",)
    store = ChromaStore(again.data_dir / "chroma", MODEL)
    passages, _ = await store.everything("MN")
    found = await store.nearest("MN", embedding_model(MODEL).embed_query("new words"), 2)
    store.close()
    assert {p.statements[0].text for p in passages} == {"old words", "new words"}
    assert len(found) == 2
    assert (again.data_dir / "snapshots" / "mn" / "page.html").read_bytes() == b"<p>law</p>"


async def test_law_that_gave_way_and_locks_are_left_out(tmp_path: Path) -> None:
    folder, target = tmp_path / "data", tmp_path / "kept.tar.gz"
    await fill(folder)
    back_up(settings_in(folder), target)
    with tarfile.open(target) as archive:
        names = archive.getnames()
    assert len({name.split("/")[2] for name in names if name.startswith("data/chroma/g")}) == 1
    assert not [name for name in names if name.endswith((".lock", "-wal", "-shm"))]


async def test_backup_while_questions_come_in_is_whole(tmp_path: Path) -> None:
    folder, target = tmp_path / "data", tmp_path / "kept.tar.gz"
    await fill(folder)
    written, stop = 0, asyncio.Event()

    async with open_conversations(settings_in(folder)) as kept:

        async def ask() -> None:
            nonlocal written
            while not stop.is_set():
                await kept.remember(Thread("slack", "T1", f"C{written}"), f"question {written}", 5)
                written += 1

        asking = asyncio.create_task(ask())
        while written < 20:  # noqa: ASYNC110 - waits for the other task, which sends no event
            await asyncio.sleep(0.01)
        before = written
        await asyncio.to_thread(back_up, settings_in(folder), target)
        stop.set()
        await asking
    again = settings_in(tmp_path / "again")
    restore(again, target)
    async with open_conversations(again) as kept:
        found = [await kept.remember(Thread("slack", "T1", f"C{n}"), "x", 5) for n in range(written)]
    assert found[:before] == [(f"question {n}",) for n in range(before)]
    assert all(one in ((), (f"question {n}",)) for n, one in enumerate(found))


async def test_load_under_way_is_not_copied(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    said: list[str] = []

    def try_it() -> None:
        try:
            back_up(settings_in(tmp_path / "data"), tmp_path / "kept.tar.gz")
        except BackupError as error:
            said.append(str(error))

    with only_load(tmp_path / "data"):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert "another load is at work" in said[0]
    assert [name for name in os.listdir(tmp_path) if name.startswith("kept")] == []  # noqa: PTH208


async def test_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    back_up(settings_in(tmp_path / "data"), tmp_path / "kept.tar.gz")
    before = sorted(p.name for p in (tmp_path / "data").rglob("*"))
    with pytest.raises(BackupError, match="not empty"):
        restore(settings_in(tmp_path / "data"), tmp_path / "kept.tar.gz")
    assert sorted(p.name for p in (tmp_path / "data").rglob("*")) == before


async def test_empty_folder_such_as_a_mounted_volume_is_filled(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    back_up(settings_in(tmp_path / "data"), tmp_path / "kept.tar.gz")
    (tmp_path / "volume").mkdir()
    restore(settings_in(tmp_path / "volume"), tmp_path / "kept.tar.gz")
    assert (tmp_path / "volume" / "conversations.db").is_file()


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.98])
async def test_backup_cut_short_brings_nothing_back(tmp_path: Path, cut: float) -> None:
    await fill(tmp_path / "data")
    target = tmp_path / "kept.tar.gz"
    back_up(settings_in(tmp_path / "data"), target)
    whole = target.read_bytes()
    target.write_bytes(whole[: int(len(whole) * cut)])
    with pytest.raises(BackupError):
        restore(settings_in(tmp_path / "again"), target)
    assert not (tmp_path / "again").exists()


def archive_of(path: Path, **files: bytes) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def test_what_is_no_backup_or_was_changed_brings_nothing_back(tmp_path: Path) -> None:
    def manifest(**values: object) -> bytes:
        return json.dumps({"format": 1, "sha256": {}} | values).encode()

    wrong = {
        "not a tar": None,
        "no manifest": {"data/x": b"x"},
        "another format": {"manifest.json": manifest(format=2)},
        "another sum": {"manifest.json": manifest(sha256={"x": "0" * 64}), "data/x": b"x"},
        "a file is missing": {"manifest.json": manifest(sha256={"y": "0" * 64}), "data/x": b"x"},
        "climbs out": {"manifest.json": manifest(), "data/../../out": b"x"},
        "absolute": {"manifest.json": manifest(), "/tmp/reggi-out": b"x"},  # noqa: S108 - must not be written
    }
    for number, (what, files) in enumerate(wrong.items()):
        path = tmp_path / f"{number}.tar.gz"
        if files is None:
            path.write_bytes(b"nothing")
        else:
            archive_of(path, **files)
        if what == "absolute":  # made relative by the reader, and of no sum: nothing of it stays outside
            continue
        with pytest.raises(BackupError):
            restore(settings_in(tmp_path / "again"), path)
        assert not (tmp_path / "again").exists(), what
    assert not (tmp_path / "out").exists()


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no data folder"):
        back_up(settings_in(tmp_path / "none"), tmp_path / "kept.tar.gz")


async def test_target_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    with pytest.raises(BackupError, match="could not be written"):
        back_up(settings_in(tmp_path / "data"), tmp_path / "no" / "such" / "folder" / "x.tar.gz")
