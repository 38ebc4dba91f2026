"""What is shipped for running Reggi: every setting named exists, containers and units have no rights to lose, docs name what is there."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "config" / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
TEXTS = [path for path in FILES if path.name != "requirements.lock"]
BOTS = ("law", "bot")
OPEN = {"inside", "outside"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def lines_of(name: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile as (instruction, rest), continued lines joined."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (first, rest.strip())
        for first, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())
    ]


def unit(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_setting_named_exists(path: Path) -> None:
    known = {f"REGGI_{name.upper()}" for name in Settings.model_fields} | {"REGGI_FETCH_CONTACT"}
    named = set(re.findall(r"\bREGGI_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert not named - known


@pytest.mark.parametrize("name", BOTS)
def test_values_in_the_compose_file_are_valid_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in compose()["services"][name]["environment"].items():
        monkeypatch.setenv(variable, str(value))
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert settings.log_format == "json"
    assert settings.page == "off"
    assert (settings.database_url or "").startswith("postgresql+asyncpg://")


def test_two_bots_share_database_and_law_and_start_when_the_law_is_whole() -> None:
    services = compose()["services"]
    assert services["bot"]["deploy"]["replicas"] == 2
    assert services["bot"]["depends_on"] == {
        "law": {"condition": "service_completed_successfully"},
        "postgres": {"condition": "service_healthy"},
    }
    shared = ("REGGI_DATABASE_URL", "REGGI_CHROMA_URL")
    assert [services["bot"]["environment"][name] for name in shared] == [
        services["law"]["environment"][name] for name in shared
    ]
    assert services["law"]["volumes"] == ["data:/data"]
    assert "volumes" not in services["bot"], "what one bot puts down is not another's"


@pytest.mark.parametrize("name", sorted(compose()["services"]))
def test_every_container_is_without_rights_on_a_root_that_is_read_only(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert not [volume for volume in service.get("volumes", ()) if "docker.sock" in volume]
    allowed = {
        "proxy": {"NET_BIND_SERVICE"},
        "postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"},
    }
    assert set(service.get("cap_add", ())) <= allowed.get(name, set())
    if name in BOTS:
        assert service["user"] == "10001:10001"


def test_only_the_proxy_is_reached_from_outside() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert services["postgres"]["networks"] == ["inside"]
    assert services["chroma"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}


def test_proxy_passes_on_what_platforms_call_and_nothing_else() -> None:
    from bots.channels import channels

    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    [passed] = re.findall(r"@platforms path (.*)", text)
    patterns = passed.split()
    for channel in channels(Settings(_env_file=None)):  # type: ignore[call-arg]
        for path in channel.paths:
            assert any(path == p or (p.endswith("*") and path.startswith(p[:-1])) for p in patterns), path
    for path in ("/metrics", "/readyz", "/healthz", "/ask", "/"):
        assert not any(path == p or (p.endswith("*") and path.startswith(p[:-1])) for p in patterns), path
    assert "respond 404" in text
    assert text.count("{") == text.count("}")


def test_secrets_stand_in_no_file_that_is_shipped() -> None:
    for path in FILES:
        for line in path.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.strip().lstrip("#").partition("=")
            if equals and re.fullmatch(r"[A-Z_]*(?:SECRET|TOKEN|PASSWORD|KEY)", name):
                assert not value, f"{path.name}: {line}"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8")
    assert "reggi.env" in ignored


def test_image_runs_without_rights() -> None:
    lines = lines_of("Dockerfile")
    stages = [number for number, (first, _) in enumerate(lines) if first == "FROM"]
    last = lines[stages[-1] :]
    users = [rest for first, rest in last if first == "USER"]
    assert users == ["10001:10001"]
    after = [first for first, _ in last[[first for first, _ in last].index("USER") :]]
    assert not {"RUN", "COPY", "ADD"} & set(after), "nothing is changed by the user that runs"
    assert ("VOLUME", "/data") in last
    assert [rest for first, rest in last if first == "ENTRYPOINT"] == ['["reggi"]']


def test_image_is_built_as_image_checkers_want_it() -> None:
    """What hadolint and Docker's own checks ask for: pinned bases, sums, no ADD, no sudo, forms that pass signals on."""
    lines = lines_of("Dockerfile")
    for first, rest in lines:
        assert first in {
            "ARG",
            "FROM",
            "ENV",
            "RUN",
            "WORKDIR",
            "COPY",
            "USER",
            "VOLUME",
            "EXPOSE",
            "STOPSIGNAL",
            "HEALTHCHECK",
            "ENTRYPOINT",
            "CMD",
        }
        if first == "RUN":
            assert not re.search(r"\b(?:sudo|curl|wget|apt-get|chmod 777)\b", rest)
            if "pip install" in rest:
                assert "--require-hashes" in rest or "--no-deps" in rest
        if first in {"ENTRYPOINT", "CMD"}:
            assert json.loads(rest)
        if first == "ENV":
            assert not re.search(r"SECRET|TOKEN|PASSWORD|_KEY", rest)
        if first == "COPY" and "--from" not in rest:
            *sources, _ = rest.split()
            assert all((ROOT / source).exists() for source in sources), rest
    bases = [rest.split()[0] for first, rest in lines if first == "FROM"]
    [python] = [rest.partition("=")[2] for first, rest in lines if first == "ARG"]
    assert set(bases) == {"python:${PYTHON}"}
    assert re.fullmatch(r"3\.\d+-slim-\w+", python)
    assert any(first == "HEALTHCHECK" and "/healthz" in rest for first, rest in lines)


