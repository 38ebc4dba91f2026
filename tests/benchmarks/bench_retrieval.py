"""How often the controlling section is among the first 1, 3, 5 and 10 found: our ranking beside plain searches.

Questions: those of tests/eval/exam.jsonl (or of the exam given as an argument) that ask about one state and name a
section that must be cited. Every search is told the jurisdiction; the plain ones get the earlier questions of a
conversation in front of the question.

The digest is searched section by section. With REGGI_TEST_STATUTES (a folder of JSONL records {jurisdiction,
citation, title, text}) official text is searched too, cut into chunks as our loader cuts it, for those questions whose
controlling section it holds; session laws (`kind` "act") are old law and left out of the plain searches. Our ranking
orders sections of the digest: official text loaded beside it adds nearness, so a section in official text alone is
never ranked; that is why there is no row of ours for official text alone.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from plain_searches import DEPTH, PlainSearches, Search, Text

from bots.start import Opened, load_corpus, open_brain
from config.settings import Settings
from corpus_loader.chunks import chunks_of
from retrieval.evaluation import ExamQuestion, read_exam, same_section
from retrieval.law_names import LawNames
from retrieval.ranking import rank
from retrieval.record_rows import embedded_text
from retrieval.records import Detection, Jurisdictions, Question
from retrieval.understand import understand

EXAM = Path(__file__).parents[1] / "eval" / "exam.jsonl"
STATUTES = "REGGI_TEST_STATUTES"
CUTS = (1, 3, 5, 10)
TODAY = dt.date(2026, 11, 21)
Find = Callable[[ExamQuestion], Awaitable[list[str]]]


def asked_questions(path: Path) -> list[ExamQuestion]:
    """Return the questions of an exam about one state with a section that must be cited."""
    return [q for q in read_exam(path) if q.must_cite and q.jurisdictions and len(q.jurisdictions) == 1]


def place_of(question: ExamQuestion) -> str:
    """Return the one jurisdiction of a question."""
    return (question.jurisdictions or ("",))[0]


def recall(found: Sequence[str], groups: tuple[tuple[str, ...], ...], cut: int) -> float:
    """Return the share of the groups of which one citation stands among the first `cut` found."""
    near = found[:cut]
    return sum(any(same_section(c, e) for e in group for c in near) for group in groups) / len(groups)


async def our_ranking(opened: Opened) -> Find:
    """Return our search: the question understood, its evidence, and the order of sections in the ranking."""
    names = LawNames(await opened.library.law_names())

    async def find(q: ExamQuestion) -> list[str]:
        code = place_of(q)
        places = Jurisdictions(found=(Detection(code, opened.names[code], None, "argument"),))
        asked = Question(q.question, TODAY, q.history, code)
        understood = understand(
            asked, places, names.find(q.question, places.codes), opened.library.topics.likeness
        )
        ranked = rank(await opened.library.find(understood), code)
        sections = dict.fromkeys((r.entry.passage.key, r.entry.passage.citation) for r in ranked)
        return [citation for _, citation in sections][:DEPTH]

    return find


def plainly(search: Search) -> Find:
    """Return a plain search as one that takes a question of the exam."""

    async def find(q: ExamQuestion) -> list[str]:
        return search(" ".join((*q.history, q.question)), place_of(q))

    return find


async def row(name: str, find: Find, questions: Sequence[ExamQuestion]) -> None:
    """Run all questions twice, the first time to warm up, and print one line of the table."""
    for q in questions:
        await find(q)
    began = time.perf_counter()
    found = [await find(q) for q in questions]
    ms = (time.perf_counter() - began) / len(questions) * 1e3
    shares = [
        sum(recall(f, q.must_cite, cut) for f, q in zip(found, questions, strict=True)) / len(questions)
        for cut in CUTS
    ]
    print(f"{name:<44}" + "".join(f"{share:8.3f}" for share in shares) + f"{ms:10.2f}")


def heading(title: str) -> None:
    """Print the head of a table."""
    print(f"\n{title}\n{'':<44}" + "".join(f"{'R@' + str(cut):>8}" for cut in CUTS) + f"{'ms/query':>10}")


async def plain_rows(searches: PlainSearches, questions: Sequence[ExamQuestion]) -> None:
    """Print the lines of the plain searches."""
    await row("plain LangChain recipe", plainly(searches.recipe), questions)
    await row("BM25", plainly(searches.bm25), questions)
    await row("plain recipe + BM25, fused by rank", plainly(searches.fused), questions)


async def digest_texts(opened: Opened) -> list[Text]:
    """Return the digest's sections as our store embeds them."""
    return [
        Text(code, passage.citation, embedded_text(passage))
        for code in await opened.store.jurisdictions()
        for passages in (await opened.library.catalogue(code)).laws.values()
        for passage in passages
    ]


