"""Check the digest: format, references, figures, lengths, and closeness to text it was written from.

Each check returns findings with file and line; `error` findings fail the build, `gap` findings are honest holes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from corpus_loader.errors import DigestError
from corpus_loader.read_digest import (
    DIGEST,
    SURVEY_LAW,
    Law,
    PositionsFile,
    digest_files,
    read_law,
    read_positions,
)
from retrieval.records import Passage
from retrieval.topics import all_topics

STATEMENT_WORDS = 60
POSITION_WORDS = 60
FIRST_POSITION_WORDS = 48
RUN_WORDS = 12
"""A longer run of words in common with official text or notes counts as copied."""

_FIGURE = re.compile(r"\$?\d[\d,]*(?:\.\d+)*")
_WORD = re.compile(r"[a-z0-9]+")
_SECTION_NUMBER = re.compile(r"\d[\w.:-]*\d|\d+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error`), to look at (`warning`) or to know (`gap`)."""

    path: Path
    line: int
    level: Literal["error", "warning", "gap"]
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.level}: {self.message}"


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything read, and what could not be."""

    laws: tuple[Law, ...]
    positions: tuple[PositionsFile, ...]
    broken: tuple[Finding, ...]


def read_digest(root: Path = DIGEST, jurisdiction: str | None = None) -> Digest:
    """Return all laws and positions below `root`; a broken file becomes a finding, the rest is read."""
    laws, positions, broken = [], [], []
    law_paths, position_paths = digest_files(root, jurisdiction)
    for path in law_paths:
        try:
            laws.append(read_law(path))
        except (DigestError, UnicodeDecodeError) as error:
            broken.append(
                Finding(path, getattr(error, "line", 1), "error", getattr(error, "reason", str(error)))
            )
    for path in position_paths:
        try:
            positions.append(read_positions(path))
        except (DigestError, UnicodeDecodeError) as error:
            broken.append(
                Finding(path, getattr(error, "line", 1), "error", getattr(error, "reason", str(error)))
            )
    return Digest(tuple(laws), tuple(positions), tuple(broken))


def _figures(text: str) -> set[str]:
    return {f.strip("$").replace(",", "").rstrip(".") for f in _FIGURE.findall(text)}


def _check_law(law: Law) -> Iterator[Finding]:
    topics = all_topics()
    for section, line in zip(law.sections, law.lines, strict=True):
        if unknown := [t for t in section.topics if t not in topics]:
            yield Finding(law.path, line, "error", f"unknown topics {unknown}")
        if not section.topics:
            yield Finding(law.path, line, "error", "no topic on the section or its statements")
        if section.in_force_from and section.in_force_to and section.in_force_to < section.in_force_from:
            yield Finding(law.path, line, "error", "ends before it begins")
        for statement in section.statements:
            if (words := len(statement.text.split())) > STATEMENT_WORDS:
                yield Finding(
                    law.path, line, "error", f"{words} words in one statement: {statement.text[:50]!r}"
                )
            if not statement.text.rstrip().endswith((".", "?", "”", '"', ")")):
                yield Finding(law.path, line, "error", f"not a full sentence: {statement.text[-50:]!r}")


def _check_positions(file: PositionsFile, sections: dict[tuple[str, str, str], Passage]) -> Iterator[Finding]:
    topics = all_topics()
    seen: list[str] = []
    for position, line in zip(file.positions, file.lines, strict=True):
        if position.topic not in topics:
            yield Finding(file.path, line, "error", f"unknown topic {position.topic!r}")
            continue
        if position.topic in seen:
            yield Finding(file.path, line, "error", f"a second position on {position.topic}")
        seen.append(position.topic)
        asks = topics[position.topic].verdict_asks
        if position.verdict is not None and not asks:
            yield Finding(
                file.path, line, "error", f"{position.topic} asks no yes/no question: the verdict is info"
            )
        if position.verdict is None and asks:
            yield Finding(file.path, line, "error", f"needs yes, no or conditional: {asks}")
        for number, statement in enumerate(position.statements):
            limit = FIRST_POSITION_WORDS if number == 0 else POSITION_WORDS
            if (words := len(statement.text.split())) > limit:
                yield Finding(
                    file.path, line, "error", f"{words} words (at most {limit}): {statement.text[:50]!r}"
                )
            known = {str(position.reviewed.year)}
            for key in statement.rests_on:
                if key[1] == SURVEY_LAW:
                    known |= _figures(position.reviewed.isoformat()) | _figures(statement.text)
                elif key not in sections:
                    yield Finding(file.path, line, "error", f"no such section: {'/'.join(key[:2])}#{key[2]}")
                else:
                    p = sections[key]
                    known |= _figures(f"{p.text} {p.citation} {p.title} {p.law} {' '.join(p.short_names)}")
                    for day in (
                        p.in_force_from,
                        p.in_force_to,
                        *(d for s in p.statements for d in (s.in_force_from, s.in_force_to)),
                    ):
                        known |= _figures(day.isoformat()) | {str(day.day), str(day.year)} if day else set()
            if missing := sorted(_figures(statement.text) - known):
                yield Finding(
                    file.path,
                    line,
                    "error",
                    f"figures {missing} of {position.topic} stand in no cited section",
                )
    order = [t for t in topics if t in seen]
    if [t for t in seen if t in topics] != order:
        yield Finding(file.path, 1, "warning", "positions are not in the order of config/topics.toml")
    for topic in topics:
        if topic not in seen:
            yield Finding(file.path, 1, "gap", f"no position on {topic}")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'").replace("'", ""))


def shingles(texts: Iterable[str], length: int = RUN_WORDS + 1) -> set[int]:
    """Return the hashes of every run of `length` words in `texts`."""
    found: set[int] = set()
    for text in texts:
        words = _words(text)
        found.update(hash(tuple(words[i : i + length])) for i in range(len(words) - length + 1))
    return found


def texts_of(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the text of every .jsonl, .md and .txt file below `paths`."""
    for root in paths:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.suffix == ".jsonl":
                for line in path.read_text(encoding="utf-8").splitlines():
                    yield str(json.loads(line).get("text", ""))
            elif path.suffix in (".md", ".txt"):
                yield path.read_text(encoding="utf-8", errors="replace")


