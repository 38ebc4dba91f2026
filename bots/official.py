"""`reggi load PATH…`, `reggi fetch` and `reggi history`: official text, wired to the settings and printed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bots.start import publish_corpus, store_folder
from config.settings import Settings

if TYPE_CHECKING:
    from corpus_loader.changes import Change
    from corpus_loader.load_official import Given, OfficialReport
    from corpus_loader.snapshots import Fetched

_LISTED = 20
"""Added and skipped sections named on the screen; changed and removed ones are all shown."""


def load_files(
    settings: Settings,
    files: Iterable[Given],
    total_bytes: int,
    today: dt.date,
    accept_removals: bool = False,
) -> OfficialReport:
    """Load files of official text with a progress bar on standard error.

    Raises:
        CorpusError, StoreUnavailable, StoreMismatch: see corpus_loader/load_official.py.
    """
    from corpus_loader.check import read_digest
    from corpus_loader.load_official import load_official
    from retrieval.chroma_store import ChromaStore
    from retrieval.embeddings import embedding_model
    from retrieval.jurisdictions import registry

    store = ChromaStore(store_folder(settings), settings.embedding, settings.search_threads)
    names = {place.code: place.name for place in registry().places}
    began = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("Loading official text", total=total_bytes or None)

            def show(done: int, sections: int, chunks: int, name: str) -> None:
                rate = sections / max(time.perf_counter() - began, 0.001)
                bar.update(
                    task,
                    completed=done,
                    description=f"{sections:,} sections, {rate:,.0f}/s  {escape(name[-40:])}",
                )

            report = load_official(
                store, embedding_model(settings.embedding), settings.data_dir, files, read_digest(), names, today, accept_removals, show
            )  # fmt: skip
        publish_corpus(settings, store)
        return report
    finally:
        store.close()


def print_report(report: OfficialReport, console: Console) -> None:
    """Print what a load did: counts, every change with old and new text side by side, every skip."""
    console.print(
        f"{report.files} files ({report.files_unchanged} unchanged), {report.sections} sections: {report.count('added')} added, "
        f"{report.count('changed')} changed, {report.count('removed')} removed, {report.unchanged} unchanged, {report.duplicates} twice, "
        f"{report.other_days} for other days, {report.set_aside} set aside; {report.chunks} chunks embedded in {report.seconds:.1f} s"
    )
    if report.left_out:
        console.print("No law, left out: " + ", ".join(f"{n} × {kind}" for kind, n in report.left_out))
    added = [c for c in report.changes if c.kind == "added"]
    for change in added[:_LISTED]:
        console.print(f"[green]added[/green] {escape(change.citation)} {escape(change.heading)}")
    if len(added) > _LISTED:
        console.print(f"[green]added[/green] and {len(added) - _LISTED} more")
    for change in report.changes:
        if change.kind != "added":
            _print_change(change, console)
    for skipped in report.skipped:
        console.print(f"[red]set aside[/red] {escape(str(skipped))}")


def _print_change(change: Change, console: Console) -> None:
    from corpus_loader.changes import side_by_side

    console.print(
        f"[yellow]{change.kind}[/yellow] {escape(change.citation)} {escape(change.heading)} ({escape(change.source)})"
    )
    if change.kind == "changed":
        for old, mark, new in side_by_side(change.old, change.new):
            console.print(f"    {escape(old):<62} {mark} {escape(new)}", soft_wrap=True)
    for said in change.rests:
        console.print(f"    [bold]review[/bold] {escape(said)}", soft_wrap=True)


def print_history(settings: Settings, citation: str, on: dt.date | None, console: Console) -> bool:
    """Print the versions kept of a section, or its text on a day; return whether there are any."""
    from retrieval.generations import live_folder
    from retrieval.versions import FILE, Versions, text_on

    folder = live_folder(store_folder(settings))
    if not (folder / FILE).exists():
        return False
    versions = Versions(folder)
    try:
        found = versions.named(citation)
    finally:
        versions.close()
    if on is not None:
        for key in dict.fromkeys(v.key for v in found):
            held = text_on([v for v in found if v.key == key], on)
            if held is None:
                console.print(f"{escape(found[0].citation)}: no text is kept for {on.isoformat()}")
            else:
                console.print(
                    f"[bold]{escape(held.citation)}[/bold] {escape(held.heading)}, as of {on.isoformat()}\n{escape(held.text)}\n{escape(held.history)}"
                )
        return bool(found)
    for v in found:
        dates = f"in force {v.in_force_from or '?'} to {v.in_force_to or 'now'}; loaded {v.loaded_on}"
        state = "current" if v.current else f"until {v.ended_on}" if v.ended_on else "kept beside"
        console.print(
            f"[bold]{escape(v.citation)}[/bold] {escape(v.heading)} ({state})\n    {dates}; {escape(v.source)} {escape(v.url)}",
            soft_wrap=True,
        )
    return bool(found)


def size_of(paths: Iterable[Path]) -> int:
    """Return the bytes of files below paths, for the progress bar; archives count as they lie."""
    return sum(
        p.stat().st_size
        for path in paths
        for p in (path.rglob("*") if path.is_dir() else [path])
        if p.is_file()
    )


async def fetch_and_load(
    settings: Settings, jurisdiction: str | None, law: str | None, contact: str, today: dt.date, accept_removals: bool,
    tell: Callable[[Fetched], None],
) -> OfficialReport:  # fmt: skip
    """Fetch the pages of the digest's laws and load them.

    Raises:
        CorpusError, StoreUnavailable, StoreMismatch: see corpus_loader/fetch.py and load_official.py.
    """
    from corpus_loader.check import read_digest
    from corpus_loader.fetch import fetch_pages
    from corpus_loader.snapshots import Snapshots
    from corpus_loader.sources import pages_of

    wanted, _ = pages_of(read_digest().laws, jurisdiction, law)
    with Snapshots(settings.data_dir / "snapshots") as snapshots:
        fetched = await fetch_pages(wanted, snapshots, contact, tell)
        given = [snapshots.given(page) for page in fetched]
    return load_files(settings, given, sum(len(g.data) for g in given), today, accept_removals)