def statute_files(folder: Path) -> list[Path]:
    """Return the files of official text: one a jurisdiction, named for it ("MN.jsonl")."""
    return sorted(p for p in folder.glob("*.jsonl") if len(p.stem) == 2)


def official_texts(files: Sequence[Path]) -> list[Text]:
    """Return chunks of the sections and excerpts of files, each with its title in front; session laws left out."""
    records = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Text(r["jurisdiction"], r["citation"], f"{r['title']}. {r['text'][c.start : c.end]}")
        for r in records
        if r.get("kind") != "act"
        for c in chunks_of(r["text"])
    ]


def held_by(texts: Sequence[Text], questions: Sequence[ExamQuestion]) -> list[ExamQuestion]:
    """Return the questions whose controlling sections are among the texts of their state."""
    cited: dict[str, set[str]] = {}
    for text in texts:
        cited.setdefault(text.jurisdiction, set()).add(text.citation)
    return [q for q in questions if recall(list(cited.get(place_of(q), ())), q.must_cite, len(texts)) == 1.0]


def load_statutes(settings: Settings, files: Sequence[Path]) -> None:
    """Load official text beside the digest and print what came of it."""
    from bots.official import load_files, size_of
    from corpus_loader.load_official import given_paths

    report = load_files(settings, given_paths(files), size_of(files), TODAY)
    print(
        f"\nofficial text: {report.files} files, {report.sections} sections, {report.chunks} chunks loaded beside the "
        f"digest in {report.seconds:.1f} s; {report.set_aside} set aside, {len(report.skipped)} skips"
    )


async def measure(base: Path, exam: Path) -> None:
    """Print both tables; stores are made below `base`."""
    questions = asked_questions(exam)
    opened = await open_brain(Settings(data_dir=base / "digest"))
    ours = await our_ranking(opened)
    texts = await digest_texts(opened)
    held = held_by(texts, questions)
    heading(
        f"digest: {len(texts):,} sections; n = {len(questions)} questions, the digest holds the section of {len(held)}"
    )
    await row("our ranking", ours, questions)
    model = opened.library.model
    await plain_rows(PlainSearches(texts, model, base / "plain-digest"), questions)
    if STATUTES not in os.environ:
        print(f"\nofficial text: not measured, {STATUTES} names no folder")
    else:
        files = statute_files(Path(os.environ[STATUTES]))
        both = Settings(data_dir=base / "both")
        load_corpus(both)
        load_statutes(both, files)
        official = official_texts(files)
        held = held_by(official, questions)
        heading(
            f"official text: {len(official):,} chunks; n = {len(held)} questions whose section stands in it"
        )
        beside = await open_brain(both)
        await row("our ranking, digest and official text", await our_ranking(beside), held)
        await row("our ranking, digest alone, same questions", ours, held)
        beside.close()
        await plain_rows(PlainSearches(official, model, base / "plain-official"), held)
    opened.close()


def main(exam: Path = EXAM) -> None:
    """Load the shipped digest into a folder of its own and measure with an exam's questions."""
    with tempfile.TemporaryDirectory() as folder:
        load_corpus(Settings(data_dir=Path(folder) / "digest"))
        asyncio.run(measure(Path(folder), exam))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAM)
