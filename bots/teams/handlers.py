"""Teams' requests taken: token first, acknowledged at once, answered in the background."""

from __future__ import annotations

import json
from typing import Any

import structlog
from aiohttp import web

from bots.asked import Asked
from bots.background import Background
from bots.errors import RequestRefused
from bots.loopback import is_loopback
from bots.teams.activities import read_message
from bots.teams.adapter import NotSent, Say, TeamsAdapter, reference_of
from bots.teams.entities import activity_of, typing
from bots.teams.messages import messages_of
from bots.teams.service_urls import is_allowed
from bots.teams.tokens import Gate
from bots.turn import Turns

_log = structlog.get_logger(__name__)


class Teams:
    """The handler of Teams' requests."""

    def __init__(
        self, adapter: TeamsAdapter, gate: Gate, turns: Turns, background: Background, local: bool
    ) -> None:
        """`local`: answers may go to this machine, and where no token is needed requests come from it alone."""
        self._adapter = adapter
        self._gate = gate
        self._turns = turns
        self._background = background
        self._local = local

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request of Teams: 202 at once, or why not.

        Raises:
            RequestRefused: 401 or 403, see `Gate.admit`, or the answer would have to go to a strange address;
                400, the body is no activity; 503, the token cannot be checked now.
        """
        header = request.headers.get("Authorization")
        self._gate.look_at(header)
        if not self._gate.token_needed and not is_loopback(request.remote or ""):
            raise RequestRefused("local mode answers this machine alone", 403)
        activity = _read(await request.read())
        await self._gate.admit(activity, header)
        if not is_allowed(str(activity.get("serviceUrl") or ""), self._local):
            raise RequestRefused("service address is not Microsoft's", 403)
        asked = read_message(activity)
        if asked is not None:
            self._background.start(self._answer(asked, activity, reference_of(activity)), "teams message")
        # What an invoke wants done (a card, a form) is not offered; 501 is what the protocol says then.
        return web.Response(status=501 if activity.get("type") == "invoke" else 202)

    async def _answer(self, asked: Asked, activity: dict[str, Any], reference: Any) -> None:
        if not await self._turns.take(asked):
            return

        async def talk(say: Say) -> None:
            try:
                await say(typing())
            except NotSent as error:  # the answer is worth trying all the same
                _log.warning("teams_refused_typing", error=str(error))
            for message in messages_of(await self._turns.reply(asked)):
                await say(activity_of(message))

        try:
            await self._adapter.converse(reference, talk)
        except NotSent as error:
            _log.error("teams_refused_message", error=str(error), channel=str(activity.get("channelId")))


def _read(body: bytes) -> dict[str, Any]:
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRefused("Teams body is not JSON", 400) from error
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        raise RequestRefused("Teams body is not an activity", 400)
    return activity
