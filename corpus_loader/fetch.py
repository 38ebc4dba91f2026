"""Fetch official pages politely: robots.txt, one request at a time per host with a pause, only what changed.

A page that was fetched stays fetched: an interrupted run begins again where it stopped, because each page is asked
for only if it changed (ETag, Last-Modified), and pages fetched within the last hours are not asked for at all.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import aiohttp
import tenacity

from corpus_loader.archives import FILE_BYTES
from corpus_loader.errors import FetchError
from corpus_loader.snapshots import Fetched, Snapshot, Snapshots
from corpus_loader.sources import Page

PRODUCT = "ReggiCorpusLoader/1.0"
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
_HOSTS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Manners:
    """How politely to fetch. Times are seconds; `pause` is the least between two requests to a host (a site's row and
    its robots.txt may ask for more); `fresh_for` is how long a page is not asked for again."""

    pause: float = 2.0
    timeout: float = 60.0
    attempts: int = 4
    longest_wait: float = 300.0
    first_wait: float = 2.0
    fresh_for: float = 6 * 3600


class _Again(Exception):
    """A request that is worth repeating; `after` is what the site asked for, in seconds."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Return the seconds a Retry-After header asks for: a number or an HTTP date (RFC 9110, 10.2.3); None without one."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


class _Host:
    """One host: its robots.txt, and when it was last asked for something."""

    def __init__(self, session: aiohttp.ClientSession, origin: str, manners: Manners) -> None:
        self._session, self._origin, self._manners = session, origin, manners
        self._robots: RobotFileParser | None = None
        self._unreadable = ""
        self._last = -1e9
        self._turn = asyncio.Lock()

    async def _pause(self, pause: float) -> None:
        loop = asyncio.get_running_loop()
        asked = self._robots.crawl_delay(PRODUCT) if self._robots else None
        wait = self._last + max(pause, float(asked or 0)) - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        self._last = loop.time()

    async def _read_robots(self) -> RobotFileParser:
        """Return the host's rules. No file (4xx) allows everything, a broken server (5xx) nothing (RFC 9309, 2.3.1)."""
        rules = RobotFileParser()
        await self._pause(0)
        try:
            async with self._session.get(f"{self._origin}/robots.txt") as reply:
                body = await reply.content.read(512_000)
                if reply.status >= 500:
                    rules.disallow_all = True  # type: ignore[attr-defined]
                elif reply.status >= 400:
                    rules.allow_all = True  # type: ignore[attr-defined]
                else:
                    rules.parse(body.decode("utf-8", errors="replace").splitlines())
        except (aiohttp.ClientError, TimeoutError) as error:
            self._unreadable = f"{self._origin}/robots.txt cannot be read ({type(error).__name__}): nothing is fetched from there"
            raise FetchError(self._unreadable) from error
        return rules

    async def get(
        self, url: str, pause: float, known: Snapshot | None
    ) -> tuple[int, bytes, aiohttp.ClientResponse]:
        """Return (status, body, reply) of a page, repeating what is worth it.

        Raises:
            FetchError: robots.txt forbids it, or the site refuses, fails or sends half a page every time.
        """
        async with self._turn:
            if self._unreadable:  # asked once in a run, not once a page
                raise FetchError(self._unreadable)
            if self._robots is None:
                self._robots = await self._read_robots()
            if not self._robots.can_fetch(PRODUCT, url):
                raise FetchError(f"{url}: robots.txt of the site forbids it")
            back_off = tenacity.wait_exponential(
                multiplier=self._manners.first_wait, max=self._manners.longest_wait
            )

            def wait(state: tenacity.RetryCallState) -> float:
                error = state.outcome.exception() if state.outcome else None
                asked = error.after if isinstance(error, _Again) else None
                return min(self._manners.longest_wait, asked) if asked is not None else back_off(state)

            try:
                async for attempt in tenacity.AsyncRetrying(
                    stop=tenacity.stop_after_attempt(self._manners.attempts),
                    wait=wait,
                    retry=tenacity.retry_if_exception_type(_Again),
                    reraise=True,
                ):
                    with attempt:
                        return await self._once(url, pause, known)
            except _Again as error:
                raise FetchError(f"{url}: {error} ({self._manners.attempts} attempts)") from error
        raise AssertionError("AsyncRetrying returns or raises")

    async def _once(
        self, url: str, pause: float, known: Snapshot | None
    ) -> tuple[int, bytes, aiohttp.ClientResponse]:
        await self._pause(pause)
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        try:
            async with self._session.get(url, headers=headers, max_redirects=5) as reply:
                if reply.status in _RETRIED:
                    after = retry_after(reply.headers.get("Retry-After"), dt.datetime.now(dt.UTC))
                    if after is not None and after > self._manners.longest_wait:
                        raise FetchError(f"{url}: the site asks to wait {after:.0f} s: try again later")
                    raise _Again(f"the site replied {reply.status}", after)
                if reply.status == 304:
                    return 304, b"", reply
                if reply.status != 200:
                    raise FetchError(f"{url}: the site replied {reply.status}")
                moved = urlsplit(str(reply.url)).netloc
                if moved != urlsplit(url).netloc:
                    raise FetchError(
                        f"{url} leads to another site ({moved}): check the row in config/sources"
                    )
                body = bytearray()
                async for part in reply.content.iter_chunked(1 << 16):
                    body += part
                    if len(body) > FILE_BYTES:
                        raise FetchError(f"{url}: more than {FILE_BYTES:,} bytes")
                return 200, bytes(body), reply
        except aiohttp.TooManyRedirects as error:
            raise FetchError(f"{url}: redirects in a circle") from error
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError) as error:
            raise _Again("the page broke off half way") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _Again(f"no reply ({type(error).__name__})") from error


