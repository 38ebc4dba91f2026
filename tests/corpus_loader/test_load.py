"""Loading the digest: complete, only what changed, one at a time, and refused for another model."""

from __future__ import annotations

import shutil
from pathlib import Path

import filelock
import pytest

from corpus_loader.errors import CorpusError, LoadInProgress
from corpus_loader.load import LoadReport, is_loaded, load_digest
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.errors import StoreMismatch, StoreUnavailable

FIXTURE = Path(__file__).parents[1] / "fixtures" / "digest"
NAMES = {"MN": ("Minnesota", "https://www.revisor.mn.gov/"), "US": ("federal", "https://uscode.house.gov/")}
MODEL = "wordllama-64"


@pytest.fixture
def digest(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "digest"))


def load(tmp_path: Path, digest: Path, model: str = MODEL, **options: bool) -> LoadReport:
    store = ChromaStore(tmp_path / "data" / "chroma", model)
    try:
        return load_digest(store, embedding_model(model), tmp_path / "data", NAMES, root=digest, **options)
    finally:
        store.close()


async def test_everything_is_loaded(tmp_path: Path, digest: Path) -> None:
    report = load(tmp_path, digest)
    assert (report.laws, report.sections, report.statements, report.positions) == (2, 3, 5, 2)
    assert report.embedded == 6  # 3 sections, 2 positions, 1 finding of absence
    store = ChromaStore(tmp_path / "data" / "chroma", MODEL)
    assert await store.jurisdictions() == ("MN", "US")
    passages, positions = await store.everything("MN")
    assert [p.citation for p in passages] == [
        "Minn. Stat. § 325M.12",
        "Minn. Stat. § 325M.20",
        "Minnesota code, searched 2026-11-21",
    ]
    assert [p.topic for p in positions] == ["applicability", "data-brokers"]
    store.close()


def test_a_second_load_embeds_nothing(tmp_path: Path, digest: Path) -> None:
    load(tmp_path, digest)
    assert is_loaded(tmp_path / "data", MODEL, digest)
    report = load(tmp_path, digest)
    assert (report.embedded, report.unchanged) == (0, 6)


def test_only_what_changed_is_embedded(tmp_path: Path, digest: Path) -> None:
    load(tmp_path, digest)
    law = digest / "us" / "can-spam-act.md"
    law.write_text(
        law.read_text(encoding="utf-8").replace("10 business days", "9 business days"), encoding="utf-8"
    )
    assert not is_loaded(tmp_path / "data", MODEL, digest)
    assert load(tmp_path, digest).embedded == 1


async def test_what_left_the_digest_leaves_the_store(tmp_path: Path, digest: Path) -> None:
    load(tmp_path, digest)
    (digest / "mn" / "positions.md").unlink()
    assert load(tmp_path, digest).removed == 3
    shutil.rmtree(digest / "us")
    load(tmp_path, digest)
    store = ChromaStore(tmp_path / "data" / "chroma", MODEL)
    assert await store.jurisdictions() == ("MN",)
    assert (await store.everything("MN"))[1] == ()
    store.close()


def test_a_broken_file_is_named_and_the_rest_loaded(tmp_path: Path, digest: Path) -> None:
    (digest / "us" / "broken.md").write_text("no front matter", encoding="utf-8")
    report = load(tmp_path, digest)
    assert report.embedded == 6
    assert len(report.skipped) == 1
    assert "broken.md:1" in report.skipped[0]


def test_another_model_is_refused_and_rebuilt_on_request(tmp_path: Path, digest: Path) -> None:
    load(tmp_path, digest)
    assert not is_loaded(tmp_path / "data", "wordllama-128", digest)
    with pytest.raises(StoreMismatch, match="reggi load --rebuild"):
        load(tmp_path, digest, "wordllama-128")
    assert load(tmp_path, digest, "wordllama-128", rebuild=True).embedded == 6


def test_two_loads_at_a_time_are_refused(tmp_path: Path, digest: Path) -> None:
    (tmp_path / "data").mkdir()
    with (
        filelock.FileLock(tmp_path / "data" / "load.lock"),
        pytest.raises(LoadInProgress, match="another load"),
    ):
        load(tmp_path, digest)


def test_a_data_folder_that_is_a_file_is_a_clear_error(tmp_path: Path, digest: Path) -> None:
    (tmp_path / "data").write_text("not a folder", encoding="utf-8")
    with pytest.raises((CorpusError, StoreUnavailable), match="data"):
        load(tmp_path, digest)


def test_a_broken_database_is_a_clear_error(tmp_path: Path, digest: Path) -> None:
    folder = tmp_path / "data" / "chroma"
    folder.mkdir(parents=True)
    (folder / "chroma.sqlite3").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreUnavailable, match="chroma"):
        load(tmp_path, digest)
