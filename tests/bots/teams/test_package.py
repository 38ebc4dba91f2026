"""The package for Teams: built the same every time, refused with reasons, held against Microsoft's own schema."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from bots.asked import clean
from bots.choices import read_choosing
from bots.cli import app
from bots.teams.package import FOLDER, PackageRefused, build, filled, problems
from tests.bots.answers import place_of
from tests.bots.fake_teams import APP_ID

URL = "https://reggi.acme.org"
SCHEMAS = Path(__file__).parents[2] / "browser/node_modules/@microsoft/app-manifest/build/json-schemas/teams"


def template() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


def icons() -> dict[str, bytes]:
    return {name: (FOLDER / name).read_bytes() for name in ("color.png", "outline.png")}


def test_package_holds_manifest_and_icons_filled_in() -> None:
    package = build(APP_ID, f"{URL}/", "1.2.3", "Acme Legal")
    assert package == build(APP_ID, URL, "1.2.3", "Acme Legal")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["id"], manifest["version"]) == (APP_ID, "1.2.3")
    assert manifest["bots"][0]["botId"] == manifest["composeExtensions"][0]["botId"] == APP_ID
    assert manifest["developer"]["privacyUrl"] == f"{URL}/privacy"
    assert manifest["developer"]["name"] == "Acme Legal"
    assert "authorization" not in manifest
    assert "example.com" not in json.dumps(manifest)
    assert "00000000-0000" not in json.dumps(manifest).replace(APP_ID, "")


def test_follow_ups_are_asked_for_only_where_wanted() -> None:
    manifest = filled(template(), APP_ID, URL, "1.0.0", follow_ups=True)
    names = [p["name"] for p in manifest["authorization"]["permissions"]["resourceSpecific"]]
    assert names == ["ChannelMessage.Read.Group", "ChatMessage.Read.Chat"]


@pytest.mark.parametrize("follow_ups", [False, True])
def test_microsofts_own_schema_takes_the_manifest(follow_ups: bool) -> None:
    manifest = filled(template(), APP_ID, URL, "1.0.0", follow_ups=follow_ups)
    path = SCHEMAS / f"v{manifest['manifestVersion']}" / "MicrosoftTeams.schema.json"
    if not path.is_file():
        pytest.skip("Microsoft's schema is not installed: npm install in tests/browser")
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(manifest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "x"}, "no GUID"),
        ({"version": "1.0"}, "three numbers"),
        ({"developer": {"name": "x" * 33, "websiteUrl": "http://a.b", "privacyUrl": "https://reggi.example.com", "termsOfUseUrl": "https://[x"}}, "must be an https address"),
        ({"name": {"short": "x" * 31, "full": ""}}, "name.short must have 1 to 30"),
        ({"bots": [{"commandLists": [{"commands": [{"title": "x" * 33, "description": ""}] * 11}] * 4}]}, "may have 10 commands"),
        ({"composeExtensions": [{"commands": [{"title": "", "description": "x"}]}]}, "The title of a command"),
    ],
)  # fmt: skip
def test_what_teams_would_refuse_is_told(change: dict[str, Any], said: str) -> None:
    good = filled(template(), APP_ID, URL, "1.0.0")
    assert not list(problems(good, icons()))
    assert any(said in problem for problem in problems(good | change, icons()))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(16)])
def test_icon_that_is_none_is_told(data: bytes) -> None:
    good = filled(template(), APP_ID, URL, "1.0.0")
    assert any("color.png" in problem for problem in problems(good, icons() | {"color.png": data}))


@pytest.mark.parametrize("app_id", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_nobodys_app_id_is_refused(app_id: str) -> None:
    with pytest.raises(PackageRefused, match="REGGI_TEAMS_APP_ID"):
        build(app_id, URL, "1.0.0")


def test_missing_template_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackageRefused, match="cannot be read"):
        build(APP_ID, URL, "1.0.0", folder=tmp_path)


def test_every_command_of_the_list_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """What is inserted by a press of a command is a question, help, or a choice that is understood."""
    for one in template()["bots"][0]["commandLists"]:
        for command in one["commands"]:
            words = clean(command["title"])
            chooses = read_choosing(words, place_of) is not None
            assert chooses or words == "help" or words.endswith("?") or words.startswith("Compare")
    assert capsys.readouterr().out == ""


def test_outline_icon_is_white_on_nothing() -> None:
    """Teams refuses an outline icon with any other colour."""
    pixels = _rgba(icons()["outline.png"])
    assert any(alpha for *_, alpha in pixels)
    assert {(r, g, b) for r, g, b, alpha in pixels if alpha} == {(255, 255, 255)}


def _rgba(png: bytes) -> list[tuple[int, int, int, int]]:
    """Pixels of an 8-bit RGBA PNG of 32 by 32 without interlacing; filters as the standard has them."""
    data, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(data), 32 * 4
    above, rows = bytearray(stride), bytearray()
    for y in range(32):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for x in range(stride):
            left, up, corner = (line[x - 4] if x >= 4 else 0), above[x], (above[x - 4] if x >= 4 else 0)
            guess = left + up - corner
            near = min((left, up, corner), key=lambda v: abs(guess - v))
            line[x] = (line[x] + (0, left, up, (left + up) // 2, near)[kind]) & 255
        rows, above = rows + line, line
    return [tuple(rows[n : n + 4]) for n in range(0, len(rows), 4)]  # type: ignore[misc]


def test_command_builds_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGGI_TEAMS_APP_ID", APP_ID)
    done = CliRunner().invoke(app, ["teams-package", "--url", URL, "--out", "x.zip", "--version", "2.0.0"])
    refused = CliRunner().invoke(app, ["teams-package", "--url", "http://x", "--out", "y.zip"])
    assert done.exit_code == 0, done.output
    assert zipfile.is_zipfile(tmp_path / "x.zip")
    assert refused.exit_code == 1
    assert not (tmp_path / "y.zip").exists()
