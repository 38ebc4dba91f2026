"""What the commands share: settings read, the store made ready, errors told. Heavy imports stand inside the functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bots.start import Opened
    from config.settings import Settings


def fail(message: str) -> typer.Exit:
    """Print what went wrong on standard error; return the end of the command, to be raised."""
    typer.secho(message, err=True, fg=typer.colors.RED)
    return typer.Exit(1)


def read_settings() -> Settings:
    """Return the settings, with the log set up by them; wrong ones end the command."""
    from config.settings import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        raise fail(str(error)) from error
    from bots.logs import configure_logs, secrets_of

    configure_logs(settings.log_format, settings.log_level, secrets_of(settings), settings.log_words)
    return settings


def load_law(settings: Settings, rebuild: bool = False) -> None:
    """Load the corpus with a progress bar on standard error; print what was done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bots.start import load_corpus
    from corpus_loader.errors import CorpusError
    from retrieval.errors import RetrievalError

    err = Console(stderr=True)
    try:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=err,
        ) as bar:
            task = bar.add_task("Loading the law", total=None)
            report = load_corpus(
                settings,
                rebuild,
                lambda done, total, place: bar.update(
                    task, completed=done, total=total, description=f"Loading {place}"
                ),
            )
            bar.update(task, completed=report.embedded or 1, total=report.embedded or 1, description="Loaded")
    except (CorpusError, RetrievalError) as error:
        raise fail(str(error)) from error
    err.print(
        f"{len(report.jurisdictions)} jurisdictions, {report.laws} laws, {report.sections} sections, {report.statements} statements, "
        f"{report.positions} positions; {report.embedded} embedded, {report.unchanged} unchanged, {report.removed} removed "
        f"in {report.seconds:.1f} s"
    )
    for skipped in report.skipped:
        err.print(f"[red]skipped[/red] {skipped}")


def make_ready(settings: Settings) -> None:
    """Load the corpus where the store does not hold that of this version."""
    from bots.start import corpus_is_ready
    from retrieval.errors import RetrievalError

    try:
        is_ready = corpus_is_ready(settings)
    except RetrievalError as error:
        raise fail(str(error)) from error
    if not is_ready:
        load_law(settings)


async def open_or_fail(settings: Settings) -> Opened:
    """Return the brain over the loaded corpus; one that cannot answer ends the command."""
    from bots.start import open_brain
    from retrieval.errors import RetrievalError

    try:
        return await open_brain(settings)
    except RetrievalError as error:
        raise fail(str(error)) from error


def place_named(jurisdiction: str | None) -> str | None:
    """Return the code of the jurisdiction of an option; one that is not known ends the command."""
    if jurisdiction is None:
        return None
    from bots.start import place_reader

    place = place_reader()(jurisdiction)
    if place is None:
        raise fail(
            f"I do not know a US state or territory called “{jurisdiction}”. Use its postal code, such as NM."
        )
    return place
