"""Reggi as it is started in earnest (`reggi serve`), between a Slack and a Teams of our own that count what they get.

Like the real ones they deliver again what is not acknowledged. What is counted: acknowledgements and how long they
took, answers and how long they took, questions without an answer and with more than one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

from tests.bots import fake_slack, fake_teams
from tests.bots.fake_slack import FakeSlack
from tests.bots.fake_teams import FakeTeams
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
QUESTIONS = (
    "How soon must a data breach be reported in {}?",
    "Can I use customer data for marketing in {}?",
    "May people have their personal data deleted in {}?",
    "Is there a comprehensive privacy act in {}?",
    "Do I need consent to process sensitive data in {}?",
)
STATES = (
    "Minnesota",
    "Texas",
    "Ohio",
    "Virginia",
    "Oregon",
    "Utah",
    "Iowa",
    "Colorado",
    "Delaware",
    "Montana",
)
REDELIVERIES = 120


class Slack(FakeSlack):
    """Also says when each thread got its whole answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: dict[str, float] = {}

    async def _post(self, request: web.Request) -> web.Response:
        before = len(self.posted)
        response = await super()._post(request)
        if len(self.posted) > before:
            self._note(self.posted[-1])
        return response

    async def _update(self, request: web.Request) -> web.Response:
        before = len(self.updated)
        response = await super()._update(request)
        if len(self.updated) > before:
            self._note(self.updated[-1])
        return response

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("metadata", {}).get("event_payload", {}).get("last"):
            self.answered.setdefault(message["channel"], time.perf_counter())

    def answers(self) -> Counter[str]:
        """How many whole answers stand in each channel; each question has a channel of its own."""
        found: Counter[str] = Counter()
        for (channel, _), message in self.standing.items():
            found[channel] += bool(message.get("metadata", {}).get("event_payload", {}).get("last"))
        return found


class Teams(FakeTeams):
    """Also says when each conversation got its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: dict[str, float] = {}
        self.where: dict[str, str] = {}

    async def _activity(self, request: web.Request) -> web.Response:
        response = await super()._activity(request)
        self._note(request, json.loads(response.body).get("id") if response.status < 300 else None)  # type: ignore[arg-type]
        return response

    async def _update(self, request: web.Request) -> web.Response:
        response = await super()._update(request)
        if response.status < 300:
            self._note(request, request.match_info["activity"])
        return response

    def _note(self, request: web.Request, name: str | None) -> None:
        conversation = request.match_info["id"]
        if name in self.standing and is_answer(self.standing[str(name)]):
            self.where[str(name)] = conversation
            self.answered.setdefault(conversation, time.perf_counter())

    def answers(self) -> Counter[str]:
        """How many answers stand in each conversation; the second part of a long one is none of its own."""
        return Counter(where for name, where in self.where.items() if name in self.standing)


def is_answer(activity: dict[str, Any]) -> bool:
    """Whether a message is an answer or begins one, and no word on the way to one."""
    text = str(activity.get("text") or "")
    part = re.search(r"\((\d+) of \d+\)$", text)
    return "Information, not legal advice" in text or bool(part and part[1] == "1")


@dataclass
class Figures:
    """What a run came to; times in seconds."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    redelivered: int = 0
    took: float = 0.0

    def __str__(self) -> str:
        def spread(values: list[float]) -> str:
            if len(values) < 2:
                return "none"
            cut = statistics.quantiles(values, n=100)
            return (
                f"p50 {cut[49] * 1e3:,.0f} ms, p99 {cut[98] * 1e3:,.0f} ms, most {max(values) * 1e3:,.0f} ms"
            )

        return (
            f"{len(self.acks):,} acknowledged in {self.took:.1f} s ({self.redelivered} delivered again), {len(self.answers):,} answered; "
            f"lost {len(self.lost)} {self.lost[:5] or ''}, doubled {len(self.doubled)} {self.doubled[:5] or ''}\n    ack    {spread(self.acks)}\n    answer {spread(self.answers)}"
        )


