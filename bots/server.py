"""The one web server: Slack, Teams, the page and a health check in an aiohttp application.

async with open_conversations(…) as conversations:
    app = build_app(settings, brain, conversations, place_of, library=library)
    await serve(app, settings, ready=print)
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.channels import Channel, channels, page_channel
from bots.conversations import Conversations, SqlConversations
from bots.errors import CannotServe, RequestRefused
from bots.turn import Brain, Limits, Reply, Turns
from config.settings import Settings

if TYPE_CHECKING:
    from bots.web.links import Library

__all__ = ["Channel", "build_app", "channels", "page_channel", "serve"]

_log = structlog.get_logger(__name__)
_BACKGROUND = web.AppKey("background", Background)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SLACK_PAUSE = 1.0


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
    app = web.Application(client_max_size=settings.request_bytes, middlewares=[refusals])
    background = app[_BACKGROUND] = Background()
    slack, teams = channels(settings)
    if slack.on:
        after = Afterwards(conversations.remembered, library)
        engine = conversations.engine if isinstance(conversations, SqlConversations) else None
        _mount_slack(app, slack, settings, turns, after, place_of, background, slack_pause, engine)
    else:
        _mount_off(app, slack)
    if teams.on:
        _mount_teams(app, teams, settings, turns, background)
    else:
        _mount_off(app, teams)
    page = page_channel(settings)
    on = [channel.name for channel in (slack, teams) if channel.on]
    if library is not None and page.on:
        _mount_page(app, settings, turns, library)
        on.append(page.name)
    else:
        _mount_off(app, page)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "channels": on, "under_way": len(background)})

    async def finish(_: web.Application) -> None:
        await background.drain(settings.shutdown_seconds)

    app.router.add_get("/healthz", health)
    app.on_shutdown.append(finish)
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
        site = web.TCPSite(runner, settings.host, settings.port)
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
        _log.info("stopping", under_way=len(app[_BACKGROUND]))
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
    engine: Any,
) -> None:
    from bots.slack.handlers import Slack  # a second of imports that a Teams-only server can do without

    token, installations = _secret(settings.slack_bot_token), None
    if not token:
        from bots.slack.installations import Installations

        client, secret = settings.slack_client_id, _secret(settings.slack_client_secret)
        if not client or engine is None:
            raise CannotServe("Slack for many workspaces needs REGGI_SLACK_CLIENT_ID and a database.")
        installations = Installations(client, secret, settings.slack_api_url, engine)
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


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value().strip() if value else ""


def _mount_teams(
    app: web.Application, channel: Channel, settings: Settings, turns: Turns, background: Background
) -> None:
    from bots.teams.adapter import TeamsAdapter, authentication_of
    from bots.teams.handlers import Teams
    from bots.teams.tokens import Gate

    authentication = authentication_of(settings)
    adapter = TeamsAdapter(authentication, settings.teams_app_id or "")
    gate = Gate(authentication, token_needed=bool(settings.teams_app_id))
    teams = Teams(adapter, gate, turns, background, settings.teams_local)
    for path in channel.paths:
        app.router.add_post(path, teams.handle)


def _mount_page(app: web.Application, settings: Settings, turns: Turns, library: Library) -> None:
    from bots.web.site import mount

    mount(app, turns, library, {"Slack": slack_preview, "Teams": teams_preview}, settings.page == "on")


def slack_preview(reply: Reply) -> list[dict[str, Any]]:
    """Return the messages that Slack gets for a reply, as plain data: `text` and Block Kit `blocks`."""
    from bots.slack.messages import messages_of

    return [{"text": message.text, "blocks": list(message.blocks)} for message in messages_of(reply)]


def teams_preview(reply: Reply) -> list[dict[str, Any]]:
    """Return the messages that Teams gets for a reply, as plain data: `markdown` and `citations`."""
    from bots.teams.messages import messages_of

    return [
        {"markdown": message.text, "citations": [asdict(citation) for citation in message.citations]}
        for message in messages_of(reply)
    ]


def _mount_off(app: web.Application, channel: Channel) -> None:
    async def off(_: web.Request) -> web.Response:
        return web.json_response({"error": f"{channel.name} is switched off on this server"}, status=404)

    for path in channel.paths:
        app.router.add_route("*", path, off)


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
