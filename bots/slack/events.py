"""Slack payloads read: who asked what, where the answer goes. Pure translation, no network.

Shapes are those of https://docs.slack.dev/reference/events/app_mention, …/message and
…/message/message_changed, …/message/message_deleted and
https://docs.slack.dev/interactivity/implementing-slash-commands (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.asked import Asked
from bots.threads import Thread

PLATFORM = "slack"
READ_SUBTYPES = (None, "file_share", "thread_broadcast")
"""Kinds of `message` a person wrote anew; joins and bot messages are others."""

MESSAGE_WAYS = (
    "Mention me in a channel and I answer in the thread.",
    "Write to me directly and name the state in your question.",
    'Type /reggi NM and your question, or /reggi "New Mexico" and your question: only you see the answer.',
    "Type /reggi compare OR NV and a topic for a comparison.",
    "Type /reggi default CA to set the state of a channel, /reggi my default CA your own, /reggi settings for the rest.",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: a channel and, unless it is a direct message, the thread in it."""

    channel: str
    thread_ts: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that may ask something. `about` is its id ("C1:171.01"), the same however Slack announces it.

    `addressed`: it mentions the bot or is a direct message; others are answered only where a channel wants that.
    `edited`: it was there before in other words. `to_others`: it mentions somebody else.
    """

    asked: Asked
    address: Address
    user: str
    about: str
    addressed: bool
    edited: bool
    to_others: bool


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message that is gone."""

    tenant: str
    about: str
    channel: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: what it asks, and the address that takes up to five answers within 30 minutes."""

    asked: Asked
    response_url: str
    user: str
    channel: str
    direct: bool


def read_event(body: Mapping[str, Any], bot_user: str | None) -> Message | Deleted | None:
    """Return the message an event announces, or None where there is nothing to do.

    Slack announces one message as `app_mention` and as `message`; both carry the same channel and `ts`, by which
    the second is known. Left out are whatever a bot wrote, this one included, changes that leave the words as they
    were (a link's preview), and messages outside threads that do not address the bot.
    """
    event = body.get("event")
    if not isinstance(event, Mapping) or not isinstance(event.get("channel"), str):
        return None
    tenant = str(body.get("team_id") or event.get("team") or "")
    subtype, edited = event.get("subtype"), "edited" in event
    if subtype == "message_deleted":
        return _deleted(tenant, event["channel"], event.get("deleted_ts"))
    if subtype == "message_changed":
        now, before = event.get("message"), event.get("previous_message")
        if not isinstance(now, Mapping) or not isinstance(before, Mapping):
            return None
        if now.get("subtype") == "tombstone":  # deleted, with a thread below it that stays
            return _deleted(tenant, event["channel"], now.get("ts"))
        if now.get("text") == before.get("text"):
            return None
        kept = {name: event.get(name) for name in ("channel", "channel_type")}
        event, edited = {**now, **kept}, True
    found = _message(event, tenant, bot_user, edited, body.get("event_id"))
    return found if found and (found.addressed or edited or event.get("thread_ts")) else None


def _deleted(tenant: str, channel: str, ts: Any) -> Deleted | None:
    return Deleted(tenant, f"{channel}:{ts}", channel) if isinstance(ts, str) else None


def _message(
    event: Mapping[str, Any], tenant: str, bot_user: str | None, edited: bool, event_id: Any
) -> Message | None:
    channel, ts, user, text = (event.get(name) for name in ("channel", "ts", "user", "text"))
    if not isinstance(channel, str) or not isinstance(ts, str) or not isinstance(user, str):
        return None
    text = text if isinstance(text, str) else ""
    if _is_from_a_bot(event, bot_user) or event.get("subtype") not in READ_SUBTYPES:
        return None
    direct = event.get("channel_type") == "im"
    mentioned = event.get("type") == "app_mention" or (bot_user is not None and f"<@{bot_user}" in text)
    in_thread = event.get("thread_ts")
    in_thread = in_thread if isinstance(in_thread, str) else None
    thread_ts = in_thread if direct else in_thread or ts
    told = event.get("edited")
    version = str(told.get("ts")) if edited and isinstance(told, Mapping) else ""
    asked = Asked(
        text=plain_text(text, bot_user),
        thread=Thread(PLATFORM, tenant, f"{channel}:{thread_ts}" if thread_ts else channel),
        deliveries=(
            f"edit:{channel}:{ts}:{version}" if edited else f"message:{channel}:{ts}",
            *([f"event:{event_id}"] if isinstance(event_id, str) else []),
        ),
        ways=MESSAGE_WAYS,
        files=_file_names(event.get("files")),
        person=user,
    )
    others = any(named != bot_user for named in re.findall(r"<@([A-Z0-9]+)", text))
    return Message(
        asked, Address(channel, thread_ts), user, f"{channel}:{ts}", direct or mentioned, edited, others
    )


def _file_names(files: Any) -> tuple[str, ...]:
    if not isinstance(files, list):
        return ()
    return tuple(
        str(file.get("name") or file.get("title") or "") for file in files if isinstance(file, Mapping)
    )


def read_command(body: Mapping[str, Any]) -> Command | None:
    """Return what a slash command asks, or None if it names no address for the answer."""
    response_url = str(body.get("response_url") or "")
    if not response_url.startswith(("https://", "http://")):
        return None
    channel, user = str(body.get("channel_id") or ""), str(body.get("user_id") or "")
    trigger = str(body.get("trigger_id") or response_url)
    asked = Asked(
        text=plain_text(str(body.get("text") or ""), None),
        thread=Thread(PLATFORM, str(body.get("team_id") or ""), f"{channel}:{user}"),
        deliveries=(f"command:{trigger}",),
        command=str(body.get("command") or "/reggi"),
        ways=MESSAGE_WAYS,
        person=user,
    )
    direct = is_direct(channel) or body.get("channel_name") == "directmessage"
    return Command(asked, response_url, user, channel, direct)


def plain_text(text: str, bot_user: str | None) -> str:
    """Return a message without Slack's mark-up: mentions of the bot go, other links become their label.

    https://docs.slack.dev/messaging/formatting-message-text#advanced
    """

    def label(match: re.Match[str]) -> str:
        target, _, shown = match[1].partition("|")
        if target.startswith("@"):
            return "" if target[1:] == bot_user or not shown else f"@{shown.removeprefix('@')}"
        if target.startswith("#"):
            return f"#{shown}" if shown else ""
        if target.startswith("!"):  # <!here>, <!subteam^S1|@legal>, <!date^…|Friday>
            return shown
        return shown or target.removeprefix("mailto:")

    text = re.sub(r"<((?:[@#!]|[a-z][a-z0-9+.-]*:)[^<>\n]*)>", label, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def is_direct(channel: str) -> bool:
    """Return whether only one person and the bot talk in a channel."""
    return channel.startswith("D")


def _is_from_a_bot(event: Mapping[str, Any], bot_user: str | None) -> bool:
    return bool(
        event.get("bot_id") or event.get("bot_profile") or event.get("user") in {bot_user, "USLACKBOT"}
    )
