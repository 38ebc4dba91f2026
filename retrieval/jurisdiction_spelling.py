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

_DEMONYM_STEM = 4  # letters a demonym shares with its state: "Californians", not "Hoosiers"
_LONG = 11
_SHORT_HEAD = 4
_PLAIN_HEADS = frozenset({"north", "south"})  # "North Carlina" is no personal name


@cache
def _heads() -> dict[str, dict[str, str]]:
    """Return {"north": {"carolina": "NC", …}, …}."""
    heads: dict[str, dict[str, str]] = names()["spelling"]["heads"]
    return heads


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
        if len(demonym) >= 7
        and " " not in demonym
        and normal(demonym)[:_DEMONYM_STEM] == normal(row["name"])[:_DEMONYM_STEM]
    ]
    rows += [(city, code) for code, cities in names()["spelling"]["cities"].items() for city in cities]
    return tuple(rows)


@cache
def _by_initial() -> dict[str, tuple[tuple[str, str], ...]]:
    """Targets by each of the first two letters, since a slip of the first letter alone is rare."""
    table: dict[str, list[tuple[str, str]]] = {}
    for row in _targets():
        for letter in set(row[0][:2]):
            table.setdefault(letter, []).append(row)
    return {letter: tuple(rows) for letter, rows in table.items()}


def _slips(name: str, word: str) -> int:
    """How many slips `word` may have as a misspelling of `name`: a third only in long ones with the same ends."""
    if len(name) >= _LONG and (word[:2], word[-1]) == (name[:2], name[-1]):
        return 3
    return 1 if len(name) <= 7 else 2


@lru_cache(maxsize=8192)
def misspelt(word: str) -> str | None:
    """Return the code of the one name that `word` (normal form) misspells, else None."""
    if not 5 <= len(word) <= 18 or not word.isalpha() or not word.isascii() or word in _friends():
        return None
    near: dict[str, int] = {}
    for name, code in _by_initial().get(word[0], ()):
        allowed = _slips(name, word)
        if abs(len(name) - len(word)) <= allowed:
            slips = OSA.distance(word, name, score_cutoff=allowed)
            if slips <= allowed and (slips < 2 or word[0] == name[0]):
                near[code] = min(slips, near.get(code, slips))
    best = sorted(near, key=near.__getitem__)
    if not best or (len(best) > 1 and near[best[0]] == near[best[1]]):
        return None
    return best[0]


@lru_cache(maxsize=4096)
def is_misspelt_city(word: str) -> bool:
    """True for a word that is read as a city by its spelling: "Pittsburg"."""
    code = misspelt(word)
    cities: dict[str, list[str]] = names()["spelling"]["cities"]
    return any(OSA.distance(word, city) <= _slips(city, word) for city in cities.get(code or "", ()))


@lru_cache(maxsize=4096)
def _misspelt_tail(head: str, word: str) -> str | None:
    tails = _heads()[head]
    if word in _friends() and head not in _PLAIN_HEADS:
        return None
    near = [code for tail, code in tails.items() if OSA.distance(word, tail) <= _slips(tail, word)]
    return near[0] if len(near) == 1 else None


@lru_cache(maxsize=4096)
def _head(word: str) -> str | None:
    """Return the head that `word` is or misspells ("Sotuh" is south)."""
    if word in _heads():
        return word
    known: str | None = names()["spelling"]["misspelt_heads"].get(word)
    if known is not None:
        return known
    near = [
        head for head in _heads() if len(head) > _SHORT_HEAD and OSA.distance(word, head, score_cutoff=1) <= 1
    ]
    return near[0] if len(near) == 1 else None


def _district(tokens: Sequence[Token], at: int) -> bool:
    """True for "Distirct of Columbia" and "District of Colombia"."""
    if at + 2 >= len(tokens) or tokens[at + 1].word != "of":
        return False
    return (
        OSA.distance(tokens[at].word, "district") <= 2 and OSA.distance(tokens[at + 2].word, "columbia") <= 2
    )


def misspelt_name(tokens: Sequence[Token], at: int) -> tuple[int, Sense] | None:
    """Return the end and sense of a misspelt name that begins at this token, which no phrase covers."""
    word = tokens[at].word
    head = _head(word)
    if head is not None and at + 1 < len(tokens):
        after = tokens[at + 1].word
        code = _heads()[head].get(after)
        if code is None and head == word and len(after) >= 4 and after.isalpha():
            code = _misspelt_tail(head, after)
        if code is not None:
            return at + 2, Sense("place", "spelling", (code,))
    if word.startswith("di") and _district(tokens, at):
        return at + 3, Sense("place", "spelling", ("DC",))
    code = misspelt(word)
    return None if code is None else (at + 1, Sense("place", "spelling", (code,)))
