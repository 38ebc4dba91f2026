"""Slack payloads read: who asked what, where the answer goes. Pure translation, no network.

Shapes are those of https://docs.slack.dev/reference/events/app_mention, …/message and
https://docs.slack.dev/interactivity/implementing-slash-commands (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.asked import Asked
from bots.conversations import Thread

PLATFORM = "slack"
READ_SUBTYPES = frozenset({None, "file_share", "thread_broadcast"})
"""Kinds of `message` a person wrote anew; edits, deletions, joins and bot messages are others."""

MESSAGE_WAYS = (
    "Mention me in a channel and I answer in the thread.",
    "Write to me directly and name the state in your question.",
    'Type /reggi NM and your question, or /reggi "New Mexico" and your question: only you see the answer.',
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: a channel and, unless it is a direct message, the thread in it."""

    channel: str
    thread_ts: str | None


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: what it asks, and the address that takes up to five answers within 30 minutes."""

    asked: Asked
    response_url: str
    user: str


def read_event(body: Mapping[str, Any], bot_user: str | None) -> tuple[Asked, Address] | None:
    """Return what an event asks and where to answer, or None where there is nothing to answer.

    Answered are `app_mention`s, direct messages, and other messages that mention `bot_user` (Slack announces
    one message in both ways; both carry the same channel and `ts`, by which the second is known). Not answered
    are edits, deletions, and whatever a bot wrote, this one included.
    """
    event = body.get("event")
    if not isinstance(event, Mapping):
        return None
    channel, ts, text = event.get("channel"), event.get("ts"), event.get("text")
    if not isinstance(channel, str) or not isinstance(ts, str) or not isinstance(event.get("user"), str):
        return None
    text = text if isinstance(text, str) else ""
    if _is_from_a_bot(event, bot_user) or "edited" in event or event.get("subtype") not in READ_SUBTYPES:
        return None
    direct = event.get("channel_type") == "im"
    mentioned = event.get("type") == "app_mention" or (bot_user is not None and f"<@{bot_user}" in text)
    if not direct and not mentioned:
        return None
    in_thread = event.get("thread_ts")
    in_thread = in_thread if isinstance(in_thread, str) else None
    thread_ts = in_thread if direct else in_thread or ts
    tenant = str(body.get("team_id") or event.get("team") or "")
    event_id = body.get("event_id")
    asked = Asked(
        text=plain_text(text, bot_user),
        thread=Thread(PLATFORM, tenant, f"{channel}:{thread_ts}" if thread_ts else channel),
        deliveries=(f"message:{channel}:{ts}", *([f"event:{event_id}"] if isinstance(event_id, str) else [])),
        ways=MESSAGE_WAYS,
    )
    return asked, Address(channel, thread_ts)


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
    )
    return Command(asked, response_url, user)


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


def _is_from_a_bot(event: Mapping[str, Any], bot_user: str | None) -> bool:
    return bool(
        event.get("bot_id") or event.get("bot_profile") or event.get("user") in {bot_user, "USLACKBOT"}
    )
