"""Slack's requests taken: signature first, written down, acknowledged; answered from the inbox.

Slack wants its acknowledgement within three seconds and delivers again otherwise
(https://docs.slack.dev/apis/events-api/#responding), so nothing is asked of anybody else before it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bots import stale
from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.choices import read_choosing
from bots.errors import ConversationsUnavailable, RequestRefused, SlackUnavailable
from bots.inbox import Delivery, Entry
from bots.platforms import TryAgain, Undeliverable
from bots.slack.account import OneWorkspace
from bots.slack.agent import Agent, read_opened
from bots.slack.answering import Answering
from bots.slack.blocks import Block
from bots.slack.calls import NotSent, called
from bots.slack.choosing import ChannelChoices
from bots.slack.clicks import Clicks
from bots.slack.delivered import (
    Workspace,
    command_delivery,
    dialog_delivery,
    event_delivery,
    place_delivery,
    workspace_of,
)
from bots.slack.events import PLATFORM, Command, Deleted, read_command, read_event
from bots.slack.home import Home
from bots.slack.installations import Installations
from bots.slack.interactions import read_click, read_dialog, read_shortcut
from bots.slack.pace import Pace
from bots.slack.post import Post
from bots.slack.requests import is_fit, signed_request
from bots.slack.retries import patient, retry_handlers
from bots.slack.socket_mode import SocketMode
from bots.slack.tasks import Work
from bots.turn import Note, Turns
from bots.workers import Workers

_log = structlog.get_logger(__name__)

Forget = Callable[[str, str], Awaitable[None]]


class Slack:
    """The Slack app, of one workspace or of many: the handler of its requests."""

    def __init__(
        self,
        access: str | Installations,
        signing_secret: str,
        api_url: str,
        turns: Turns,
        after: Afterwards,
        place_of: PlaceOf,
        background: Background,
        pause: float,
        workers: Workers,
        forget: Forget,
    ) -> None:
        """`access` is the bot token of one workspace, or where those of many are found.

        `api_url` is Slack's Web API; `pause` the seconds between two messages to one channel. `workers` take what
        asks something; `forget` deletes what is kept of a workspace (platform, tenant). Without a `signing_secret`
        requests come by `socket_mode` alone: `handle` then refuses every one.
        """
        self._workers = workers
        self._forget = forget
        self._api_url = api_url
        self._place_of = place_of
        self._background = background
        self._pace = Pace(pause)
        self._answering = Answering(turns, after)
        self._clicks = Clicks(self._answering)
        self._choices = ChannelChoices(after)
        self._home = Home(after)
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._installations = access if isinstance(access, Installations) else None
        self._workspace = OneWorkspace(access, api_url) if isinstance(access, str) else None
        authorize: Any = access.authorize if isinstance(access, Installations) else self._workspace
        self._bolt = _bolt_app(authorize, signing_secret, api_url)
        self._listen()

    def _listen(self) -> None:
        bolt = self._bolt
        bolt.event("app_mention")(self._on_event)
        bolt.event("message")(self._on_event)
        bolt.event("assistant_thread_started")(self._on_opened)
        bolt.event("app_home_opened")(self._on_opened)
        bolt.event("app_uninstalled")(self._on_uninstalled)
        bolt.event("tokens_revoked")(self._on_uninstalled)
        bolt.event(re.compile(""))(_ignore)  # a subscription too many is no error that Slack should retry
        bolt.command(re.compile(""))(self._on_command)
        bolt.action(re.compile(""))(self._on_action)
        bolt.view("follow_up")(self._on_follow_up)
        bolt.view("ask_about")(self._on_question_about)
        bolt.message_shortcut("ask_about")(self._on_shortcut)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of Slack: 200 at once, or why not.

        Raises:
            RequestRefused: 401, the signature is missing, forged or older than five minutes; 400, the body
                cannot be read although it is signed.
        """
        bolt_request = await signed_request(request, self._verifier)
        if not is_fit(bolt_request.body, self._api_url):
            raise RequestRefused("Slack body is no event, command or click", 400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))

    def socket_mode(self, app_token: str) -> SocketMode:
        """Return the connection over which the same requests come without HTTP."""
        return SocketMode(self._bolt, app_token, self._api_url, partial(is_fit, api_url=self._api_url))

    async def check(self) -> str | None:
        """Return what is wrong with the token, or None. Asked at the start, so that the first question is quick."""
        if self._workspace is None:  # every workspace's token is checked when its first question comes
            return None
        try:
            await self._workspace.account()
        except SlackUnavailable as error:
            return str(error)
        return None

    async def work(self, entry: Entry, say: Note | None = None) -> tuple[str, ...]:
        """Do what an entry of the inbox asks for; see `bots.platforms.Platform`."""
        try:
            at = await self._workspace_for(entry.delivery)
            if at is None:
                return ()
            client, hasty = await self._clients(at)
            post = Post(client, self._pace, entry.turn, hasty)
            began = partial(self._workers.note, entry)
            return await self._done(entry, post, client, Work.on(entry, say, began))
        except NotSent as error:
            if error.passing:
                raise TryAgain(str(error), outside=True) from error
            raise Undeliverable(str(error)) from error
        except (ConversationsUnavailable, SlackUnavailable) as error:
            raise TryAgain(type(error).__name__, outside=True) from error

    async def _done(self, entry: Entry, post: Post, client: AsyncWebClient, work: Work) -> tuple[str, ...]:
        body = entry.delivery.body
        match entry.delivery.kind:
            case "event":
                found = read_event(body, workspace_of(body).bot_user)
                if isinstance(found, Deleted):
                    if work.say is None:
                        await self._answering.deleted(post, found)
                elif found is not None:
                    return await self._answering.message(post, Agent(client), found, work)
            case stale.KIND:
                return await self._answering.changed(post, entry.delivery.tenant, body, work)
            case "command":
                command = read_command(body)
                if command is not None:
                    return await self._command(post, client, command, work)
            case "follow_up":
                return await self._clicks.follow_up(post, read_dialog(body), work)
            case "question_about":
                return await self._clicks.about(post, read_dialog(body), work)
            case "place":
                click = read_click(body)
                if click is not None:
                    return await self._clicks.place(post, click, work)
        return ()

    async def _workspace_for(self, delivery: Delivery) -> Workspace | None:
        """Return the workspace whose bot has to act, None where nothing is left to be done."""
        if delivery.kind != stale.KIND:
            return workspace_of(delivery.body)
        return await self._answering.workspace(delivery.tenant, str(delivery.body.get("answer")))

    async def _clients(self, at: Workspace) -> tuple[AsyncWebClient, AsyncWebClient]:
        """Return the workspace's client that waits out 429, and one that does nothing again by itself."""
        token = self._workspace.token if self._workspace else None
        if token is None and self._installations is not None:
            token = await self._installations.token(at.enterprise, at.team, at.org)
        if not token:
            raise Undeliverable("the workspace has removed the app")
        waits, hasty = (
            AsyncWebClient(token=token, base_url=self._api_url, team_id=at.team, retry_handlers=handlers)
            for handlers in (patient(), [])
        )
        return waits, hasty

    async def _on_event(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        found = read_event(body, context.bot_user_id)
        if found is None:
            return
        if not isinstance(found, Deleted) and not found.addressed:
            about = f"message:{found.about}"
            known = found.edited and await self._workers.knows(PLATFORM, found.asked.thread.tenant, about)
            if not known and not await self._answering.wanted(found):
                return  # not a word of it is written down
        await self._workers.accept(event_delivery(found, body, _workspace(context)))

    async def _on_uninstalled(self, body: dict[str, Any]) -> None:
        """https://docs.slack.dev/reference/events/app_uninstalled and …/tokens_revoked"""
        event, team = body["event"], body.get("team_id")
        revoked = event.get("tokens")
        users_only = isinstance(revoked, dict) and not revoked.get("bot")
        if not isinstance(team, str) or users_only:
            return
        if self._installations is not None:
            await self._installations.forget(body.get("enterprise_id"), team)
        await self._forget(PLATFORM, team)

    async def _on_opened(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        opened = read_opened(body)
        if opened is None:
            return
        what, address = opened
        if what == "home":
            tenant = str(body.get("team_id") or "")
            self._start(self._home.show(client, tenant, address.channel), "slack home")
        else:
            self._start(Agent(client).suggest(address), "slack prompts")

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        command = read_command(body)
        if command is None:
            _log.error("slack_command_without_address")
        else:
            await self._workers.accept(command_delivery(command, body, _workspace(context)))
        await ack()

    async def _command(
        self, post: Post, client: AsyncWebClient, command: Command, work: Work
    ) -> tuple[str, ...]:
        choosing = read_choosing(command.asked.text, self._place_of)
        if choosing is not None and work.say is None:
            await self._choices.command(post, client, command, choosing)
            return ()
        return await self._answering.command(post, command, work)

    async def _on_action(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        click = read_click(body)
        if click is not None and click.name in {"my_default", "no_default"}:
            self._start(self._home.choose(client, click.tenant, click.user, click.choice), "slack default")
            return
        if click is None or not click.response_url:  # a link that was followed, or a button without a message
            return
        post = Post(client, self._pace)
        if click.name == "place":
            await self._workers.accept(place_delivery(click, body, _workspace(context)))
        elif click.name == "switch":
            self._start(self._choices.switch(post, client, click), "slack switch")
        elif click.name == "follow_up":
            dialog = self._clicks.dialog(click)
            self._start(_open(client, click.trigger, dialog), "slack dialog")
        else:
            self._start(self._clicks.do(post, click), "slack click")

    async def _on_follow_up(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._workers.accept(dialog_delivery("follow_up", body, _workspace(context)))
        await ack()

    async def _on_shortcut(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        dialog = read_shortcut(body)
        if dialog is not None:
            self._start(_open(client, str(body.get("trigger_id") or ""), dialog), "slack dialog")

    async def _on_question_about(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        await self._workers.accept(dialog_delivery("question_about", body, _workspace(context)))
        await ack()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run work on; what Slack refuses of it is logged, since there is no one left to tell."""
        self._background.start(_logged(work), name)


def _bolt_app(authorize: Any, signing_secret: str, api_url: str) -> AsyncApp:
    return AsyncApp(
        name="reggi",
        signing_secret=signing_secret,
        client=AsyncWebClient(base_url=api_url, retry_handlers=retry_handlers()),
        authorize=authorize,
        process_before_response=True,  # acknowledged once it is written down, not before
        # its helpers for agents are not used here, and answer 500 to an event without its thread
        attaching_conversation_kwargs_enabled=False,
    )


def _workspace(context: AsyncBoltContext) -> Workspace:
    return Workspace(
        context.team_id, context.enterprise_id, bool(context.is_enterprise_install), context.bot_user_id
    )


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except NotSent as error:
        _log.error("slack_refused_message", error=str(error))


async def _open(client: AsyncWebClient, trigger: str, dialog: Block) -> None:
    await called(client.views_open(trigger_id=trigger, view=dialog))


async def _ignore() -> None:
    """Acknowledge an event that asks nothing."""