def _closeness(
    statements: Iterable[tuple[Path, int, str]], names: set[str], body: set[int]
) -> Iterator[Finding]:
    masks = sorted(names, key=len, reverse=True)
    for path, line, text in statements:
        for name in masks:
            if name in text:
                text = text.replace(name, " ¶ ")
        for part in text.split("¶"):
            words = _words(part)
            for i in range(len(words) - RUN_WORDS):
                if hash(tuple(words[i : i + RUN_WORDS + 1])) in body:
                    yield Finding(
                        path,
                        line,
                        "error",
                        f"too close to a source: {' '.join(words[i : i + RUN_WORDS + 1])!r}",
                    )
                    break


def _known_numbers(law: Law, index: dict[str, set[str]]) -> Iterator[Finding]:
    known = index.get(law.jurisdiction, set())
    for section, line in zip(law.sections, law.lines, strict=True):
        numbers = _SECTION_NUMBER.findall(section.citation)
        if law.sections[0].kind == "statute" and known and not any(n in known for n in numbers):
            yield Finding(
                law.path, line, "warning", f"{section.citation} is not in the index of section numbers"
            )


def read_section_index(path: Path) -> dict[str, set[str]]:
    """Return the known section numbers by jurisdiction from a JSONL file of {jurisdiction, section}."""
    index: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        index.setdefault(row["jurisdiction"], set()).add(str(row["section"]))
    return index


def check_digest(
    root: Path = DIGEST,
    jurisdiction: str | None = None,
    against: Iterable[Path] = (),
    section_index: Path | None = None,
) -> list[Finding]:
    """Return every finding in the digest below `root`, in file order.

    `against` are files or folders of text that no statement may repeat for more than 12 words;
    `section_index` is a JSONL file of known section numbers.
    """
    digest = read_digest(root, jurisdiction)
    federal = (
        read_digest(root, "US").laws
        if jurisdiction and jurisdiction.upper() != "US" and (root / "us").exists()
        else ()
    )
    sections = {p.key: p for law in (*digest.laws, *federal) for p in law.sections}
    findings = list(digest.broken)
    for law in digest.laws:
        findings.extend(_check_law(law))
    for file in digest.positions:
        findings.extend(_check_positions(file, sections))
    if section_index:
        index = read_section_index(section_index)
        for law in digest.laws:
            findings.extend(_known_numbers(law, index))
    if against := tuple(against):
        body = shingles(texts_of(against))
        names = {n for law in (*digest.laws, *federal) for n in (law.name, *law.short_names)}
        said = [
            (law.path, line, s.text)
            for law in digest.laws
            for p, line in zip(law.sections, law.lines, strict=True)
            for s in p.statements
        ]
        said += [
            (file.path, line, s.text)
            for file in digest.positions
            for p, line in zip(file.positions, file.lines, strict=True)
            for s in p.statements
        ]
        findings.extend(_closeness(said, names, body))
    return sorted(findings, key=lambda f: (str(f.path), f.line))
