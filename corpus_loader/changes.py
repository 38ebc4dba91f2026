"""What a load changed in official text, and what of the digest rests on it: the list counsel goes through."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpus_loader.check import Digest

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One section that was added, changed or removed. `old` and `new` are texts, kept for changed sections alone.

    `rests` are the statements of the digest that stand on the section, each with its place.
    """

    kind: Literal["added", "changed", "removed"]
    key: Key
    citation: str
    heading: str
    source: str
    old: str = ""
    new: str = ""
    rests: tuple[str, ...] = ()


class Resting:
    """The statements and positions of the digest by the section they rest on."""

    def __init__(self, digest: Digest) -> None:
        self._by_key: dict[Key, list[str]] = {}
        for law in digest.laws:
            for section, line in zip(law.sections, law.lines, strict=True):
                for statement in section.statements:
                    self._by_key.setdefault(section.key, []).append(
                        f"{law.path.parent.name}/{law.path.name}:{line}: {statement.text}"
                    )
        for file in digest.positions:
            for position, line in zip(file.positions, file.lines, strict=True):
                for said in position.statements:
                    for key in said.rests_on:
                        self._by_key.setdefault(key, []).append(
                            f"{file.path.parent.name}/{file.path.name}:{line}: ({position.topic}) {said.text}"
                        )

    def on(self, key: Key) -> tuple[str, ...]:
        """Return what rests on a section."""
        return tuple(self._by_key.get(key, ()))


def side_by_side(old: str, new: str, width: int = 60) -> Iterator[tuple[str, str, str]]:
    """Yield (old line, mark, new line) of the paragraphs that differ; mark is "<", ">" or "|".

    Paragraphs that are the same are left out; lines are cut to `width` characters around their first difference.
    """
    before, after = old.split("\n"), new.split("\n")
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for i in range(max(a2 - a1, b2 - b1)):
            left = before[a1 + i] if a1 + i < a2 else ""
            right = after[b1 + i] if b1 + i < b2 else ""
            at = next(
                (k for k, (x, y) in enumerate(zip(left, right, strict=False)) if x != y),
                min(len(left), len(right)),
            )
            start = max(0, at - width // 2) if left and right else 0
            yield (
                _cut(left, start, width),
                "|" if left and right else "<" if left else ">",
                _cut(right, start, width),
            )


def _cut(text: str, start: int, width: int) -> str:
    piece = text[start : start + width]
    return ("…" if start and piece else "") + piece + ("…" if start + width < len(text) else "")
