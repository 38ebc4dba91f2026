"""Teams' requests taken: token first, written down, acknowledged at once; answered from the inbox."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from bots.afterwards import Afterwards
from bots.asked import Asked, PlaceOf
from bots.background import Background
from bots.choices import read_choosing
from bots.errors import RequestRefused
from bots.inbox import Entry
from bots.loopback import is_loopback
from bots.stale import KIND
from bots.storable import storable
from bots.teams.activities import PLATFORM, Deleted, Installed, Message, is_removal, read, tenant_of, where_of
from bots.teams.adapter import Conversation, NotSent, Now, Said, Talk, TeamsAdapter, reference_of
from bots.teams.answering import Answering, Work
from bots.teams.cards import CARD
from bots.teams.choosing import ChannelChoices
from bots.teams.clicks import Clicks
from bots.teams.delivered import as_outcome, delivery_of, pressed_delivery, way_back
from bots.teams.entities import Activity, forms_of
from bots.teams.extension import DIALOG_SECONDS, Extension
from bots.teams.invokes import Dialog, Judged, Pressed, read_invoke
from bots.teams.live import Tempo
from bots.teams.service_urls import is_allowed
from bots.teams.tokens import Gate
from bots.turn import Note, Turns
from bots.workers import Workers

Forget = Callable[[str, str, str, str], Awaitable[None]]
NOT_OFFERED = 501
"""What the protocol answers to an invoke that is not known."""


class Teams:
    """The handler of Teams' requests."""

    def __init__(
        self,
        adapter: TeamsAdapter,
        gate: Gate,
        turns: Turns,
        after: Afterwards,
        place_of: PlaceOf,
        background: Background,
        workers: Workers,
        forget: Forget,
        local: bool,
        tenants: frozenset[str] = frozenset(),
        tempo: Tempo | None = None,
        dialog_seconds: float = DIALOG_SECONDS,
    ) -> None:
        """`workers` take what asks something, to be answered from the inbox.

        `forget` deletes what is kept of a person, or of a chat or channel (platform, tenant, person, place). `local`:
        answers may go to this machine, and where no token is needed requests come from it alone. `tenants` are those
        that are answered; all, if there are none. A dialog waits `dialog_seconds` for its answer.
        """
        self._adapter = adapter
        self._gate = gate
        self._turns = turns
        self._place_of = place_of
        self._local = local
        self._tenants = tenants
        self._workers = workers
        self._forget = forget
        self._answering = Answering(turns, after, tempo or Tempo())
        self._choices = ChannelChoices(after)
        self._clicks = Clicks(self._answering, self._choices)
        self._extension = Extension(self._answering, background, dialog_seconds)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of Teams: 202 at once, or why not. What a form or card waits for comes in the response.

        Raises:
            RequestRefused: 401 or 403, see `Gate.admit`, or the tenant is none of those answered, or the answer would
                have to go to a strange address; 400, the body is no activity; 503, the token cannot be checked now.
        """
        header = request.headers.get("Authorization")
        self._gate.look_at(header)
        if not self._gate.token_needed and not is_loopback(request.remote or ""):
            raise RequestRefused("local mode answers this machine alone", 403)
        activity = _read(await request.read())
        await self._gate.admit(activity, header)
        if not is_allowed(str(activity.get("serviceUrl") or ""), self._local):
            raise RequestRefused("service address is not Microsoft's", 403)
        if self._tenants and tenant_of(activity).lower() not in self._tenants:
            raise RequestRefused("tenant is not in REGGI_TEAMS_TENANTS", 403)
        if activity["type"] == "invoke":
            return await self._invoked(activity)
        if is_removal(activity):
            await self._removed(activity)
        else:
            await self._take(activity)
        return web.Response(status=202)

    async def _take(self, activity: Activity) -> None:
        found = read(activity)
        if found is None:
            return
        reference_of(activity)  # what could not be answered is refused, and not written down
        if isinstance(found, Message) and not found.addressed:
            about = f"activity:{found.about}"
            known = found.edited and await self._workers.knows(PLATFORM, found.where.tenant, about)
            if not known and not await self._answering.wanted(found):
                return  # not a word of it is written down
        await self._workers.accept(delivery_of(found, activity))

    async def _removed(self, activity: Activity) -> None:
        """The app was taken out of a chat or a team: what is kept of the person, or of the place, goes."""
        where = where_of(activity)
        if where is not None:
            await self._forget(PLATFORM, where.tenant, where.user if where.personal else "", where.channel)

    async def work(self, entry: Entry, say: Note | None = None) -> tuple[str, ...]:
        """Do what an entry of the inbox asks for; see `bots.platforms.Platform`."""
        activity = dict(entry.delivery.body)
        began = partial(self._workers.note, entry)
        work = Work(entry.posted, say, entry.claims > 1, began, way_back(activity))
        talk: Talk | None
        if entry.delivery.kind == KIND:
            activity, talk = await self._answering.changed(entry.delivery.tenant, activity)
            talk = None if say is not None else talk
        elif entry.delivery.kind == "pressed":
            talk = await self._pressed_again(activity)
        else:
            talk = self._talk_of(activity, work)
        if talk is None:
            return ()
        try:
            stands = await self._adapter.converse(reference_of(activity), talk)
        except NotSent as error:
            raise as_outcome(error) from error
        return entry.posted if stands is None else stands

    async def _pressed_again(self, activity: Activity) -> Talk | None:
        """What a press asked for, once more; the card it left stands already."""
        pressed = read_invoke(activity)
        wanted: list[Talk] = []
        if isinstance(pressed, Pressed):
            await self._clicks.press(pressed, self._now(activity), wanted.append, again=True)
        return wanted[0] if wanted else None

    def _talk_of(self, activity: Activity, work: Work) -> Talk | None:
        """What is said to an activity, None where it asks nothing."""
        match read(activity):
            case Message() as message:
                return lambda talk: self._message(talk, message, work)
            case Deleted() as gone:
                return lambda talk: self._answering.deleted(talk, gone)
            case Installed() as installed:
                return lambda talk: self._installed(talk, installed)
        return None

    async def _message(self, talk: Conversation, message: Message, work: Work) -> tuple[str, ...] | None:
        async with self._answering.in_order.turn(message.about):
            if not await self._answering.wanted(message):
                return None
            choosing = read_choosing(message.asked.text, self._place_of) if message.addressed else None
            if choosing is None or work.say is not None:
                return await self._answering.message(talk, message, work)
            said = await self._choices.chosen(talk, message.where, choosing)
            await talk.send(*forms_of(said))
            return None

    async def _installed(self, talk: Conversation, installed: Installed) -> None:
        welcomed = Asked("", installed.where.thread, (f"welcomed:{installed.activity}",))
        if await self._turns.take(welcomed):
            await self._answering.welcome(talk, installed)

    async def _invoked(self, activity: Activity) -> web.Response:
        match read_invoke(activity):
            case Pressed() as pressed:
                wanted: list[Talk] = []
                card = await self._clicks.press(pressed, self._now(activity), wanted.append)
                if wanted:
                    await self._workers.accept(pressed_delivery(pressed, activity))
                return web.json_response(_shown(card))
            case Judged() as judged:
                shown = await self._clicks.judge(judged)
                return web.json_response(shown if judged.form else {})
            case Dialog() as dialog:
                return web.json_response(await self._extension.show(dialog))
        return web.Response(status=NOT_OFFERED)

    def _now(self, activity: Activity) -> Now:
        async def now(talk: Callable[[Conversation], Awaitable[Said]]) -> Said:
            return await self._adapter.converse(reference_of(activity), talk)

        return now


def _shown(card: dict[str, Any] | None) -> dict[str, Any]:
    """The answer to an `Action.Execute`: the card that takes the place of the one that was pressed."""
    if card is None:
        value = {"code": "BadRequest", "message": "That is not offered any more."}
        return {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": value}
    return {"statusCode": 200, "type": CARD, "value": card}


def _read(body: bytes) -> Activity:
    try:
        activity = storable(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise RequestRefused("Teams body is not JSON", 400) from error
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        raise RequestRefused("Teams body is not an activity", 400)
    return activity
