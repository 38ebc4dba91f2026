"""What `python -m tests.load` shows: every question answered once, whatever breaks, with figures. Not part of the tests.

python -m tests.load minute      1,000 questions in a minute on the default set-up, and 200 at once
python -m tests.load replicas    the same on two replicas with PostgreSQL and a Chroma server
python -m tests.load kills       30 kills (-9) at random moments
python -m tests.load outages     PostgreSQL, the Chroma server, Slack and Teams away, one after another
python -m tests.load memory      memory over 20,000 turns
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.load.world import World, started, world
from tests.servers import chroma_running, postgres_running

FOLDER = Path(tempfile.gettempdir()) / "reggi-load"
FREE = {
    "REGGI_PERSON_PER_MINUTE": "100000",
    "REGGI_WORKSPACE_PER_MINUTE": "1000000",
    "REGGI_QUEUE_NOTICE": "100000",
}


def fresh(name: str) -> Path:
    """Return an empty folder that has the law loaded already, where an earlier run has loaded it."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def log_of(name: str) -> Path:
    FOLDER.mkdir(exist_ok=True)
    return FOLDER / f"{name}.log"


async def minute() -> None:
    """The default set-up: SQLite, embedded Chroma, one process."""
    async with world() as made:
        await started(made, fresh("minute"), log_of("minute"))
        await made.ask(20, 2, first=900_000)
        await made.settle(30)
        made.figures.acks.clear()
        before = made.replicas[0].memory()
        await made.ask(1_000, 60)
        print("1,000 in a minute, default set-up:", await made.settle(120))
        print(f"    memory {before:,.0f} -> {made.replicas[0].memory():,.0f} MB")
        made.figures.acks.clear()
        await made.ask(200, 0, first=2_000)
        print("then 200 at once:", await made.settle(120))


async def replicas() -> None:
    """Two replicas behind one address, chosen by settings alone."""
    with postgres_running() as postgres, chroma_running() as chroma:
        async with world() as made:
            servers = {"REGGI_DATABASE_URL": postgres.database("reggi"), "REGGI_CHROMA_URL": chroma.url}
            await started(made, fresh("replicas"), log_of("replicas"), 2, **servers)
            await made.ask(20, 2, first=900_000)
            await made.settle(30)
            made.figures.acks.clear()
            await made.ask(1_000, 60)
            print("1,000 in a minute, two replicas:", await made.settle(120))


async def kills(count: int = 30, seed: int = 7) -> None:
    """kill -9 while questions come in; Teams shows at once that it looks, so that nothing can be doubled there."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    async with world() as made:
        (reggi,) = await started(made, fresh("kills"), log_of("kills"), REGGI_TEAMS_PATIENCE="0", **FREE)
        began, asked = time.perf_counter(), 0
        for _ in range(count):
            asking = asyncio.create_task(made.ask(40, 2.0, first=asked))
            asked += 40
            await asyncio.sleep(chance.uniform(0.2, 2.5))
            reggi.kill()
            await reggi.start()
            await asking
        print(
            f"{count} kills in {time.perf_counter() - began:.0f} s, {asked:,} questions:",
            await made.settle(180),
        )


async def outages() -> None:
    """Each part away for some seconds while questions come in."""
    with postgres_running() as postgres, chroma_running() as chroma:
        async with world() as made:
            servers = {"REGGI_DATABASE_URL": postgres.database("reggi"), "REGGI_CHROMA_URL": chroma.url}
            await started(made, fresh("outages"), log_of("outages"), 2, **servers, **FREE)
            await _outage(made, "PostgreSQL", postgres.kill, postgres.start, 0)
            await _outage(made, "Chroma server", chroma.kill, chroma.start, 1_000)
            await _outage(
                made, "Slack and Teams", lambda: _refuse(made, 500), lambda: _refuse(made, 0), 2_000
            )


def _refuse(made: World, status: int) -> None:
    made.slack.errors = ["internal_error"] * status
    made.teams.statuses = [503] * status


async def _outage(made: World, name: str, away: object, back: object, first: int) -> None:
    made.figures.acks.clear()
    asking = asyncio.create_task(made.ask(200, 20, first=first))
    await asyncio.sleep(4)
    await asyncio.to_thread(away)  # type: ignore[arg-type]
    await asyncio.sleep(8)
    await asyncio.to_thread(back)  # type: ignore[arg-type]
    await asking
    print(f"{name} away for 8 s:", await made.settle(180))


async def memory(turns: int = 20_000) -> None:
    """Resident memory, every 1,000 turns."""
    async with world() as made:
        (reggi,) = await started(made, fresh("memory"), log_of("memory"), REGGI_LOG_LEVEL="error", **FREE)
        for first in range(0, turns, 1_000):
            await made.ask(1_000, 0, first=first)
            figures = await made.settle(300)
            made.forget()
            print(
                f"{first + 1_000:,} turns: {reggi.memory():,.0f} MB; lost {len(figures.lost)}, doubled {len(figures.doubled)}",
                flush=True,
            )


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ("minute", "replicas", "kills", "outages"):
        asyncio.run(
            {"minute": minute, "replicas": replicas, "kills": kills, "outages": outages, "memory": memory}[
                wanted
            ]()
        )
