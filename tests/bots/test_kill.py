"""kill -9 while questions come in over both routes: each is answered once. `python -m tests.load kills` does it thirty times."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
from pathlib import Path

from aiohttp import ClientError, ClientSession

from tests.load.world import ROOT, Reggi, world


class Quick(Reggi):
    """A Reggi that is there in a moment: no law is loaded."""

    def __init__(self, folder: Path, slack_url: str) -> None:
        super().__init__({}, folder / "log")
        self._command = [
            sys.executable,
            "-m",
            "tests.bots.quick_server",
            str(self.port),
            str(folder),
            slack_url,
        ]

    async def start(self, seconds: float = 60) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=ROOT)  # noqa: ASYNC220
        async with asyncio.timeout(seconds), ClientSession() as http:
            while True:
                with contextlib.suppress(ClientError):
                    async with http.get(f"{self.url}/healthz") as response:
                        assert response.status == 200
                        return
                assert self._process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.05)


async def test_every_question_is_answered_once_however_often_the_process_is_killed(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - moments, no secrets
    async with world() as made:
        reggi = Quick(tmp_path, made.slack_url)
        made.replicas.append(reggi)
        await reggi.start()
        for number in range(2):
            asking = asyncio.create_task(made.ask(30, 0.6, first=30 * number))
            await asyncio.sleep(chance.uniform(0.1, 0.7))
            reggi.kill()
            await reggi.start()
            await asking
        figures = await made.settle(60)
    assert (figures.lost, figures.doubled) == ([], [])
    assert len(figures.answers) == 60
