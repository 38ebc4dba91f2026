"""JSON and JSONL: records of sections, by the field names that published data sets use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from corpus_loader.dates import effective_dates
from corpus_loader.documents import Document, Section, Skip
from corpus_loader.encodings import decode
from corpus_loader.errors import UnreadableFile
from corpus_loader.headings import NUMBER, bare, compound, read_heading, status_of
from corpus_loader.spans import find_span, flat_json
from corpus_loader.subsections import parts_of

_NUMBER = ("number", "section", "section_number", "sectionNumber", "num", "id")
_HEADING = ("heading", "title", "catchline", "section_title", "name")
_TEXT = ("text", "content", "body", "full_text")
_URL = ("official_url", "source_url", "url", "mirror_url")
_RANGE = re.compile(r"^(?:to|through)\s+(?P<through>[\d][\w.:-]*?)\.?\s*[-–—]?\s+(?P<rest>.*)$")


def _first(record: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(
        (
            str(record[n]).strip()
            for n in names
            if isinstance(record.get(n), str | int) and str(record[n]).strip()
        ),
        "",
    )


def _records(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield (path, record) of every object that carries a text, in order, at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from _records(item, path)
    elif isinstance(value, dict):
        if any(isinstance(value.get(n), str) for n in _TEXT):
            yield path, value
            return
        own = _first(value, ("title", "name", "path", "chapter"))
        for child in value.values():
            if isinstance(child, list | dict):
                yield from _records(child, (*path, *_path(own)))


def _path(given: str) -> tuple[str, ...]:
    """Return the levels of a path; "title-title-42-trade/chapter-chapter-743jj-privacy" in words."""
    levels = [level for level in given.split("/") if level]
    if len(levels) > 1 and " " not in given:
        levels = [re.sub(r"^(\w+)-\1-", r"\1-", level).replace("-", " ").capitalize() for level in levels]
    return tuple(levels)


def _number_in(citation: str) -> str:
    """Return the section number of a citation: what follows the last "§", else its only number of several parts, or ""."""
    if "§" in citation:
        head = read_heading(citation.rpartition("§")[2].strip())
        match = re.match(NUMBER, citation.rpartition("§")[2].strip())
        return head.number if head else bare(match[0]) if match else ""
    several = [n for n in re.findall(NUMBER, re.sub(r"\([^)]*\)", "", citation)) if compound(n)]
    return bare(several[0]) if len(several) == 1 else ""


def _section(path: tuple[str, ...], record: dict[str, Any], line: int) -> Section:
    citation = _first(record, ("citation", "cite"))
    given = _first(record, _NUMBER) or citation
    heading = _first(record, _HEADING)
    head = read_heading(given)
    through = head.through if head else ""
    if match := _RANGE.match(heading):
        through, heading = bare(match["through"]), match["rest"]
    text = "\n".join(" ".join(x.split()) for x in _first(record, _TEXT).split("\n") if x.strip())
    history = _first(record, ("history", "source_note", "credits"))
    first, last = effective_dates(f"{heading} {text[:200] if text.startswith('(Note') else ''}", history)
    kind: Literal["section", "excerpt", "act"] = {"excerpt": "excerpt", "act": "act"}.get(
        str(record.get("kind")), "section"
    )  # type: ignore[assignment]
    return Section(
        number=head.number if head else _number_in(citation) if citation else bare(given), through=through, heading=heading.strip(" ."), text=text, path=path,
        parts=parts_of(text), history=history, status=status_of(heading, text), in_force_from=first, in_force_to=last, line=line,
        citation=citation, jurisdiction=str(record.get("jurisdiction") or ""), url=_first(record, _URL), kind=kind, note=_first(record, ("note",)),
    )  # fmt: skip


def read_json(data: bytes) -> Document:
    """Return the records of a JSON file as sections; spans count characters of the decoded file.

    Raises:
        UnreadableFile: it is not JSON, is nested too deeply, or no object in it carries a text.
    """
    text, encoding = decode(data)
    try:
        value = json.loads(text)
        found = list(_records(value))
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"not JSON: {error.msg}", error.lineno) from error
    except RecursionError:
        raise UnreadableFile("JSON nested too deeply") from None
    if not found:
        raise UnreadableFile(f"no object with a text ({', '.join(_TEXT)}) in this JSON")
    flat, at, sections = flat_json(text), 0, []
    for path, record in found:
        section = _section(path, record, 0)
        if place := find_span(flat, section.text, at):
            span, at = place
            section = replace(section, span=span, line=text.count("\n", 0, span[0]) + 1)
        sections.append(section)
    return Document("json", text, encoding, sections=tuple(sections))


def read_jsonl(data: bytes) -> Document:
    """Return one section a line; a line that is no object with a text is set aside with its number.

    Raises:
        UnreadableFile: no line can be read.
    """
    text, encoding = decode(data)
    sections, skips, start = [], [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                skips.append(Skip("", number, f"not JSON: {error}"))
            else:
                if not isinstance(record, dict) or not _first(record, _TEXT):
                    skips.append(Skip("", number, f"no text ({', '.join(_TEXT)}) in this record"))
                else:
                    section = _section((), record, number)
                    place = find_span(flat_json(line), section.text)
                    span = (place[0][0] + start, place[0][1] + start) if place else None
                    sections.append(replace(section, span=span))
        start += len(line) + 1
    if not sections and not skips:
        raise UnreadableFile("the file is empty")
    return Document("jsonl", text, encoding, sections=tuple(sections), skips=tuple(skips))
