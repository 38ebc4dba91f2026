"""Reads what a chat model writes: JSON, as it grows, into records. Garbage is an error; what is whole so far is not.

A reply may be wrapped in prose or a code fence, break off, or go on too long: whatever stood complete before that is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retrieval.errors import ModelUnavailable

_SENTENCES_AT_MOST = 24
_SECTIONS_AT_MOST = 8
_REPLY_AT_MOST = 60_000
"""Characters: a reply that is longer runs in circles."""

_SENTENCE: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text", "marks"],
    "properties": {
        "text": {"type": "string", "description": "One sentence with one claim, without marks in it."},
        "marks": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The marks of the passages that say exactly this.",
        },
    },
}
_SENTENCES: Mapping[str, Any] = {"type": "array", "items": _SENTENCE}

ANSWER_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verdict", "title", "short_answer", "sections", "conclusion"],
    "properties": {
        "verdict": {"type": ["string", "null"], "enum": ["yes", "no", "conditional", None]},
        "title": {"type": ["string", "null"]},
        "short_answer": _SENTENCES,
        "sections": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["heading", "sentences"],
                "properties": {"heading": {"type": "string"}, "sentences": _SENTENCES},
            },
        },
        "conclusion": _SENTENCES,
    },
}
REPAIR_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sentences"],
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "text", "marks"],
                "properties": {"id": {"type": "string"}, **_SENTENCE["properties"]},
            },
        }
    },
}


class ReplyUnreadable(ModelUnavailable):
    """What the model wrote is not the JSON asked for."""


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence as the model wrote it, not yet verified. `id` is set in repairs only."""

    text: str
    marks: tuple[str, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A reply, whole or as far as it goes; None for parts that have not come or are not complete yet."""

    verdict: str | None = None
    title: str | None = None
    short_answer: tuple[WrittenSentence, ...] | None = None
    sections: tuple[tuple[str, tuple[WrittenSentence, ...]], ...] = ()
    conclusion: tuple[WrittenSentence, ...] | None = None


class GrowingJson:
    """Takes a JSON object as it comes; `value` is the object with what is complete in it so far.

    Complete are the values of the outermost keys, and the elements of arrays that stand there.
    """

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._stack: list[str] = []
        self._in_string = self._escaped = self._begun = False
        self._whole_to = 0
        self._open_array = False
        self.done = False

    def feed(self, text: str) -> bool:
        """Take more text; return whether more is complete than before.

        Raises:
            ReplyUnreadable: it is longer than any answer.
        """
        self._text += text
        if len(self._text) > _REPLY_AT_MOST:
            raise ReplyUnreadable(f"the reply has more than {_REPLY_AT_MOST} characters")
        before = self._whole_to
        while self._at < len(self._text) and not self.done:
            self._take(self._text[self._at])
            self._at += 1
        return self._whole_to > before

    def _take(self, char: str) -> None:
        if self._in_string:
            if self._escaped:
                self._escaped = False
            elif char == "\\":
                self._escaped = True
            elif char == '"':
                self._in_string = False
            return
        if not self._begun:
            if char == "{":
                self._text, self._at, self._begun = self._text[self._at :], 0, True
                self._stack.append("}")
            return
        if char == '"':
            self._in_string = True
        elif char in "{[":
            self._stack.append("}" if char == "{" else "]")
        elif char in "}]":
            if not self._stack or self._stack.pop() != char:
                raise ReplyUnreadable("the reply is not JSON: brackets do not match")
            if not self._stack:
                self.done = True
                self._mark(self._at + 1, open_array=False)
            elif len(self._stack) == 1:
                self._mark(self._at + 1, open_array=False)
            elif self._stack == ["}", "]"]:
                self._mark(self._at + 1, open_array=True)
        elif char == "," and len(self._stack) == 1:
            self._mark(self._at, open_array=False)

    def _mark(self, end: int, *, open_array: bool) -> None:
        self._whole_to, self._open_array = end, open_array

    def value(self) -> tuple[dict[str, Any], str]:
        """Return the object so far and the key whose array is still open ("" if none).

        Raises:
            ReplyUnreadable: what is there is not JSON.
        """
        if not self._whole_to:
            return {}, ""
        text = self._text[: self._whole_to]
        if not self.done:
            text += "]}" if self._open_array else "}"
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ReplyUnreadable(f"the reply is not JSON: {error}") from error
        return found, (list(found)[-1] if self._open_array and not self.done else "")


def _sentence(raw: Any) -> WrittenSentence:
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise ReplyUnreadable("a sentence of the reply is no object with a text")
    marks = raw.get("marks", [])
    if isinstance(marks, str):
        marks = marks.replace(",", " ").split()
    if not isinstance(marks, list):
        raise ReplyUnreadable("the marks of a sentence are no list")
    return WrittenSentence(
        " ".join(raw["text"].split()),
        tuple(dict.fromkeys(str(m).strip(" []") for m in marks)),
        str(raw.get("id", "")),
    )


def _sentences(raw: Any) -> tuple[WrittenSentence, ...]:
    if not isinstance(raw, list):
        raise ReplyUnreadable("a part of the reply is no list of sentences")
    return tuple(_sentence(s) for s in raw[:_SENTENCES_AT_MOST])


def as_written(found: dict[str, Any], open_key: str) -> Written:
    """Return a reply, or the part of it that has come, as records.

    Raises:
        ReplyUnreadable: it has another shape than asked for.
    """

    def part(key: str) -> tuple[WrittenSentence, ...] | None:
        return None if found.get(key) is None or key == open_key else _sentences(found[key])

    sections = found.get("sections") or []
    if not isinstance(sections, list) or not all(isinstance(s, dict) for s in sections):
        raise ReplyUnreadable("the sections of the reply are no list of objects")
    title, verdict = found.get("title"), found.get("verdict")
    return Written(
        verdict=verdict if verdict in ("yes", "no", "conditional") else None,
        title=title.strip() if isinstance(title, str) and title.strip() else None,
        short_answer=part("short_answer"),
        sections=tuple(
            (str(s.get("heading", "")).strip(), _sentences(s.get("sentences", [])))
            for s in sections[:_SECTIONS_AT_MOST]
        ),
        conclusion=part("conclusion"),
    )


def as_repairs(found: dict[str, Any]) -> tuple[WrittenSentence, ...]:
    """Return the sentences of a repair with their ids.

    Raises:
        ReplyUnreadable: it has another shape than asked for.
    """
    return _sentences(found.get("sentences", []))
