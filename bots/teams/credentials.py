"""How the bot logs in: with a client secret, or as a managed identity, which needs none."""

from __future__ import annotations

import asyncio

from botframework.connector.auth import (
    AppCredentials,
    ManagedIdentityAppCredentials,
    ManagedIdentityServiceClientCredentialsFactory,
    PasswordServiceClientCredentialFactory,
    ServiceClientCredentialsFactory,
)

from config.settings import Settings


class KeptCredentials(ServiceClientCredentialsFactory):  # type: ignore[misc]
    """Another factory's credentials, kept.

    The SDK's factory makes new ones for each turn, whose cache is empty: that would be a log-in per answer.
    """

    def __init__(self, factory: ServiceClientCredentialsFactory) -> None:
        self._factory = factory
        self._kept: dict[tuple[str, str], AppCredentials] = {}

    async def is_valid_app_id(self, app_id: str) -> bool:
        return bool(await self._factory.is_valid_app_id(app_id))

    async def is_authentication_disabled(self) -> bool:
        return bool(await self._factory.is_authentication_disabled())

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> AppCredentials:
        kept = self._kept.get((app_id, oauth_scope))
        if kept is None:
            made = await self._factory.create_credentials(
                app_id, oauth_scope, login_endpoint, validate_authority
            )
            kept = self._kept.setdefault((app_id, oauth_scope), made)
        if app_id:
            # Logs in where that is due, here and in a thread: the SDK would do it in the event loop.
            await asyncio.to_thread(kept.get_access_token)
        return kept


class ManagedIdentity(ManagedIdentityServiceClientCredentialsFactory):  # type: ignore[misc]
    """The user-assigned identity that Azure gives the machine; its client id is the bot's app id."""

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> AppCredentials:
        return Identity(app_id, oauth_scope)


class Identity(ManagedIdentityAppCredentials):  # type: ignore[misc]
    """The SDK's credentials, which end in a KeyError where Azure refuses the token."""

    def get_access_token(self, force_refresh: bool = False) -> str:
        try:
            return str(super().get_access_token(force_refresh))
        except KeyError as error:
            raise PermissionError("Azure gave this machine no token for the managed identity") from error


def credentials_of(settings: Settings) -> ServiceClientCredentialsFactory:
    """Return how these settings log in."""
    app_id = settings.teams_app_id or ""
    if settings.teams_app_type == "UserAssignedMSI" and app_id:
        return ManagedIdentity(app_id)
    password = settings.teams_app_password.get_secret_value() if settings.teams_app_password else ""
    tenant = settings.teams_tenant_id if settings.teams_app_type == "SingleTenant" else None
    return PasswordServiceClientCredentialFactory(app_id, password, tenant)
