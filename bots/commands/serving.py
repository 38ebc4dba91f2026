"""`reggi serve`, `reggi doctor` and `reggi teams-package`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.commands.asking import answer_row, show
from bots.commands.shared import fail, make_ready, open_or_fail, read_settings

if TYPE_CHECKING:
    from config.settings import Settings


EXAMPLE = "Can I use customer data for marketing purposes without violating privacy laws in Minnesota? What are the requirements?"


def serve(
    example: Annotated[bool, typer.Option(help="First print one question with its answer.")] = False,
) -> None:
    """Answer in Slack and Teams, on the address of the settings."""
    settings = read_settings()
    make_ready(settings)
    from bots.errors import BotError

    try:
        asyncio.run(_serve(settings, example))
    except BotError as error:
        raise fail(str(error)) from error


async def _serve(settings: Settings, example: bool) -> None:
    from bots.channels import channels, page_channel
    from bots.conversations import open_conversations
    from bots.server import build_app, serve

    opened = await open_or_fail(settings)
    try:
        if example:
            typer.secho(f"\n{EXAMPLE}\n", bold=True)
            show(await answer_row(opened, settings, {"question": EXAMPLE}), as_json=False)
        for channel in (*channels(settings), page_channel(settings)):
            typer.echo(f"{'on ' if channel.on else 'off'}  {channel.name}: {channel.how}")
        async with open_conversations(settings) as conversations:
            app = build_app(settings, opened.brain, conversations, opened.place_of, library=opened.library)
            await serve(
                app, settings, ready=lambda address: typer.echo(f"Serving on {address}. Stop with Ctrl-C.")
            )
    finally:
        opened.close()


def doctor() -> None:
    """Say of each setting whether it works and what to do where it does not."""
    settings = read_settings()
    from rich.console import Console
    from rich.table import Table

    from bots.doctor import examine, setting_values

    console = Console()
    findings = examine(settings)
    table = Table("", "part", "finding", box=None)
    for finding in findings:
        table.add_row(
            {True: "[green]ok[/green]", False: "[red]!![/red]", None: "off"}[finding.ok],
            finding.part,
            finding.what,
        )
    values = Table("setting", "value", "what it is", box=None)
    for row in setting_values(settings):
        values.add_row(*row)
    console.print(table)
    console.print()
    console.print(values)
    raise typer.Exit(1 if any(f.ok is False for f in findings) else 0)


def teams_package(
    url: Annotated[
        str,
        typer.Option(help="Public https address of whoever runs Reggi, for example https://reggi.your.org"),
    ],
    out: Annotated[Path, typer.Option(help="Where to write the package.")] = Path("reggi-teams.zip"),
    version: Annotated[str, typer.Option(help="Must grow with every upload of a change.")] = "1.0.0",
    developer: Annotated[str, typer.Option(help="Name that Teams shows as the app's developer.")] = "",
    follow_ups: Annotated[
        bool, typer.Option("--follow-ups", help="Ask teams and chats for messages without a mention too.")
    ] = False,
) -> None:
    """Build and check the app package that is uploaded to Microsoft Teams."""
    from bots.teams.package import PackageRefused, build

    settings = read_settings()
    try:
        package = build(settings.teams_app_id or "", url, version, developer, follow_ups)
        out.write_bytes(package)
    except PackageRefused as error:
        raise fail(str(error)) from error
    except OSError as error:
        raise fail(f"I cannot write {out} ({error.strerror}).") from error
    typer.echo(
        f"{out}: {len(package):,} bytes, checked. Upload it in Teams under Apps, Manage your apps, Upload an app."
    )
