"""Slack's requests taken: signature first, written down, acknowledged; answered from the inbox.

Slack wants its acknowledgement within three seconds and delivers again otherwise
(https://docs.slack.dev/apis/events-api/#responding), so nothing is asked of anybody else before it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.choices import read_choosing
from bots.errors import ConversationsUnavailable, RequestRefused, SlackUnavailable
from bots.inbox import Delivery, Entry
from bots.slack.agent import Agent, read_opened
from bots.slack.answering import Answering, Work
from bots.slack.blocks import Block
from bots.slack.choosing import ChannelChoices
from bots.slack.clicks import Clicks, read_click, read_shortcut
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
from bots.slack.pace import Pace
from bots.slack.post import NotSent, Post, error_code, patient, retry_handlers
from bots.slack.response_urls import all_allowed, without_empty
from bots.slack.socket_mode import SocketMode
from bots.storable import storable
from bots.turn import Note, Turns
from bots.workers import TryAgain, Undeliverable, Workers

_log = structlog.get_logger(__name__)

Forget = Callable[[str, str], Awaitable[None]]


class OneWorkspace(AsyncAuthorize):
    """The account of the one workspace whose bot token is set, asked of Slack once and kept."""

    def __init__(self, token: str, api_url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=retry_handlers())
        self.token = token
        self._account: AuthorizeResult | None = None
        self._asking = asyncio.Lock()

    async def account(self) -> AuthorizeResult:
        """Return who the token belongs to.

        Raises:
            SlackUnavailable: Slack refuses the token or cannot be reached.
        """
        async with self._asking:
            if self._account is None:
                self._account = await self._ask()
        return self._account

    async def _ask(self) -> AuthorizeResult:
        try:
            who = await self._client.auth_test()
        except SlackApiError as error:
            raise SlackUnavailable(f"Slack refused the bot token ({error_code(error)})") from error
        except (ClientError, TimeoutError, OSError) as error:
            raise SlackUnavailable(f"Slack's API cannot be reached ({type(error).__name__})") from error
        return AuthorizeResult.from_auth_test_response(auth_test_response=who, bot_token=self.token)

    async def __call__(self, **_: Any) -> AuthorizeResult:
        """Return the account for a request. Bolt answers 500 if this raises, and Slack delivers again."""
        return await self.account()


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
        """`access` is the bot token of one workspace, or where those of many are found. `api_url` is Slack's Web API; `pause` the seconds between two messages to one channel.

        `workers` take what asks something; `forget` deletes what is kept of a workspace (platform, tenant).
        Without a `signing_secret` requests come by `socket_mode` alone: `handle` then refuses every one.
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
        bolt = AsyncApp(
            name="reggi",
            signing_secret=signing_secret,
            client=AsyncWebClient(base_url=api_url, retry_handlers=retry_handlers()),
            authorize=authorize,
            process_before_response=True,  # acknowledged once it is written down, not before
            # its helpers for agents are not used here, and answer 500 to an event without its thread
            attaching_conversation_kwargs_enabled=False,
        )
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
        self._bolt = bolt

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of Slack: 200 at once, or why not.

        Raises:
            RequestRefused: 401, the signature is missing, forged or older than five minutes; 400, the body
                cannot be read although it is signed.
        """
        body = await request.read()
        if self._verifier is None or not _is_signed(self._verifier, body, request):
            raise RequestRefused("Slack signature missing, forged or stale", 401)
        try:
            bolt_request = await to_bolt_request(request)
            clean = without_empty(storable(bolt_request.body))
            if (
                clean != bolt_request.body
            ):  # what was signed cannot be changed; as what comes by socket it can
                bolt_request = AsyncBoltRequest(body=clean, mode="socket_mode")
        except (
            ValueError,
            TypeError,
            AttributeError,
            LookupError,  # an encoding that nobody knows, too
            RecursionError,
        ) as error:  # Bolt trusts the shape of the body
            raise RequestRefused(f"Slack body unreadable: {type(error).__name__}", 400) from error
        if not self._is_fit(bolt_request.body):
            raise RequestRefused("Slack body is no event, command or click", 400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))

    def _is_fit(self, body: Any) -> bool:
        return _is_readable(body) and all_allowed(body, self._api_url)

    def socket_mode(self, app_token: str, api_url: str) -> SocketMode:
        """Return the connection over which the same requests come without HTTP."""
        return SocketMode(self._bolt, app_token, api_url, self._is_fit)

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
        """Do what an entry of the inbox asks for; see `bots.workers.Platform`."""
        try:
            client, hasty = await self._clients(workspace_of(entry.delivery.body))
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
            case "changed":
                return await self._answering.changed(post, entry.delivery.tenant, body, work)
            case "command":
                command = read_command(body)
                if command is not None:
                    return await self._command(post, client, command, work)
            case "follow_up":
                return await self._clicks.follow_up(post, body, work)
            case "question_about":
                return await self._clicks.about(post, body, work)
            case "place":
                click = read_click(body)
                if click is not None:
                    return await self._clicks.place(post, click, work)
        return ()

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

    async def _accept(self, delivery: Delivery) -> None:
        """Write down what was handed over; what this raises, Slack delivers again."""
        await self._workers.accept(delivery)

    async def _on_event(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        found = read_event(body, context.bot_user_id)
        if found is None:
            return
        if not isinstance(found, Deleted) and not found.addressed:
            about = f"message:{found.about}"
            known = found.edited and await self._workers.knows(PLATFORM, found.asked.thread.tenant, about)
            if not known and not await self._answering.wanted(found):
                return  # not a word of it is written down
        await self._accept(event_delivery(found, body, _workspace(context)))

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
            await self._accept(command_delivery(command, body, _workspace(context)))
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
            await self._accept(place_delivery(click, body, _workspace(context)))
        elif click.name == "switch":
            self._start(self._choices.switch(post, client, click), "slack switch")
        elif click.name == "follow_up":
            dialog = self._clicks.dialog(click)
            self._start(_open(client, click.trigger, dialog), "slack dialog")
        else:
            self._start(self._clicks.do(post, click), "slack click")

    async def _on_follow_up(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._accept(dialog_delivery("follow_up", body, _workspace(context)))
        await ack()

    async def _on_shortcut(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        dialog = read_shortcut(body)
        if dialog is not None:
            self._start(_open(client, str(body.get("trigger_id") or ""), dialog), "slack dialog")

    async def _on_question_about(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        await self._accept(dialog_delivery("question_about", body, _workspace(context)))
        await ack()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run work on; what Slack refuses of it is logged, since there is no one left to tell."""
        self._background.start(_logged(work), name)


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
    try:
        await client.views_open(trigger_id=trigger, view=dialog)
    except SlackApiError as error:
        raise NotSent(error_code(error)) from error
    except (ClientError, TimeoutError, OSError) as error:
        raise NotSent(type(error).__name__) from error


async def _ignore() -> None:
    """Acknowledge an event that asks nothing."""


def _is_signed(verifier: SignatureVerifier, body: bytes, request: web.Request) -> bool:
    try:
        return bool(verifier.is_valid_request(body, request.headers))
    except (
        ValueError,
        TypeError,
    ):  # a timestamp that is no number, a body not in UTF-8, a signature not in ASCII
        return False


def _is_readable(body: Any) -> bool:
    """Whether Bolt can look at a body: an object of the shape that its type has. Bolt trusts that it is."""
    if not isinstance(body, dict) or not isinstance(body.get("type", ""), str):
        return False
    if "event" in body and not _has(body["event"], "type"):
        return False
    match body.get("type"):
        case "block_actions":
            pressed = body.get("actions")
            return (
                isinstance(pressed, list)
                and bool(pressed)
                and all(_has(one, "action_id", "type") for one in pressed)
            )
        case "view_submission" | "view_closed":
            return _has(body.get("view"), "callback_id", "type")
        case "shortcut" | "message_action":
            return _has(body, "callback_id")
        case "block_suggestion" | "interactive_message" | "dialog_submission" | "workflow_step_edit":
            return False  # of kinds of app that this is not
    return True


def _has(value: Any, *names: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in names)
