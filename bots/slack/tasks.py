"""What is to be answered: where, to whom, and in which try."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from bots.asked import Asked
from bots.inbox import Entry
from bots.platforms import Began
from bots.remembered import KeptAnswer
from bots.slack.blocks import Block
from bots.slack.delivered import UNKNOWN, Workspace, workspace_of
from bots.slack.events import Address, is_direct
from bots.slack.messages import SlackMessage
from bots.turn import Note


@dataclass(frozen=True, slots=True)
class Where:
    """How a kept answer was given: where, and to whom alone (`user`, "" for everybody).

    `shown` is what a private answer looked like, so that exactly this can be posted; `shared` once it was. `at` finds
    the token by which something can be said there later.
    """

    channel: str
    thread_ts: str | None = None
    user: str = ""
    shown: tuple[SlackMessage, ...] = ()
    shared: bool = False
    at: Workspace = UNKNOWN

    @property
    def address(self) -> Address:
        return Address(self.channel, self.thread_ts)

    def note(self) -> str:
        """Return it as text, to be kept."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for an entry of the inbox; by itself, for something that never lay there.

    `say` stands in the answer's place. `again`: somebody began it before, so that its reply may stand already. `began`
    puts down messages that stand before the answer is whole. `at` is the workspace whose bot was asked.
    """

    turn: str = ""
    say: Note | None = None
    standing: tuple[str, ...] = ()
    again: bool = False
    since: float = 0.0
    began: Began | None = None
    at: Workspace = UNKNOWN

    @classmethod
    def on(cls, entry: Entry, say: Note | None, began: Began) -> Work:
        """Return the work on an entry."""
        at = workspace_of(entry.delivery.body)
        return cls(entry.turn, say, entry.posted, entry.claims > 1, entry.arrived_at, began, at)


@dataclass(frozen=True, slots=True)
class Task:
    """A question to be answered, and where.

    `about` is Slack's id of the message that asks; `old` the answer that gives way. With a `response_url` only the person
    there sees the answer (`over`: in place of what was clicked). `lead` stands above it. `unasked`: nobody spoke to the bot.
    """

    asked: Asked
    where: Where
    about: str = ""
    old: KeptAnswer | None = None
    response_url: str = ""
    lead: tuple[Block, ...] = ()
    unasked: bool = False
    over: bool = False

    @property
    def private(self) -> bool:
        """Whether only one person sees the answer."""
        return bool(self.where.user)

    @property
    def shareable(self) -> bool:
        """Whether that person may post it in the channel."""
        return self.private and bool(self.response_url) and not is_direct(self.where.channel)


def where_of(kept: KeptAnswer) -> Where:
    """Return how a kept answer was given."""
    note = json.loads(kept.where)
    shown = tuple(SlackMessage(m["text"], tuple(m["blocks"])) for m in note.pop("shown"))
    at = Workspace(**note.pop("at", {}))
    return Where(**note, shown=shown, at=at)
