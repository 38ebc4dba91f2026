"""`reggi ask` and `reggi jurisdictions`."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bots.commands.shared import fail, make_ready, open_or_fail, read_settings

if TYPE_CHECKING:
    from bots.start import Opened
    from config.settings import Settings
    from retrieval.records import Answer


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
    _check_given("a question", question, jsonl)
    settings = read_settings()
    make_ready(settings)
    if jsonl is not None:
        raise typer.Exit(asyncio.run(_ask_file(settings, jsonl)))
    answer = asyncio.run(_ask_one(settings, {"question": question, "jurisdiction": jurisdiction}))
    show(answer, as_json)


def _check_given(what: str, text: str | None, jsonl: Path | None) -> None:
    if (text is None) == (jsonl is None):
        raise fail(f"Give either {what} or --jsonl FILE.")
    if jsonl is not None and not jsonl.is_file():
        raise fail(f"There is no file {jsonl}.")


async def _ask_one(settings: Settings, row: dict[str, Any]) -> Answer:
    opened = await open_or_fail(settings)
    try:
        return await answer_row(opened, settings, row)
    finally:
        opened.close()


async def _ask_file(settings: Settings, path: Path) -> int:
    from retrieval.records import answer_as_json

    opened = await open_or_fail(settings)
    failed = 0
    try:
        for number, row in rows_of(path, "question"):
            answer = await answer_row(opened, settings, row)
            failed += "error" in row
            if "error" in row:
                typer.echo(f"{path}:{number}: {row['error']}", err=True)
            typer.echo(json.dumps(answer_as_json(answer), ensure_ascii=False))
    finally:
        opened.close()
    return 1 if failed else 0


def rows_of(path: Path, wanted: str) -> Iterator[tuple[int, dict[str, Any]]]:
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


async def answer_row(opened: Opened, settings: Settings, row: dict[str, Any]) -> Answer:
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
        raise fail(str(error)) from error


def show(answer: Answer, as_json: bool) -> None:
    """Print an answer for people, or as JSON."""
    if as_json:
        from retrieval.records import answer_as_json

        typer.echo(json.dumps(answer_as_json(answer), ensure_ascii=False, indent=2))
        return
    from bots.terminal import print_reply

    print_reply(answer)


def jurisdictions(
    text: Annotated[str | None, typer.Argument(help="A text to read.")] = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="Read the text of every line of this file of JSON objects.")
    ] = None,
) -> None:
    """Say which jurisdictions a text asks about, as JSON: {"jurisdictions": ["CA"], "excluded": []}."""
    _check_given("a text", text, jsonl)
    read_settings()
    from corpus_loader.read_digest import digest_law_names
    from retrieval.jurisdictions import Detector, LawName, registry

    detector = Detector(registry(), tuple(LawName(name, place) for name, place in digest_law_names()))
    rows = rows_of(jsonl, "text") if jsonl else iter([(1, {"text": text})])
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
