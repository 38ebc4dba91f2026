"""Reggi with Teams alone, on the real corpus, as the browser tests want it. Prints "Serving on http://…" once it takes requests.

  python serve_teams.py [--slowly SECONDS] [--signed]

`--slowly` hands answers out part by part, so many seconds apart, as a chat model would. `--signed` switches the checks of tokens
on: a key server of our own stands in for Microsoft's, and a proxy in front signs what comes from the Agents Playground, which
cannot. Then the address printed is the proxy's, and what is sent without it is refused.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiohttp import ClientSession, web
from botframework.connector.auth import MicrosoftAppCredentials, PasswordServiceClientCredentialFactory
from pydantic import SecretStr

from bots.conversations import MemoryConversations
from bots.server import build_app
from bots.start import Opened, open_brain
from bots.teams import adapter
from config.settings import Settings
from retrieval.parts import AnswerPart
from retrieval.records import Answer, Question
from tests.bots.fake_teams import APP_ID, FakeTeams, mint


class Slowly:
    """A brain that takes its time for every part."""

    def __init__(self, opened: Opened, seconds: float) -> None:
        self._brain = opened.brain
        self._seconds = seconds

    async def answer(self, question: Question) -> Answer:
        return await self._brain.answer(question)

    async def stream(self, question: Question) -> AsyncGenerator[AnswerPart, None]:
        async for part in self._brain.stream(question):
            await asyncio.sleep(self._seconds)
            yield part


class OwnPassword(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
    """The bot's log-in without Microsoft."""

    async def create_credentials(self, *_: Any) -> MicrosoftAppCredentials:
        made = MicrosoftAppCredentials(APP_ID, "secret")
        made.get_access_token = lambda force_refresh=False: "bot-token"
        return made


async def serve(app: web.Application) -> str:
    """Serve on a free port of this machine; return the address."""
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


def proxy(to: str) -> web.Application:
    """Return an application that passes everything on with a good token for its service address."""

    async def passed_on(request: web.Request) -> web.Response:
        body = await request.read()
        token = mint(serviceurl=json.loads(body).get("serviceUrl"))
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        async with (
            ClientSession() as http,
            http.post(f"{to}{request.path_qs}", data=body, headers=headers) as response,
        ):
            return web.Response(
                status=response.status, body=await response.read(), content_type=response.content_type
            )

    app = web.Application()
    app.router.add_post("/{path:.*}", passed_on)
    return app


async def main(slowly: float, signed: bool) -> None:
    settings = Settings().model_copy(update={"teams_local": True, "teams_app_id": None})
    opened = await open_brain(settings)
    if signed:
        keys = await serve(FakeTeams().app)
        own = {
            "teams_app_id": APP_ID,
            "teams_app_password": SecretStr("secret"),
            "teams_app_type": "MultiTenant",
            "teams_openid_url": f"{keys}/openid",
            "teams_emulator_openid_url": f"{keys}/none",
        }
        settings = settings.model_copy(update=own)
        adapter.credentials_of = lambda _: OwnPassword(APP_ID, "secret")
    conversations, brain = MemoryConversations(), Slowly(opened, slowly) if slowly else opened.brain
    app = build_app(settings, brain, conversations, opened.place_of, library=opened.library)

    async def feedback(_: web.Request) -> web.Response:
        kept = await conversations.remembered.feedback()
        return web.json_response([{"helpful": one.helpful, "reason": one.reason} for one in kept])

    app.router.add_get("/feedback", feedback)
    address = await serve(app)
    print(f"Bare on {address}", flush=True)
    print(f"Serving on {await serve(proxy(address)) if signed else address}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slowly", type=float, default=0.0)
    parser.add_argument("--signed", action="store_true")
    given = parser.parse_args()
    asyncio.run(main(given.slowly, given.signed))
