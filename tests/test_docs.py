"""The README keeps its word: every command and setting stands in it, and its examples run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REGGI = Path(sys.executable).parent / "reggi"


def commands() -> list[str]:
    from bots.cli import app

    return sorted(c.name or c.callback.__name__ for c in app.registered_commands if c.callback)


def settings_table() -> str:
    rows = ["| variable | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `REGGI_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`reggi {command}" in README


def test_every_setting_is_in_the_readme() -> None:
    """Between its marks the README holds exactly this table; on a difference, paste it from the failure."""
    shown = README.split("<!-- settings -->\n")[1].split("\n<!-- /settings -->")[0]
    assert shown == settings_table()


def test_every_file_named_in_the_readme_exists() -> None:
    named = re.findall(r"`((?:bots|retrieval|corpus_loader|config|tests)/[\w./-]*)`", README)
    assert named
    assert not [n for n in named if not (ROOT / n).exists()]


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)`?", README)) - {"run"} <= targets
    assert "run" in targets


def test_the_help_names_every_command() -> None:
    shown = subprocess.run(
        [REGGI, "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "120", "PATH": ""}
    )
    assert not [c for c in commands() if c not in shown.stdout]


def test_the_help_imports_nothing_heavy() -> None:
    code = "import sys, bots.cli; print([m for m in ('chromadb', 'langchain_core', 'slack_bolt', 'botbuilder', 'numpy') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert shown.stdout.strip() == "[]"
