"""What Teams hands over, as it goes into the inbox: the parts of an activity that are read, and who and what it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bots.inbox import Delivery
from bots.platforms import TryAgain, Undeliverable
from bots.teams.activities import PLATFORM, Deleted, Installed, Message
from bots.teams.adapter import NotSent
from bots.teams.invokes import Pressed

READ = (
    "type", "id", "channelId", "serviceUrl", "from", "recipient", "conversation", "locale", "text", "textFormat",
    "entities", "attachments", "channelData", "action", "name", "value", "replyToId",
)  # fmt: skip
"""Parts of activities that are kept until they are answered."""


def delivery_of(found: Message | Deleted | Installed, activity: Mapping[str, Any]) -> Delivery:
    """Return a message, an edit, a deletion or an arrival. All of one message are worked on in their order."""
    body = {name: activity[name] for name in READ if name in activity}
    match found:
        case Message(asked=asked, where=where):
            return Delivery(
                PLATFORM, where.tenant, "activity", body, asked.deliveries, where.user, found.about
            )  # fmt: skip
        case Deleted(where=where, about=about):
            gone = (f"deleted:{about}:{activity.get('id')}",)
            return Delivery(PLATFORM, where.tenant, "activity", body, gone, subject=about, asks=False)
        case Installed(where=where):
            ids = (f"installed:{found.activity}",)
            return Delivery(PLATFORM, where.tenant, "activity", body, ids, asks=False)


def way_back(activity: Mapping[str, Any]) -> str:
    """Return what an answer keeps of an activity, so that something can be said there later: addresses, no words."""
    names = ("channelId", "serviceUrl", "recipient", "conversation")
    sender = activity.get("from")
    who = {"from": {"id": sender.get("id")}} if isinstance(sender, Mapping) else {}
    return json.dumps({name: activity[name] for name in names if name in activity} | who)


def pressed_delivery(pressed: Pressed, activity: Mapping[str, Any]) -> Delivery:
    """Return a press that asks something."""
    body = {name: activity[name] for name in READ if name in activity}
    where = pressed.where
    return Delivery(PLATFORM, where.tenant, "pressed", body, person=where.user, subject=pressed.message)


def as_outcome(error: NotSent) -> TryAgain | Undeliverable:
    """Return what a message that Teams did not take means for its entry: again later, or never."""
    return TryAgain(str(error), outside=True) if error.passing else Undeliverable(str(error))
