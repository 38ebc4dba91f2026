"""`reggi backup` and `reggi restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bots.commands.shared import fail, read_settings


def backup(
    target: Annotated[Path, typer.Argument(help="File to write, e.g. reggi-2026-11-21.tar.gz.")],
) -> None:
    """Keep the data folder in one file, while Reggi runs."""
    settings = read_settings()
    from bots.backup import BackupError, back_up

    try:
        report = back_up(settings, target)
    except BackupError as error:
        raise fail(str(error)) from error
    elsewhere = (
        "" if report.database else " The database named in REGGI_DATABASE_URL is not in it: use pg_dump."
    )
    typer.echo(
        f"{target}: {report.files} files, {report.size / 1e6:.1f} MB, {report.seconds:.1f} s.{elsewhere}"
    )


def restore(source: Annotated[Path, typer.Argument(help="A file that `reggi backup` wrote.")]) -> None:
    """Bring the data folder back from a backup; it must be empty, and Reggi stopped."""
    settings = read_settings()
    from bots.backup import BackupError
    from bots.backup import restore as bring_back

    try:
        report = bring_back(settings, source)
    except BackupError as error:
        raise fail(str(error)) from error
    typer.echo(
        f"{settings.data_dir}: {report.files} files checked and brought back in {report.seconds:.1f} s."
    )
