"""Sends messages to Slack: in order, at Slack's pace, and as plain text where it refuses the blocks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.metrics import not_posted, posted, step
from bots.slack.blocks import Block
from bots.slack.calls import NotSent, called
from bots.slack.events import Address
from bots.slack.messages import SlackMessage
from bots.slack.pace import Pace
from bots.slack.response_urls import is_allowed
from bots.slack.retries import patient

_log = structlog.get_logger(__name__)

RESPONSES = 5
"""Answers a `response_url` takes (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses)."""
BLOCK_ERRORS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments", "msg_too_long"}
)
MARK = "reggi_turn"
"""The kind of metadata that says which turn a message of ours belongs to
(https://docs.slack.dev/messaging/message-metadata); by it a reply is found again after a crash."""
PAGES = 10
GONE_ERRORS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""A message of ours that can no longer be changed; another one is posted in its place."""

Send = Callable[[SlackMessage, bool], Awaitable[None]]
"""Sends a message; True with the last of a reply."""
Plain = Callable[[], tuple[SlackMessage, ...]]
"""The same words without blocks, made only if Slack refuses the blocks."""


class BlocksRefused(Exception):
    """Slack does not take the blocks of this message. Raised by `end_stream` alone; else it never leaves this file."""


class Post:
    """Messages of one workspace's bot, to wherever they go. Those in channels are marked with the `turn`."""

    def __init__(
        self, client: AsyncWebClient, pace: Pace, turn: str = "", hasty: AsyncWebClient | None = None
    ) -> None:
        """`hasty` does nothing again by itself: for what is not worth waiting for."""
        self._client = client
        self._hasty = hasty or client
        self._pace = pace
        self._turn = turn

    async def found(self, address: Address, since: float) -> tuple[tuple[str, ...], bool]:
        """Return what stands of this turn's reply (`ts`), and whether that is all of it.

        `since` is when the question came, in seconds since 1970; 1 minute before that the look begins.

        Raises:
            NotSent: Slack did not show the conversation.
        """
        where: dict[str, Any] = {"channel": address.channel, "oldest": f"{since - 60:.6f}", "limit": 200}
        if address.thread_ts:
            where["ts"] = address.thread_ts
        method = (
            self._client.conversations_replies if address.thread_ts else self._client.conversations_history
        )
        marks: dict[str, bool] = {}
        for _ in range(PAGES):
            page = await self._call(method, where | {"include_all_metadata": True})
            for message in page.get("messages") or ():
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == MARK and payload.get("turn") == self._turn:
                    marks[str(message.get("ts"))] = bool(payload.get("last"))
            where["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not where["cursor"]:
                break
        return tuple(sorted(marks)), any(marks.values())

    async def in_channel(
        self,
        address: Address,
        messages: tuple[SlackMessage, ...],
        plain: Plain,
        standing: Sequence[str] = (),
        whole: bool = True,
    ) -> tuple[str, ...]:
        """Put messages into a thread or a direct conversation; return their `ts` in order.

        Messages that are `standing` there (`ts`) become the new ones, and what is left of them is deleted. They are
        the `whole` reply unless more is to come.

        Raises:
            NotSent: Slack did not take one (archived channel, revoked token …).
        """
        left, sent = list(standing), []

        async def send(message: SlackMessage, last: bool) -> None:
            body: dict[str, Any] = {"channel": address.channel, "text": message.text}
            body["blocks"] = list(message.blocks) or None
            body |= self._marked(last and whole)
            if left:
                # Without blocks, chat.update would leave the old ones standing.
                ts = await self._updated(left[0], body | {"blocks": list(message.blocks)})
                left.pop(0)
                if ts is not None:
                    sent.append(ts)
                    return
            await self._pace.slot(address.channel)
            quiet = {"unfurl_links": False, "unfurl_media": False}
            answer = await self._call(
                self._client.chat_postMessage, body | quiet | {"thread_ts": address.thread_ts}
            )
            sent.append(str(answer.get("ts") or ""))

        await _send_all(send, messages, plain)
        for ts in left:
            await self.delete(address.channel, ts)
        return tuple(sent)

    def _marked(self, last: bool) -> dict[str, Any]:
        if not self._turn:
            return {}
        payload = {"turn": self._turn, "last": last}
        return {"metadata": {"event_type": MARK, "event_payload": payload}}

    async def begin_stream(self, address: Address, team: str, user: str, blocks: Sequence[Block]) -> str:
        """Begin a message that grows in a thread, for a person of a workspace; return its `ts`.

        https://docs.slack.dev/reference/methods/chat.startStream

        Raises:
            NotSent: Slack does not stream here, or not now.
        """
        await self._pace.slot(address.channel)
        where = {"channel": address.channel, "thread_ts": address.thread_ts}
        reader = {"recipient_team_id": team, "recipient_user_id": user}
        answer = await self._call(self._hasty.chat_startStream, where | reader | {"chunks": _chunks(blocks)})
        return str(answer.get("ts") or "")

    async def append_stream(self, address: Address, ts: str, blocks: Sequence[Block]) -> None:
        """Let it grow by blocks (https://docs.slack.dev/reference/methods/chat.appendStream).

        Raises:
            NotSent: Slack did not take them.
        """
        body = {"channel": address.channel, "ts": ts, "chunks": _chunks(blocks)}
        await self._call(self._hasty.chat_appendStream, body)

    async def end_stream(self, address: Address, ts: str, blocks: Sequence[Block], last: bool) -> None:
        """End it with blocks that stand below all others (https://docs.slack.dev/reference/methods/chat.stopStream).

        Raises:
            BlocksRefused: Slack does not take these.
            NotSent: it was ended before, or Slack did not do it.
        """
        body = {"channel": address.channel, "ts": ts, "blocks": list(blocks) or None}
        with step("post"):
            await self._call(self._client.chat_stopStream, body | self._marked(last))
        posted("slack", 1)
        _log.info("posted", platform="slack", messages=1, streamed=True)

    async def close_stream(self, address: Address, ts: str) -> None:
        """End it as it is, so that it can be changed; one that was ended before is no error.

        Raises:
            NotSent: Slack cannot be reached.
        """
        try:
            await self._call(self._client.chat_stopStream, {"channel": address.channel, "ts": ts})
        except NotSent as error:
            if error.passing:
                raise

    async def to_one(
        self, address: Address, user: str, messages: tuple[SlackMessage, ...], plain: Plain
    ) -> None:
        """Show messages in a thread to one person alone.

        Raises:
            NotSent: Slack did not take one.
        """

        async def send(message: SlackMessage, _: bool) -> None:
            await self._pace.slot(address.channel)
            body = {
                "channel": address.channel,
                "user": user,
                "text": message.text,
                "blocks": list(message.blocks) or None,
                "thread_ts": address.thread_ts,
            }
            await self._call(self._client.chat_postEphemeral, body)

        await _send_all(send, messages, plain)

    async def privately(
        self,
        response_url: str,
        user: str,
        messages: tuple[SlackMessage, ...],
        plain: Plain,
        replace: bool = False,
    ) -> None:
        """Answer a command or a click so that only the person sees it; what is too long goes to their direct messages.

        With `replace` the first message takes the place of the one that was clicked.

        Raises:
            NotSent: Slack did not take one.
        """
        if len(messages) > RESPONSES:
            await self.in_channel(Address(user, None), messages, plain)
            told = SlackMessage("The answer is long: I sent it to you as direct messages.", ())
            await self._respond(response_url, told, False)
            return
        first = replace

        async def send(message: SlackMessage, _: bool) -> None:
            nonlocal first
            await self._respond(response_url, message, first)
            first = False

        await _send_all(send, messages, plain)

    async def delete(self, channel: str, ts: str) -> None:
        """Take a message of ours away; one that is gone already is no error.

        Raises:
            NotSent: Slack did not do it.
        """
        try:
            await self._call(self._client.chat_delete, {"channel": channel, "ts": ts})
        except NotSent as error:
            if str(error) not in GONE_ERRORS:
                raise

    async def withdraw(self, response_url: str) -> None:
        """Take away the private message that was clicked.

        Raises:
            NotSent: Slack did not do it.
        """
        await self._send_response(response_url, {"delete_original": True}, False)

    async def _updated(self, ts: str, body: dict[str, Any]) -> str | None:
        await self._pace.slot(str(body["channel"]))
        try:
            await self._call(self._client.chat_update, body | {"ts": ts})
        except NotSent as error:
            if str(error) in GONE_ERRORS:
                return None
            raise
        return ts

    async def _respond(self, response_url: str, message: SlackMessage, replace: bool) -> None:
        body = {"text": message.text, "response_type": "ephemeral", "replace_original": replace}
        blocks = {"blocks": list(message.blocks)} if message.blocks else {}
        await self._send_response(response_url, body | blocks, bool(blocks))

    async def _send_response(self, response_url: str, body: dict[str, Any], has_blocks: bool) -> None:
        if not is_allowed(response_url, str(self._client.base_url)):
            raise NotSent("response address is not Slack's")
        webhook = AsyncWebhookClient(response_url, timeout=30, retry_handlers=patient())
        response = await called(webhook.send_dict(body))
        if response.status_code != 200:
            code = response.body.strip()[:80]
            if has_blocks and any(error in code for error in BLOCK_ERRORS):
                raise BlocksRefused(code)
            passing = response.status_code == 429 or response.status_code >= 500
            raise NotSent(f"{response.status_code} {code}", passing)

    @staticmethod
    async def _call(method: Callable[..., Awaitable[Any]], body: dict[str, Any]) -> Any:
        try:
            return await called(method(**body))
        except NotSent as error:
            if body.get("blocks") and str(error) in BLOCK_ERRORS:
                raise BlocksRefused(str(error)) from error
            raise


def _chunks(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [{"type": "blocks", "blocks": list(blocks)}]


async def _send_all(send: Send, messages: tuple[SlackMessage, ...], plain: Plain) -> None:
    with step("post"):
        try:
            count = await _send_each(send, messages, plain)
        except NotSent:
            not_posted("slack")
            raise
    posted("slack", count)
    _log.info("posted", platform="slack", messages=count)


async def _send_each(send: Send, messages: tuple[SlackMessage, ...], plain: Plain) -> int:
    for number, message in enumerate(messages):
        try:
            await send(message, number + 1 == len(messages))
        except BlocksRefused as error:
            # The whole reply again rather than its rest: better something twice than a source lost.
            _log.error("slack_refused_blocks", error=str(error), part=number + 1, parts=len(messages))
            instead = plain()
            for at, again in enumerate(instead, 1):
                await send(again, at == len(instead))
            return number + len(instead)
    return len(messages)
