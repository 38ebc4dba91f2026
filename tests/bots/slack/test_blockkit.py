"""Every kind of message, dialog and tab against Slack's own types (npm @slack/types); its Python models check all traffic."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.messages.chunk import Chunk
from slack_sdk.models.views import View

from bots.holdings import Holdings
from bots.offers import offers_for, offers_of
from bots.remembered import Choices
from bots.slack.blocks import quoted
from bots.slack.choosing import switches_message
from bots.slack.controls import actions, asked_by, controls, place_menu, question_dialog, reason_menu
from bots.slack.home import home_view
from bots.slack.messages import growing_blocks, messages_of
from bots.turn import Note
from retrieval.parts import parts_of
from retrieval.records import Answer
from tests.bots.answers import (
    HELP,
    HOSTILE,
    MINNESOTA,
    REVIEWED,
    WHICH_STATE,
    hostile,
    long_answer,
    survey,
    two_states,
)
from tests.bots.slack_limits import sdk_problem

ANSWERS = [MINNESOTA, WHICH_STATE, HELP, two_states(), hostile(), survey(3), survey(51), long_answer(4)]
ID = "0123456789abcdef"


def everything() -> dict[str, Any]:
    """Return blocks, views and chunks by name, of every kind Reggi sends."""
    sent: dict[str, Any] = {}
    replies: list[Answer | Note] = [*ANSWERS, Note("Try again.", failed=True), Note(HOSTILE)]
    for number, reply in enumerate(replies):
        lead = [asked_by("U0ALICE", quoted("", HOSTILE))] if number % 2 else [quoted("You asked:", HOSTILE)]
        for part, message in enumerate(messages_of(reply, lead, controls(ID, offers_of(reply, True), True))):
            sent[f"reply {number} part {part}"] = message.blocks
    for number, answer in enumerate(ANSWERS):
        for step, part in enumerate(parts_of(answer)):
            if part.kind != "whole":
                blocks = growing_blocks(part.so_far)
                sent[f"chunk {number} {step}"] = {"type": "blocks", "blocks": blocks}
    for status in ("answered", "not_found", "out_of_scope", "needs_jurisdiction", "help"):
        sent[f"controls {status}"] = controls(ID, offers_for(status, True), False)
    sent["menu of reasons"] = (actions(reason_menu(ID, 7)),)
    sent["menu of places"] = (actions(place_menu(ID, "Choose the state")),)
    for choices in (Choices(), Choices(("CA",), follow_ups=True, private=True)):
        sent[f"switches {choices}"] = switches_message(choices).blocks
        sent[f"view home {choices}"] = home_view(choices, Holdings(9, 99, 3, REVIEWED, REVIEWED))
    sent["view home without a library"] = home_view(Choices(), None)
    sent["view dialog"] = question_dialog(
        "follow_up", "Ask a follow-up", "What else?", {"answer": ID}, HOSTILE
    )
    return sent


def test_everything_is_valid_to_slacks_python_models() -> None:
    for name, value in everything().items():
        if name.startswith("view"):
            View(**value).validate_json()
        elif name.startswith("chunk"):
            assert Chunk.parse(value) is not None
            assert sdk_problem(value["blocks"]) is None, name
        else:
            assert sdk_problem(value) is None, name


async def typed(node: str, modules: Path, folder: Path, given: dict[str, Any]) -> list[str]:
    """Return what TypeScript says against values by name."""
    file = folder / "given.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    script = str(Path(__file__).parent / "clients" / "validate_blocks.mjs")
    env = os.environ | {"MODULES": str(modules)}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(node, script, str(file), env=env, stdout=pipe, stderr=pipe)
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    problems: list[str] = json.loads(out)
    return problems


async def test_everything_is_valid_to_slacks_types(node: str, modules: Path, tmp_path: Path) -> None:
    assert await typed(node, modules, tmp_path, everything()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("blocks", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
        ("blocks", [{"type": "rich_text", "elements": [{"type": "rich_text_section"}]}]),
        ("chunk", {"type": "blocks", "blocks": [{"type": "table", "rows": "x"}]}),
        ("view", {"type": "modal", "blocks": []}),
    ],
)
async def test_what_is_wrong_is_seen_by_slacks_types(
    node: str, modules: Path, tmp_path: Path, name: str, value: Any
) -> None:
    assert any(p.startswith(name) for p in await typed(node, modules, tmp_path, {name: value}))
