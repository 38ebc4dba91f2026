"""Real servers for tests, started on ports of this machine: PostgreSQL (Debian's package) and `chroma run`."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NO_POSTGRES = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
NO_CHROMA = "the chroma command is not installed"


def postgres_programs() -> Path | None:
    """Return the folder of initdb and postgres, the newest version first, None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: -int(p.parts[4]))
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


class Postgres:
    """A PostgreSQL of our own, in a folder that goes with it; `kill` and `start` stand for its outages."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self.port = free_port()
        # PostgreSQL does not run as root; Debian's package brings a user for it.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._server: subprocess.Popen[bytes] | None = None
        made = [
            str(programs / "initdb"),
            "-D",
            str(folder / "data"),
            "-A",
            "trust",
            "-U",
            "reggi",
            "-E",
            "UTF8",
        ]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **self._as)
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._folder}"]
        command = [
            str(self._programs / "postgres"),
            "-D",
            str(self._folder / "data"),
            "-p",
            str(self.port),
            *settings,
        ]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._as)
        for _ in range(200):
            if self._runs(["-c", "select 1", "postgres"]):
                return
            time.sleep(0.1)
        raise RuntimeError((self._folder / "log").read_text(errors="replace")[-2_000:])

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._server is not None:
            stop = [
                str(self._programs / "pg_ctl"),
                "-D",
                str(self._folder / "data"),
                "-m",
                "immediate",
                "stop",
            ]
            subprocess.run(stop, check=False, capture_output=True, cwd=self._folder, **self._as)
            self._server.wait(20)
            self._server = None

    def database(self, name: str) -> str:
        """Make a new database and return its address for SQLAlchemy."""
        if not self._runs(["-c", f'create database "{name}"', "postgres"]):
            raise RuntimeError(f"cannot make the database {name}")
        return f"postgresql+asyncpg://reggi@127.0.0.1:{self.port}/{name}"

    def _runs(self, arguments: list[str]) -> bool:
        command = [
            str(self._programs / "psql"),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "reggi",
            *arguments,
        ]
        return subprocess.run(command, check=False, capture_output=True, cwd=self._folder).returncode == 0


@contextmanager
def postgres_running() -> Iterator[Postgres]:
    """Yield a PostgreSQL; the test is skipped where it is not installed."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip(NO_POSTGRES)
    folder = Path(tempfile.mkdtemp(prefix="reggi-postgres-"))
    server = Postgres(folder, programs)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


class Chroma:
    """A `chroma run` of our own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        command = [
            str(Path(sys.executable).parent / "chroma"),
            "run",
            "--path",
            str(self._folder),
            "--port",
            str(self.port),
        ]
        with (self._folder.parent / "chroma.log").open("ab") as log:
            self._server = subprocess.Popen([*command, "--host", "127.0.0.1"], stdout=log, stderr=log)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError((self._folder.parent / "chroma.log").read_text(errors="replace")[-2_000:])

    def kill(self) -> None:
        """End it at once."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(20)
            self._server = None


@contextmanager
def chroma_running() -> Iterator[Chroma]:
    """Yield a Chroma server; the test is skipped where there is none."""
    if not (Path(sys.executable).parent / "chroma").exists():
        pytest.skip(NO_CHROMA)
    folder = Path(tempfile.mkdtemp(prefix="reggi-chroma-"))
    (folder / "store").mkdir()
    server = Chroma(folder / "store")
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
