"""Which channels these settings switch on, and what is missing for the others.

Says it once for the server, which mounts them, and for whoever starts it, who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    wanted = {
        "REGGI_SLACK_BOT_TOKEN": settings.slack_bot_token,
        "REGGI_SLACK_SIGNING_SECRET": settings.slack_signing_secret,
    }
    missing = [name for name, value in wanted.items() if not (value and value.get_secret_value().strip())]
    if missing:
        only = "" if len(missing) == len(wanted) else " (the other one is set)"
        return Channel("Slack", False, paths, f"To switch it on, set {' and '.join(missing)}{only}.")
    return Channel("Slack", True, paths, "Events, slash commands and buttons, signature checked.")


def _teams(settings: Settings) -> Channel:
    paths = ("/api/messages",)
    if settings.teams_app_id:
        if not (settings.teams_app_password and settings.teams_app_password.get_secret_value().strip()):
            return Channel("Teams", False, paths, "To switch it on, set REGGI_TEAMS_APP_PASSWORD too.")
        if settings.teams_app_type == "SingleTenant" and not settings.teams_tenant_id:
            return Channel(
                "Teams",
                False,
                paths,
                "To switch it on, set REGGI_TEAMS_TENANT_ID, or REGGI_TEAMS_APP_TYPE=MultiTenant.",
            )
        local = " Answers may go to this machine (REGGI_TEAMS_LOCAL)." if settings.teams_local else ""
        return Channel("Teams", True, paths, f"Tokens checked.{local}")
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
