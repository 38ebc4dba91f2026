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
from collections.abc import Awaitable, Callable, Sized
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from bots.admin import Admin
from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.channels import Channel, channels, page_channel, teams_tenants
from bots.conversations import Conversations, SqlConversations
from bots.errors import CannotServe, RequestRefused
from bots.health import Health
from bots.law_state import LawState, Searchable
from bots.metrics import watch_corpus, watch_queue, watch_ready
from bots.previews import PREVIEWS
from bots.queue_state import QueueState
from bots.spool import Spool
from bots.stale import StaleWatch
from bots.traffic import answer_expectations, channel_of, in_time, seen
from bots.turn import Brain, Limits, Turns
from bots.workers import Pace, Platform, Workers
from config.settings import Settings

if TYPE_CHECKING:
    from bots.slack.handlers import Slack
    from bots.teams.handlers import Teams
    from bots.web.links import Library

__all__ = ["Channel", "build_app", "channels", "page_channel", "serve"]

_log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SLACK_PAUSE = 1.0
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
    slack_pause: float = SLACK_PAUSE,
    library: Library | None = None,
) -> web.Application:
    """Return the application with a route for each channel that is on; the others answer 404 with a reason.

    `slack_pause` is the seconds between two messages to one Slack channel. Without a `library` of law there is
    no page, which shows it, and no statute text behind an answer.

    Raises:
        CannotServe: settings that contradict each other.
    """
    limits = Limits(settings.question_limit, settings.answer_seconds, settings.history_questions)
    turns = Turns(brain, conversations, place_of, limits)
    answer_expectations()
    app = web.Application(
        client_max_size=settings.request_bytes,
        middlewares=[seen, refusals, in_time(settings.request_seconds)],
    )
    background = Background()
    platforms: dict[str, Platform] = {}
    pace = Pace(settings.turns_at_once, settings.retry_minutes * 60, settings.queue_notice)
    tidy = conversations.prune if isinstance(conversations, SqlConversations) else None
    spool = Spool(settings.data_dir / "spool.jsonl") if tidy else None
    workers = Workers(conversations.inbox, platforms, pace, tidy, spool)
    under_way = app[_UNDER_WAY] = UnderWay(background, workers)
    slack, teams = channels(settings)
    after = Afterwards(conversations.remembered, library, watch=settings.watch_law)
    if slack.on:
        platforms["slack"] = _mount_slack(
            app, slack, settings, turns, after, place_of, background, slack_pause, workers, conversations
        )
    else:
        _mount_off(app, slack)
    if teams.on:
        platforms["teams"] = _mount_teams(
            app, teams, settings, turns, after, place_of, background, workers, conversations
        )
    else:
        _mount_off(app, teams)
    page = page_channel(settings)
    on = [channel.name for channel in (slack, teams) if channel.on]
    if library is not None and page.on:
        _mount_page(app, settings, turns, library)
        on.append(page.name)
    else:
        _mount_off(app, page)
    _mount_admin(app, settings, conversations, library, workers, under_way, on)

    watching: list[asyncio.Task[None]] = []

    async def begin(_: web.Application) -> None:
        workers.start()
        if settings.watch_law and library is not None:
            watch = StaleWatch(conversations.remembered, library, workers.accept)
            watching.append(asyncio.create_task(watch.run()))

    async def finish(_: web.Application) -> None:
        for task in watching:
            task.cancel()
        await asyncio.gather(
            workers.stop(settings.shutdown_seconds), background.drain(settings.shutdown_seconds)
        )

    app.on_startup.append(begin)
    app.on_shutdown.append(finish)
    app.middlewares.append(acknowledged_first(workers))
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


