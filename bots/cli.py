"""The `reggi` command: asks, serves, loads and checks.

Heavy imports stand inside the commands, so that `reggi --help` is quick; bots/start.py wires settings to libraries.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bots.start import Opened
    from config.settings import Settings
    from corpus_loader.load_official import OfficialReport
    from corpus_loader.snapshots import Fetched
    from retrieval.evaluation import ExamQuestion, Score
    from retrieval.records import Answer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="US privacy law, state by state, with a source for every sentence.",
)
EXAMPLE = "Can I use customer data for marketing purposes without violating privacy laws in Minnesota? What are the requirements?"


def _fail(message: str) -> typer.Exit:
    typer.secho(message, err=True, fg=typer.colors.RED)
    return typer.Exit(1)


def _settings() -> Settings:
    from config.settings import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        raise _fail(str(error)) from error
    from bots.logs import configure_logs

    configure_logs(settings.log_format, settings.log_level)
    return settings


def _load(settings: Settings, rebuild: bool = False) -> None:
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
        raise _fail(str(error)) from error
    err.print(
        f"{len(report.jurisdictions)} jurisdictions, {report.laws} laws, {report.sections} sections, {report.statements} statements, "
        f"{report.positions} positions; {report.embedded} embedded, {report.unchanged} unchanged, {report.removed} removed "
        f"in {report.seconds:.1f} s"
    )
    for skipped in report.skipped:
        err.print(f"[red]skipped[/red] {skipped}")


def _ready(settings: Settings) -> None:
    from bots.start import corpus_is_ready

    if not corpus_is_ready(settings):
        _load(settings)


async def _open(settings: Settings) -> Opened:
    from bots.start import open_brain
    from retrieval.errors import RetrievalError

    try:
        return await open_brain(settings)
    except RetrievalError as error:
        raise _fail(str(error)) from error


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="A question in plain words.")] = None,
    jurisdiction: Annotated[
        str | None, typer.Option("--jurisdiction", "-j", help="A postal code, such as NM; beats the text.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    jsonl: Annotated[
        Path | None,
        typer.Option(help="Answer every line of this file of JSON objects, one answer a line."),
    ] = None,
) -> None:
    """Answer a question, or a file of questions."""
    if (question is None) == (jsonl is None):
        raise _fail("Give either a question or --jsonl FILE.")
    settings = _settings()
    if jsonl is not None and not jsonl.is_file():
        raise _fail(f"There is no file {jsonl}.")
    _ready(settings)
    if jsonl is not None:
        raise typer.Exit(asyncio.run(_ask_file(settings, jsonl)))
    answer = asyncio.run(_ask_one(settings, {"question": question, "jurisdiction": jurisdiction}))
    _show(answer, as_json)


async def _ask_one(settings: Settings, row: dict[str, Any]) -> Answer:
    opened = await _open(settings)
    try:
        return await _answer(opened, settings, row)
    finally:
        opened.close()


async def _ask_file(settings: Settings, path: Path) -> int:
    from retrieval.records import answer_as_json

    opened = await _open(settings)
    failed = 0
    try:
        for number, row in _rows(path, "question"):
            answer = await _answer(opened, settings, row)
            failed += "error" in row
            if "error" in row:
                typer.echo(f"{path}:{number}: {row['error']}", err=True)
            typer.echo(json.dumps(answer_as_json(answer), ensure_ascii=False))
    finally:
        opened.close()
    return 1 if failed else 0


def _rows(path: Path, wanted: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSONL file; a line that cannot be read has an `error` in its place."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                row = {"error": f"not JSON: {error}"}
            if not isinstance(row, dict):
                row = {"error": "not a JSON object"}
            elif "error" not in row and not isinstance(row.get(wanted), str):
                row = {**row, wanted: "", "error": f"no text under {wanted!r}"}
            yield number, row


async def _answer(opened: Opened, settings: Settings, row: dict[str, Any]) -> Answer:
    """Return the answer to one row {id, question, history, jurisdiction}; what cannot be read is said so in an Answer."""
    from bots.turn import Note, read_question
    from retrieval.errors import RetrievalError
    from retrieval.records import Answer, Question, Statement

    text, given = str(row.get("question") or ""), row.get("jurisdiction")
    name = None if row.get("id") is None else str(row["id"])
    place = opened.place_of(str(given)) if given else None
    if given and place is None:
        read: Question | Note = Note(
            f"I do not know a US state or territory called “{given}”. Use its postal code, such as NM."
        )
    elif "error" in row:
        read = Note(f"I could not read this line: {row['error']}.")
    else:
        read = read_question(text, dt.date.today(), settings.question_limit)
    if isinstance(read, Note):
        return Answer(
            "help", text[:200], "I could not read that", short_answer=(Statement(read.text, ()),), id=name
        )
    history = tuple(str(h) for h in row.get("history") or ())
    question = Question(read.text, read.asked_on, history, place or read.jurisdiction, id=name)
    try:
        return await opened.brain.answer(question)
    except RetrievalError as error:
        raise _fail(str(error)) from error


def _show(answer: Answer, as_json: bool) -> None:
    if as_json:
        from retrieval.records import answer_as_json

        typer.echo(json.dumps(answer_as_json(answer), ensure_ascii=False, indent=2))
        return
    from bots.terminal import print_reply

    print_reply(answer)


@app.command()
def jurisdictions(
    text: Annotated[str | None, typer.Argument(help="A text to read.")] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="Read the text of every line of this file of JSON objects.")
    ] = None,
) -> None:
    """Say which jurisdictions a text asks about, as JSON: {"jurisdictions": ["CA"], "excluded": []}."""
    if (text is None) == (jsonl is None):
        raise _fail("Give either a text or --jsonl FILE.")
    if jsonl is not None and not jsonl.is_file():
        raise _fail(f"There is no file {jsonl}.")
    _settings()
    from corpus_loader.read_digest import digest_law_names
    from retrieval.jurisdictions import Detector, LawName, registry

    detector = Detector(registry(), tuple(LawName(name, place) for name, place in digest_law_names()))
    rows = _rows(jsonl, "text") if jsonl else iter([(1, {"text": text})])
    failed = False
    for number, row in rows:
        if "error" in row:
            failed = True
            typer.echo(f"{jsonl}:{number}: {row['error']}", err=True)
        found = detector.detect(str(row.get("text") or ""))
        typer.echo(
            json.dumps({"jurisdictions": list(found.codes), "excluded": [d.code for d in found.excluded]})
        )
    raise typer.Exit(1 if failed else 0)


@app.command()
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
    settings = _settings()
    if rebuild or not paths:
        _load(settings, rebuild)
    if paths:
        _ready(settings)
        from bots.official import load_files, size_of
        from corpus_loader.load_official import given_paths

        given = given_paths(paths, _place(jurisdiction), code)
        _load_official(lambda: load_files(settings, given, size_of(paths), dt.date.today(), accept_removals))


def _place(jurisdiction: str | None) -> str | None:
    if jurisdiction is None:
        return None
    from bots.start import place_reader

    place = place_reader()(jurisdiction)
    if place is None:
        raise _fail(
            f"I do not know a US state or territory called “{jurisdiction}”. Use its postal code, such as NM."
        )
    return place


def _load_official(load: Callable[[], OfficialReport]) -> None:
    from rich.console import Console

    from bots.official import print_report
    from corpus_loader.errors import CorpusError
    from retrieval.errors import RetrievalError

    try:
        report = load()
    except (CorpusError, RetrievalError) as error:
        raise _fail(str(error)) from error
    print_report(report, Console())


@app.command()
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
    settings = _settings()
    place = _place(jurisdiction)
    if dry_run:
        from corpus_loader.check import read_digest
        from corpus_loader.sources import pages_of

        pages, left = pages_of(read_digest().laws, place, law)
        for page in pages:
            typer.echo(f"{page.jurisdiction} {page.law_id} {page.url}")
        for unfetched in left:
            typer.echo(f"{unfetched.jurisdiction} {unfetched.law_id} not fetched: {unfetched.why}")
        return
    _ready(settings)
    from bots.official import fetch_and_load

    def tell(fetched: Fetched) -> None:
        state = fetched.error or ("changed" if fetched.fresh else "unchanged")
        typer.echo(f"{fetched.page.url}: {state}", err=True)

    _load_official(
        lambda: asyncio.run(
            fetch_and_load(settings, place, law, contact, dt.date.today(), accept_removals, tell)
        )
    )


@app.command()
def history(
    citation: Annotated[str, typer.Argument(help='A citation or number, e.g. "Minn. Stat. § 325M.14".')],
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Print the text of this day.")
    ] = None,
) -> None:
    """Show the versions kept of a section of official text, or what it said on a day."""
    settings = _settings()
    from rich.console import Console

    from bots.official import print_history

    if not print_history(settings, citation, on.date() if on else None, Console()):
        raise _fail(f"No official text of {citation} is loaded.")


@app.command()
def serve(
    example: Annotated[bool, typer.Option(help="First print one question with its answer.")] = False,
) -> None:
    """Answer in Slack and Teams, on the address of the settings."""
    settings = _settings()
    _ready(settings)
    from bots.errors import BotError

    try:
        asyncio.run(_serve(settings, example))
    except BotError as error:
        raise _fail(str(error)) from error


async def _serve(settings: Settings, example: bool) -> None:
    from bots.channels import channels, page_channel
    from bots.conversations import open_conversations
    from bots.server import build_app, serve

    opened = await _open(settings)
    try:
        if example:
            typer.secho(f"\n{EXAMPLE}\n", bold=True)
            _show(await _answer(opened, settings, {"question": EXAMPLE}), as_json=False)
        for channel in (*channels(settings), page_channel(settings)):
            typer.echo(f"{'on ' if channel.on else 'off'}  {channel.name}: {channel.how}")
        async with open_conversations(settings) as conversations:
            app = build_app(settings, opened.brain, conversations, opened.place_of, library=opened.library)
            await serve(
                app, settings, ready=lambda address: typer.echo(f"Serving on {address}. Stop with Ctrl-C.")
            )
    finally:
        opened.close()


@app.command()
def doctor() -> None:
    """Say of each setting whether it works and what to do where it does not."""
    settings = _settings()
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


@app.command()
def check(
    jurisdiction: Annotated[str | None, typer.Option(help="Only this one, e.g. MN.")] = None,
    digest: Annotated[Path | None, typer.Option(help="Another digest folder.")] = None,
    against: Annotated[
        list[Path] | None, typer.Option(help="Text that no statement may repeat for more than 12 words.")
    ] = None,
    section_index: Annotated[Path | None, typer.Option(help="JSONL file of known section numbers.")] = None,
    gaps: Annotated[bool, typer.Option(help="Also list topics without a position.")] = False,
) -> None:
    """Check the digest: format, references, figures, lengths, closeness to sources."""
    from corpus_loader.check import check_digest
    from corpus_loader.read_digest import DIGEST

    findings = check_digest(digest or DIGEST, jurisdiction, against or (), section_index)
    for finding in findings:
        if finding.level != "gap" or gaps:
            typer.echo(str(finding))
    count = {level: sum(f.level == level for f in findings) for level in ("error", "warning", "gap")}
    typer.echo(f"{count['error']} errors, {count['warning']} warnings, {count['gap']} gaps")
    raise typer.Exit(1 if count["error"] else 0)


@app.command()
def coverage(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    digest: Annotated[Path | None, typer.Option(help="Another digest folder.")] = None,
) -> None:
    """Show what the digest covers, how it was checked, and the gaps."""
    from corpus_loader.coverage import as_json as to_json
    from corpus_loader.coverage import coverage as cover
    from corpus_loader.read_digest import DIGEST

    rows = cover(digest or DIGEST)
    if as_json:
        typer.echo(json.dumps(to_json(rows), indent=2))
        return
    from bots.coverage_picture import print_coverage

    print_coverage(rows)


@app.command()
def sample(
    count: Annotated[int, typer.Option(min=1, help="How many statements.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed draws the same statements.")] = 1,
    jurisdiction: Annotated[str | None, typer.Option(help="Only this one, e.g. MN.")] = None,
) -> None:
    """Draw statements of the digest at random, to be rechecked against their sources."""
    from corpus_loader.sample import draw_facts

    for number, fact in enumerate(draw_facts(count, seed, jurisdiction=jurisdiction), start=1):
        typer.echo(
            f"{number}. {fact.jurisdiction} {fact.citation} ({fact.checked}) {fact.path.name}:{fact.line}"
        )
        typer.echo(f"   {fact.text}\n   {fact.url}\n   {fact.checked_with}")


@app.command("eval")
def evaluate(
    exam: Annotated[Path, typer.Argument(help="An exam file; its format stands in retrieval/evaluation.py.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    earlier: Annotated[Path | None, typer.Option(help="The JSON of an earlier run, shown beside.")] = None,
) -> None:
    """Answer an exam and score the answers."""
    settings = _settings()
    from retrieval.evaluation import ExamError, read_exam

    try:
        questions = read_exam(exam)
        before = json.loads(earlier.read_text(encoding="utf-8")) if earlier else None
    except (ExamError, OSError, ValueError) as error:
        raise _fail(str(error)) from error
    _ready(settings)
    scores = asyncio.run(_score(settings, questions))
    from bots.exam_report import as_json as to_json
    from bots.exam_report import print_exam

    if as_json:
        typer.echo(json.dumps(to_json(scores), ensure_ascii=False, indent=2))
    else:
        print_exam(scores, before)


async def _score(settings: Settings, questions: list[ExamQuestion]) -> list[Score]:
    from retrieval.evaluation import score

    opened = await _open(settings)
    try:
        scores = []
        for q in questions:
            row = {"question": q.question, "history": q.history, "jurisdiction": q.jurisdiction, "id": q.id}
            scores.append(score(q, await _answer(opened, settings, row)))
        return scores
    finally:
        opened.close()


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BrokenPipeError:  # the reader of our output has gone: `reggi … | head`
        sys.stderr.close()
        raise SystemExit(0) from None
