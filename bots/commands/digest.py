"""`reggi check`, `reggi coverage`, `reggi sample` and `reggi eval`: for those who keep the digest."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.commands.asking import answer_row
from bots.commands.shared import fail, make_ready, open_or_fail, read_settings

if TYPE_CHECKING:
    from config.settings import Settings
    from retrieval.evaluation import ExamQuestion, Score


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


def evaluate(
    exam: Annotated[Path, typer.Argument(help="An exam file; its format stands in retrieval/evaluation.py.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    earlier: Annotated[Path | None, typer.Option(help="The JSON of an earlier run, shown beside.")] = None,
) -> None:
    """Answer an exam and score the answers."""
    settings = read_settings()
    from retrieval.evaluation import ExamError, read_exam

    try:
        questions = read_exam(exam)
        before = json.loads(earlier.read_text(encoding="utf-8")) if earlier else None
    except (ExamError, OSError, ValueError) as error:
        raise fail(str(error)) from error
    make_ready(settings)
    scores = asyncio.run(_score(settings, questions))
    from bots.exam_report import as_json as to_json
    from bots.exam_report import print_exam

    if as_json:
        typer.echo(json.dumps(to_json(scores), ensure_ascii=False, indent=2))
    else:
        print_exam(scores, before)


async def _score(settings: Settings, questions: list[ExamQuestion]) -> list[Score]:
    from retrieval.evaluation import score

    opened = await open_or_fail(settings)
    try:
        scores = []
        for q in questions:
            row = {"question": q.question, "history": q.history, "jurisdiction": q.jurisdiction, "id": q.id}
            scores.append(score(q, await answer_row(opened, settings, row)))
        return scores
    finally:
        opened.close()
