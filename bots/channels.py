"""Which channels these settings switch on, and what is missing for the others.

Says it once for the server, which mounts them, and for whoever starts it, who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from bots.errors import CannotServe
from bots.loopback import is_loopback
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to ask. `paths` are its routes; `how` says how it runs, or how to switch it on."""

    name: str
    on: bool
    paths: tuple[str, ...]
    how: str


def channels(settings: Settings) -> tuple[Channel, ...]:
    """Return Slack and Teams as these settings leave them.

    Raises:
        CannotServe: Teams' local mode on an address that other machines reach.
    """
    return (_slack(settings), _teams(settings))


def page_channel(settings: Settings) -> Channel:
    """Return the page as these settings leave it.

    By itself it is for this machine only; what other machines reach is switched on with open eyes.
    """
    paths = ("/", "/ask", "/coverage")
    if settings.page == "off":
        return Channel("Page", False, paths, "To switch it on, remove REGGI_PAGE=off.")
    if settings.page == "on":
        return Channel(
            "Page", True, paths, "For whoever reaches this address (REGGI_PAGE=on): put a log-in in front."
        )
    if not is_loopback(settings.host):
        return Channel(
            "Page",
            False,
            paths,
            f"Other machines can reach REGGI_HOST={settings.host}. To let them use the page too, set REGGI_PAGE=on "
            "and put a log-in in front.",
        )
    return Channel("Page", True, paths, "In a browser on this machine, at the address below.")


def _slack(settings: Settings) -> Channel:
    paths = ("/slack/events", "/slack/commands", "/slack/interactions")
    token, secret = _is_set(settings.slack_bot_token), _is_set(settings.slack_signing_secret)
    socket = _is_set(settings.slack_app_token)
    many = bool(settings.slack_client_id) and _is_set(settings.slack_client_secret)
    if many and not token:
        if secret:
            return Channel(
                "Slack", True, paths, "Workspaces install it at /slack/install. Signature checked."
            )
        return Channel("Slack", False, paths, "To switch it on, set REGGI_SLACK_SIGNING_SECRET too.")
    if token and (secret or socket):
        over_http = "Events, slash commands and buttons, signature checked."
        over_socket = "Socket Mode: this server connects to Slack; no address of its own is needed."
        return Channel("Slack", True, paths, " ".join([over_http] * secret + [over_socket] * socket))
    missing = [
        name for name, found in (("BOT_TOKEN", token), ("SIGNING_SECRET", secret or socket)) if not found
    ]
    names = " and ".join(f"REGGI_SLACK_{name}" for name in missing)
    only = "" if len(missing) == 2 else " (the other one is set)"
    instead = " Without a public address set REGGI_SLACK_APP_TOKEN instead of the secret." if token else ""
    return Channel("Slack", False, paths, f"To switch it on, set {names}{only}.{instead}")


def _is_set(value: SecretStr | None) -> bool:
    return bool(value and value.get_secret_value().strip())


def _teams(settings: Settings) -> Channel:
    paths = ("/api/messages",)
    if settings.teams_app_id:
        if settings.teams_app_type != "UserAssignedMSI" and not _is_set(settings.teams_app_password):
            return Channel("Teams", False, paths, "To switch it on, set REGGI_TEAMS_APP_PASSWORD too.")
        if settings.teams_app_type != "MultiTenant" and not settings.teams_tenant_id:
            return Channel(
                "Teams",
                False,
                paths,
                "To switch it on, set REGGI_TEAMS_TENANT_ID, or REGGI_TEAMS_APP_TYPE=MultiTenant.",
            )
        allowed = teams_tenants(settings)
        whom = f"{len(allowed)} tenant{'s' * (len(allowed) > 1)}" if allowed else "every tenant"
        local = " Answers may go to this machine (REGGI_TEAMS_LOCAL)." if settings.teams_local else ""
        return Channel("Teams", True, paths, f"Tokens checked. Answers {whom}.{local}")
    if settings.teams_local:
        if not is_loopback(settings.host):
            raise CannotServe(
                f"REGGI_TEAMS_LOCAL without an app id answers anybody who asks, and REGGI_HOST={settings.host} can be "
                "reached from other machines. Set REGGI_HOST=127.0.0.1, or set REGGI_TEAMS_APP_ID and its password."
            )
        return Channel(
            "Teams", True, paths, "Local mode: no credentials, this machine only (Agents Playground)."
        )
    return Channel(
        "Teams",
        False,
        paths,
        "To switch it on, set REGGI_TEAMS_APP_ID, REGGI_TEAMS_APP_PASSWORD and REGGI_TEAMS_TENANT_ID; "
        "to try it on this machine without an account, set REGGI_TEAMS_LOCAL=true.",
    )


def teams_tenants(settings: Settings) -> frozenset[str]:
    """Return the ids of the tenants that are answered in Teams, in small letters; none means all.

    A bot of one tenant answers that one unless others are named, so that an app handed on answers no strangers.
    """
    named = (tenant.strip().lower() for tenant in settings.teams_tenants.split(","))
    allowed = frozenset(tenant for tenant in named if tenant)
    if allowed or settings.teams_app_type == "MultiTenant" or not settings.teams_tenant_id:
        return allowed
    return frozenset({settings.teams_tenant_id.strip().lower()})
