"""Every kind of token that is not Teams' own gets 401 or 403, the good ones 2xx, and tenants that are not ours stay out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.teams.service_urls import is_allowed
from tests.bots.fake_teams import APP_ID, TENANT, mint, payload
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
