"""Each channel's routes in the web server, and what stands behind them.

Libraries of channels that are off are not imported: a second that a server without them can do without.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from pydantic import SecretStr

from bots.admin import Admin
from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.channels import Channel, teams_tenants
from bots.conversations import Conversations, SqlConversations
from bots.errors import CannotServe
from bots.health import Health
from bots.law_state import LawState, Searchable
from bots.library import Library
from bots.metrics import watch_corpus, watch_queue, watch_ready
from bots.previews import PREVIEWS
from bots.queue_state import QueueState
from bots.turn import Turns
from bots.workers import Workers
from config.settings import Settings

if TYPE_CHECKING:
    from bots.slack.handlers import Slack
    from bots.slack.installations import Installations
    from bots.teams.handlers import Teams

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the channels of a server share. `library` is the law to show, None where there is none."""

    settings: Settings
    conversations: Conversations
    turns: Turns
    after: Afterwards
    place_of: PlaceOf
    background: Background
    workers: Workers
    library: Library | None


def mount_slack(app: web.Application, channel: Channel, parts: Parts, pause: float) -> Slack:
    """Put Slack into an application; `pause` is the seconds between two messages to one channel.

    Raises:
        CannotServe: settings that contradict each other.
    """
    from bots.slack.handlers import Slack

    settings = parts.settings
    token, secret = _secret(settings.slack_bot_token), _secret(settings.slack_signing_secret)
    installations = None if token else _installations(app, parts)
    slack = Slack(
        installations or token,
        secret,
        settings.slack_api_url,
        parts.turns,
        parts.after,
        parts.place_of,
        parts.background,
        pause,
        parts.workers,
        parts.conversations.forget_workspace,
    )

    async def check() -> None:
        if problem := await slack.check():
            _log.error("slack_not_ready", problem=problem)

    async def begin(_: web.Application) -> None:
        if installations is not None:
            await installations.begin()
        parts.background.start(check(), "slack check")

    app.on_startup.append(begin)
    if secret:
        for path in channel.paths:
            app.router.add_post(path, slack.handle)
    else:  # nothing could be checked there
        mount_off(app, channel)
    if app_token := _secret(settings.slack_app_token):
        _connect_socket(app, slack, app_token)
    return slack


def mount_teams(app: web.Application, channel: Channel, parts: Parts) -> Teams:
    """Put Teams into an application."""
    from bots.teams.adapter import TeamsAdapter, authentication_of
    from bots.teams.handlers import Teams
    from bots.teams.live import Tempo
    from bots.teams.tokens import Gate

    settings = parts.settings
    authentication = authentication_of(settings)
    teams = Teams(
        TeamsAdapter(authentication, settings.teams_app_id or ""),
        Gate(authentication, token_needed=bool(settings.teams_app_id)),
        parts.turns,
        parts.after,
        parts.place_of,
        parts.background,
        parts.workers,
        parts.conversations.forget_place,
        settings.teams_local,
        teams_tenants(settings),
        Tempo(settings.teams_patience),
    )
    for path in channel.paths:
        app.router.add_post(path, teams.handle)
    return teams


def mount_page(app: web.Application, parts: Parts, library: Library) -> None:
    """Put the page into an application."""
    from bots.web.site import mount

    mount(app, parts.turns, library, PREVIEWS, parts.settings.page == "on")


def mount_admin(app: web.Application, parts: Parts, under_way: Sized, on: list[str]) -> None:
    """Put in what the keepers of the server ask; `on` names the channels that are."""
    health, queue = Health(), QueueState(parts.workers.depth)
    if isinstance(parts.conversations, SqlConversations):
        health.watch("database", parts.conversations.check)
    if isinstance(parts.library, Searchable):
        law = LawState(parts.library)
        health.watch("law", law.look)
        watch_corpus(law.ages)
    health.watch("inbox", queue.look)
    watch_queue(queue.depths, queue.oldest)
    watch_ready(health.last)
    Admin(health, on, under_way, _secret(parts.settings.admin_token)).mount(app)


def mount_off(app: web.Application, channel: Channel) -> None:
    """Let the routes of a channel answer 404 with the reason."""

    async def off(_: web.Request) -> web.Response:
        return web.json_response({"error": f"{channel.name} is switched off on this server"}, status=404)

    for path in channel.paths:
        app.router.add_route("*", path, off)


def _installations(app: web.Application, parts: Parts) -> Installations:
    """Where many workspaces install the app, with its routes."""
    from bots.slack.installations import Installations
    from bots.slack.vault import Vault

    settings, conversations = parts.settings, parts.conversations
    client, secret = settings.slack_client_id, _secret(settings.slack_client_secret)
    if not client or not isinstance(conversations, SqlConversations):
        raise CannotServe("Slack for many workspaces needs REGGI_SLACK_CLIENT_ID and a database.")
    vault = Vault(_secret(settings.database_key))
    installations = Installations(client, secret, settings.slack_api_url, conversations.engine, vault)
    app.router.add_get("/slack/install", installations.install)
    app.router.add_get("/slack/oauth_redirect", installations.finish)
    return installations


def _connect_socket(app: web.Application, slack: Slack, app_token: str) -> None:
    socket = slack.socket_mode(app_token)

    async def connect(_: web.Application) -> None:
        await socket.open()

    async def disconnect(_: web.Application) -> None:
        await socket.close()

    app.on_startup.append(connect)
    app.on_shutdown.append(disconnect)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value().strip() if value else ""
