"""Requests of every kind at every route of Reggi's real server; none may end in a fault of the server.

    .venv/bin/python -m tests.load.fuzz 20000 [seed]

Two servers on loopback: one workspace with Teams' local mode, and many workspaces with Teams' tokens checked; both with the
page, a database and fakes of Slack, Teams and the brain. Most requests are signed and nearly right, because those get furthest.
A request fails the run if it is answered 5xx (501 to an invoke of Teams is the protocol's own word), not at all, or if
work that it began broke in the background. tests/bots/test_fuzz.py runs a short one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from pydantic import SecretStr

from bots.conversations import open_conversations
from bots.server import build_app
from tests.bots import fake_slack
from tests.bots.answers import FakeBrain, FakeLibrary, place_of
from tests.bots.conftest import running, settings_of
from tests.bots.fake_slack import FakeSlack
from tests.bots.fake_teams import APP_ID, FakeTeams
from tests.bots.web.conftest import minnesota
from tests.load.fuzzed_requests import SLACK_PATHS, Sent, requests

PATIENCE = 20.0
FAULTS = frozenset(
    {"request_broke", "turn_broke", "answer_broke", "work_broke", "workers_broke", "telling_broke"}
)


@dataclass
class World:
    """Both servers, running in a thread of their own, and what went wrong there."""

    loop: asyncio.AbstractEventLoop
    urls: tuple[str, str]
    slack_url: str
    teams_url: str
    slack: FakeSlack
    brain: FakeBrain
    faults: list[dict[str, Any]] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def send(self, sent: Sent) -> int:
        """Send a request and return its status.

        Raises:
            AssertionError: it was answered by a fault of the server, or not at all.
        """
        status = asyncio.run_coroutine_threadsafe(self._send(sent), self.loop).result(PATIENCE + 5)
        route = sent.path.partition(b"?")[0].decode("latin-1")
        known = route if route in (*SLACK_PATHS, "/api/messages", "/ask") else "others"
        self.statuses[known, status] += 1
        if not (status < 500 or (status == 501 and known == "/api/messages")):
            told, self.faults[:] = self.faults[:1], []
            raise AssertionError(status, sent, told)
        self.check(sent)
        return status

    def check(self, sent: Sent | None = None) -> None:
        """Raise what broke since the last look."""
        found, self.faults[:] = self.faults[:1], []
        assert not found, (found, sent)

    async def _send(self, sent: Sent) -> int:
        host, port = self.urls[sent.target].removeprefix("http://").split(":")
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(sent.wire())
                with contextlib.suppress(ConnectionError):  # refused before it was read to the end
                    await writer.drain()
                line = await reader.readline()
                with contextlib.suppress(ConnectionError):
                    await reader.read()
            finally:
                writer.close()
        words = line.split(b" ")
        assert len(words) > 1, ("no answer", line, sent)
        return int(words[1])

    def settle(self) -> None:
        """Wait until nothing is under way; what broke in the background is raised.

        Raises:
            AssertionError: something broke, or goes on for ever.
        """
        for target in (0, 1):
            asyncio.run_coroutine_threadsafe(self._idle(target), self.loop).result(120)
        self.check()

    async def _idle(self, target: int) -> None:
        host, port = self.urls[target].removeprefix("http://").split(":")
        while True:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(Sent(target, "GET", b"/healthz").wire())
            body = (await reader.read()).partition(b"\r\n\r\n")[2]
            writer.close()
            if not json.loads(body)["under_way"]:
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _servers(folder: Path) -> AsyncIterator[tuple[tuple[str, str], str, str, FakeSlack, FakeBrain]]:
    slack, teams, brain = FakeSlack(), FakeTeams(), FakeBrain()
    library = FakeLibrary(*minnesota())
    async with running(slack.app) as slack_url, running(teams.app) as teams_url:
        shared = {"slack_signing_secret": SecretStr(fake_slack.SECRET), "slack_api_url": f"{slack_url}/api/"}
        one = settings_of(
            data_dir=folder / "one", slack_bot_token=SecretStr(fake_slack.TOKEN), teams_local=True, **shared
        )
        many = settings_of(
            data_dir=folder / "many", slack_client_id="1.2", slack_client_secret=SecretStr("client-secret"), teams_app_id=APP_ID,
            teams_app_password=SecretStr("password"), teams_tenant_id="tenant", teams_openid_url=f"{teams_url}/openid",
            teams_emulator_openid_url=f"{teams_url}/openid", teams_login_url=f"{teams_url}/login/", teams_local=True, **shared,
        )  # fmt: skip
        async with open_conversations(one) as first, open_conversations(many) as second:
            apps = (
                build_app(one, brain, first, place_of, slack_pause=0, library=library),
                build_app(many, brain, second, place_of, slack_pause=0, library=library),
            )
            async with running(apps[0]) as url, running(apps[1]) as other:
                yield (url, other), slack_url, teams_url, slack, brain


@contextmanager
def world() -> Iterator[World]:
    """Run both servers in a thread until the block ends; log lines that tell of a fault are kept."""
    faults: list[dict[str, Any]] = []

    def keep(_: Any, level: str, line: Any) -> Any:
        if line["event"] in FAULTS:
            faults.append({name: repr(value)[:2_000] for name, value in line.items()})
        raise structlog.DropEvent

    ready: list[World] = []
    started, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with _servers(Path(folder)) as (urls, slack_url, teams_url, slack, brain):
                ready.append(
                    World(asyncio.get_running_loop(), urls, slack_url, teams_url, slack, brain, faults)
                )
                started.set()
                await stop.wait()

    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.format_exc_info, keep]
    )
    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert started.wait(60), "the servers did not start"
        yield ready[0]
    finally:
        if ready:
            ready[0].loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        structlog.configure(**before)


def fuzz(
    count: int, number: int | None = None, tell: Callable[[str], None] = lambda _: None
) -> Counter[tuple[str, int]]:
    """Send `count` requests and return how many got which status, by route.

    Raises:
        AssertionError: a request that failed, with what it was.
    """
    with world() as here:

        @settings(
            max_examples=count, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
        )  # fmt: skip
        @given(requests(here.slack_url, here.teams_url))
        def one(sent: Sent) -> None:
            here.send(sent)
            done = sum(here.statuses.values())
            if done % 200 == 0:  # what was begun must end, and end well
                here.settle()
                here.slack.posted.clear()
                here.brain.asked.clear()
            if done % 2_000 == 0:
                tell(f"{done:,} requests")

        (seed(number)(one) if number is not None else one)()
        here.settle()
        return here.statuses


def main() -> None:
    """Run from the command line; print how many requests got which status."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    number = int(sys.argv[2]) if len(sys.argv) > 2 else None
    began = time.monotonic()
    found = fuzz(count, number, print)
    for (route, status), times in sorted(found.items()):
        print(f"{route:22} {status} {times:7,}")
    print(f"{sum(found.values()):,} requests in {time.monotonic() - began:.0f} s, no fault of the server")


if __name__ == "__main__":
    main()