class Reggi:
    """One `reggi serve`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            **environment,
            "REGGI_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, seconds: float = 180) -> None:
        """Start it and wait until it takes requests."""
        command = [sys.executable, "-m", "bots", "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - starts at once
                command, stdout=log, stderr=log, env=self._environment, cwd=self._log.parent
            )
        async with asyncio.timeout(seconds), ClientSession() as http:
            while True:
                with contextlib.suppress(ClientError):
                    async with http.get(f"{self.url}/healthz") as response:
                        if response.status == 200:
                            return
                if self._process.poll() is not None:
                    raise RuntimeError(self._log.read_text(errors="replace")[-3_000:])
                await asyncio.sleep(0.1)

    def kill(self, sign: int = signal.SIGKILL) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(40)
            self._process = None

    def memory(self) -> float:
        """Return its resident memory in MB."""
        assert self._process is not None
        pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


class World:
    """Slack, Teams and some replicas of Reggi."""

    def __init__(
        self, slack: Slack, teams: Teams, slack_url: str, teams_url: str, http: ClientSession
    ) -> None:
        self.slack, self.teams, self.slack_url, self.teams_url, self.http = (
            slack,
            teams,
            slack_url,
            teams_url,
            http,
        )
        self.replicas: list[Reggi] = []
        self.figures = Figures()
        self._sent: dict[str, float] = {}
        self._places: dict[str, list[str]] = defaultdict(list)
        self._number = 0

    async def ask(self, count: int, seconds: float, first: int = 0) -> None:
        """Send questions evenly over some seconds, half to Slack and half to Teams; 0 sends all at once."""
        began = time.perf_counter()

        async def one(number: int) -> None:
            await asyncio.sleep(max(began + seconds * (number - first) / count - time.perf_counter(), 0))
            await (self._to_slack(number) if number % 2 else self._to_teams(number))

        await asyncio.gather(*(one(number) for number in range(first, first + count)))
        self.figures.took += time.perf_counter() - began

    async def settle(self, seconds: float) -> Figures:
        """Wait until every question has an answer, and a moment longer for second ones; return what it came to."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until and not set(self._sent) <= {  # noqa: ASYNC110
            *self.slack.answered,
            *self.teams.answered,
        }:
            await asyncio.sleep(0.2)
        await asyncio.sleep(2)
        answered = {**self.slack.answered, **self.teams.answered}
        counts = self.slack.answers() + self.teams.answers()
        self.figures.answers = [answered[name] - at for name, at in self._sent.items() if name in answered]
        self.figures.lost = [name for name in self._sent if name not in answered]
        self.figures.doubled = [name for name in self._sent if counts[name] > 1]
        return self.figures

    def forget(self) -> None:
        """Forget what was asked and answered, so that the test itself does not grow; the platforms give out ids anew."""
        self._sent.clear()
        self.figures.acks.clear()
        for held in (self.slack.posted, self.slack.updated, self.slack.standing, self.slack.answered):
            held.clear()
        for kept in (self.teams.sent, self.teams.standing, self.teams.where, self.teams.answered):
            kept.clear()

    async def _to_slack(self, number: int) -> None:
        body = fake_slack.payload("app_mention")
        channel = f"C{number:06d}"
        text = QUESTIONS[number % len(QUESTIONS)].format(STATES[number // 7 % len(STATES)])
        body["event"] |= {
            "channel": channel, "ts": f"{int(time.time())}.{number % 1_000_000:06d}", "text": f"<@U0REGGI> {text}", "user": f"U{number % 97}",
        }  # fmt: skip
        body |= {"event_id": f"Ev{number}"}

        def request() -> tuple[str, Any]:
            data, headers = fake_slack.event_request(body)
            return "/slack/events", {"data": data, "headers": headers}

        await self._deliver(channel, number, request)

    async def _to_teams(self, number: int) -> None:
        conversation = f"conversation-{number}"
        body = fake_teams.payload("personal_message", self.teams_url)
        text = QUESTIONS[number % len(QUESTIONS)].format(STATES[number // 7 % len(STATES)])
        body |= {"id": f"activity-{number}", "text": text}
        body["conversation"] = {**body["conversation"], "id": conversation}
        body["from"] = {**body["from"], "aadObjectId": f"person-{number % 97}"}
        await self._deliver(conversation, number, lambda: ("/api/messages", {"json": body}))

    async def _deliver(self, name: str, number: int, request: Any) -> None:
        self._sent.setdefault(name, time.perf_counter())
        for attempt in range(REDELIVERIES):
            replica = self.replicas[(number + attempt) % len(self.replicas)]
            path, given = request()
            began = time.perf_counter()
            try:
                async with self.http.post(replica.url + path, **given) as response:
                    if response.status in (200, 202):
                        self.figures.acks.append(time.perf_counter() - began)
                        return
            except (ClientError, TimeoutError, OSError):
                pass
            self.figures.redelivered += 1
            await asyncio.sleep(0.5)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Yield a world without replicas; those put in are ended with it."""
    slack, teams = Slack(), Teams()
    runners = [web.AppRunner(app, access_log=None) for app in (slack.app, teams.app)]
    urls = []
    for runner in runners:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        urls.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
    connector = TCPConnector(limit=400)
    async with ClientSession(connector=connector, timeout=ClientTimeout(total=10)) as http:
        made = World(slack, teams, urls[0], urls[1], http)
        try:
            yield made
        finally:
            for replica in made.replicas:
                replica.kill()
            for runner in runners:
                await runner.cleanup()


def environment(made: World, data: Path, **more: str) -> dict[str, str]:
    """Return the settings of a Reggi in this world."""
    return {
        "REGGI_DATA_DIR": str(data),
        "REGGI_SLACK_BOT_TOKEN": fake_slack.TOKEN,
        "REGGI_SLACK_SIGNING_SECRET": fake_slack.SECRET,
        "REGGI_SLACK_API_URL": f"{made.slack_url}/api/",
        "REGGI_TEAMS_LOCAL": "true",
        "REGGI_LOG_LEVEL": "warning",
        "REGGI_LOG_FORMAT": "json",
        **more,
    }


async def started(made: World, data: Path, log: Path, count: int = 1, **more: str) -> Sequence[Reggi]:
    """Start replicas, one after another, since the first one loads the law."""
    for number in range(count):
        folder = data if count == 1 else data / str(number)
        replica = Reggi(environment(made, folder, **more), log)
        await replica.start()
        made.replicas.append(replica)
    return made.replicas
