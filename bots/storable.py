"""What comes in over the wire, without the two things that no database takes: lone surrogates and NUL.

Both can be written in JSON ("\\ud800", "\\u0000") and are no part of anybody's question. Taken out at the door, before
an id or a text goes anywhere: one such value would break the write that it shares with others.
"""

from __future__ import annotations

import re
from typing import Any

_BAD = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """Return JSON with each lone surrogate replaced by U+FFFD and every NUL removed, in keys too.

    Raises:
        RecursionError: it is nested too deeply to be anything that a platform sends.
    """
    if isinstance(value, str):
        return value if _BAD.search(value) is None else _BAD.sub(_instead, value)
    if isinstance(value, dict):
        return {storable(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    return value


def _instead(found: re.Match[str]) -> str:
    return "" if found[0] == "\x00" else "\ufffd"
