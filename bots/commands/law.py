"""`reggi load`, `reggi fetch` and `reggi history`: the law that answers are made of."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.commands.shared import fail, load_law, make_ready, place_named, read_settings

if TYPE_CHECKING:
    from corpus_loader.load_official import OfficialReport
    from corpus_loader.snapshots import Fetched


def load(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Official text: files, folders, zip or tar archives. Without any, the digest."),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option(help="Drop the store first, for example after changing the embedding model.")
    ] = False,
    jurisdiction: Annotated[str | None, typer.Option(help="Whose law the files are, e.g. MN.")] = None,
    code: Annotated[
        str | None, typer.Option(help='How it is cited before "§", e.g. "Cal. Civ. Code".')
    ] = None,
    accept_removals: Annotated[
        bool, typer.Option(help="Load a file that holds less than half of the sections it held.")
    ] = False,
) -> None:
    """Load the digest, or official text from files; only what changed is embedded."""
    settings = read_settings()
    if rebuild or not paths:
        load_law(settings, rebuild)
    if paths:
        make_ready(settings)
        from bots.official import load_files, size_of
        from corpus_loader.load_official import given_paths

        given = given_paths(paths, place_named(jurisdiction), code)
        _load_official(lambda: load_files(settings, given, size_of(paths), dt.date.today(), accept_removals))


def _load_official(load: Callable[[], OfficialReport]) -> None:
    from rich.console import Console

    from bots.official import print_report
    from corpus_loader.errors import CorpusError
    from retrieval.errors import RetrievalError

    try:
        report = load()
    except (CorpusError, RetrievalError) as error:
        raise fail(str(error)) from error
    print_report(report, Console())


def fetch(
    jurisdiction: Annotated[str | None, typer.Option(help="Only this one, e.g. MN.")] = None,
    law: Annotated[
        str | None, typer.Option(help="Only this law of the digest, e.g. consumer-data-privacy-act.")
    ] = None,
    contact: Annotated[
        str,
        typer.Option(
            envvar="REGGI_FETCH_CONTACT",
            help="E-mail or web address for the user agent, so that a site can complain.",
        ),
    ] = "",
    accept_removals: Annotated[
        bool, typer.Option(help="Load a page that holds less than half of the sections it held.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--list", help="Only list the pages, and the laws that cannot be fetched.")
    ] = False,
) -> None:
    """Fetch the official pages of the digest's laws, politely, and load what changed."""
    settings = read_settings()
    place = place_named(jurisdiction)
    if dry_run:
        from corpus_loader.check import read_digest
        from corpus_loader.sources import pages_of

        pages, left = pages_of(read_digest().laws, place, law)
        for page in pages:
            typer.echo(f"{page.jurisdiction} {page.law_id} {page.url}")
        for unfetched in left:
            typer.echo(f"{unfetched.jurisdiction} {unfetched.law_id} not fetched: {unfetched.why}")
        return
    make_ready(settings)
    from bots.official import fetch_and_load

    def tell(fetched: Fetched) -> None:
        state = fetched.error or ("changed" if fetched.fresh else "unchanged")
        typer.echo(f"{fetched.page.url}: {state}", err=True)

    _load_official(
        lambda: asyncio.run(
            fetch_and_load(settings, place, law, contact, dt.date.today(), accept_removals, tell)
        )
    )


def history(
    citation: Annotated[str, typer.Argument(help='A citation or number, e.g. "Minn. Stat. § 325M.14".')],
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Print the text of this day.")
    ] = None,
) -> None:
    """Show the versions kept of a section of official text, or what it said on a day."""
    settings = read_settings()
    from rich.console import Console

    from bots.official import print_history

    if not print_history(settings, citation, on.date() if on else None, Console()):
        raise fail(f"No official text of {citation} is loaded.")