def _mount_slack(
    app: web.Application,
    channel: Channel,
    settings: Settings,
    turns: Turns,
    after: Afterwards,
    place_of: PlaceOf,
    background: Background,
    pause: float,
    workers: Workers,
    conversations: Conversations,
) -> Slack:
    from bots.slack.handlers import Slack  # a second of imports that a Teams-only server can do without

    token, installations = _secret(settings.slack_bot_token), None
    if not token:
        from bots.slack.installations import Installations
        from bots.slack.vault import Vault

        client, secret = settings.slack_client_id, _secret(settings.slack_client_secret)
        if not client or not isinstance(conversations, SqlConversations):
            raise CannotServe("Slack for many workspaces needs REGGI_SLACK_CLIENT_ID and a database.")
        vault = Vault(_secret(settings.database_key))
        installations = Installations(client, secret, settings.slack_api_url, conversations.engine, vault)
        app.router.add_get("/slack/install", installations.install)
        app.router.add_get("/slack/oauth_redirect", installations.finish)
    slack = Slack(
        installations or token,
        _secret(settings.slack_signing_secret),
        settings.slack_api_url,
        turns,
        after,
        place_of,
        background,
        pause,
        workers,
        conversations.forget_workspace,
    )

    async def check() -> None:
        if problem := await slack.check():
            _log.error("slack_not_ready", problem=problem)

    async def begin(_: web.Application) -> None:
        if installations is not None:
            await installations.begin()
        background.start(check(), "slack check")

    if _secret(settings.slack_signing_secret):
        for path in channel.paths:
            app.router.add_post(path, slack.handle)
    else:  # nothing could be checked there
        _mount_off(app, channel)
    app.on_startup.append(begin)
    if app_token := _secret(settings.slack_app_token):
        socket = slack.socket_mode(app_token, settings.slack_api_url)

        async def connect(_: web.Application) -> None:
            await socket.open()

        async def disconnect(_: web.Application) -> None:
            await socket.close()

        app.on_startup.append(connect)
        app.on_shutdown.append(disconnect)
    return slack


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value().strip() if value else ""


def _mount_teams(
    app: web.Application,
    channel: Channel,
    settings: Settings,
    turns: Turns,
    after: Afterwards,
    place_of: PlaceOf,
    background: Background,
    workers: Workers,
    conversations: Conversations,
) -> Teams:
    from bots.teams.adapter import TeamsAdapter, authentication_of
    from bots.teams.handlers import Teams
    from bots.teams.live import Tempo
    from bots.teams.tokens import Gate

    authentication = authentication_of(settings)
    adapter = TeamsAdapter(authentication, settings.teams_app_id or "")
    gate = Gate(authentication, token_needed=bool(settings.teams_app_id))
    tenants = teams_tenants(settings)
    tempo = Tempo(settings.teams_patience)
    forget = conversations.forget_place
    teams = Teams(
        adapter,
        gate,
        turns,
        after,
        place_of,
        background,
        settings.teams_local,
        tenants,
        tempo,
        workers,
        forget,
    )
    for path in channel.paths:
        app.router.add_post(path, teams.handle)
    return teams


def _mount_admin(
    app: web.Application,
    settings: Settings,
    conversations: Conversations,
    library: Library | None,
    workers: Workers,
    under_way: Sized,
    on: list[str],
) -> None:
    health, queue = Health(), QueueState(workers.depth)
    if isinstance(conversations, SqlConversations):
        health.watch("database", conversations.check)
    if isinstance(library, Searchable):
        law = LawState(library)
        health.watch("law", law.look)
        watch_corpus(law.ages)
    health.watch("inbox", queue.look)
    watch_queue(queue.depths, queue.oldest)
    watch_ready(health.last)
    Admin(health, on, under_way, _secret(settings.admin_token)).mount(app)


def _mount_page(app: web.Application, settings: Settings, turns: Turns, library: Library) -> None:
    from bots.web.site import mount

    mount(app, turns, library, PREVIEWS, settings.page == "on")


def _mount_off(app: web.Application, channel: Channel) -> None:
    async def off(_: web.Request) -> web.Response:
        return web.json_response({"error": f"{channel.name} is switched off on this server"}, status=404)

    for path in channel.paths:
        app.router.add_route("*", path, off)


def acknowledged_first(workers: Workers) -> Any:
    """Return the middleware that keeps new work waiting while a platform's request is taken."""

    @web.middleware
    async def first(request: web.Request, handler: Handler) -> web.StreamResponse:
        if channel_of(request.path) is None:
            return await handler(request)
        with workers.acknowledging():
            return await handler(request)

    return first


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what is refused into its status; the reason stays in our log, where a forger cannot read it."""
    try:
        return await handler(request)
    except RequestRefused as refused:
        _log.warning("request_refused", path=request.path, status=refused.status, reason=str(refused))
        return web.json_response({"error": "request refused"}, status=refused.status)
    except web.HTTPException:
        raise
    except ConnectionResetError:  # the sender hung up; there is nobody to tell
        raise
    except Exception:
        _log.exception("request_broke", path=request.path)
        return web.json_response({"error": "internal error"}, status=500)


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
