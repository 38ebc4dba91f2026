"""The registry of jurisdictions and the words around their names, read from config/ once.

`registry()` is for everybody: codes, names, order, links. `names()` and `words()` are the raw material of detection.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeVar

from retrieval.markup import read_tokens

Kind = Literal["state", "district", "territory", "federal"]
FEDERAL = "US"


@dataclass(frozen=True, slots=True)
class Place:
    """One jurisdiction: postal code, full name, and where it publishes its code (https)."""

    code: str
    name: str
    kind: Kind
    official_code_url: str


@dataclass(frozen=True, slots=True)
class Registry:
    """All jurisdictions in the order of a full list: states alphabetically, DC, PR, GU, VI, AS, MP, US."""

    places: tuple[Place, ...]
    by_code: Mapping[str, Place]

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Place:
        """Return the place with this postal code, in capitals.

        Raises:
            KeyError: no such jurisdiction.
        """
        return self.by_code[code]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(place.code for place in self.places)

    @property
    def states(self) -> tuple[str, ...]:
        """The 50 states, without the District and the territories."""
        return tuple(place.code for place in self.places if place.kind == "state")

    def name(self, code: str) -> str:
        return self.by_code[code].name


@dataclass(frozen=True, slots=True)
class Every:
    all: frozenset[str]
    place: frozenset[str]
    survey: frozenset[str]
    jurisdictions: frozenset[str]
    loose: frozenset[str]
    one_state_before: frozenset[str]
    state_nouns: frozenset[str]
    verb_after: frozenset[str]
    question_before: frozenset[str]
    stating_before: frozenset[str]
    asking: frozenset[str]


@dataclass(frozen=True, slots=True)
class Federal:
    phrases: frozenset[str]
    not_before: frozenset[str]
    compared: frozenset[str]
    country: frozenset[str]


@dataclass(frozen=True, slots=True)
class Roles:
    people: frozenset[str]
    people_verbs: frozenset[str]
    business: frozenset[str]
    incorporated: frozenset[str]
    server: frozenset[str]
    informant: frozenset[str]
    bystanders: frozenset[str]
    doers: frozenset[str]
    mishaps: frozenset[str]
    counted: frozenset[str]
    past_verbs: frozenset[str]
    store_verbs: frozenset[str]
    verb_before: frozenset[str]
    sites: frozenset[str]
    data: frozenset[str]
    based: frozenset[str]
    laws: frozenset[str]
    operates: frozenset[str]
    delivers: frozenset[str]
    visits: frozenset[str]
    moves: frozenset[str]
    past: frozenset[str]
    records: frozenset[str]
    reference_nouns: frozenset[str]
    reference: frozenset[str]
    reference_always: frozenset[str]
    reference_after: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exclusion:
    cues: frozenset[str]
    cues_after_sets: frozenset[str]
    nobody: frozenset[str]
    negated: frozenset[str]
    negated_be: frozenset[str]
    between: frozenset[str]
    presence: frozenset[str]
    objects: frozenset[str]
    after: frozenset[str]
    not_excluding: frozenset[str]
    hypothetical: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grammar:
    separators: frozenset[str]
    in_lists: frozenset[str]
    prepositions: frozenset[str]
    transparent: frozenset[str]
    compound_end: frozenset[str]
    first_person_in: frozenset[str]
    be: frozenset[str]
    code_prepositions: frozenset[str]
    legal_right: frozenset[str]
    legal_left: frozenset[str]


@dataclass(frozen=True, slots=True)
class Codes:
    words_in_capitals: frozenset[str]
    words_in_small: frozenset[str]
    need_a_cue: frozenset[str]
    everyday: frozenset[str]
    interjections: frozenset[str]
    list_only: frozenset[str]
    place_prepositions: frozenset[str]
    city_prepositions: frozenset[str]
    left_out_prepositions: frozenset[str]
    links: frozenset[str]
    follow_up: frozenset[str]
    goes_on: frozenset[str]
    phrasal: frozenset[str]
    auxiliaries: frozenset[str]
    law_verbs: frozenset[str]
    own_law: frozenset[str]
    people_there: frozenset[str]
    asks: frozenset[str]
    out: frozenset[str]
    telling: frozenset[str]
    not_a_state_s: frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """config/jurisdiction_words.toml: the words that give a place its part in the sentence, in normal form."""

    every: Every
    federal: Federal
    roles: Roles
    exclusion: Exclusion
    grammar: Grammar
    codes: Codes


_T = TypeVar("_T", Every, Federal, Roles, Exclusion, Grammar, Codes)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("config").joinpath(name).read_text(encoding="utf-8"))


def as_unit(phrase: str) -> str:
    """Return a phrase as the word of a unit: its tokens joined by spaces ("end-users" is "end - users")."""
    return " ".join(token.word for token in read_tokens(phrase).tokens) or phrase


def _section(kind: type[_T], table: Mapping[str, list[str]]) -> _T:
    expected = {field.name for field in fields(kind)}
    if expected != set(table):
        raise ValueError(
            f"jurisdiction_words.toml, {kind.__name__.lower()}: keys differ: {sorted(expected ^ set(table))}"
        )
    return kind(**{key: frozenset(as_unit(value) for value in values) for key, values in table.items()})


@cache
def words() -> Words:
    """Return the words around names.

    Raises:
        ValueError: the file has a key too many or too few.
    """
    rows = _read("jurisdiction_words.toml")
    return Words(
        every=_section(Every, rows["every"]),
        federal=_section(Federal, rows["federal"]),
        roles=_section(Roles, rows["roles"]),
        exclusion=_section(Exclusion, rows["exclusion"]),
        grammar=_section(Grammar, rows["grammar"]),
        codes=_section(Codes, rows["codes"]),
    )


@cache
def names() -> dict[str, Any]:
    """Return config/jurisdictions.toml as it stands; its header says what each table means."""
    return _read("jurisdictions.toml")


@cache
def towns() -> dict[str, tuple[str, ...]]:
    """Return the towns of config/jurisdiction_towns.toml by the code of their state."""
    rows = _read("jurisdiction_towns.toml")
    return {code: tuple(name.strip() for name in text.split("|")) for code, text in rows.items()}


@cache
def registry() -> Registry:
    """Return the jurisdictions, read once."""
    places = tuple(
        Place(row["code"], row["name"], row["kind"], row["official_code_url"])
        for row in names()["jurisdiction"]
    )
    return Registry(places, {place.code: place for place in places})
