"""Fetching from a site that behaves as real ones do: robots.txt, 304, 404, 429, redirects, slow, cut off, changed."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from corpus_loader.check import read_digest
from corpus_loader.documents import Selectors
from corpus_loader.errors import CorpusError, FetchError
from corpus_loader.fetch import PRODUCT, Manners, fetch_pages, retry_after
from corpus_loader.load_official import OfficialReport, load_official
from corpus_loader.snapshots import Fetched, Snapshots
from corpus_loader.sources import Page, Site
from retrieval.chroma_store import ChromaStore
from retrieval.embeddings import embedding_model
from tests.corpus_loader.loading import DIGEST, MODEL, NAMES, TODAY, sections

CONTACT = "counsel@example.org"
QUICK = Manners(pause=0.0, timeout=0.5, attempts=3, longest_wait=1.0, first_wait=0.02, fresh_for=0)


def page(number: str, words: str) -> str:
    return f"<html><head><title>Minnesota Statutes</title></head><body><nav>Home</nav><main><h1>§ {number} Duty.</h1><p>(a) A controller shall {words}.</p></main></body></html>"


@dataclass
class Law:
    """A site of law, and what was asked of it."""

    robots: str = "User-agent: *\nDisallow: /private/\n"
    robots_status: int = 200
    texts: dict[str, str] = field(default_factory=lambda: {"900.01": "be fair", "900.02": "be open"})
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    at: list[float] = field(default_factory=list)
    together: int = 0
    most_together: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    base: str = ""

    async def reply(self, request: web.Request) -> web.StreamResponse:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            return await self._reply(request)
        finally:
            self.together -= 1

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append(path)
        self.agents.add(request.headers.get("User-Agent", ""))
        self.at.append(asyncio.get_running_loop().time())
        kind, _, name = path.strip("/").partition("/")
        if path == "/robots.txt":
            return web.Response(text=self.robots, status=self.robots_status)
        if kind == "law":
            await asyncio.sleep(0.01)
            text = self.texts.get(name)
            if text is None:
                return web.Response(status=404, text="gone")
            tag = f'"{abs(hash(text))}"'
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304, headers={"ETag": tag})
            return web.Response(text=page(name, text), content_type="text/html", headers={"ETag": tag})
        if kind == "busy":
            self.failures[path] += 1
            if self.failures[path] < 3:
                return web.Response(status=429, headers={"Retry-After": "0"})
            return web.Response(text=page(name, "be patient"), content_type="text/html")
        if kind == "closed":
            return web.Response(status=503, headers={"Retry-After": "3600"})
        if kind == "broken":
            return web.Response(status=500)
        if kind == "moved":
            return web.HTTPFound(f"/law/{name}")
        if kind == "circle":
            return web.HTTPFound(path)
        if kind == "away":
            return web.HTTPFound("http://localhost:1/elsewhere")
        if kind == "slow":
            await asyncio.sleep(5)
        if kind == "cut":
            return web.Response(text=page(name, "be cut off")[:120], content_type="text/html")
        if kind == "half":
            half = web.StreamResponse(headers={"Content-Length": "100000"})
            await half.prepare(request)
            await half.write(b"<html>half")
            assert request.transport is not None
            request.transport.close()
            return half
        return web.Response(text=page("900.09", "stay private"), content_type="text/html")


@pytest.fixture
async def law() -> AsyncIterator[Law]:
    made = Law()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.reply)
    async with TestServer(app) as server:
        made.base = str(server.make_url("")).rstrip("/")
        yield made


def site(pause: float = 0.0) -> Site:
    return Site(
        "MN", "Test", re.compile("."), "html", "public domain", Selectors(content="main"), pause=pause
    )


def pages(law: Law, *paths: str, pause: float = 0.0) -> list[Page]:
    return [Page("MN", "law", f"{law.base}/{path}", "Minn. Stat.", site(pause)) for path in paths]


async def fetch(
    law: Law, folder: Path, *paths: str, manners: Manners = QUICK, pause: float = 0.0
) -> list[Fetched]:
    with Snapshots(folder) as snapshots:
        return await fetch_pages(pages(law, *paths, pause=pause), snapshots, CONTACT, manners=manners)


async def test_pages_are_fetched_and_kept_with_date_and_address(law: Law, tmp_path: Path) -> None:
    (one,) = await fetch(law, tmp_path, "law/900.01")
    assert one.fresh
    assert one.snapshot is not None
    assert one.snapshot.fetched_at.tzinfo is dt.UTC
    with Snapshots(tmp_path) as snapshots:
        kept = snapshots.last(f"{law.base}/law/900.01")
        assert kept == one.snapshot
        assert b"be fair" in snapshots.body(kept)
    assert law.agents == {f"{PRODUCT} (+{CONTACT})"}
    assert not any(word in next(iter(law.agents)) for word in ("Mozilla", "Chrome", "Safari"))


async def test_a_page_that_did_not_change_is_not_sent_again(law: Law, tmp_path: Path) -> None:
    (first,) = await fetch(law, tmp_path, "law/900.01")
    (again,) = await fetch(law, tmp_path, "law/900.01")
    assert not again.fresh
    assert again.snapshot is not None
    assert first.snapshot is not None
    assert (again.snapshot.status, again.snapshot.hash) == (304, first.snapshot.hash)
    law.texts["900.01"] = "be fairer"
    (changed,) = await fetch(law, tmp_path, "law/900.01")
    assert changed.fresh
    with Snapshots(tmp_path) as snapshots:
        assert len({s.hash for s in snapshots.all_of(f"{law.base}/law/900.01")}) == 2


async def test_robots_txt_is_obeyed(law: Law, tmp_path: Path) -> None:
    private, public = await fetch(law, tmp_path, "private/1", "law/900.01")
    assert "robots.txt" in private.error
    assert public.snapshot is not None
    assert law.asked == ["/robots.txt", "/law/900.01"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (500, False)])
async def test_a_site_without_rules_allows_and_a_broken_one_does_not(
    law: Law, tmp_path: Path, status: int, allowed: bool
) -> None:
    law.robots_status = status
    (one,) = await fetch(law, tmp_path, "law/900.01")
    assert (one.snapshot is not None) == allowed


async def test_too_many_requests_are_repeated_when_the_site_says(law: Law, tmp_path: Path) -> None:
    (one,) = await fetch(law, tmp_path, "busy/900.01")
    assert one.snapshot is not None
    assert law.asked.count("/busy/900.01") == 3


@pytest.mark.parametrize(
    ("path", "why", "times"),
    [
        ("law/nothing", "replied 404", 1),
        ("broken/1", "replied 500", 3),
        ("closed/1", "asks to wait 3600 s", 1),
        ("circle/1", "in a circle", 5),
        ("away/1", "no reply", 3),
        ("slow/1", "no reply", 3),
        ("cut/900.01", "cut off", 2),
        ("half/1", "broke off half way", 3),
    ],
)
async def test_a_page_that_fails_is_named_and_the_next_is_fetched(
    law: Law, tmp_path: Path, path: str, why: str, times: int
) -> None:
    bad, good = await fetch(law, tmp_path, path, "law/900.01")
    assert why in bad.error
    assert bad.snapshot is None
    assert good.snapshot is not None
    assert law.asked.count(f"/{path}") == times


async def test_a_redirect_on_the_site_is_followed(law: Law, tmp_path: Path) -> None:
    (one,) = await fetch(law, tmp_path, "moved/900.01")
    assert one.snapshot is not None
    assert one.snapshot.final_url.endswith("/law/900.01")


async def test_one_request_at_a_time_with_a_pause(law: Law, tmp_path: Path) -> None:
    await fetch(
        law, tmp_path, "law/900.01", "law/900.02", manners=Manners(pause=0.15, fresh_for=0), pause=0.0
    )
    assert law.most_together == 1
    gaps = [b - a for a, b in zip(law.at, law.at[1:], strict=False)]
    assert gaps[1] >= 0.14


async def test_a_longer_pause_of_the_site_is_kept(law: Law, tmp_path: Path) -> None:
    law.robots = "User-agent: *\nCrawl-delay: 1\n"
    await fetch(law, tmp_path, "law/900.01")
    assert law.at[1] - law.at[0] >= 0.95


async def test_an_interrupted_run_goes_on_where_it_stopped(law: Law, tmp_path: Path) -> None:
    await fetch(law, tmp_path, "law/900.01")
    await fetch(law, tmp_path, "law/900.01", "law/900.02", manners=Manners(pause=0.0, fresh_for=3600))
    assert Counter(law.asked)["/law/900.01"] == 1
    assert Counter(law.asked)["/law/900.02"] == 1


async def test_without_a_contact_nothing_is_fetched(law: Law, tmp_path: Path) -> None:
    with Snapshots(tmp_path) as snapshots, pytest.raises(FetchError, match="--contact"):
        await fetch_pages(pages(law, "law/900.01"), snapshots, "")
    assert law.asked == []


async def test_a_damaged_snapshot_is_not_loaded(law: Law, tmp_path: Path) -> None:
    (one,) = await fetch(law, tmp_path, "law/900.01")
    assert one.snapshot is not None
    (tmp_path / one.snapshot.hash[:2] / one.snapshot.hash).write_bytes(b"changed")
    with Snapshots(tmp_path) as snapshots, pytest.raises(CorpusError, match="damaged"):
        snapshots.given(one)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)) == seconds


async def load(law: Law, folder: Path, *paths: str) -> OfficialReport:
    with Snapshots(folder / "snapshots") as snapshots:
        given = [
            snapshots.given(f)
            for f in await fetch_pages(pages(law, *paths), snapshots, CONTACT, manners=QUICK)
        ]
    store = ChromaStore(folder / "chroma", MODEL)
    try:
        return load_official(store, embedding_model(MODEL), folder, given, read_digest(DIGEST), NAMES, TODAY)
    finally:
        store.close()


async def test_fetched_pages_are_loaded_and_a_changed_page_is_shown(law: Law, tmp_path: Path) -> None:
    paths = ("law/900.01", "law/900.02")
    assert (await load(law, tmp_path, *paths)).count("added") == 2
    found = await sections(tmp_path)
    assert found["900.01"].text == "(a) A controller shall be fair."
    assert found["900.01"].url == f"{law.base}/law/900.01"
    law.texts["900.01"] = "be fairer"
    del law.texts["900.02"]  # gone from the site for now: what was loaded of it stays
    report = await load(law, tmp_path, *paths)
    assert [(c.kind, c.citation, c.old, c.new) for c in report.changes] == [
        (
            "changed",
            "Minn. Stat. § 900.01",
            "(a) A controller shall be fair.",
            "(a) A controller shall be fairer.",
        )
    ]
    assert "replied 404" in str(report.skipped[0])
    assert set(await sections(tmp_path)) == {"900.01", "900.02"}