def _complete(body: bytes, page: Page) -> bool:
    """Return whether a page is whole as far as its format tells: HTML and XML end with a closing tag, PDF with %%EOF."""
    tail = body[-4096:]
    if page.site.format == "pdf" or body.startswith(b"%PDF-"):
        return b"%%EOF" in tail
    if page.site.format == "html" and b"<html" in body[:65536].lower():
        return b"</html" in tail.lower()
    return bool(body.strip())


async def fetch_pages(
    pages: Sequence[Page],
    snapshots: Snapshots,
    contact: str,
    tell: Callable[[Fetched], None] | None = None,
    manners: Manners = Manners(),
) -> list[Fetched]:
    """Return what became of each page, in order. One page that fails does not stop the rest.

    `contact` is an e-mail or web address that goes into the user agent, so that a site can complain.

    Raises:
        FetchError: there is no contact address.
        CorpusError: snapshots cannot be written.
    """
    if "@" not in contact and "://" not in contact:
        raise FetchError(
            "give an e-mail or web address with --contact (or REGGI_FETCH_CONTACT): sites must be able to reach you"
        )
    done: dict[str, Fetched] = {}
    by_origin: dict[str, list[Page]] = {}
    for page in pages:
        parts = urlsplit(page.url)
        by_origin.setdefault(f"{parts.scheme}://{parts.netloc}", []).append(page)
    gate = asyncio.Semaphore(_HOSTS_AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=manners.timeout)
    agent = f"{PRODUCT} (+{contact})"
    async with aiohttp.ClientSession(
        timeout=timeout, headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate"}
    ) as session:

        async def one_host(origin: str, own: list[Page]) -> None:
            host = _Host(session, origin, manners)
            for page in own:
                async with gate:
                    fetched = await _fetch(host, page, snapshots, manners)
                done[page.url] = fetched
                if tell:
                    tell(fetched)

        async with asyncio.TaskGroup() as group:
            for origin, own in by_origin.items():
                group.create_task(one_host(origin, own))
    return [done[page.url] for page in pages]


async def _fetch(host: _Host, page: Page, snapshots: Snapshots, manners: Manners) -> Fetched:
    known = snapshots.last(page.url)
    now = dt.datetime.now(dt.UTC)
    if known and (now - known.fetched_at).total_seconds() < manners.fresh_for:
        return Fetched(page, known)
    try:
        for attempt in range(2):
            status, body, reply = await host.get(
                page.url, max(manners.pause, page.site.pause) if manners.pause else 0.0, known
            )
            if status == 304 and known is None:
                raise FetchError(f"{page.url}: the site says “not modified” of a page we do not have")
            if status == 304 or _complete(body, page):
                break
            if attempt:
                raise FetchError(f"{page.url}: the page is cut off ({len(body):,} bytes)")
    except FetchError as error:
        return Fetched(page, None, error=str(error))
    kept = known.hash if status == 304 and known else hashlib.sha256(body).hexdigest()
    snapshot = Snapshot(
        page.url, str(reply.url), status, kept, now, reply.headers.get("ETag", known.etag if status == 304 and known else ""),
        reply.headers.get("Last-Modified", known.last_modified if status == 304 and known else ""), reply.headers.get("Content-Type", ""),
    )  # fmt: skip
    if status == 304:
        snapshots.note(snapshot)
    else:
        snapshots.keep(snapshot, body)
    return Fetched(page, snapshot, fresh=not known or known.hash != kept)
