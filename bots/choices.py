"""Choosing what holds in a channel: the words after a command, read. Who may choose is the channel's to say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bots.asked import PlaceOf, clean
from bots.remembered import Choices
from retrieval.jurisdictions import registry

LONGEST = 6
"""More words than this after "default" are a question that begins with it."""
NONE = frozenset({"none", "off", "clear", "no"})


@dataclass(frozen=True, slots=True)
class Choosing:
    """What somebody wants to see or set.

    `mine`: for themselves, not for the channel. `places` are the default states, () for none, None to see what is
    set. `unknown` is a word that should have been a state. `settings`: to see the switches.
    """

    mine: bool = False
    places: tuple[str, ...] | None = None
    unknown: str = ""
    settings: bool = False


def read_choosing(text: str, place_of: PlaceOf) -> Choosing | None:
    """Return what is chosen by `default`, `default CA`, `my default New Mexico, NV`, `default none` or `settings`.

    None where the text is something else, such as a question that begins with "default".
    """
    words = clean(text)
    if words.lower() in {"settings", "setting"}:
        return Choosing(settings=True)
    found = re.match(r"(?i)(?P<mine>my\s+)?defaults?\b\s*[:=]?\s*(?P<rest>.*)$", words)
    if found is None:
        return None
    mine, rest = bool(found["mine"]), found["rest"].strip().strip('"“”')
    if not rest:
        return Choosing(mine)
    if rest.lower() in NONE:
        return Choosing(mine, ())
    if code := place_of(rest):
        return Choosing(mine, (code,))
    if len(rest.split()) > LONGEST or "?" in rest:
        return None
    names = [name.strip().strip('"“”') for name in re.split(r",|;|\band\b|\s+(?=[A-Z]{2}\b)", rest)]
    codes = [(name, place_of(name)) for name in names if name]
    unknown = next((name for name, code in codes if code is None), "")
    if unknown:
        return Choosing(mine, None, unknown)
    return Choosing(mine, tuple(dict.fromkeys(code for _, code in codes if code)))


def standing(choices: Choices, mine: bool, command: str = "") -> str:
    """Return what is set, and how to change it; `command` is what stands in front of the words ("/reggi ")."""
    whose = "your default" if mine else "the default in this channel"
    change = f"{command}{'my ' if mine else ''}default"
    if not choices.defaults:
        return f"No state is {whose}: I ask when a question names none. To set one, type {change} CA."
    names = ", ".join(registry()[code].name for code in choices.defaults)
    return f"{names} is {whose}, where a question names no state. To remove it, type {change} none."


def unknown_state(name: str, command: str = "") -> str:
    """Return what is said to a default that is no state."""
    return (
        f"I do not know a US state or territory called “{name}”, so I changed nothing. "
        f"Write its postal code or its name: {command}default CA or {command}default New Mexico."
    )
