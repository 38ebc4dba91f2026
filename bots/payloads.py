"""JSON from a platform, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """Return a value that is an object; an empty one in the place of anything else."""
    return value if isinstance(value, Mapping) else {}


def part(of: Mapping[str, Any], *way: str) -> Mapping[str, Any]:
    """Return the object that lies at the end of a way of names; an empty one where there is none."""
    for name in way:
        of = mapping(of.get(name))
    return of
