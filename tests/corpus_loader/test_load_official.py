"""Loading official text: complete, only what changed, one at a time, and never half."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import filelock
import pytest

from corpus_loader.changes import side_by_side
from corpus_loader.check import read_digest
from corpus_loader.errors import CorpusError, LoadInProgress
from corpus_loader.load import load_digest
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.errors import StoreMismatch, StoreUnavailable
from retrieval.versions import text_on
from tests.corpus_loader.loading import DIGEST, MODEL, NAMES, TODAY, code, load, sections, state, versions

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, str(Path(__file__).with_name("loading.py"))]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
NEXT_WEEK = TODAY + dt.timedelta(days=7)


async def test_every_section_is_loaded_verbatim(tmp_path: Path) -> None:
    report = load(tmp_path / "data", code(tmp_path / "law"))
    assert (report.files, report.sections, report.count("added"), report.skipped) == (1, 20, 20, ())
    found = await sections(tmp_path / "data")
    assert len(found) == 20
    passage = found["900.07"]
    assert passage.text == (
        "(a) A controller shall keep record 7 of personal data.\n(b) A consumer may ask for record 7 within 37 days."
    )
    assert (passage.citation, passage.title, passage.text_kind) == (
        "Minn. Stat. § 900.07",
        "Duty number 7",
        "official",
    )


def test_everything_read_is_accounted_for(tmp_path: Path) -> None:
    law = code(tmp_path / "law")
    code(law, 3, "other.txt", " kept elsewhere", start=19)  # 19 and 20 again, in other words, and 21
    (law / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    r = load(tmp_path / "data", law)
    assert r.sections + r.extra_keys == r.unchanged + r.duplicates + r.other_days + r.set_aside + r.count(
        "added"
    ) + r.count("changed")
    assert (r.sections, r.count("added"), r.set_aside) == (23, 21, 2)
    assert any("broken.pdf" in str(s) for s in r.skipped)
    assert any(
        "differs from the text in law/code.txt" in str(s) and "law/other.txt" in str(s) for s in r.skipped
    )


def test_a_second_load_reads_and_embeds_nothing(tmp_path: Path) -> None:
    law = code(tmp_path / "law")
    load(tmp_path / "data", law)
    again = load(tmp_path / "data", law, today=NEXT_WEEK)
    assert (again.files_unchanged, again.unchanged, again.chunks, again.changes) == (1, 20, 0, ())


async def test_changes_are_shown_with_old_and_new_text(tmp_path: Path) -> None:
    law = code(tmp_path / "law")
    load(tmp_path / "data", law)
    path = law / "code.txt"
    text = path.read_text(encoding="utf-8").replace("within 37 days", "within 10 days")
    path.write_text(
        text[: text.index("§ 900.20.")] + "§ 900.21. New duty.\n\nA controller shall be fair.\n",
        encoding="utf-8",
    )
    report = load(tmp_path / "data", law, today=NEXT_WEEK)
    assert [(c.kind, c.citation) for c in report.changes] == [
        ("changed", "Minn. Stat. § 900.07"),
        ("added", "Minn. Stat. § 900.21"),
        ("removed", "Minn. Stat. § 900.20"),
    ]
    assert report.unchanged == 18
    assert report.chunks == 2
    ((old, mark, new),) = side_by_side(report.changes[0].old, report.changes[0].new)
    assert (mark, "within 37 days" in old, "within 10 days" in new) == ("|", True, True)
    found = await sections(tmp_path / "data")
    assert "900.20" not in found
    assert found["900.07"].text.endswith("within 10 days.")


def test_old_versions_answer_for_earlier_days(tmp_path: Path) -> None:
    law = code(tmp_path / "law")
    load(tmp_path / "data", law)
    code(law, mark=" and more")
    load(tmp_path / "data", law, today=NEXT_WEEK)
    kept = versions(tmp_path / "data", "Minn. Stat. § 900.07")
    assert [v.current for v in kept] == [True, False]
    before, after = text_on(kept, TODAY), text_on(kept, NEXT_WEEK)
    assert before is not None
    assert after is not None
    assert (" and more" in before.text, " and more" in after.text) == (False, True)


async def test_two_versions_in_one_file_are_told_apart_by_their_dates(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "fixtures" / "official" / "va_lis.html").read_bytes()
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "va.html").write_bytes(page)
    report = load(tmp_path / "data", tmp_path / "law", today=dt.date(2025, 6, 1))
    assert report.other_days == 1
    key = "Va. Code Ann. § 59.1-575"
    kept = versions(tmp_path / "data", key)
    assert len(kept) == 2
    early, late = text_on(kept, dt.date(2025, 6, 1)), text_on(kept, dt.date(2026, 6, 1))
    assert early is not None
    assert late is not None
    assert "until" in early.heading
    assert "until" not in late.heading
    assert "until" in (await sections(tmp_path / "data", "VA"))["59.1-575"].title
    # the file is the same next year, but the calendar is not
    report = load(tmp_path / "data", tmp_path / "law", today=dt.date(2026, 6, 1))
    assert [c.kind for c in report.changes] == ["changed"]
    assert "until" not in (await sections(tmp_path / "data", "VA"))["59.1-575"].title


async def test_a_section_of_the_digest_keeps_its_key_and_its_statements_are_named(tmp_path: Path) -> None:
    law = tmp_path / "law"
    law.mkdir()
    text = "Minnesota Statutes\n\n§ 325M.12. Scope.\n\nThis chapter applies to persons.\n\n§ 325M.13. Other.\n\nOther words.\n"
    (law / "mn.txt").write_text(text, encoding="utf-8")
    load(tmp_path / "data", law)
    digest = read_digest(DIGEST)
    known = next(p for each in digest.laws for p in each.sections if p.section == "325M.12")
    found = await sections(tmp_path / "data")
    assert found["325M.12"].key == known.key
    assert (found["325M.12"].law, found["325M.12"].topics) == (known.law, known.topics)
    (law / "mn.txt").write_text(text.replace("to persons", "to every person"), encoding="utf-8")
    report = load(tmp_path / "data", law, today=NEXT_WEEK)
    (change,) = report.changes
    assert len(change.rests) >= len(known.statements)
    assert any(known.statements[0].text in said for said in change.rests)


def test_official_text_and_digest_do_not_remove_each_other(tmp_path: Path) -> None:
    names = {k: (v, "https://example.org/") for k, v in NAMES.items()}
    load(tmp_path / "data", code(tmp_path / "law"))
    store = ChromaStore(tmp_path / "data" / "chroma", MODEL)
    load_digest(store, embedding_model(MODEL), tmp_path / "data", names, root=DIGEST)
    rows = state(tmp_path / "data")
    assert sum("@official" in i for i in rows) == 20
    digest_rows = {i for i in rows if "@official" not in i}
    assert digest_rows
    shutil.rmtree(tmp_path / "law")
    (tmp_path / "law").mkdir()
    code(tmp_path / "law", 12)
    load(tmp_path / "data", tmp_path / "law")
    assert {i for i in state(tmp_path / "data") if "@official" not in i} == digest_rows
    # a rebuild embeds the official text anew from the versions kept
    before = {i: v for i, v in state(tmp_path / "data").items() if "@official" in i}
    load_digest(store, embedding_model(MODEL), tmp_path / "data", names, root=DIGEST, rebuild=True)
    store.close()
    assert {i: v for i, v in state(tmp_path / "data").items() if "@official" in i} == before


def test_a_file_that_shrinks_is_set_aside_until_accepted(tmp_path: Path) -> None:
    law = code(tmp_path / "law")
    load(tmp_path / "data", law)
    code(law, 4)
    report = load(tmp_path / "data", law)
    assert report.changes == ()
    assert "it held 20 sections and now gives 4" in str(report.skipped[0])
    assert load(tmp_path / "data", law, accept=True).count("removed") == 16


def test_a_file_that_cannot_be_read_this_time_loses_nothing(tmp_path: Path) -> None:
    law = code(tmp_path / "law")
    shutil.make_archive(str(tmp_path / "law" / "more"), "zip", code(tmp_path / "other", 5, start=50))
    assert load(tmp_path / "data", law).count("added") == 25
    (law / "code.txt").write_bytes(b"")
    (law / "more.zip").write_bytes(b"PK\x03\x04 broken")
    report = load(tmp_path / "data", law)
    assert report.count("removed") == 0
    assert len(report.skipped) == 2
    shutil.rmtree(law)
    assert load(tmp_path / "data", law).count("removed") == 0


def test_what_is_not_told_by_the_file_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(
        "§ 1.1. Scope.\n\nA person shall comply.\n\n§ 1.2. More.\n\nA person shall.\n", encoding="utf-8"
    )
    report = load(tmp_path / "data", tmp_path / "x.txt")
    assert "say --jurisdiction and --code" in str(report.skipped[0])


def test_two_loads_at_a_time_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (
        filelock.FileLock(tmp_path / "data" / "load.lock"),
        pytest.raises(LoadInProgress, match="another load"),
    ):
        load(tmp_path / "data", code(tmp_path / "law"))


def test_another_model_is_refused(tmp_path: Path) -> None:
    load(tmp_path / "data", code(tmp_path / "law"))
    with pytest.raises(StoreMismatch, match="wordllama-64"):
        load(tmp_path / "data", code(tmp_path / "law", 21), model="wordllama-128")


def test_an_open_store_reads_the_new_text_after_a_swap(tmp_path: Path) -> None:
    load(tmp_path / "data", code(tmp_path / "law", 5))
    reader = ChromaStore(tmp_path / "data" / "chroma", MODEL)
    before = reader.folder
    assert len(state(tmp_path / "data")) == 5
    load(tmp_path / "data", code(tmp_path / "law", 6))
    assert reader.refresh()
    assert reader.folder != before
    assert not reader.refresh()
    assert reader.holds_official("MN")
    reader.close()


def run(*arguments: Path | str) -> subprocess.CompletedProcess[str]:
    """Load in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def test_a_full_disk_leaves_the_old_text(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: SQLite and Chroma meet it in the middle of writing."""
    law = code(tmp_path / "law", 5)
    load(tmp_path / "data", law)
    before = state(tmp_path / "data")
    code(law, 90)
    done = run(tmp_path / "data", law, "--limit")
    assert done.returncode == 7, done.stderr[-2000:]
    assert "refused" in done.stdout
    assert state(tmp_path / "data") == before


def test_killed_at_any_moment_the_old_text_stands_and_the_next_load_completes(tmp_path: Path) -> None:
    """kill -9 at 20 random moments of a load; each time the store answers whole, old or new, and the end is the same."""
    law = code(tmp_path / "law", 30)
    load(tmp_path / "data", law)
    old = state(tmp_path / "data")
    code(law, 99, mark=" in full")
    shutil.copytree(tmp_path / "data", tmp_path / "whole")
    began = time.monotonic()
    assert run(tmp_path / "whole", law).returncode == 0
    length = time.monotonic() - began
    new = state(tmp_path / "whole")
    assert new != old
    chance = random.Random(7)  # noqa: S311 - moments to kill at, no secret
    killed = 0
    for _ in range(20):
        process = subprocess.Popen([*COMMAND, str(tmp_path / "data"), str(law)], env=ENVIRONMENT)
        time.sleep(length * chance.uniform(0.3, 1.0))
        killed += process.poll() is None
        process.kill()
        process.wait()
        assert state(tmp_path / "data") in (old, new)
    load(tmp_path / "data", law)
    assert state(tmp_path / "data") == new
    assert killed >= 10
    assert len(list((tmp_path / "data" / "chroma").glob("g*"))) <= 2


def test_a_data_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises((CorpusError, StoreUnavailable), match="data"):
        load(tmp_path / "data", code(tmp_path / "law"))
