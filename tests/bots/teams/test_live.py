"""An answer shown while it grows: streamed in personal chats, changed in place elsewhere."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from tests.bots.answers import survey
from tests.bots.fake_teams import payload
from tests.bots.teams.conftest import TeamsWorld

OPENING = "**Using customer data for marketing in Minnesota**\n\nYes, with conditions"


async def test_slow_answer_is_streamed_from_verified_parts(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.12
    await teams.ask()
    first, *more = teams.teams.steps
    assert (first["streamType"], first["text"]) == ("informative", "Looking it up …")
    assert first.get("streamId") is None
    final = more.pop()
    assert final["streamType"] == "final"
    assert "streamSequence" not in final
    assert [step["streamType"] for step in more] == ["streaming"] * len(more)
    assert len({step["streamId"] for step in (*more, final)}) == 1
    numbers = [step["streamSequence"] for step in (first, *more)]
    assert numbers == list(range(1, len(numbers) + 1))
    texts = [step["text"] for step in (*more, final)]
    assert texts[0].startswith(OPENING)
    assert len(more) == 4  # opening, two sections, conclusion
    assert all(after.startswith(before) for before, after in itertools.pairwise(texts))
    message, controls = teams.teams.messages
    assert message["entities"][0]["citation"]
    assert "attachments" not in message
    assert controls["channelData"] == {"feedbackLoop": {"type": "custom"}}


async def test_quick_answer_comes_at_once_and_whole(teams: TeamsWorld) -> None:
    await teams.ask()
    assert [activity["type"] for activity in teams.teams.sent] == ["typing", "message", "message"]
    assert not teams.teams.steps


@pytest.mark.parametrize("name", ["group_mention", "channel_mention"])
async def test_elsewhere_one_message_grows_in_place(teams: TeamsWorld, name: str) -> None:
    teams.brain.seconds = 0.12
    await teams.ask(name=name)
    assert not teams.teams.steps
    begun, controls = teams.teams.messages
    assert controls["attachments"]
    assert begun["text"] == "Looking it up …"
    assert begun["entities"] == []
    texts = [activity["text"] for _, activity in teams.teams.updated]
    assert texts[0].startswith(OPENING)
    assert all(after.startswith(before) for before, after in itertools.pairwise(texts))
    assert len(teams.teams.standing) == 2


async def test_comparison_is_streamed_up_to_its_table(teams: TeamsWorld) -> None:
    teams.brain.seconds, teams.brain.answer_with = 0.12, survey(3)
    await teams.ask()
    final = teams.teams.steps[-1]
    assert final["streamType"] == "final"
    _, second = teams.texts
    assert teams.cards[0]["body"][0]["type"] == "Table"
    assert "Source(s)" in second["text"]
    assert all("Source(s)" not in step["text"] for step in teams.teams.steps)


async def test_stream_that_teams_does_not_allow_costs_nothing(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.12
    teams.teams.statuses, teams.teams.codes = [202, 403], {403: "ContentStreamNotAllowed"}
    await teams.ask()
    (message,) = teams.texts
    assert message["entities"][0]["citation"]
    assert not teams.teams.steps


async def test_stream_that_runs_out_of_time_is_replaced_by_the_whole(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.12
    teams.teams.codes = {
        403: "ContentStreamNotAllowed: Content stream finished due to exceeded streaming time"
    }
    teams.teams.statuses = [202, 201, 201, 403]
    await teams.ask()
    ((stream, message),) = teams.teams.updated
    assert stream == teams.teams.steps[1]["streamId"]
    assert message["entities"][0]["citation"]
    assert not teams.texts


async def test_person_who_stops_the_stream_gets_no_more_of_it(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.12
    teams.teams.codes = {403: "ContentStreamNotAllowed: Content stream was canceled by user"}
    teams.teams.statuses = [202, 201, 201, 403]
    await teams.ask()
    assert not teams.teams.messages
    assert not teams.teams.updated


async def test_edit_that_takes_long_grows_in_the_place_of_the_old_answer(teams: TeamsWorld) -> None:
    await teams.ask()
    teams.brain.seconds = 0.12
    tenant = payload("personal_message", "")["channelData"]
    await teams.ask("And sale?", type="messageUpdate", channelData=tenant | {"eventType": "editMessage"})
    assert not teams.teams.steps
    texts = [activity["text"] for _, activity in teams.teams.updated if activity.get("text")]
    assert texts[0] == "Looking it up …"
    assert texts[-1].startswith(OPENING)
    assert len(teams.teams.standing) == 2


async def test_acknowledgement_does_not_wait_for_the_answer(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.3
    async with asyncio.timeout(0.25):
        assert (await teams.send(payload("personal_message", teams.teams_url))).status == 202
    await teams.settled()
    assert len(teams.texts) == 1
