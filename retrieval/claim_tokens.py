"""The tokens of a sentence: words, stops, figures and places; and the names of laws and bodies that stand in it."""

from __future__ import annotations

import re
from functools import cache

from retrieval.figures import Figure, figures
from retrieval.jurisdiction_registry import FEDERAL, registry
from retrieval.wordings import wordings

Token = str | Figure

_LAW_NAME = re.compile(
    r"\b(?:[A-Z][\w'.&-]*(?:,? (?:and|of|for|the|in|on|against|to|&) (?=[A-Z])|[ -])){0,9}(?:Acts?|Laws?|Code|Rules?|Regulations?|"
    r"Statutes?|Bill of Rights|Amendment|Ordinance|Directive)\b"
)
_CAPITAL = re.compile(r"\b[A-Z]")
_ACRONYM = re.compile(r"\b[A-Z][A-Z&-]*[A-Z]{2}[a-z]{0,2}\b")
_PROPER = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]{2,}(?:[A-Z]\w+)?\b")
NAMED = "\x01"
"""Marks a word of a law's name: the consumers of a Consumer Privacy Act do nothing."""
_POSSESSIVE = re.compile(r"(?<=[a-z])'s\b|(?<=s)'(?=\s|$)")
_NON = re.compile(r"\bnon-(?=[a-z])")
_TOKEN = re.compile(r"\x01?[a-z][a-z'-]*|[;:.,!?()—–]")


@cache
def _place_names() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {p.name: p.code for p in registry().places if p.code != FEDERAL}
    names |= {
        "Washington, D.C.": "DC",
        "Washington, DC": "DC",
        "D.C.": "DC",
        "D.C": "DC",
        "Washington, D.C": "DC",
        "Virgin Islands": "VI",
    }
    people = {"Californian": "CA", "Coloradan": "CO", "Texan": "TX", "Floridian": "FL", "New Yorker": "NY",
              "Minnesotan": "MN", "Ohioan": "OH", "Oregonian": "OR", "Virginian": "VA"}  # fmt: skip
    names |= {**people, **{f"{name}s": code for name, code in people.items()}}
    longest = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:the )?({'|'.join(map(re.escape, longest))})(?:'s)?(?!\w)"), names


def tokens_of(text: str) -> list[Token]:
    """Return words in lower case, stops, figures, and places as "@MN"; known phrases are replaced."""
    pattern, places = _place_names()
    out: list[Token] = []
    at = 0

    def add(chunk: str) -> None:
        chunk = _LAW_NAME.sub(
            lambda m: _CAPITAL.sub(rf"{NAMED}\g<0>", m.group()) if " " in m.group() else m.group(), chunk
        )
        chunk = pattern.sub(lambda m: f" \x00{places[m[1]]}\x00 ", chunk)
        for number, part in enumerate(chunk.split("\x00")):
            out.extend(
                ["@" + part]
                if number % 2
                else _TOKEN.findall(_POSSESSIVE.sub("", _NON.sub("non", part.lower()).replace("-", " ")))
            )

    for figure in figures(text):
        add(text[at : figure.start])
        out.append(figure)
        at = figure.end
    add(text[at:])
    return _replaced(out)


def _replaced(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        if found := wordings().phrases.at(tokens, at):
            out.extend(found[1])
            at += found[0]
        else:
            out.append(tokens[at])
            at += 1
    return out


def names_in(text: str) -> tuple[str, ...]:
    """Return the laws, abbreviations and other proper names in a text, but for its first word, dates and names of places."""
    for figure in reversed(figures(text)):  # "July 1" names no one
        if figure.kind in ("date", "time"):
            text = f"{text[: figure.start]} {text[figure.end :]}"
    found = [m.group() for m in _LAW_NAME.finditer(text) if " " in m.group() or "-" in m.group()]
    rest = _place_names()[0].sub(" ", _LAW_NAME.sub(" ", text))
    found += [m.group() for m in _ACRONYM.finditer(rest)]
    found += [m.group() for m in _PROPER.finditer(rest)]
    return tuple(dict.fromkeys(found))
