"""Teams activities read: who asked what, and where the answer goes. Pure translation of the wire format.

Shapes: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
and https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations (read 2026-11-21).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from bots.asked import Asked
from bots.conversations import Thread

PLATFORM = "teams"

WAYS = (
    "Write to me in our chat and name the state in your question, or put it in front: NM: can I use customer data for marketing?",
    "In a group chat or a channel, mention me.",
)


def read_message(activity: Mapping[str, Any]) -> Asked | None:
    """Return what an activity asks, or None where there is nothing to answer.

    Answered are messages to the bot alone, and those that mention it elsewhere. Edits, reactions, installs and
    other bots are not.
    """
    if activity.get("type") != "message" or not isinstance(activity.get("id"), str):
        return None
    conversation, sender = _mapping(activity.get("conversation")), _mapping(activity.get("from"))
    conversation_id, bot = conversation.get("id"), _mapping(activity.get("recipient")).get("id")
    if (
        not isinstance(conversation_id, str)
        or sender.get("role") == "bot"
        or (bot and sender.get("id") == bot)
    ):
        return None
    mentions = _mentions(activity)
    personal = conversation.get("conversationType", "personal") == "personal"
    if not personal and not any(mentioned == bot for mentioned, _ in mentions):
        return None
    tenant = _mapping(_mapping(activity.get("channelData")).get("tenant")).get("id") or conversation.get(
        "tenantId"
    )
    text = activity.get("text")
    return Asked(
        text=plain_text(
            text if isinstance(text, str) else "", [shown for who, shown in mentions if who == bot]
        ),
        thread=Thread(PLATFORM, str(tenant or ""), conversation_id),
        deliveries=(f"activity:{conversation_id}:{activity['id']}",),
        ways=WAYS,
    )


def plain_text(text: str, own_mentions: list[str]) -> str:
    """Return a message without the bot's own mention; of other mentions and of HTML the words remain."""
    for shown in own_mentions:
        if shown:
            text = text.replace(shown, " ")
    text = re.sub(r"</?at[^<>]*>", "", text, flags=re.IGNORECASE)
    text = re.sub(
        r"<br\s*/?>|</?(?:p|div|span|strong|em|b|i|u|ul|ol|li|blockquote|pre|code)(?:\s[^<>]*)?>", " ", text
    )
    return html.unescape(text)


def _mentions(activity: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who is mentioned (id) and how that stands in the text, e.g. ("28:app", "<at>Reggi</at>")."""
    entities = activity.get("entities")
    found = []
    for entity in entities if isinstance(entities, list) else []:
        entity = _mapping(entity)
        who = _mapping(entity.get("mentioned")).get("id")
        if entity.get("type") == "mention" and isinstance(who, str):
            shown = entity.get("text")
            found.append((who, shown if isinstance(shown, str) else ""))
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
