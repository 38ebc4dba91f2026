"""Read the digest: Markdown files of laws and positions, in the format of digest/README.md.

A file is read whole or refused with its line: nothing is dropped quietly.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from corpus_loader.errors import DigestError
from retrieval.records import Checked, Governs, LawStatement, Passage, Position, PositionStatement, Verdict

DIGEST = Path(__file__).parent / "digest"
POSITIONS = "positions.md"
SURVEY_LAW = "survey"
"""`law_id` of the passages that stand for "looked for and not found on this day"."""

_HEADING = re.compile(r"^## (?P<number>\S.*?) — (?P<title>\S.*)$")
_POSITION_HEADING = re.compile(r"^## (?P<topic>[a-z-]+): (?P<verdict>yes|no|conditional|info)$")
_META = re.compile(
    r"^(?P<key>topics|checked|checked_with|url|citation|in_force_from|in_force_to|governs): (?P<value>\S.*)$"
)
_TAGS = re.compile(r"^\{(?P<tags>[^}]*)\}\s+")
_REFS = re.compile(r"\s*\[(?P<refs>[^\[\]]+)\]$")
_LAW_KEYS = {
    "name", "short_names", "citation", "cite_as", "kind", "governs", "topics", "in_force_from", "in_force_to",
    "url", "reviewed", "checked", "checked_with",
}  # fmt: skip
_REQUIRED = (
    "name",
    "citation",
    "cite_as",
    "kind",
    "governs",
    "url",
    "reviewed",
    "checked",
    "checked_with",
)


@dataclass(frozen=True, slots=True)
class Law:
    """One law of the digest with its sections in file order."""

    jurisdiction: str
    law_id: str
    path: Path
    name: str
    short_names: tuple[str, ...]
    citation: str
    checked_with: str
    sections: tuple[Passage, ...]
    lines: tuple[int, ...]  # line of each section's heading


@dataclass(frozen=True, slots=True)
class PositionsFile:
    """One jurisdiction's positions and where each stands."""

    jurisdiction: str
    path: Path
    positions: tuple[Position, ...]
    lines: tuple[int, ...]


def section_key(number: str) -> str:
    """Return the key of a section heading: "§ 325M.14" is "325M.14", "§§ 60-62" is "60-62"."""
    return re.sub(r"[§\s]+", " ", number).strip().replace(" ", "-")


def _front_matter(path: Path, text: str) -> tuple[dict[str, Any], int]:
    if not text.startswith("+++\n"):
        raise DigestError(path, 1, "the file must begin with TOML between two lines of +++")
    end = text.find("\n+++\n", 3)
    if end < 0:
        raise DigestError(path, 1, "the front matter is not closed by a line of +++")
    try:
        return tomllib.loads(text[4:end]), text.count("\n", 0, end + 5)
    except tomllib.TOMLDecodeError as error:
        raise DigestError(path, 1, f"the front matter is not TOML: {error}") from error


