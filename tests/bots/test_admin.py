"""/healthz, /readyz and /metrics: they tell the truth, and more than yes or no only to whom it may be told."""

from __future__ import annotations

import asyncio
import hmac
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from bots.conversations import open_conversations
from bots.health import Health, NotWorking
from bots.law_state import LawState
from bots.server import build_app
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from retrieval.record_rows import embedded_text
from retrieval.retriever import LawLibrary
from tests.bots.answers import FakeBrain, place_of
from tests.bots.conftest import running, settings_of
from tests.retrieval.law import passage

TOKEN = "a-token-of-the-keepers"
MODEL = "wordllama-64"


def filled(folder: Path) -> ChromaStore:
    store, model = ChromaStore(folder, MODEL), embedding_model(MODEL)
    record = passage("US", "coppa", "6501", ("children", "Operators must obtain consent of a parent."))
    store.write("US", [(record, "f", embedded_text(record), model.embed([embedded_text(record)])[0])])
    return store


@asynccontextmanager
async def server(folder: Path, store: ChromaStore, **values: Any) -> AsyncIterator[tuple[str, ClientSession]]:
    settings = settings_of(data_dir=folder, **values)
    library = LawLibrary(store, embedding_model(MODEL))
    async with open_conversations(settings) as conversations, ClientSession() as http:
        app = build_app(settings, FakeBrain(), conversations, place_of, library=library)
        async with running(app) as url:
            yield url, http


async def parts(url: str, http: ClientSession, **headers: str) -> tuple[int, dict[str, str]]:
    await asyncio.sleep(1.05)  # looks are shared for a second
    response = await http.get(f"{url}/readyz", headers=headers)
    return response.status, (await response.json())["parts"]


async def test_ready_with_law_and_database(tmp_path: Path) -> None:
    async with server(tmp_path, filled(tmp_path / "chroma")) as (url, http):
        assert await parts(url, http) == (200, {"database": "ok", "law": "ok", "inbox": "ok"})
        assert (await http.get(f"{url}/healthz")).status == 200


async def test_empty_corpus_is_not_ready_and_alive(tmp_path: Path) -> None:
    async with server(tmp_path, ChromaStore(tmp_path / "chroma", MODEL)) as (url, http):
        status, found = await parts(url, http)
        assert (status, found["database"]) == (503, "ok")
        assert "corpus is empty" in found["law"]
        assert (await http.get(f"{url}/healthz")).status == 200


async def test_store_that_goes_away_is_seen_though_the_law_is_still_in_memory(tmp_path: Path) -> None:
    store = filled(tmp_path / "chroma")
    async with server(tmp_path, store) as (url, http):
        assert (await parts(url, http))[0] == 200
        shutil.rmtree(tmp_path / "chroma")
        status, found = await parts(url, http)
        assert status == 503
        assert "gone" in found["law"]


async def test_store_that_cannot_be_searched_is_seen(tmp_path: Path) -> None:
    store = filled(tmp_path / "chroma")
    async with server(tmp_path, store) as (url, http):
        store.close()
        status, found = await parts(url, http)
        assert status == 503
        assert found["law"] != "ok"


