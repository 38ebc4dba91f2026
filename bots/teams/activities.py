"""Teams activities read: who asked what, and where. Pure translation of the wire format; what is pressed reads `invokes.py`.

Shapes: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object
and https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations (read 2026-11-21).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bots.asked import Asked
from bots.payloads import mapping, part
from bots.threads import Thread

PLATFORM = "teams"

WAYS = (
    "Write to me in our chat and name the state in your question, or put it in front: NM: can I use customer data for marketing?",
    "In a group chat or a channel, mention me; I answer in the same thread.",
    "To compare, name the states: Compare breach deadlines in CA, NV and OR.",
    "Edit a question and its answer changes in place; delete it and the answer goes.",
    "Write “my default CA” to set your own state, “default CA” to set that of a channel, “settings” to see what holds there.",
)
NO_FILES = (
    "text/html",
    "text/plain",
    "application/vnd.microsoft.card.",
    "messageReference",
    "forwardedMessageReference",
)
"""Attachments that are the message itself, a card or a quotation, and no files."""

Kind = Literal["personal", "groupChat", "channel"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in Teams, and who acted there.

    `conversation` names the thread too, where it is in a channel ("…;messageid=…"). `user` is the person's id in the
    tenant, `member` the one that the place knows them by.
    """

    tenant: str
    conversation: str
    kind: Kind
    user: str
    name: str = ""
    member: str = ""

    @property
    def channel(self) -> str:
        """The chat or channel, whatever the thread."""
        return self.conversation.partition(";messageid=")[0]

    @property
    def personal(self) -> bool:
        """Whether only the person and the bot talk there."""
        return self.kind == "personal"

    @property
    def thread(self) -> Thread:
        """Where questions follow one another."""
        return Thread(PLATFORM, self.tenant, self.conversation)


@dataclass(frozen=True, slots=True)
class Message:
    """A message to answer.

    `about` is its id, by which an answer to it is found again; `addressed`: it is for the bot alone or mentions it;
    `to_others`: it mentions somebody else.
    """

    asked: Asked
    where: Where
    about: str
    addressed: bool
    edited: bool = False
    to_others: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message that is gone."""

    where: Where
    about: str


@dataclass(frozen=True, slots=True)
class Installed:
    """The bot has come to a place; `upgraded`: it was there before, in an older version."""

    where: Where
    activity: str
    upgraded: bool


def read(activity: Mapping[str, Any]) -> Message | Deleted | Installed | None:
    """Return what an activity says, or None where there is nothing to do.

    Left out are reactions, members that come and go, and whatever a bot wrote. An edit that undoes a deletion is an edit.
    """
    where, name = where_of(activity), activity.get("id")
    event = part(activity, "channelData").get("eventType")
    if where is None or not isinstance(name, str):
        return None
    match activity.get("type"):
        case "message":
            return _message(activity, where, name, edited=False)
        case "messageUpdate" if event in ("editMessage", "undeleteMessage"):
            return _message(activity, where, name, edited=True)
        case "messageDelete" if event == "softDeleteMessage":
            return Deleted(where, f"{where.conversation}:{name}")
        case "installationUpdate" if activity.get("action") in ("add", "add-upgrade"):
            return Installed(where, name, activity["action"] == "add-upgrade")
    return None


def is_removal(activity: Mapping[str, Any]) -> bool:
    """Whether the app was taken out of the place an activity comes from
    (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events)."""
    return activity.get("type") == "installationUpdate" and activity.get("action") in (
        "remove",
        "remove-upgrade",
    )


def where_of(activity: Mapping[str, Any]) -> Where | None:
    """Return where an activity happened and by whom, or None where it does not say or a bot did it."""
    conversation, sender = part(activity, "conversation"), part(activity, "from")
    conversation_id, bot = conversation.get("id"), part(activity, "recipient").get("id")
    if (
        not isinstance(conversation_id, str)
        or sender.get("role") == "bot"
        or (bot and sender.get("id") == bot)
    ):
        return None
    kind = conversation.get("conversationType")
    return Where(
        tenant_of(activity),
        conversation_id,
        kind if kind in ("groupChat", "channel") else "personal",
        str(sender.get("aadObjectId") or sender.get("id") or ""),
        str(sender.get("name") or ""),
        str(sender.get("id") or ""),
    )


def tenant_of(activity: Mapping[str, Any]) -> str:
    """Return the tenant an activity comes from, "" where it names none."""
    tenant = part(activity, "channelData", "tenant").get("id")
    tenant = tenant or part(activity, "conversation").get("tenantId")
    return tenant if isinstance(tenant, str) else ""


def _message(activity: Mapping[str, Any], where: Where, name: str, edited: bool) -> Message | None:
    bot = part(activity, "recipient").get("id")
    mentions, said = _mentions(activity), activity.get("text")
    text = said if isinstance(said, str) else ""
    version = hashlib.sha256(f"{activity.get('timestamp')}{text}".encode(errors="replace")).hexdigest()[:16]
    about = f"{where.conversation}:{name}"
    asked = Asked(
        text=plain_text(text, [shown for who, shown in mentions if who == bot]),
        thread=where.thread,
        deliveries=(f"edit:{about}:{version}" if edited else f"activity:{about}",),
        ways=WAYS,
        files=_files(activity.get("attachments")),
    )
    addressed = where.personal or any(who == bot for who, _ in mentions)
    return Message(asked, where, about, addressed, edited, any(who != bot for who, _ in mentions))


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


def _files(attachments: object) -> tuple[str, ...]:
    found = []
    for attachment in attachments if isinstance(attachments, list) else []:
        kind = str(mapping(attachment).get("contentType") or "")
        if kind and not kind.startswith(NO_FILES):
            found.append(str(attachment.get("name") or ("a picture" if kind.startswith("image/") else "")))
    return tuple(found)


def _mentions(activity: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who is mentioned (id) and how that stands in the text, e.g. ("28:app", "<at>Reggi</at>")."""
    entities = activity.get("entities")
    found = []
    for entity in entities if isinstance(entities, list) else []:
        entity = mapping(entity)
        who = part(entity, "mentioned").get("id")
        if entity.get("type") == "mention" and isinstance(who, str):
            shown = entity.get("text")
            found.append((who, shown if isinstance(shown, str) else ""))
    return found
