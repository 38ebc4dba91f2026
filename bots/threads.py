"""Where questions follow one another, whatever the platform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thread:
    """Where questions follow one another: a thread or chat (`id`) of a workspace (`tenant`) of a platform."""

    platform: str
    tenant: str
    id: str
