"""The words of config/grounding.toml, ready for reading sentences: phrases, groups of meaning, parties, markers of duty."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Generic, Literal, TypeVar

from retrieval.words import stem

Modality = Literal["plain", "must", "mustlet", "may", "maynot", "neednot", "not"]
Zone = Literal["", "except", "if"]
T = TypeVar("T")


class Sequences(Generic[T]):
    """Finds known sequences of tokens at a place in a list, the longest first."""

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        table: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for words, value in rows:
            tokens = tuple(words.split())
            table.setdefault(tokens[0], []).append((tokens, value))
        self._by_first = {
            first: sorted(found, key=lambda row: -len(row[0])) for first, found in table.items()
        }

    def at(self, tokens: list[Any], start: int) -> tuple[int, T] | None:
        """Return (length, value) of the longest sequence that begins at `start`, or None."""
        token = tokens[start]
        if not isinstance(token, str):
            return None
        for words, value in self._by_first.get(token, ()):
            if tuple(tokens[start : start + len(words)]) == words:
                return len(words), value
        return None


@dataclass(frozen=True, slots=True)
class Wordings:
    """config/grounding.toml. `groups` gives the groups of meaning by word or stem, `parties` the class by noun."""

    phrases: Sequences[tuple[str, ...]]
    markers: Sequences[Modality]
    conditions: Sequences[Zone]
    groups: dict[str, frozenset[str]]
    parties: dict[str, str]
    exact: frozenset[str]
    alike: frozenset[frozenset[str]]
    framing: frozenset[str]
    soft: frozenset[str]
    known_as: dict[str, str]
    abbreviations: frozenset[str]
    auxiliaries: frozenset[str]
    joins: frozenset[str]
    none: frozenset[str]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    short_conditions: frozenset[str]
    of_law: frozenset[str]
    makes: frozenset[str]
    laws: frozenset[str]
    has: frozenset[str]
    participles: frozenset[str]
    bans: frozenset[str]
    nouns_too: frozenset[str]
    relatives: frozenset[str]
    pronouns: frozenset[str]
    go_on: frozenset[str]
    exacting: frozenset[str]
    guilt: frozenset[str]
    never_last: frozenset[str]
    lets: frozenset[str]
    all: frozenset[str]
    any: frozenset[str]
    verbs_too: frozenset[str]
    no_heads: frozenset[str]
    nothing: frozenset[str]


@lru_cache(maxsize=50_000)
def base_of(word: str) -> str:
    """Return the stem of a word; of one with a hyphen ("attorney-general") the singular."""
    return stem(word.removesuffix("'s").removesuffix("s'")) if "-" not in word else word.removesuffix("s")


def _forms(word: str) -> tuple[str, ...]:
    """Return a noun and its plural: by stem, "provide" would be a provider and "employ" an employer."""
    if word.endswith(("s", "ch", "x")):
        return word, f"{word}es"
    return word, (f"{word[:-1]}ies" if word.endswith("y") else f"{word}s")


@cache
def wordings() -> Wordings:
    """Return the words, read once."""
    raw = tomllib.loads(resources.files("config").joinpath("grounding.toml").read_text(encoding="utf-8"))
    by_word: dict[str, set[str]] = {}
    by_stem: dict[str, set[str]] = {}
    for name, words in raw["synonyms"].items():
        for word in (name, *words):
            by_word.setdefault(word, set()).add(name)
            by_stem.setdefault(base_of(word), set()).add(name)
    markers: list[tuple[str, Modality]] = [
        (w, name) for name, words in raw["modality"].items() for w in words
    ]
    conditions: list[tuple[str, Zone]] = [
        (w, name) for name, words in raw["conditions"].items() for w in words
    ]
    return Wordings(
        phrases=Sequences((k, tuple(v.split())) for k, v in raw["phrases"].items()),
        markers=Sequences(markers),
        conditions=Sequences(conditions),
        groups={word: frozenset(names) for word, names in (by_stem | by_word).items()},
        parties={
            form: name for name, words in raw["parties"].items() for word in words for form in _forms(word)
        },
        exact=frozenset(raw["party_rules"]["exact"]),
        alike=frozenset(frozenset(pair) for pair in raw["party_rules"]["alike"]),
        framing=frozenset(raw["framing"]["words"]),
        soft=frozenset(base_of(w) for w in raw["soft"]["words"]),
        known_as=raw["known_as"],
        **{name: frozenset(words) for name, words in raw["grammar"].items()},
    )


@cache
def exacting() -> frozenset[str]:
    """Return the stems of words that must not be added ("written")."""
    return frozenset(base_of(w) for w in wordings().exacting)


@cache
def guilt() -> frozenset[str]:
    """Return the groups of meaning of words that say how a violation must be meant ("knowing")."""
    return frozenset(c for w in wordings().guilt for c in concepts_of(w))


@lru_cache(maxsize=50_000)
def concepts_of(word: str) -> frozenset[str]:
    """Return the groups of meaning of a word, or its stem where it is in none."""
    groups = wordings().groups
    base = base_of(word)
    return groups.get(word) or groups.get(base) or frozenset((base,))
