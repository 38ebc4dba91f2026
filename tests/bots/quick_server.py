"""A server in a process of its own, with a brain that knows one answer, to be killed: `python -m tests.bots.quick_server PORT FOLDER SLACK_URL`."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from pathlib import Path

from bots.conversations import open_conversations
from bots.server import build_app, serve
from tests.bots.answers import FakeBrain, place_of
from tests.bots.conftest import slack_settings


async def main(port: int, folder: Path, slack_url: str) -> None:
    """Serve until killed."""
    settings = slack_settings(slack_url, port=port, data_dir=folder, teams_local=True, teams_patience=0)
    brain = FakeBrain(seconds=0.03)
    brain.asked = deque(maxlen=1)  # type: ignore[assignment] - memory is measured here: nothing may pile up
    async with open_conversations(settings) as conversations:
        app = build_app(settings, brain, conversations, place_of, slack_pause=0)
        await serve(app, settings)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
