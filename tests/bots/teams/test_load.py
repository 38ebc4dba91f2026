"""Two hundred questions at once: each acknowledged in time and answered once, in its own conversation."""

from __future__ import annotations

import asyncio
import time

from aiohttp import ClientSession, TCPConnector

from tests.bots.fake_teams import mint, payload
from tests.bots.teams.conftest import CheckedTeamsWorld

QUESTIONS = 200
ACK_SECONDS = 5.0
"""Teams gives a request up after 15 seconds; a third of it, on a machine that does everything at once."""


async def test_two_hundred_questions_at_once_are_acknowledged_in_time_and_answered_once(
    checked_teams: CheckedTeamsWorld,
) -> None:
    world = checked_teams
    world.http = ClientSession(connector=TCPConnector(limit=QUESTIONS))

    async def ask(number: int) -> float:
        body = payload("personal_message", world.teams_url) | {"id": f"m{number}"}
        body["conversation"] = body["conversation"] | {"id": f"chat-{number}"}
        body["from"] = body["from"] | {"aadObjectId": f"person-{number}"}
        token = mint(serviceurl=world.teams_url)
        began = time.perf_counter()
        response = await world.send(body, token)
        assert response.status == 202
        return time.perf_counter() - began

    async with world.http:
        acks = await asyncio.gather(*(ask(number) for number in range(QUESTIONS)))
        async with asyncio.timeout(60):
            await world.settled()
    assert max(acks) < ACK_SECONDS
    assert sorted(m["conversation"]["id"] for m in world.texts) == sorted(
        f"chat-{n}" for n in range(QUESTIONS)
    )
    assert world.password.made == 1
