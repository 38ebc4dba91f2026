"""What no database takes is taken out at the door; the question is answered all the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bots.storable import storable
from tests.bots import fake_slack
from tests.bots.conftest import SlackWorld
from tests.bots.fake_teams import payload
from tests.bots.teams_server import teams_server

_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(exclude_categories=()))),
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.text(st.characters(exclude_categories=())), inner)
    ),
    max_leaves=10,
)


@given(_json)
def test_everything_can_be_stored_afterwards(value: Any) -> None:
    told = json.dumps(storable(value), ensure_ascii=False)
    assert "\\u0000" not in told
    told.encode("utf-8")


@given(st.text())
def test_what_can_be_stored_stays_as_it_is(text: str) -> None:
    plain = text.replace("\x00", "")
    assert storable({"a": [plain, {"b": plain}]}) == {"a": [plain, {"b": plain}]}


def test_pairs_of_surrogates_are_letters_and_stay() -> None:
    assert storable(json.loads('"\\ud83d\\ude00 \\ud83d x\\u0000"')) == "\U0001f600 \ufffd x"


async def test_question_with_half_a_letter_is_answered_in_slack(slack: SlackWorld) -> None:
    body = fake_slack.payload("app_mention")
    body["event"]["text"] = "<@U0REGGI> Can I sell data \ud83d in\x00 Minnesota?"
    response = await slack.event(body)
    assert response.status == 200
    await slack.settled()
    assert [q.text for q in slack.brain.asked] == ["Can I sell data \ufffd in Minnesota?"]


async def test_ids_that_cannot_be_stored_are_no_fault_in_teams() -> None:
    async with teams_server() as server:
        activity = payload("personal_message", server.teams_url)
        activity["channelData"] = {"tenant": {"id": "\ud800\x00"}}
        response = await server.http.post(
            f"{server.url}/api/messages",
            data=json.dumps(activity),
            headers={"Content-Type": "application/json"},
        )
        assert response.status == 202
        await server.settled()
        assert len(server.brain.asked) == 1
        assert server.teams.messages
