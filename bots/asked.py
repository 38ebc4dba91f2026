"""What a person wrote, read without knowing any law: cleaned text, and the state named in front of it.

The platforms' own mark-up is taken out before, by `bots/slack/events.py` and `bots/teams/activities.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bots.threads import Thread

PlaceOf = Callable[[str], str | None]
"""The code of the jurisdiction a word or name stands for exactly ("NM", "New Mexico" -> "NM"), or None."""

LONGEST_NAME = 5
"""Words in the longest name tried ("District of Columbia", "U.S. Virgin Islands" have three)."""

_QUOTED = re.compile(r"""^["“”„«]\s*(?P<name>[^"“”„«»]*?)\s*["“”»][:,]?\s*(?P<rest>.*)$""", re.DOTALL)
_ACRONYMS = frozenset({
    "AB", "AI", "AC", "BI", "DB", "DM", "EU", "EV", "FB", "HB", "HF", "HR", "IM", "IP", "IT", "OS", "PC", "PI", "QA", "QR",
    "SB", "SF", "TV", "UI", "UK", "UN", "UX", "VC", "VR",
})  # fmt: skip
"""Two capitals that begin a question about law or machines, not a mistyped state."""
_WORDS = frozenset({
    "al", "as", "co", "de", "hi", "id", "in", "la", "ma", "me", "mi", "mo", "ms", "oh", "ok", "or", "pa", "pr", "us",
})  # fmt: skip
"""Postal codes that are words: only in capitals, beside small letters, do they name a state."""
_GREETINGS = frozenset({"HI", "OH", "OK"})
_IDENTITY = re.compile(
    r"^(?:badge|card|check|document|fraud|number|photo|proof|scan|theft|verif)", re.IGNORECASE
)
_AND = frozenset({"and", "or", "&", "+", "/", "vs", "vs.", "versus"})
_LONGER_NAMES = frozenset({"beach", "city", "city's", "college", "county", "post", "times", "university"})
"""Words that make another name of a state's: "Kansas City" lies for the most part in Missouri."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One message to Reggi, free of the platform's mark-up.

    `deliveries` are the ids under which the platform may deliver it again. `command` is the slash command it
    came with ("/reggi"): then a state may stand in front, and the question follows nothing. `ways` are lines on
    how to ask here, shown with the help. `place` is the state chosen in a menu, which beats the text; `defaults`
    hold where the text names none. `files` are the names of what came with it, which is not read. `earlier` are
    the questions it follows; None looks them up in the thread. `person` is who asked, in the platform's words.
    """

    text: str
    thread: Thread
    deliveries: tuple[str, ...]
    command: str | None = None
    ways: tuple[str, ...] = ()
    place: str | None = None
    defaults: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    earlier: tuple[str, ...] | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """A text without the state named in front of it.

    `code` is the state, `named` how it was written. A `named` without a `code` is no state that is known.
    """

    text: str
    code: str | None = None
    named: str | None = None


def clean(text: str) -> str:
    """Return the text in NFC without control, invisible or unassigned characters; spaces in a row become one.

    Lone surrogates go too: neither the database nor the network could carry them.
    """
    kept = [
        " " if char in "\t\r\n\v\f\x85\u2028\u2029" else char
        for char in text
        if char in "\t\r\n\v\f\x85\u2028\u2029" or not unicodedata.category(char).startswith("C")
    ]
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", "".join(kept))).strip()


def state_in_front(text: str, place_of: PlaceOf, command: bool) -> Argument:
    """Return a cleaned text and the state named in front of it.

    After a slash command: `NM …`, `nm …`, `"New Mexico" …`, `New Mexico …`, each with or without colon or comma.
    In a message, where sentences begin in any way: only `NM: …`, `New Mexico: …` and `"New Mexico" …`.
    A name that goes on as a list ("NM and AZ …") or beside another state stays in the text: there, reading the
    whole sentence is right, and a state taken as the argument would hide the others.
    """
    quoted = _QUOTED.match(text)
    if quoted:
        return _quoted_argument(text, quoted["name"], quoted["rest"], place_of, command)
    words = text.split(" ")
    for count in range(min(LONGEST_NAME, len(words)), 0, -1):
        name, rest = " ".join(words[:count]), words[count:]
        mark = name[-1:] if name.endswith((":", ",")) else ""
        name = name.rstrip(":,")
        code = _code(name, place_of)
        if code is None or not (command or mark == ":"):
            continue
        if _is_argument(name, mark, rest, text, place_of):
            return Argument(" ".join(rest), code, name)
        return Argument(text)
    first = words[0].rstrip(":,")
    if command and _looks_like_a_code(first, words[1:], text):
        return Argument(text, None, first)
    return Argument(text)


def _quoted_argument(text: str, name: str, rest: str, place_of: PlaceOf, command: bool) -> Argument:
    code = _code(name, place_of)
    if code is not None:
        return Argument(rest, code, name)
    if not rest:  # the whole question was put in quotation marks
        return Argument(name)
    return Argument(text, None, name) if command else Argument(text)


def _is_argument(name: str, mark: str, rest: list[str], text: str, place_of: PlaceOf) -> bool:
    """Whether a name that stands in front is meant as the argument, and not as part of the sentence."""
    if mark == ":":
        return True
    if len(name) > 2:
        goes_on = bool(rest) and rest[0].lower() in _AND | _LONGER_NAMES
        return not goes_on and not _names_a_place(rest, place_of)
    if name.lower() in _WORDS and (name != name.upper() or text == text.upper()):
        return False
    if name in _GREETINGS and mark == ",":
        return False
    if name == "ID" and rest and _IDENTITY.match(rest[0]):
        return False
    following = rest[1:] if rest and rest[0].lower() in _AND else rest if mark == "," else []
    return not _names_a_place(following[:LONGEST_NAME], place_of)


def _names_a_place(words: list[str], place_of: PlaceOf) -> bool:
    """Whether any run of these words is a jurisdiction; two small letters ("in", "or") are not."""
    bare = [word.strip(",.;:?!()") for word in words]
    for start in range(len(bare)):
        for end in range(start + 1, min(start + LONGEST_NAME, len(bare)) + 1):
            name = " ".join(bare[start:end])
            small = len(name) <= 3 and name != name.upper()
            if not small and _code(name, place_of) is not None:
                return True
    return False


def _code(name: str, place_of: PlaceOf) -> str | None:
    """The code of a name as written, or without its full stops ("N.M.", "D.C.")."""
    if not name:
        return None
    return place_of(name) or (place_of(name.replace(".", "")) if "." in name else None)


def _looks_like_a_code(word: str, rest: list[str], text: str) -> bool:
    """Whether a word was meant as a postal code, though none is so spelt: two capitals before a sentence."""
    return bool(
        re.fullmatch(r"[A-Z]{2}", word)
        and word not in _ACRONYMS
        and text != text.upper()
        and not (rest and rest[0][:1].isdigit())  # "AB 375": a bill
    )
