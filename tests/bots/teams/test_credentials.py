"""How the bot logs in, by its settings; and which settings switch Teams on."""

from __future__ import annotations

from typing import Any

import pytest
from botframework.connector.auth import MicrosoftAppCredentials
from pydantic import SecretStr

from bots.channels import channels, teams_tenants
from bots.teams import credentials as ours
from bots.teams.credentials import Identity, KeptCredentials, ManagedIdentity, credentials_of
from tests.bots.conftest import settings_of

SCOPE = "https://api.botframework.com"
SECRET: dict[str, Any] = {"teams_app_id": "app", "teams_app_password": SecretStr("s3cret")}


@pytest.mark.parametrize(
    ("kind", "tenant"), [("SingleTenant", "our-tenant"), ("MultiTenant", "botframework.com")]
)
async def test_secret_is_presented_to_the_right_tenant(kind: str, tenant: str) -> None:
    settings = settings_of(teams_app_type=kind, teams_tenant_id="our-tenant", **SECRET)
    made = await credentials_of(settings).create_credentials("app", SCOPE, settings.teams_login_url, True)
    assert isinstance(made, MicrosoftAppCredentials)
    assert made.microsoft_app_password == "s3cret"
    assert tenant in made.oauth_endpoint


async def test_managed_identity_asks_azure_for_the_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Azure:
        def acquire_token_for_client(self, resource: str) -> dict[str, str]:
            asked.append(resource)
            return {"access_token": "from azure"} if len(asked) == 1 else {"error": "identity_not_found"}

    settings = settings_of(teams_app_id="app", teams_app_type="UserAssignedMSI")
    factory = credentials_of(settings)
    assert isinstance(factory, ManagedIdentity)
    made = await factory.create_credentials("app", SCOPE, "", True)
    assert isinstance(made, Identity)
    made.app = Azure()
    assert made.get_access_token() == "from azure"
    assert asked == [SCOPE]
    with pytest.raises(PermissionError, match="managed identity"):
        made.get_access_token()
    kept = KeptCredentials(factory)
    monkeypatch.setattr(ours.Identity, "get_access_token", lambda self: "token")
    first = await kept.create_credentials("app", SCOPE, "", True)
    assert await kept.create_credentials("app", SCOPE, "", True) is first


@pytest.mark.parametrize(
    ("values", "on", "how"),
    [
        ({"teams_app_id": "a", "teams_app_type": "UserAssignedMSI", "teams_tenant_id": "T"}, True, "Answers 1 tenant."),
        ({"teams_app_id": "a", "teams_app_type": "UserAssignedMSI"}, False, "REGGI_TEAMS_TENANT_ID"),
        ({"teams_app_id": "a", "teams_app_type": "MultiTenant"}, False, "REGGI_TEAMS_APP_PASSWORD"),
        ({**SECRET, "teams_app_type": "MultiTenant"}, True, "Answers every tenant."),
        ({**SECRET, "teams_app_type": "MultiTenant", "teams_tenants": "a, B,,a"}, True, "Answers 2 tenants."),
        ({**SECRET, "teams_tenant_id": "T"}, True, "Answers 1 tenant."),
        ({}, False, "REGGI_TEAMS_LOCAL"),
    ],
)  # fmt: skip
def test_settings_say_whether_teams_is_on_and_for_whom(values: dict[str, Any], on: bool, how: str) -> None:
    _, teams = channels(settings_of(**values))
    assert teams.on is on
    assert how in teams.how


def test_tenants_named_take_the_place_of_the_bots_own() -> None:
    assert teams_tenants(settings_of(teams_tenant_id="T")) == {"t"}
    assert teams_tenants(settings_of(teams_tenant_id="T", teams_tenants="x,Y")) == {"x", "y"}
    assert teams_tenants(settings_of(teams_tenant_id="T", teams_app_type="MultiTenant")) == frozenset()
