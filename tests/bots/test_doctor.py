"""`reggi doctor` takes the versions of Python that Reggi is made for, and no others."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from bots.doctor import Finding, examine
from config.settings import Settings

ROOT = Path(__file__).parents[2]


def python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, minor: int) -> Finding:
    """Return what the doctor finds of a Python 3."""
    monkeypatch.setattr("bots.doctor.sys", SimpleNamespace(version_info=(3, minor, 1, "final", 0)))
    found = examine(Settings(data_dir=tmp_path, port=0, _env_file=None))  # type: ignore[call-arg]
    return next(f for f in found if f.part == "Python")


@pytest.mark.parametrize("minor", range(9, 16))
def test_the_versions_that_the_package_asks_for_are_no_fault(
    minor: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"])
    assert bounds is not None
    found = python(monkeypatch, tmp_path, minor)
    assert found.ok is (int(bounds[1]) <= minor < int(bounds[2]))
    assert found.what == f"3.{minor}.1; 3.11, 3.12 and 3.13 are supported"


def test_readme_names_the_same_versions() -> None:
    assert "You need Python 3.11, 3.12 or 3.13 " in (ROOT / "README.md").read_text(encoding="utf-8")
