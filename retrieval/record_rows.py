"""How a record of the digest lies in the store: one row, with its id, the text that is embedded, and the record as metadata."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import Any

from retrieval.records import LawStatement, Passage, Position, PositionStatement


def record_id(record: Passage | Position) -> str:
    """Return the id of a record within its collection."""
    if isinstance(record, Position):
        return f"position#{record.topic}"
    return f"{record.law_id}#{record.section}" + ("@official" if record.text_kind == "official" else "")


def embedded_text(record: Passage | Position) -> str:
    """Return the text whose vector finds a record: heading first, so that a short section carries its law."""
    if isinstance(record, Position):
        return f"{record.topic.replace('-', ' ')}. " + " ".join(s.text for s in record.statements)
    return f"{record.law}. {record.title}. {record.text}"


def _jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def record_json(record: Passage | Position) -> str:
    """Return a record as JSON, without the distance of a search."""
    fields = asdict(record)
    fields.pop("distance", None)
    return json.dumps(fields, default=_jsonable)


def to_metadata(record: Passage | Position, fingerprint: str) -> dict[str, str]:
    """Return the Chroma metadata of a record: a few fields to filter by, and the record itself as JSON."""
    shared = {
        "jurisdiction": record.jurisdiction,
        "fingerprint": fingerprint,
        "record": record_json(record),
    }
    if isinstance(record, Position):
        return {**shared, "part": "position", "topic": record.topic}
    return {
        **shared,
        "part": "passage",
        "law_id": record.law_id,
        "text_kind": record.text_kind,
        "governs": record.governs,
    }


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def from_metadata(metadata: dict[str, Any]) -> Passage | Position:
    """Return the record that `to_metadata` wrote."""
    f = json.loads(metadata["record"])
    if metadata["part"] == "position":
        statements = tuple(
            PositionStatement(s["text"], tuple(tuple(k) for k in s["rests_on"])) for s in f["statements"]
        )
        return Position(**{**f, "statements": statements, "reviewed": dt.date.fromisoformat(f["reviewed"])})
    said = tuple(
        LawStatement(s["text"], tuple(s["topics"]), _day(s["in_force_from"]), _day(s["in_force_to"]))
        for s in f["statements"]
    )
    return Passage(
        **{
            **f,
            "statements": said,
            "topics": tuple(f["topics"]),
            "short_names": tuple(f["short_names"]),
            "in_force_from": _day(f["in_force_from"]),
            "in_force_to": _day(f["in_force_to"]),
            "reviewed": dt.date.fromisoformat(f["reviewed"]),
        }
    )