async def test_database_that_goes_away_is_seen_though_a_connection_is_open(tmp_path: Path) -> None:
    async with server(tmp_path, filled(tmp_path / "chroma")) as (url, http):
        assert (await parts(url, http))[0] == 200
        for name in ("conversations.db", "conversations.db-wal", "conversations.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        status, found = await parts(url, http)
        assert (status, found["law"]) == (503, "ok")
        assert "database" in found["database"].lower()


async def test_part_that_hangs_is_not_waited_for() -> None:
    health = Health(seconds=0.05)
    health.watch("slow", asyncio.Event().wait)  # type: ignore[arg-type]
    assert await health.look() == {"slow": "no answer within 0.05 s"}


async def test_looks_are_shared_so_that_asking_makes_no_work() -> None:
    health, looks = Health(fresh=60), 0

    async def look() -> None:
        nonlocal looks
        looks += 1

    health.watch("part", look)
    await asyncio.gather(*(health.look() for _ in range(50)))
    assert looks == 1
    assert health.last() == {"part": 1.0}


async def test_what_breaks_in_any_way_is_not_ready() -> None:
    health = Health()

    async def broken() -> None:
        raise ZeroDivisionError("x")

    async def said() -> None:
        raise NotWorking("the disk is full")

    health.watch("one", broken)
    health.watch("two", said)
    assert await health.look() == {"one": "ZeroDivisionError: x", "two": "the disk is full"}
    assert health.last() == {"one": 0.0, "two": 0.0}


async def test_age_of_the_law_is_told_in_days(tmp_path: Path) -> None:
    import datetime as dt

    library = LawLibrary(filled(tmp_path), embedding_model(MODEL))
    reviewed = next(iter((await library.catalogue("US")).digest.values())).reviewed
    state = LawState(library, today=lambda: reviewed + dt.timedelta(days=40))
    assert state.ages() == {}
    await state.look()
    assert {name: days for name, days in state.ages().items() if name != "load"} == {
        "oldest_review": 40, "median_review": 40, "newest_review": 40,
    }  # fmt: skip
    assert 0 <= state.ages()["load"] < 1


FOREIGN = (
    {"Host": "reggi.example"},
    {"X-Forwarded-For": "203.0.113.7"},
    {"Forwarded": "for=203.0.113.7"},
    {"Via": "1.1 tunnel"},
    {"X-Real-IP": "203.0.113.7"},
)


async def test_metrics_are_for_this_machine(tmp_path: Path) -> None:
    async with server(tmp_path, filled(tmp_path / "chroma")) as (url, http):
        response = await http.get(f"{url}/metrics")
        assert response.status == 200
        text = await response.text()
        assert 'reggi_ready{part="law"} 1.0' in text
        assert 'reggi_corpus_age_days{of="median_review"}' in text
        assert text.endswith("# EOF\n")


async def test_metrics_are_off_for_everybody_else(tmp_path: Path) -> None:
    async with server(tmp_path, ChromaStore(tmp_path / "chroma", MODEL)) as (url, http):
        for headers in FOREIGN:
            response = await http.get(f"{url}/metrics", headers=headers)
            assert response.status == 403, headers
            assert "reggi_" not in await response.text()
            ready = await http.get(f"{url}/readyz", headers=headers)
            assert (ready.status, (await ready.json())["parts"]["law"]) == (503, "not working")


async def test_wrong_token_is_refused_even_on_this_machine(tmp_path: Path) -> None:
    wrong = (
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer ",
        "Bearer",
        f"Basic {TOKEN}",
        f"bearer{TOKEN}",
        "Bearer ü",
    )
    async with server(tmp_path, filled(tmp_path / "chroma"), admin_token=SecretStr(TOKEN)) as (url, http):
        for given in wrong:
            response = await http.get(f"{url}/metrics", headers={"Authorization": given})
            assert response.status == 401, given


async def test_token_opens_metrics_and_reasons_to_other_machines(tmp_path: Path) -> None:
    elsewhere = {"Host": "reggi.example", "Authorization": f"Bearer {TOKEN}"}
    async with server(tmp_path, ChromaStore(tmp_path / "chroma", MODEL), admin_token=SecretStr(TOKEN)) as (
        url,
        http,
    ):
        assert (await http.get(f"{url}/metrics", headers=elsewhere)).status == 200
        assert "corpus is empty" in (await parts(url, http, **elsewhere))[1]["law"]


async def test_without_a_token_in_the_settings_an_empty_one_opens_nothing(tmp_path: Path) -> None:
    async with server(tmp_path, filled(tmp_path / "chroma")) as (url, http):
        for given in ("Bearer ", "Bearer  ", "Bearer"):
            assert (await http.get(f"{url}/metrics", headers={"Authorization": given})).status == 401


async def test_tokens_are_compared_in_constant_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def watched(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    async with server(tmp_path, filled(tmp_path / "chroma"), admin_token=SecretStr(TOKEN)) as (url, http):
        await http.get(f"{url}/metrics", headers={"Authorization": "Bearer wrong"})
    assert (b"wrong", TOKEN.encode()) in compared


async def test_other_methods_are_not_offered(tmp_path: Path) -> None:
    async with server(tmp_path, filled(tmp_path / "chroma")) as (url, http):
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await http.post(url + path)).status == web.HTTPMethodNotAllowed.status_code
