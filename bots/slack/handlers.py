"""Slack's requests taken: signature first, acknowledged at once, answered in the background.

Slack wants its acknowledgement within three seconds and delivers again otherwise
(https://docs.slack.dev/apis/events-api/#responding), so nothing is looked up before it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Any

import structlog
from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bots.afterwards import Afterwards
from bots.asked import PlaceOf
from bots.background import Background
from bots.choices import read_choosing
from bots.errors import RequestRefused, SlackUnavailable
from bots.slack.agent import Agent, read_opened
from bots.slack.answering import Answering
from bots.slack.blocks import Block
from bots.slack.choosing import ChannelChoices
from bots.slack.clicks import Clicks, read_click, read_shortcut
from bots.slack.events import Command, Deleted, read_command, read_event
from bots.slack.home import Home
from bots.slack.installations import Installations
from bots.slack.pace import Pace
from bots.slack.post import NotSent, Post, error_code, retry_handlers
from bots.slack.socket_mode import SocketMode
from bots.turn import Turns

_log = structlog.get_logger(__name__)


class Workspace(AsyncAuthorize):
    """The account of the one workspace whose bot token is set, asked of Slack once and kept."""

    def __init__(self, token: str, api_url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=retry_handlers())
        self._token = token
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
        return AuthorizeResult.from_auth_test_response(auth_test_response=who, bot_token=self._token)

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
    ) -> None:
        """`access` is the bot token of one workspace, or where those of many are found. `api_url` is Slack's Web API; `pause` the seconds between two messages to one channel.

        Without a `signing_secret` requests come by `socket_mode` alone: `handle` then refuses every one.
        """
        self._turns = turns
        self._place_of = place_of
        self._background = background
        self._pace = Pace(pause)
        self._answering = Answering(turns, after)
        self._clicks = Clicks(self._answering)
        self._choices = ChannelChoices(after)
        self._home = Home(after)
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._installations = access if isinstance(access, Installations) else None
        self._workspace = Workspace(access, api_url) if isinstance(access, str) else None
        authorize: Any = access.authorize if isinstance(access, Installations) else self._workspace
        bolt = AsyncApp(
            name="reggi",
            signing_secret=signing_secret,
            client=AsyncWebClient(base_url=api_url, retry_handlers=retry_handlers()),
            authorize=authorize,
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
        except (
            ValueError,
            TypeError,
            AttributeError,
            KeyError,
        ) as error:  # Bolt trusts the shape of the body
            raise RequestRefused(f"Slack body unreadable: {type(error).__name__}", 400) from error
        if not _is_readable(bolt_request.body):
            raise RequestRefused("Slack body is no event, command or click", 400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(bolt_request))

    def socket_mode(self, app_token: str, api_url: str) -> SocketMode:
        """Return the connection over which the same requests come without HTTP."""
        return SocketMode(self._bolt, app_token, api_url, _is_readable)

    async def check(self) -> str | None:
        """Return what is wrong with the token, or None. Asked at the start, so that the first question is quick."""
        if self._workspace is None:  # every workspace's token is checked when its first question comes
            return None
        try:
            await self._workspace.account()
        except SlackUnavailable as error:
            return str(error)
        return None

    async def _on_event(
        self, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        found = read_event(body, context.bot_user_id)
        post = Post(client, self._pace)
        if isinstance(found, Deleted):
            self._start(self._answering.deleted(post, found), "slack deletion")
        elif found is not None:
            self._start(self._answering.message(post, Agent(client), found), "slack message")

    async def _on_uninstalled(self, body: dict[str, Any]) -> None:
        """https://docs.slack.dev/reference/events/app_uninstalled and …/tokens_revoked"""
        event, team = body["event"], body.get("team_id")
        revoked = event.get("tokens")
        users_only = isinstance(revoked, dict) and not revoked.get("bot")
        if self._installations is not None and isinstance(team, str) and not users_only:
            self._start(self._installations.forget(body.get("enterprise_id"), team), "slack uninstall")

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

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        command = read_command(body)
        if command is None:
            _log.error("slack_command_without_address")
            return
        self._start(self._command(Post(client, self._pace), client, command), "slack command")

    async def _command(self, post: Post, client: AsyncWebClient, command: Command) -> None:
        if not await self._turns.take(command.asked):
            return
        choosing = read_choosing(command.asked.text, self._place_of)
        if choosing is not None:
            await self._choices.command(post, client, command, choosing)
        else:
            await self._answering.command(post, command)

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        click = read_click(body)
        if click is not None and click.name in {"my_default", "no_default"}:
            self._start(self._home.choose(client, click.tenant, click.user, click.choice), "slack default")
            return
        if click is None or not click.response_url:  # a link that was followed, or a button without a message
            return
        post = Post(client, self._pace)
        if click.name == "switch":
            self._start(self._choices.switch(post, client, click), "slack switch")
        elif click.name == "follow_up":
            dialog = self._clicks.dialog(click)
            self._start(_open(client, click.trigger, dialog), "slack dialog")
        else:
            self._start(self._clicks.do(post, click), "slack click")

    async def _on_follow_up(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        self._start(self._clicks.follow_up(Post(client, self._pace), body), "slack follow-up")

    async def _on_shortcut(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        dialog = read_shortcut(body)
        if dialog is not None:
            self._start(_open(client, str(body.get("trigger_id") or ""), dialog), "slack dialog")

    async def _on_question_about(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        self._start(self._clicks.about(Post(client, self._pace), body), "slack question")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run work on; what Slack refuses of it is logged, since there is no one left to tell."""
        self._background.start(_logged(work), name)


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
