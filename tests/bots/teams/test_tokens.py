"""Every kind of token that is not Teams' own gets 401 or 403, the good ones 2xx, and tenants that are not ours stay out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.teams.service_urls import is_allowed
from tests.bots.fake_teams import APP_ID, ISSUER, TENANT, mint, payload
from tests.bots.teams.conftest import BotPassword, CheckedTeamsWorld, TeamsWorld, world

NONE = None
BAD: dict[str, dict[str, Any]] = {
    "no header": {"header": NONE},
    "empty bearer": {"header": "Bearer "},
    "garbage": {"header": "Bearer abc.def.ghi"},
    "basic scheme": {"header": "Basic dTpw"},
    "wrong audience": {"aud": "someone-else"},
    "wrong issuer": {"iss": "https://evil.example"},
    "expired 10 minutes ago": {"expires": -600, "begins": -4000},
    "not yet valid, 20 minutes": {"begins": 1200},
    "wrong key, known kid": {"key": "other"},
    "unknown kid": {"key": "other", "kid": "zzz"},
    "HS256": {"key": "hs256"},
    "alg none": {"key": "none"},
    "other serviceurl claim": {"serviceurl": "http://evil.example/"},
    "no serviceurl claim": {"serviceurl": None},
    "channel not endorsed": {"channel": "slackish"},
    "no kid": {"kid": None},
    "no audience": {"aud": None},
}
GOOD: dict[str, dict[str, Any]] = {
    "valid": {},
    "expired 2 minutes ago, within 5 minutes of skew": {"expires": -120, "begins": -4000},
}


async def answered(teams: CheckedTeamsWorld, how: dict[str, Any]) -> int:
    """Send a message with such a token; return the status."""
    how = {"serviceurl": teams.teams_url} | how
    body = payload("personal_message", teams.teams_url)
    body["channelId"] = how.pop("channel", "msteams")
    if "header" in how:
        header = how["header"]
        response = await teams.send(body, **({} if header is None else {"Authorization": header}))
    else:
        response = await teams.send(body, mint(**how))
    await teams.settled()
    return response.status


def test_there_are_seventeen() -> None:
    assert len(BAD) == 17


@pytest.mark.parametrize("name", BAD)
async def test_bad_token_gets_401_or_403(checked_teams: CheckedTeamsWorld, name: str) -> None:
    assert await answered(checked_teams, BAD[name]) in {401, 403}
    assert not checked_teams.brain.asked
    assert not checked_teams.teams.sent


@pytest.mark.parametrize("name", GOOD)
async def test_good_token_gets_2xx_and_an_answer(checked_teams: CheckedTeamsWorld, name: str) -> None:
    assert await answered(checked_teams, GOOD[name]) == 202
    assert len(checked_teams.texts) == 1


@pytest.mark.parametrize("name", BAD)
async def test_bad_token_presses_nothing(checked_teams: CheckedTeamsWorld, name: str) -> None:
    teams, how = checked_teams, {"serviceurl": checked_teams.teams_url} | BAD[name]
    body = payload("personal_message", teams.teams_url) | {
        "type": "invoke",
        "name": "composeExtension/fetchTask",
    }
    body["channelId"] = how.pop("channel", "msteams")
    if "header" in how:
        response = await teams.send(
            body, **({} if how["header"] is None else {"Authorization": how["header"]})
        )
    else:
        response = await teams.send(body, mint(**how))
    assert response.status in {401, 403}


async def test_good_token_is_let_in_and_the_answer_carries_our_own(checked_teams: CheckedTeamsWorld) -> None:
    here = checked_teams
    body = payload("personal_message", here.teams_url)
    response = await here.send(body, mint(serviceurl=here.teams_url))
    assert response.status == 202
    await here.settled()
    assert len(here.texts) == 1
    assert here.teams.authorization == ["Bearer bot-token"] * 3


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer a b", "Basic dTpw", "bearer x", "Bearer  x"]
)
async def test_header_that_is_no_bearer_token_gets_401(
    checked_teams: CheckedTeamsWorld, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    here = checked_teams
    response = await here.send(payload("personal_message", here.teams_url), **headers)
    assert response.status == 401
    assert await response.json() == {"error": "request refused"}
    assert not here.brain.asked


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"expires": -600, "begins": -4000}, 401),
        ({"begins": 1200}, 401),
        ({"key": "other"}, 401),
        ({"kid": "zzz"}, 403),
        ({"kid": None}, 403),
        ({"key": "hs256"}, 403),
        ({"key": "none"}, 403),
        ({"aud": "someone-else"}, 403),
        ({"aud": None}, 403),
        ({"aud": ["5d6b1a2e-0000-4000-8000-00000000abcd"]}, 403),
        ({"iss": "https://evil.example"}, 403),
        ({"iss": None}, 403),
        ({"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"}, 503),  # its keys are not served here
        ({"serviceurl": "http://evil.example/"}, 403),
        ({"serviceurl": None}, 403),
        ({"exp": "soon"}, 401),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else str(value),
)  # fmt: skip
async def test_bad_token_is_refused(
    checked_teams: CheckedTeamsWorld, how: dict[str, object], status: int
) -> None:
    here = checked_teams
    token = mint(**({"serviceurl": here.teams_url} | how))  # type: ignore[arg-type]
    response = await here.send(payload("personal_message", here.teams_url), token)
    assert response.status == status
    await here.settled()
    assert not here.brain.asked


@pytest.mark.parametrize("token", ["abc.def.ghi", "x", "e30.e30.", "a.b.c.d", "ä.ö.ü"])
async def test_garbage_instead_of_a_token_gets_401(checked_teams: CheckedTeamsWorld, token: str) -> None:
    here = checked_teams
    assert (await here.send(payload("personal_message", here.teams_url), token)).status in {401, 403}


async def test_channel_the_key_may_not_sign_for_is_refused(checked_teams: CheckedTeamsWorld) -> None:
    here = checked_teams
    body = payload("personal_message", here.teams_url) | {"channelId": "slackish"}
    assert (await here.send(body, mint(serviceurl=here.teams_url))).status == 403


async def test_no_token_is_read_from_the_body(checked_teams: CheckedTeamsWorld) -> None:
    here = checked_teams
    body = payload("personal_message", here.teams_url) | {"Authorization": f"Bearer {mint(iss=ISSUER)}"}
    assert (await here.send(body)).status == 401


async def test_unreachable_keys_ask_for_another_try(checked_teams: CheckedTeamsWorld) -> None:
    here = checked_teams
    here.teams.keys_down = True
    body = payload("personal_message", here.teams_url)
    assert (await here.send(body, mint(serviceurl=here.teams_url))).status == 503
    here.teams.keys_down = False
    assert (await here.send(body, mint(serviceurl=here.teams_url))).status == 202
    await here.settled()


async def test_keys_are_fetched_once_and_unknown_ids_do_not_fetch_them_again(
    checked_teams: CheckedTeamsWorld,
) -> None:
    here = checked_teams
    body = payload("personal_message", here.teams_url)
    for kid in ("good", "zzz", "yyy", "good"):
        await here.send(body, mint(kid=kid, serviceurl=here.teams_url))
    assert here.teams.key_fetches == 1
    await here.settled()


async def test_bot_logs_in_once_for_many_answers(checked_teams: CheckedTeamsWorld) -> None:
    here = checked_teams
    for number in range(5):
        body = payload("personal_message", here.teams_url) | {"id": str(number)}
        await here.send(body, mint(serviceurl=here.teams_url))
    await here.settled()
    assert len(here.texts) == 5
    assert here.password.made == 1


@pytest.fixture
async def strangers() -> AsyncIterator[CheckedTeamsWorld]:
    """Reggi with the tokens checked, for another tenant than the one that asks."""
    async for made in world(CheckedTeamsWorld, BotPassword(), frozenset({"11111111-aaaa"})):
        yield made


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"channelData": {}, "conversation": {"id": "c", "tenantId": TENANT}},
        {"channelData": {}, "conversation": {"id": "c"}},
        {"channelData": {"tenant": {"id": ["11111111-aaaa"]}}, "conversation": {"id": "c"}},
        {"type": "invoke", "name": "adaptiveCard/action"},
        {"type": "installationUpdate", "action": "add"},
    ],
)
async def test_tenant_that_is_not_ours_is_refused(
    strangers: CheckedTeamsWorld, change: dict[str, Any]
) -> None:
    body = payload("personal_message", strangers.teams_url) | change
    response = await strangers.send(body, mint(serviceurl=strangers.teams_url))
    assert response.status == 403
    await strangers.settled()
    assert not strangers.teams.sent


async def test_tenant_is_ours_in_any_spelling(strangers: CheckedTeamsWorld) -> None:
    tenant = {"tenant": {"id": "11111111-AAAA"}}
    body = payload("personal_message", strangers.teams_url) | {"channelData": tenant}
    assert (await strangers.send(body, mint(serviceurl=strangers.teams_url))).status == 202
    await strangers.settled()


async def test_local_mode_knows_no_account(teams: TeamsWorld) -> None:
    """Without an app id there is nothing that a token could be for: one that is sent is not looked at."""
    assert (await teams.send(payload("personal_message", teams.teams_url), mint(aud=APP_ID))).status == 202
    await teams.settled()
    assert teams.teams.authorization == [None, None, None]
    assert not is_allowed("http://192.168.0.5/", local=True)
