"""The one web server: Slack, Teams, the page and what its keepers ask in an aiohttp application.

async with open_conversations(…) as conversations:
    app = build_app(settings, brain, conversations, place_of, library=library)
    await serve(app, settings, ready=print)
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
from collections.abc import Callable, Mapping, Sized

import structlog
from aiohttp import web

from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.channels import channels, page_channel
from bots.conversations import Conversations, SqlConversations
from bots.errors import CannotServe
from bots.library import Library
from bots.mounting import Parts, mount_admin, mount_off, mount_page, mount_slack, mount_teams
from bots.platforms import Platform
from bots.slack.pace import PAUSE_SECONDS
from bots.spool import Spool
from bots.stale import StaleWatch
from bots.traffic import acknowledged_first, answer_expectations, in_time, refusals, seen
from bots.turn import Brain, Limits, Turns
from bots.workers import Pace, Workers
from config.settings import Settings

_log = structlog.get_logger(__name__)

BACKLOG = 2_048
"""Connections that may wait to be taken. aiohttp's 128 cost those beyond it a second each: a SYN that is dropped is sent
again after one."""


class UnderWay:
    """How much this process has in hand: turns, and what goes on beside them."""

    def __init__(self, *parts: Sized) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)


_UNDER_WAY = web.AppKey("under_way", UnderWay)


def build_app(
    settings: Settings,
    brain: Brain,
    conversations: Conversations,
    place_of: PlaceOf,
    slack_pause: float = PAUSE_SECONDS,
    library: Library | None = None,
) -> web.Application:
    """Return the application with a route for each channel that is on; the others answer 404 with a reason.

    `slack_pause` is the seconds between two messages to one Slack channel. Without a `library` of law there is
    no page, which shows it, and no statute text behind an answer.

    Raises:
        CannotServe: settings that contradict each other.
    """
    answer_expectations()
    turns = Turns(brain, conversations, place_of, _limits(settings))
    after = Afterwards(conversations.remembered, library, watch=settings.watch_law)
    platforms: dict[str, Platform] = {}
    workers = _workers(settings, conversations, platforms)
    background = Background()
    parts = Parts(settings, conversations, turns, after, place_of, background, workers, library)
    app = web.Application(
        client_max_size=settings.request_bytes,
        middlewares=[seen, refusals, in_time(settings.request_seconds), acknowledged_first(workers)],
    )
    under_way = app[_UNDER_WAY] = UnderWay(background, workers)
    (slack, teams), page = channels(settings), page_channel(settings)
    if slack.on:
        platforms["slack"] = mount_slack(app, slack, parts, slack_pause)
    else:
        mount_off(app, slack)
    if teams.on:
        platforms["teams"] = mount_teams(app, teams, parts)
    else:
        mount_off(app, teams)
    on = [channel.name for channel in (slack, teams) if channel.on]
    if library is not None and page.on:
        mount_page(app, parts, library)
        on.append(page.name)
    else:
        mount_off(app, page)
    mount_admin(app, parts, under_way, on)
    _work_beside(app, parts)
    return app


async def serve(app: web.Application, settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then finish the answers under way and return.

    `ready` is told the address once requests are taken, e.g. "http://127.0.0.1:3978"; with port 0 it is the
    one the system chose.

    Raises:
        CannotServe: the address is in use or not this machine's; says what to do.
    """
    # Turns under way are waited for in on_shutdown; open connections need no more than a moment after that.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG)
        try:
            await site.start()
        except OSError as error:
            raise CannotServe(_why_not(error, settings)) from error
        for sign in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
                loop.add_signal_handler(sign, stop.set)
        if ready is not None:
            ready(_address(runner, settings))
        await stop.wait()
        _log.info("stopping", under_way=len(app[_UNDER_WAY]))
    finally:
        for sign in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(sign)
        await runner.cleanup()


def _limits(settings: Settings) -> Limits:
    return Limits(settings.question_limit, settings.answer_seconds, settings.history_questions)


def _workers(settings: Settings, conversations: Conversations, platforms: Mapping[str, Platform]) -> Workers:
    pace = Pace(settings.turns_at_once, settings.retry_minutes * 60, settings.queue_notice)
    if not isinstance(conversations, SqlConversations):
        return Workers(conversations.inbox, platforms, pace)
    spool = Spool(settings.data_dir / "spool.jsonl")
    return Workers(conversations.inbox, platforms, pace, conversations.prune, spool)


def _work_beside(app: web.Application, parts: Parts) -> None:
    """Let the workers, and the watch on changes of law, begin and end with an application."""
    settings = parts.settings
    watching: list[asyncio.Task[None]] = []

    async def begin(_: web.Application) -> None:
        parts.workers.start()
        if settings.watch_law and parts.library is not None:
            watch = StaleWatch(parts.conversations.remembered, parts.library, parts.workers.accept)
            watching.append(asyncio.create_task(watch.run()))

    async def finish(_: web.Application) -> None:
        for task in watching:
            task.cancel()
        await asyncio.gather(
            parts.workers.stop(settings.shutdown_seconds), parts.background.drain(settings.shutdown_seconds)
        )

    app.on_startup.append(begin)
    app.on_shutdown.append(finish)


def _why_not(error: OSError, settings: Settings) -> str:
    where = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} on {settings.host} is in use, perhaps by another Reggi. Stop that, "
            "or choose another port with REGGI_PORT (0 takes a free one)."
        )
    if error.errno == errno.EACCES:
        return f"I may not listen on {where}: ports below 1024 need special rights. Choose another with REGGI_PORT."
    return f"I cannot listen on {where} ({error.strerror or error}). Check REGGI_HOST and REGGI_PORT."


def _address(runner: web.AppRunner, settings: Settings) -> str:
    port = runner.addresses[0][1] if runner.addresses else settings.port
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{port}"
