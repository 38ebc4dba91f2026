"""Official text in the store: sections come back whole, searches give sections, swaps are atomic."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.errors import StoreUnavailable
from retrieval.generations import copy_beside, live_folder, swap_in
from retrieval.legal_citations import section_number
from retrieval.official_rows import OfficialChunk, record_of, row_id, section_id
from retrieval.record_rows import record_id
from retrieval.records import Passage
from retrieval.versions import Version, text_on
from tests.retrieval.law import LAW

MODEL = "wordllama-64"
DIGEST = next(p for p in LAW if isinstance(p, Passage) and p.jurisdiction == "MN")
PIECES = (
    "(a) A business shall tell people of a breach.\n",
    "(b) It shall do so within 30 days.\n",
    "(c) Bees make honey.",
)


def official(section: str = "61", pieces: tuple[str, ...] = PIECES) -> list[OfficialChunk]:
    passage = Passage(
        "MN", "official-law", "Minn. Stat.", section, f"Minn. Stat. § {section}", "Breach", "https://example.org/", "".join(pieces), "official",
        "statute", "both", (), None, None, dt.date(2026, 11, 21), "statute_text",
    )  # fmt: skip
    return [OfficialChunk(passage, n, text, f"Minnesota | § {section}") for n, text in enumerate(pieces)]


def write(store: ChromaStore, chunks: list[OfficialChunk]) -> None:
    store.write_official(
        "MN", list(zip(chunks, embedding_model(MODEL).embed([c.embedded for c in chunks]), strict=True))
    )


async def test_a_section_comes_back_whole_beside_the_digest(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path / "chroma", MODEL)
    store.write("MN", [(DIGEST, "f", DIGEST.text, embedding_model(MODEL).embed([DIGEST.text])[0].tolist())])
    write(store, official())
    apart = official()[0].passage
    assert (await store.everything("MN"))[0] == (
        DIGEST,
    )  # a whole code is not read to answer from the digest
    assert await store.official("MN", [section_id(apart)]) == (apart,)
    assert await store.numbered("MN", [section_number(apart.citation)]) == (apart,)
    assert await store.numbered("MN", ["999.1"]) == ()
    assert await store.official("GU", [section_id(apart)]) == ()
    assert store.fingerprints("MN") == {
        record_id(DIGEST): "f"
    }  # official rows are no business of the digest's
    store.close()


@pytest.mark.parametrize("count", [1, 16, 17, 40])
async def test_a_long_section_comes_back_whole_beside_a_short_one(tmp_path: Path, count: int) -> None:
    store = ChromaStore(tmp_path / "chroma", MODEL)
    long = official("62", tuple(f"({n}) Part {n} of a long section.\n" for n in range(count)))
    write(store, [*official(), *long])
    found = await store.official(
        "MN", [section_id(long[0].passage), section_id(official()[0].passage), "none"]
    )
    assert {p.section: p.text for p in found} == {"61": "".join(PIECES), "62": long[0].passage.text}
    store.close()


async def test_a_search_gives_each_section_once_with_its_nearest_chunk(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path / "chroma", MODEL)
    write(
        store, [*official("61"), *official("62", ("Nothing alike.",)), *official("63", ("Taxes on land.",))]
    )
    found = await store.nearest("MN", embedding_model(MODEL).embed_query("Bees make honey."), 3)
    assert found[0][0] == "official-law#61@official"
    assert len({i for i, _ in found}) == 3
    store.remove_official("MN", [("official-law#61@official", 3)])
    left = await store.numbered("MN", ["61", "62", "63"])
    assert [p.section for p in left] == ["62", "63"]
    store.close()


@pytest.mark.parametrize(
    ("row", "record"),
    [
        ("law#1@official", "law#1@official"),
        ("law#1@official~12", "law#1@official"),
        ("law#1", "law#1"),
        ("law#1~2", "law#1~2"),
        ("position#x", "position#x"),
    ],
)
def test_a_row_stands_for_its_record(row: str, record: str) -> None:
    assert record_of(row) == record
    assert record_of(row_id(official("1~ab")[2])) == "official-law#1~ab@official"


def test_a_failed_block_leaves_the_store_and_its_remains_are_cleared(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path / "chroma", MODEL)
    with store.beside() as draft:
        write(draft, official())
    before = store.folder
    with pytest.raises(RuntimeError, match="on purpose"), store.beside() as draft:
        write(draft, official("62"))
        raise RuntimeError("on purpose")
    assert store.folder == before == live_folder(tmp_path / "chroma")
    assert store.holds_official("MN")
    with store.beside():
        pass
    assert len(list((tmp_path / "chroma").glob("g*"))) == 2
    store.close()


def test_a_store_of_the_older_scheme_is_moved(tmp_path: Path) -> None:
    base = tmp_path / "chroma"
    base.mkdir()
    (base / "chroma.sqlite3").write_bytes(b"")
    (base / "index").mkdir()
    (base / "index" / "data.bin").write_bytes(b"x")
    swap_in(base, copy_beside(base))
    assert (live_folder(base) / "index" / "data.bin").read_bytes() == b"x"
    swap_in(base, copy_beside(base))
    assert sorted(p.name for p in base.iterdir()) == ["g1", "g2", "live"]


def test_a_name_that_leads_nowhere_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("../elsewhere", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="which is not there"):
        live_folder(tmp_path)


def version(
    number: int,
    text: str,
    first: dt.date | None = None,
    last: dt.date | None = None,
    ended: dt.date | None = None,
) -> Version:
    day = dt.date(2026, 1, number)
    return Version(
        "MN",
        "l",
        "1",
        "c",
        "h",
        text,
        "",
        "",
        "s",
        "r",
        text,
        1,
        first,
        last,
        day,
        ended,
        ended is None,
        id=number,
    )


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (dt.date(2020, 1, 1), "old"),
        (dt.date(2026, 1, 4), "old"),
        (dt.date(2026, 1, 5), "new"),
        (dt.date(2030, 1, 1), "new"),
    ],
)
def test_the_text_of_a_day_without_dates_of_its_own(day: dt.date, text: str) -> None:
    kept = [version(5, "new"), version(1, "old", ended=dt.date(2026, 1, 5))]
    held = text_on(kept, day)
    assert held is not None
    assert held.text == text


@pytest.mark.parametrize(
    ("day", "text"),
    [(dt.date(2025, 12, 31), "until"), (dt.date(2026, 1, 1), "from"), (dt.date(2027, 1, 1), "from")],
)
def test_the_text_of_a_day_with_dates(day: dt.date, text: str) -> None:
    kept = [version(1, "from", first=dt.date(2026, 1, 1)), version(2, "until", last=dt.date(2025, 12, 31))]
    held = text_on(kept, day)
    assert held is not None
    assert held.text == text


@pytest.mark.parametrize(("day", "text"), [(dt.date(2026, 1, 4), "old"), (dt.date(2026, 1, 5), "new")])
def test_a_page_in_other_words_without_a_new_date_counts_from_its_load(day: dt.date, text: str) -> None:
    since = dt.date(2025, 1, 1)
    held = text_on(
        [version(1, "old", first=since, ended=dt.date(2026, 1, 5)), version(5, "new", first=since)], day
    )
    assert held is not None
    assert held.text == text
