"""What can be wrong with a corpus. Shown to whoever loads or checks it, never to askers."""

from __future__ import annotations

from pathlib import Path


class CorpusError(Exception):
    """Base of the package."""


class DigestError(CorpusError):
    """A digest file breaks its format. The message starts with file and line."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class LoadInProgress(CorpusError):
    """Another load holds the data directory."""