def _date(path: Path, line: int, value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError as error:
        raise DigestError(path, line, f"not a date (YYYY-MM-DD): {value!r}") from error


def _tags(path: Path, line: int, text: str) -> tuple[str, tuple[str, ...], dt.date | None, dt.date | None]:
    """Split "{penalties; until 2026-01-31} Text" into text, topics, from and until."""
    match = _TAGS.match(text)
    if match is None:
        return text, (), None, None
    topics: tuple[str, ...] = ()
    first = last = None
    for part in (p.strip() for p in match["tags"].split(";")):
        if part.startswith("from "):
            first = _date(path, line, part[5:])
        elif part.startswith("until "):
            last = _date(path, line, part[6:])
        elif part:
            topics = tuple(t.strip() for t in part.split(",") if t.strip())
    return text[match.end() :], topics, first, last


def _bullets(path: Path, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return (line, text) of each "- " bullet, continuation lines joined."""
    bullets: list[tuple[int, str]] = []
    for number, line in lines:
        if line.startswith("- "):
            bullets.append((number, line[2:].strip()))
        elif line.startswith("  ") and line.strip() and bullets:
            bullets[-1] = (bullets[-1][0], bullets[-1][1] + " " + line.strip())
        elif line.strip():
            raise DigestError(path, number, f"neither a heading, a known key nor a bullet: {line[:60]!r}")
    return bullets


def _blocks(path: Path, text: str, skip: int) -> list[tuple[int, str, list[tuple[int, str]]]]:
    """Return (line, heading, lines below) of each "## " block after the front matter."""
    blocks: list[tuple[int, str, list[tuple[int, str]]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if number <= skip:
            continue
        if line.startswith("## "):
            blocks.append((number, line.rstrip(), []))
        elif blocks:
            blocks[-1][2].append((number, line.rstrip()))
        elif line.strip():
            raise DigestError(path, number, "text before the first section heading")
    return blocks


def _law_meta(path: Path, meta: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(meta) - _LAW_KEYS:
        raise DigestError(path, 1, f"unknown keys in the front matter: {sorted(unknown)}")
    if missing := [key for key in _REQUIRED if key not in meta]:
        raise DigestError(path, 1, f"missing in the front matter: {missing}")
    for key in ("in_force_from", "in_force_to", "reviewed"):
        if key in meta and not isinstance(meta[key], dt.date):
            raise DigestError(path, 1, f"{key} must be a TOML date without quotes")
    if meta["kind"] not in ("statute", "regulation", "case_law"):
        raise DigestError(path, 1, f"kind is statute, regulation or case_law, not {meta['kind']!r}")
    if meta["governs"] not in get_args(Governs):
        raise DigestError(path, 1, f"governs is one of {get_args(Governs)}, not {meta['governs']!r}")
    if meta["checked"] not in get_args(Checked):
        raise DigestError(path, 1, f"checked is one of {get_args(Checked)}, not {meta['checked']!r}")
    if not str(meta["url"]).startswith("https://"):
        raise DigestError(path, 1, "url must be an https:// address")
    return meta


def read_law(path: Path) -> Law:
    """Return one law file as its sections.

    Raises:
        DigestError: the file breaks the format; says the line and why.
    """
    text = path.read_text(encoding="utf-8")
    raw, skip = _front_matter(path, text)
    meta = _law_meta(path, raw)
    jurisdiction = path.parent.name.upper()
    sections: list[Passage] = []
    lines: list[int] = []
    for line, heading, below in _blocks(path, text, skip):
        match = _HEADING.match(heading)
        if match is None:
            raise DigestError(path, line, "a section heading reads '## § 1.2 — Title' (with an em dash)")
        own: dict[str, str] = {}
        body = list(below)
        while body and (not body[0][1].strip() or _META.match(body[0][1])):
            found = _META.match(body.pop(0)[1])
            if found:
                own[found["key"]] = found["value"].strip()
        topics = tuple(t.strip() for t in own.get("topics", "").split(",") if t.strip()) or tuple(
            meta.get("topics", ())
        )
        statements = []
        for number, bullet in _bullets(path, body):
            said, tags, first, last = _tags(path, number, bullet)
            statements.append(LawStatement(said, tags or topics, first, last))
        if not statements:
            raise DigestError(path, line, "a section without a statement")
        checked, governs = own.get("checked", meta["checked"]), own.get("governs", meta["governs"])
        if checked not in get_args(Checked) or governs not in get_args(Governs):
            raise DigestError(path, line, f"unknown value: checked {checked!r}, governs {governs!r}")
        number_text = match["number"].strip()
        sections.append(
            Passage(
                jurisdiction=jurisdiction,
                law_id=path.stem,
                law=meta["name"],
                section=section_key(number_text),
                citation=own.get("citation", f"{meta['cite_as']} {number_text}"),
                title=match["title"].strip(),
                url=own.get("url", meta["url"]),
                text="\n".join(s.text for s in statements),
                text_kind="digest",
                kind=meta["kind"],
                governs=governs,
                topics=tuple(dict.fromkeys(t for s in statements for t in s.topics)),
                in_force_from=_date(path, line, own["in_force_from"])
                if "in_force_from" in own
                else meta.get("in_force_from"),
                in_force_to=_date(path, line, own["in_force_to"])
                if "in_force_to" in own
                else meta.get("in_force_to"),
                reviewed=meta["reviewed"],
                checked=checked,
                statements=tuple(statements),
                short_names=tuple(meta.get("short_names", ())),
            )
        )
        lines.append(line)
    if not sections:
        raise DigestError(path, skip, "a law without a section")
    keys = [s.section for s in sections]
    if len(keys) != len(set(keys)):
        raise DigestError(path, 1, f"sections named twice: {sorted({k for k in keys if keys.count(k) > 1})}")
    return Law(
        jurisdiction, path.stem, path, meta["name"], tuple(meta.get("short_names", ())), meta["citation"],
        meta["checked_with"], tuple(sections), tuple(lines),
    )  # fmt: skip


def _reference(path: Path, line: int, jurisdiction: str, topic: str, ref: str) -> tuple[str, str, str]:
    """Resolve "breach#325E.61", "us/can-spam#7704" or "none" to a passage key."""
    if ref == "none":
        return (jurisdiction, SURVEY_LAW, topic)
    law, _, section = ref.partition("#")
    place, _, law_id = law.rpartition("/")
    if not law_id or not section:
        raise DigestError(
            path, line, f"a reference reads [law-file#section], [us/law-file#section] or [none], not [{ref}]"
        )
    return (place.upper() or jurisdiction, law_id, section)


def read_positions(path: Path) -> PositionsFile:
    """Return one jurisdiction's positions.md.

    Raises:
        DigestError: the file breaks the format; says the line and why.
    """
    text = path.read_text(encoding="utf-8")
    meta, skip = _front_matter(path, text)
    if set(meta) - {"reviewed", "survey_url", "checked_with"} or not isinstance(
        meta.get("reviewed"), dt.date
    ):
        raise DigestError(
            path, 1, "the front matter of positions holds reviewed (a date), survey_url, checked_with"
        )
    jurisdiction = path.parent.name.upper()
    positions: list[Position] = []
    lines: list[int] = []
    for line, heading, below in _blocks(path, text, skip):
        match = _POSITION_HEADING.match(heading)
        if match is None:
            raise DigestError(path, line, "a position heading reads '## topic-id: yes|no|conditional|info'")
        statements = []
        for number, bullet in _bullets(path, below):
            refs = _REFS.search(bullet)
            if refs is None:
                raise DigestError(path, number, "a position ends with its references in [ ]")
            rests_on = tuple(
                _reference(path, number, jurisdiction, match["topic"], ref.strip())
                for ref in refs["refs"].split(",")
            )
            statements.append(PositionStatement(bullet[: refs.start()], rests_on))
        if not statements:
            raise DigestError(path, line, "a position without a statement")
        verdict: Verdict | None = None if match["verdict"] == "info" else match["verdict"]  # type: ignore[assignment]
        positions.append(
            Position(
                jurisdiction,
                match["topic"],
                verdict,
                tuple(statements),
                meta["reviewed"],
                no_law=any(key[1] == SURVEY_LAW for s in statements for key in s.rests_on),
            )
        )
        lines.append(line)
    return PositionsFile(jurisdiction, path, tuple(positions), tuple(lines))


def survey_passage(position: Position, name: str, url: str, topic_name: str) -> Passage:
    """Return the passage that a finding of absence cites: what was looked for, where and when."""
    said = " ".join(s.text for s in position.statements)
    return Passage(
        jurisdiction=position.jurisdiction,
        law_id=SURVEY_LAW,
        law=f"Reggi's survey of {name} law",
        section=position.topic,
        citation=f"{name} code, searched {position.reviewed.isoformat()}",
        title=topic_name,
        url=url,
        text=said,
        text_kind="digest",
        kind="survey",
        governs="both",
        topics=(position.topic,),
        in_force_from=None,
        in_force_to=None,
        reviewed=position.reviewed,
        checked="secondary",
        statements=(LawStatement(said, (position.topic,)),),
    )


def digest_files(root: Path = DIGEST, jurisdiction: str | None = None) -> tuple[list[Path], list[Path]]:
    """Return (law files, positions files) below `root`, sorted."""
    folders = (
        [root / jurisdiction.lower()] if jurisdiction else sorted(p for p in root.iterdir() if p.is_dir())
    )
    laws = [p for folder in folders for p in sorted(folder.glob("*.md")) if p.name != POSITIONS]
    return laws, [folder / POSITIONS for folder in folders if (folder / POSITIONS).exists()]


def digest_law_names(root: Path = DIGEST) -> tuple[tuple[str, str], ...]:
    """Return (name, jurisdiction) of every law and nickname, from the front matter alone: quick, no bodies read.

    A file with broken front matter is passed over here; `reggi check` and the load report name it.
    """
    names: list[tuple[str, str]] = []
    for path in digest_files(root)[0]:
        try:
            meta, _ = _front_matter(path, path.read_text(encoding="utf-8"))
        except DigestError:
            continue
        names += [
            (str(n), path.parent.name.upper())
            for n in (meta.get("name", ""), *meta.get("short_names", ()))
            if n
        ]
    return tuple(dict.fromkeys(names))
