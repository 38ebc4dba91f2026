"""config <- retrieval <- bots; config, retrieval <- corpus_loader. Each library has one home."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "retrieval", "corpus_loader", "bots")
MAY_IMPORT = {
    "config": set(),
    "retrieval": {"config"},
    "corpus_loader": {"config", "retrieval"},
    "bots": {"config", "retrieval", "corpus_loader"},
}
HOMES = {
    "chromadb": {"retrieval/chroma_store.py", "retrieval/store_server.py"},
    "langchain_core": {
        "retrieval/pipeline.py",
        "retrieval/steps.py",
        "retrieval/retriever.py",
        "retrieval/embeddings.py",
        "retrieval/model_compose.py",
        "retrieval/tracing.py",
    },
    "opentelemetry": {"retrieval/tracing.py"},
    "prometheus_client": {"bots/metrics.py"},
    "langchain": {"retrieval/model_compose.py"},
    "sqlalchemy": {
        "bots/tables.py",
        "bots/database.py",
        "bots/conversations.py",
        "bots/inbox_sql.py",
        "bots/remembered_sql.py",
        "bots/personal.py",
        "bots/migrations/__init__.py",
        *(f"bots/migrations/versions/{p.name}" for p in (ROOT / "bots/migrations/versions").glob("*.py")),
        "bots/slack/installations.py",  # slack_sdk's own tables
        "bots/slack/vault.py",
    },
    "alembic": "bots/migrations/",
    "slack_bolt": "bots/slack/",
    "slack_sdk": "bots/slack/",
    "botbuilder": "bots/teams/",
    "botframework": "bots/teams/",
}
FILES = sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> list[str]:
    """Return every module imported anywhere in a file, lazily or not."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_packages_import_in_one_direction(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    wrong = [
        m
        for m in imports(path)
        if (top := m.split(".")[0]) in PACKAGES and top != package and top not in MAY_IMPORT[package]
    ]
    assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_each_library_has_one_home(path: Path) -> None:
    here = str(path.relative_to(ROOT))
    for module in imports(path):
        home = HOMES.get(module.split(".")[0])
        if isinstance(home, str):
            assert here.startswith(home), f"{here} imports {module}, whose home is {home}"
        elif home:
            assert here in home, f"{here} imports {module}, whose home is {sorted(home)}"


@pytest.mark.parametrize("channel", ["slack", "teams", "web"])
def test_adapters_do_not_know_each_other(channel: str) -> None:
    others = {f"bots.{c}" for c in ("slack", "teams", "web")} - {f"bots.{channel}"}
    for path in (ROOT / "bots" / channel).rglob("*.py"):
        wrong = [m for m in imports(path) if any(m == o or m.startswith(o + ".") for o in others)]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"
