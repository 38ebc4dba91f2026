"""Misspelt names: "Conneticut", "North Carolna", "Sotuh Dakota".

Edit distance is Damerau's with transpositions (rapidfuzz OSA). A word is taken for a name only when it is near one name
alone and is not itself a word or a personal name (`false_friends` in config/jurisdictions.toml).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from retrieval.jurisdiction_registry import FEDERAL, names
from retrieval.jurisdiction_units import Sense
from retrieval.markup import Token, normal

_HEADS = {
    "new": {"hampshire": "NH", "jersey": "NJ", "mexico": "NM", "york": "NY"},
    "north": {"carolina": "NC", "dakota": "ND"},
    "south": {"carolina": "SC", "dakota": "SD"},
    "west": {"virginia": "WV"},
    "rhode": {"island": "RI"},
    "puerto": {"rico": "PR"},
    "american": {"samoa": "AS"},
}
_MISSPELT_HEADS = {
    "nwe": "new",
    "enw": "new",
    "neew": "new",
    "neww": "new",
    "ne": "new",
    "nw": "new",
    "mew": "new",
    "wset": "west",
    "wst": "west",
    "wesst": "west",
}
_CITIES = {
    "philadelphia": "PA", "pittsburgh": "PA", "cincinnati": "OH", "albuquerque": "NM", "minneapolis": "MN", "milwaukee": "WI", "louisville": "KY",
    "indianapolis": "IN", "sacramento": "CA", "baltimore": "MD", "tallahassee": "FL", "honolulu": "HI", "chicago": "IL", "nashville": "TN",
}  # fmt: skip


@cache
def _friends() -> frozenset[str]:
    return frozenset(normal(word) for word in names()["false_friends"]["words"])


@cache
def _targets() -> tuple[tuple[str, str], ...]:
    """Return (name, code) of everything of one word that is worth mending."""
    rows = [
        (normal(row["name"]), row["code"])
        for row in names()["jurisdiction"]
        if " " not in row["name"] and row["code"] != FEDERAL
    ]
    rows += [
        (normal(f"{demonym}s"), row["code"])
        for row in names()["jurisdiction"]
        for demonym in row.get("demonyms", ())
        if len(demonym) >= 7 and " " not in demonym
    ]
    rows += list(_CITIES.items())
    return tuple(rows)


@cache
def _by_initial() -> dict[str, tuple[tuple[str, str], ...]]:
    """Targets by each of the first two letters, since a slip of the first letter alone is rare."""
    table: dict[str, list[tuple[str, str]]] = {}
    for row in _targets():
        for letter in set(row[0][:2]):
            table.setdefault(letter, []).append(row)
    return {letter: tuple(rows) for letter, rows in table.items()}


def _slips(length: int) -> int:
    """How many slips a name of this length may have."""
    return 1 if length <= 6 else 2 if length <= 10 else 3


@lru_cache(maxsize=8192)
def misspelt(word: str) -> str | None:
    """Return the code of the one name that `word` (normal form) misspells, else None."""
    if not 5 <= len(word) <= 18 or not word.isalpha() or not word.isascii() or word in _friends():
        return None
    near: dict[str, int] = {}
    for name, code in _by_initial().get(word[0], ()):
        allowed = _slips(len(name))
        if abs(len(name) - len(word)) <= allowed:
            slips = OSA.distance(word, name, score_cutoff=allowed)
            if slips <= allowed and (slips < 2 or word[0] == name[0]):
                near[code] = min(slips, near.get(code, slips))
    best = sorted(near, key=near.__getitem__)
    if not best or (len(best) > 1 and near[best[0]] == near[best[1]]):
        return None
    return best[0]


@lru_cache(maxsize=4096)
def _misspelt_tail(head: str, word: str) -> str | None:
    tails = _HEADS[head]
    if word in _friends():
        return None
    near = [
        code
        for tail, code in tails.items()
        if OSA.distance(word, tail, score_cutoff=_slips(len(tail))) <= _slips(len(tail))
    ]
    return near[0] if len(near) == 1 else None


@lru_cache(maxsize=4096)
def _head(word: str) -> str | None:
    """Return the head that `word` is or misspells ("Sotuh" is south)."""
    if word in _HEADS:
        return word
    if word in _MISSPELT_HEADS:
        return _MISSPELT_HEADS[word]
    near = [
        head
        for head in ("north", "south", "rhode", "puerto")
        if OSA.distance(word, head, score_cutoff=1) <= 1
    ]
    return near[0] if len(near) == 1 else None


def misspelt_name(tokens: Sequence[Token], at: int) -> tuple[int, Sense] | None:
    """Return the end and sense of a misspelt name that begins at this token, which no phrase covers."""
    word = tokens[at].word
    head = _head(word)
    if head is not None and at + 1 < len(tokens):
        after = tokens[at + 1].word
        code = _HEADS[head].get(after)
        if code is None and head == word and len(after) >= 4 and after.isalpha():
            code = _misspelt_tail(head, after)
        if code is not None:
            return at + 2, Sense("place", "spelling", (code,))
    code = misspelt(word)
    return None if code is None else (at + 1, Sense("place", "spelling", (code,)))
