"""Choosing what holds in a channel or for a person, the same on every platform; choices.py reads the words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bots.afterwards import NOT_KEPT, Afterwards
from bots.choices import Choosing, standing, unknown_state
from bots.remembered import Choices, Scope

_log = structlog.get_logger(__name__)

WhyNot = Callable[[], Awaitable[str | None]]
"""Asks the platform why somebody may not choose for a channel; None if they may."""


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who chooses, and where. `direct`: only they and the bot talk there, so that there is nothing to switch, as
    `no_switches` says. `command` is what stands in front of the words ("/reggi ")."""

    person: Scope
    channel: Scope
    direct: bool
    no_switches: str
    command: str = ""


async def chosen(choosing: Choosing, by: Chooser, after: Afterwards, why_not: WhyNot) -> str | Choices:
    """Do what was written; return what is said to it, or the choices whose switches are to be shown."""
    if choosing.unknown:
        return unknown_state(choosing.unknown, by.command)
    if choosing.settings and by.direct:
        return by.no_switches
    mine = choosing.mine or by.direct
    scope = by.person if mine else by.channel
    choices = await after.choices(scope)
    if choosing.settings:
        return choices
    if choosing.places is None:
        return standing(choices, mine, by.command)
    wanted = replace(choices, defaults=choosing.places)
    if not mine:
        refused = await set_for_channel(scope, wanted, after, why_not)
    else:
        refused = None if await after.choose(scope, wanted) else NOT_KEPT.text
    return refused or standing(wanted, mine, by.command)


async def set_for_channel(scope: Scope, wanted: Choices, after: Afterwards, why_not: WhyNot) -> str | None:
    """Set what holds in a channel; return what is said instead where that may not or cannot be."""
    choice = {"channel": scope.id, "defaults": ",".join(wanted.defaults), "follow_ups": wanted.follow_ups}
    if refused := await why_not():
        _log.warning("choice_refused", **choice, private=wanted.private)
        return refused
    if not await after.choose(scope, wanted):
        return NOT_KEPT.text
    _log.info("choice_made", **choice, private=wanted.private)
    return None
