"""The subsection structure of a section: labels at the start of paragraphs, nested by their kind."""

from __future__ import annotations

import re

from corpus_loader.documents import Part

_LABEL = re.compile(
    r"(?:\((?P<round>[0-9]{1,3}|[A-Za-z]{1,5}|[a-z]-[0-9]{1,2}|[0-9]{1,2}\.[0-9]{1,2}|[0-9]{1,2}[A-Z]{1,2})\)|(?P<dot>[0-9]{1,3}|[A-Za-z]{1,2})\.(?=\s))\s*"
)
_ROMAN = re.compile(r"^(?=[ivxl])(?:x{0,3})(?:ix|iv|v?i{0,3})$")


def _kind(label: str, bracket: bool, before: list[tuple[str, str]]) -> str:
    """Return the kind of a label, which is its depth's mark: digit, lower, upper, roman or Roman; "(" or "." with it."""
    sign = "(" if bracket else "."
    if label[0].isdigit():
        return sign + "1"
    upper = label[0].isupper()
    letters = sign + ("A" if upper else "a")
    romans = sign + ("I" if upper else "i")
    if _ROMAN.match(label.lower()):
        open_letters = next((name for kind, name in reversed(before) if kind == letters), None)
        follows = open_letters is not None and len(label) == 1 and ord(label) == ord(open_letters[0]) + 1
        in_romans = any(kind == romans for kind, _ in before)
        if in_romans and not (follows and len(open_letters or "") == 1 and before[-1][0] == letters):
            return romans
        if follows:
            return letters
        if label.lower() in ("i", "ii", "iii", "iv", "vi", "vii", "viii", "ix") or in_romans:
            return romans
    return letters


def parts_of(text: str) -> tuple[Part, ...]:
    """Return the subsections of a section's text in order; () where it has none.

    "(a)(1) …" opens both. A label of a kind not yet open is one deeper; one of an open kind closes what lies below.
    """
    found: list[tuple[str, int, int]] = []
    before: list[tuple[str, str]] = []
    for line in re.finditer(r"[^\n]+", text):
        at = line.start()
        while match := _LABEL.match(text, at, line.end()):
            label = match["round"] or match["dot"]
            kind = _kind(label, match["round"] is not None, before)
            open_kinds = [k for k, _ in before]
            before = before[: open_kinds.index(kind)] if kind in open_kinds else before
            found.append((f"({label})" if match["round"] else f"{label}.", len(before), match.start()))
            before = [*before, (kind, label)]
            at = match.end()
            if not match["round"]:
                break
    if not found:
        return ()
    ends = [start for _, _, start in found[1:]] + [len(text)]
    return tuple(
        Part(label, depth, start, end) for (label, depth, start), end in zip(found, ends, strict=True)
    )


def pin(parts: tuple[Part, ...], at: int) -> str:
    """Return the labels that lead to a character of the text: "(a)(2)(B)", or "" before the first part."""
    trail: list[str] = []
    for part in parts:
        if part.start > at:
            break
        trail = [*trail[: part.depth], part.label]
    return "".join(label if label.startswith("(") else f" {label}" for label in trail).strip()