def test_image_holds_nothing_that_is_not_asked_for() -> None:
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    assert rules[0] == "*"
    wanted = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        s
        for first, rest in lines_of("Dockerfile")
        if first == "COPY" and "--from" not in rest
        for s in rest.split()[:-1]
    }
    assert {source.split("/")[0] for source in copied} <= wanted
    assert "**/.env" in rules


def test_unit_can_write_to_its_own_folder_alone() -> None:
    service = unit("reggi.service")
    for key, value in {
        "DynamicUser": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "NoNewPrivileges": "yes", "PrivateTmp": "yes",
        "StateDirectory": "reggi", "CapabilityBoundingSet": "", "UMask": "0077",
    }.items():  # fmt: skip
        assert service[key] == [value], key
    assert float(service["TimeoutStopSec"][0]) > Settings(_env_file=None).shutdown_seconds  # type: ignore[call-arg]
    assert "REGGI_DATA_DIR=/var/lib/reggi" in service["Environment"]
    assert unit("reggi-backup.service")["User"] == service["User"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in ("reggi.service", "reggi-backup.service", "reggi-backup.timer"):
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("/opt/reggi/.venv/bin/reggi", "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_prometheus_files_can_be_read_and_alerts_say_what_to_do() -> None:
    scrape = yaml.safe_load((DEPLOY / "prometheus.yaml").read_text(encoding="utf-8"))
    assert scrape["rule_files"] == ["prometheus-alerts.yaml"]
    assert "authorization" in scrape["scrape_configs"][0]
    rules = yaml.safe_load((DEPLOY / "prometheus-alerts.yaml").read_text(encoding="utf-8"))["groups"][0][
        "rules"
    ]
    for rule in rules:
        assert rule["expr"]
        assert ":" in rule["annotations"]["summary"] or ";" in rule["annotations"]["summary"]


def locked(path: Path) -> dict[str, str]:
    """Return the versions of a lock by package and marker, after checking that each has its sums."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", path.read_text(encoding="utf-8").strip()):
        first = block.splitlines()[0].rstrip(" \\")
        name, _, version = first.partition("==")
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"{path.name}: {first} has no sum"
        found[f"{name};{version.partition(';')[2].strip()}"] = version.partition(";")[0].strip()
    return found


def test_every_locked_package_has_its_sum() -> None:
    whole = locked(ROOT / "requirements.lock")
    assert len(whole) > 50
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_server_has_the_same_versions_and_no_tools_of_developers() -> None:
    whole, server = locked(ROOT / "requirements.lock"), locked(DEPLOY / "requirements.lock")
    shared = {name: (version, whole[name]) for name, version in server.items() if name in whole}
    assert len(shared) > 50
    assert not {name: both for name, both in shared.items() if both[0] != both[1]}
    names = {name.partition(";")[0] for name in server}
    assert not names & {"pytest", "ruff", "mypy", "hypothesis"}
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = {re.match(r"[A-Za-z0-9-]+", line).group().lower() for line in declared}  # type: ignore[union-attr]
    assert not wanted - names


def test_security_rules_are_on() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in rules["select"]
    assert not [rule for rule in rules["ignore"] if rule.startswith("S") and rule[1:].isdigit()]
    for where, ignored in rules["per-file-ignores"].items():
        assert where in {"tests/**", "retrieval/**"}, where
        assert where == "tests/**" or ignored == ["S105"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "ruff check ." in makefile
    assert "pip-audit" in makefile


def test_every_exception_to_a_security_rule_says_why() -> None:
    wrong = []
    for package in ("bots", "retrieval", "corpus_loader", "config"):
        for path in (ROOT / package).rglob("*.py"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if re.search(r"# noqa: [A-Z0-9, ]*\bS\d{3}\b(?!.* - \w)", line):
                    wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert not wrong


def named_in_threats() -> list[str]:
    text = (DEPLOY / "SECURITY.md").read_text(encoding="utf-8")
    return re.findall(r"`(tests/[\w/]+\.py::\w+)`", text)


def test_every_threat_names_a_test_that_exists() -> None:
    rows = [
        line
        for line in (DEPLOY / "SECURITY.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    threats = rows[2:] if rows[1].startswith("| ---") else rows[1:]
    assert len(threats) >= 15
    assert not [row[:60] for row in threats if "::test_" not in row and not row.startswith("| ---")]
    missing = []
    for named in named_in_threats():
        path, _, name = named.partition("::")
        found = {
            node.name
            for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        }
        if name not in found:
            missing.append(named)
    assert not missing


def test_every_command_that_is_told_exists() -> None:
    from bots.cli import app

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    for path in DEPLOY.glob("*.md"):
        told = set(re.findall(r"(?:`|bin/)reggi ([a-z]+)", path.read_text(encoding="utf-8")))
        assert not told - known, path.name


def test_every_file_and_target_that_is_told_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in DEPLOY.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:config|tests|bots)/[\w./-]+?)(?:::\w+)?`", text):
            assert (ROOT / name).exists(), name
        for name in re.findall(r"`([\w-]+\.(?:yaml|json|service|timer|md|example))`", text):
            assert (DEPLOY / name).exists() or (ROOT / name).exists(), name
        for target in re.findall(r"`make ([a-z-]+)`", text):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_privacy_page_tells_of_every_table() -> None:
    from bots.tables import metadata

    text = (DEPLOY / "PRIVACY.md").read_text(encoding="utf-8")
    assert not [name for name in metadata.tables if f"`{name}`" not in text]
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert f"`REGGI_RETENTION_DAYS`, {settings.retention_days} days" in text
    assert f"`REGGI_HISTORY_HOURS`, {settings.history_hours} hours" in text
