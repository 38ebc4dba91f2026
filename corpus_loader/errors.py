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


class UnreadableFile(CorpusError):
    """One file cannot be read; it is set aside with this reason and the rest is loaded. `line` 0 is the whole file."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


class UnsafeArchive(UnreadableFile):
    """An archive climbs out of its folder, is a bomb, or holds what is no plain file."""


class FetchError(CorpusError):
    """A page could not be fetched; says which, what the site replied and what to do."""
