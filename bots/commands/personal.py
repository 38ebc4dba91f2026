"""`reggi forget`, `reggi export`, `reggi inbox` and `reggi key`: what is kept of people, and what waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bots.commands.shared import fail, read_settings

if TYPE_CHECKING:
    from bots.conversations import SqlConversations

_Found = TypeVar("_Found")

User = Annotated[
    str | None,
    typer.Option("--user", help="A person's id: Slack's member id (U…), Teams' Entra object id."),
]
Workspace = Annotated[
    str | None,
    typer.Option(help="Only in this workspace, as platform:id, e.g. slack:T0123 or teams:TENANT-ID."),
]


def forget(user: User = None, workspace: Workspace = None) -> None:
    """Delete everything kept of a person, or of a whole workspace; feedback holds nothing of either and stays."""
    if user is None and workspace is None:
        raise fail("Say who: --user ID, --workspace platform:ID, or both.")
    platform, tenant = _workspace(workspace)

    async def gone(kept: SqlConversations) -> dict[str, int]:
        from bots.personal import erase_person, erase_workspace

        if user is not None:
            return await erase_person(kept.database, user, platform, tenant)
        return {"everything": await erase_workspace(kept.database, str(platform), str(tenant))}

    found = _with_database(gone)
    typer.echo(
        f"{sum(found.values())} rows deleted: " + ", ".join(f"{n} {table}" for table, n in found.items())
    )


def export(user: User = None, workspace: Workspace = None) -> None:
    """Print everything kept of a person, as JSON."""
    if user is None:
        raise fail("Say who: --user ID.")
    platform, tenant = _workspace(workspace)

    async def shown(kept: SqlConversations) -> dict[str, Any]:
        from bots.personal import export_person

        return await export_person(kept.database, user, platform, tenant)

    typer.echo(json.dumps(_with_database(shown), ensure_ascii=False, indent=2))


def inbox() -> None:
    """Say how many questions wait, are worked on and were set aside."""

    async def looked(kept: SqlConversations) -> str:
        depth = await kept.inbox.depth()
        return (
            f"{depth.waiting} waiting, {depth.claimed} under way, {depth.set_aside} set aside; "
            f"the oldest has waited {depth.oldest:.0f} s"
        )

    typer.echo(_with_database(looked))


def key() -> None:
    """Print a new key for REGGI_DATABASE_KEY, which encrypts the tokens of Slack workspaces."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


def _workspace(given: str | None) -> tuple[str | None, str | None]:
    if given is None:
        return None, None
    platform, _, tenant = given.partition(":")
    if platform not in ("slack", "teams") or not tenant:
        raise fail(f"Write the workspace as slack:T0123 or teams:TENANT-ID, not “{given}”.")
    return platform, tenant


def _with_database(work: Callable[[SqlConversations], Awaitable[_Found]]) -> _Found:
    from bots.conversations import open_conversations
    from bots.errors import BotError

    settings = read_settings()

    async def run() -> _Found:
        async with open_conversations(settings) as kept:
            return await work(kept)

    try:
        return asyncio.run(run())
    except BotError as error:
        raise fail(str(error)) from error
