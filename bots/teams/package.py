"""The app package that is uploaded to Teams: manifest and icons, filled in, checked and zipped.

The template is `config/teams/manifest.json`. Checked is what Teams refuses at the upload, as far as it can be told without
Microsoft (https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema): the tests hold the shipped
template against Microsoft's own schema.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.errors import BotError

FOLDER = Path(__file__).parents[2] / "config" / "teams"
NOBODY = "00000000-0000-0000-0000-000000000000"
EXAMPLE = "reggi.example.com"
FOLLOW_UPS = ("ChannelMessage.Read.Group", "ChatMessage.Read.Chat")
"""What a team or chat grants so that messages without a mention arrive (resource-specific consent)."""
ICONS = {"color.png": 192, "outline.png": 32}

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LENGTHS = (
    ("name.short", 30), ("name.full", 100), ("description.short", 80), ("description.full", 4000), ("developer.name", 32),
)  # fmt: skip
COMMAND_LISTS, COMMANDS, TITLE, DESCRIPTION = 3, 10, 32, 128

Manifest = dict[str, Any]


class PackageRefused(BotError):
    """The package would be refused by Teams. Shown to whoever builds it: every reason, a line each."""


def build(
    app_id: str, url: str, version: str, developer: str = "", follow_ups: bool = False, folder: Path = FOLDER
) -> bytes:
    """Return the package as a zip, the same bytes for the same input.

    `url` is the public https address of whoever runs the bot; `version` must grow with every upload of a change.

    Raises:
        PackageRefused: something in it is not as Teams wants it.
    """
    try:
        template = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        icons = {name: (folder / name).read_bytes() for name in ICONS}
    except (OSError, ValueError) as error:
        raise PackageRefused(f"The template in {folder} cannot be read: {error}") from error
    manifest = filled(template, app_id, url, version, developer, follow_ups)
    if found := list(problems(manifest, icons)):
        raise PackageRefused("\n".join(found))
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("manifest.json", text.encode()), *icons.items()):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return packed.getvalue()


def filled(
    template: Manifest, app_id: str, url: str, version: str, developer: str = "", follow_ups: bool = False
) -> Manifest:
    """Return the manifest of an app id and an address; `follow_ups` asks for messages without a mention too."""
    site = url.rstrip("/")
    text = json.dumps(template).replace(NOBODY, app_id.strip().lower())
    manifest: Manifest = json.loads(text.replace(f"https://{EXAMPLE}", site))
    manifest["version"] = version
    manifest["validDomains"] = [urlsplit(site).hostname or ""]
    if developer:
        manifest["developer"]["name"] = developer
    if follow_ups:
        manifest["webApplicationInfo"] = {"id": app_id.strip().lower(), "resource": site}
        wanted = [{"name": name, "type": "Application"} for name in FOLLOW_UPS]
        manifest["authorization"] = {"permissions": {"resourceSpecific": wanted}}
    return manifest


def problems(manifest: Manifest, icons: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what Teams would refuse, in words for whoever builds the package."""
    app_id = manifest.get("id", "")
    if not _GUID.fullmatch(app_id) or app_id == NOBODY:
        yield f"The app id {app_id!r} is no GUID. Set REGGI_TEAMS_APP_ID to the Microsoft App ID of the Azure Bot."
    if not re.fullmatch(r"\d{1,5}\.\d{1,5}\.\d{1,5}", manifest.get("version", "")):
        yield f"The version {manifest.get('version')!r} must be three numbers, such as 1.0.0."
    yield from _bad_addresses(manifest)
    for path, limit in _LENGTHS:
        part, _, name = path.partition(".")
        value = manifest.get(part, {}).get(name, "")
        if not 0 < len(value) <= limit:
            yield f"{path} must have 1 to {limit} characters and has {len(value)}."
    yield from _bad_commands(manifest)
    for name, side in ICONS.items():
        if (found := _png_size(icons.get(name, b""))) != (side, side):
            shown = "no PNG" if found is None else f"{found[0]} by {found[1]}"
            yield f"The icon {name} must be a PNG of {side} by {side} pixels and is {shown}."


def _bad_addresses(manifest: Manifest) -> Iterator[str]:
    for name in ("websiteUrl", "privacyUrl", "termsOfUseUrl"):
        address = manifest.get("developer", {}).get(name, "")
        try:
            url = urlsplit(address)
            host = url.hostname or ""
        except ValueError:
            host = ""
        if not address.startswith("https://") or "." not in host or " " in address:
            yield f"{name} must be an https address and is {address!r}. Give yours with --url."
        elif host == EXAMPLE:
            yield f"{name} is still the example. Give your address with --url."


def _bad_commands(manifest: Manifest) -> Iterator[str]:
    for bot in manifest.get("bots", []):
        lists = bot.get("commandLists", [])
        if len(lists) > COMMAND_LISTS:
            yield f"There may be {COMMAND_LISTS} command lists and there are {len(lists)}."
        for one in lists:
            if len(one["commands"]) > COMMANDS:
                yield f"A command list may have {COMMANDS} commands and one has {len(one['commands'])}."
    extensions = [command for e in manifest.get("composeExtensions", []) for command in e["commands"]]
    listed = [command for b in manifest.get("bots", []) for one in b.get("commandLists", []) for command in one["commands"]]  # fmt: skip
    for command in (*listed, *extensions):
        for name, limit in (("title", TITLE), ("description", DESCRIPTION)):
            if not 0 < len(command[name]) <= limit:
                yield f"The {name} of a command must have 1 to {limit} characters: {command[name]!r}."


def _png_size(data: bytes) -> tuple[int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return int(width), int(height)
