"""Every phrase detection knows, with its meaning: the registry's names, the corpus's laws, the words around them.

Earlier phrases win where two are spelt alike; equal ones of several jurisdictions become a choice between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from retrieval.jurisdiction_registry import FEDERAL, Registry, as_unit, names, words
from retrieval.jurisdiction_units import Gate, Sense, UnitKind
from retrieval.markup import normal, read_tokens

SECTION_WORDS = {
    "§", ".", ",", "s", "sec", "section", "sections", "tit", "title", "ch", "chapter", "c", "part", "pt", "art", "article", "no", "subd",
}  # fmt: skip
WORD = Sense("word", "")
"""A cue of several words, such as "other than"."""
_PLURAL_IS_ANOTHER = {"New Jersey", "Washington", "Virginia", "Georgia"}  # jerseys, a family, both Virginias


@dataclass(frozen=True, slots=True)
class LawName:
    """A name, acronym or citation prefix of a law, and whose law it is: LawName("BIPA", "IL"), LawName("Minn. Stat.", "MN")."""

    name: str
    jurisdiction: str


def lexicon(registry: Registry, laws: Iterable[LawName]) -> Iterator[tuple[str, Sense]]:
    """Return all phrases with their senses, most telling first. In a phrase "#" stands for a number."""
    yield from _noise()
    yield from _names()
    yield from _sets(registry)
    yield from _federal()
    yield from _shared_laws()
    yield from _law_names(registry, laws)
    yield from _outside()
    yield from _cues()


def _noise() -> Iterator[tuple[str, Sense]]:
    noise = Sense("noise", "")
    for phrase in names()["confusables"]["phrases"]:
        yield phrase, noise


def _names() -> Iterator[tuple[str, Sense]]:
    for row in names()["jurisdiction"]:
        code = row["code"]
        if code == FEDERAL:
            continue
        name = Sense("place", "name", (code,))
        if not row["name"].endswith("s") and row["name"] not in _PLURAL_IS_ANOTHER:
            yield f"{row['name']}s", name  # "californias privacy law"
        elif row["name"] in _PLURAL_IS_ANOTHER:
            yield f"{row['name']}s", Sense("maybe", "name", (code,), "owner")
        for value in row.get("spellings", ()):
            yield value, Sense("place", "spelling", (code,))
        for value in (row["name"], *row.get("names", ())):
            yield value, name
            if " " in value and value.replace(" ", "").isalpha():
                yield value.replace(" ", "-"), name
                yield value.replace(" ", ""), name
        for value in row.get("abbreviations", ()):
            yield value, name
            yield f"{value}." if not value.endswith(".") else value, name
        for value in row.get("word_abbreviations", ()):
            short = Sense("maybe", "name", (code,), "abbreviation")
            yield value, short
            yield f"{value}.", short
        for value in row.get("demonyms", ()):
            for form in (value, f"{value}s"):
                yield form, Sense("place", "demonym", (code,))
        for value in row.get("cities", ()):
            yield value, Sense("place", "city", (code,))
        for value in row.get("cities_capital", ()):
            yield value, Sense("maybe", "city", (code,), "capital")
        yield code, Sense("maybe", "code", (code,), "code")
        yield f"{code}.", Sense("maybe", "name", (code,), "dotted")
        yield f"US-{code}", Sense("place", "code", (code,))
    for row in names()["city"]:
        gate: Gate = (
            "in or shop"
            if row.get("shop")
            else "in"
            if row.get("in_only")
            else "capital"
            if row.get("capital")
            else "any"
        )
        for value in row["names"]:
            if row["codes"]:
                kind: UnitKind = "place" if gate == "any" else "maybe"
                yield (
                    value,
                    Sense(
                        kind,
                        "city",
                        tuple(row["codes"]),
                        gate,
                        len(row["codes"]) > 1,
                        row.get("prefers", False),
                    ),
                )
            else:
                yield value, Sense("noise", "city")


def _sets(registry: Registry) -> Iterator[tuple[str, Sense]]:
    order = registry.codes
    for row in names()["set"]:
        codes = set(row["codes"])
        if "all states" in codes:
            codes = set(registry.states) - {code[1:] for code in codes if code.startswith("-")}
        sense = Sense(
            "maybe" if row.get("in_only") else "place",
            "set",
            tuple(sorted(codes, key=order.index)),
            "in" if row.get("in_only") else "any",
            choose=row.get("choose", False),
        )
        for value in row["names"]:
            yield value, sense
            yield f"{value} states", sense
    every = words().every
    for kind, phrases in (
        ("all", every.all),
        ("place", every.place),
        ("survey", every.survey),
        ("jurisdictions", every.jurisdictions),
    ):
        for value in sorted(phrases):
            yield (
                value,
                Sense("every", kind, registry.states if kind != "jurisdictions" else registry.codes[:-1]),
            )


def _federal() -> Iterator[tuple[str, Sense]]:
    for value in sorted(words().federal.phrases):
        yield value, Sense("federal", "name", (FEDERAL,))
    for value in sorted(words().federal.country):
        pronoun = value == "us"
        yield (
            value,
            Sense("maybe" if pronoun else "country", "name", (FEDERAL,), "pronoun" if pronoun else "any"),
        )
    for row in names()["jurisdiction"]:
        for value in row.get("citations", ()):
            yield value, Sense("place", "law", (row["code"],))
            if "." in value and value[-1].isalpha():
                yield f"{value}.", Sense("place", "law", (row["code"],))


def _shared_laws() -> Iterator[tuple[str, Sense]]:
    for row in names()["shared_law"]:
        for value in row["names"]:
            yield value, Sense("place", "law", tuple(row["codes"]), choose=True, prefers=True)


def _law_names(registry: Registry, laws: Iterable[LawName]) -> Iterator[tuple[str, Sense]]:
    known = [(name, row["code"]) for row in names()["law"] for name in row["names"]]
    given = [(law.name.strip(" §,"), law.jurisdiction) for law in laws if law.jurisdiction in registry]
    generic = {normal(word) for word in names()["law_names"]["generic"]}
    common = {normal(word) for word in names()["law_names"]["common_words"]}
    for name, code in (*known, *given):
        parts = [t.word for t in read_tokens(name).tokens if t.word not in SECTION_WORDS]
        if not parts or (len(parts) == 1 and (parts[0] in generic or name.isdigit())):
            continue
        gate: Gate = "any"
        if _is_description(name) or all(part in generic or not part[0].isalpha() for part in parts):
            gate = "generic"
        elif len(parts) == 1 and (len(parts[0]) <= 3 or parts[0] in common):
            gate = "acronym"
        kind: UnitKind = "place" if gate == "any" else "maybe"
        yield name, Sense(kind, "law", (code,), gate)


def _is_description(name: str) -> bool:
    """True for "Health and hospital records law": words that describe, not a name."""
    spelt = name.split()
    return (
        len(spelt) > 1
        and all(word.isalpha() and word.islower() for word in spelt[1:])
        and not spelt[0].isupper()
    )


def _outside() -> Iterator[tuple[str, Sense]]:
    for key in ("laws", "places", "cities"):
        for value in names()["outside"][key]:
            yield value, Sense("outside", key)


def _cues() -> Iterator[tuple[str, Sense]]:
    """Cue phrases of several words become one unit; they give way to every name."""
    known = words()
    for section in (known.roles, known.exclusion, known.grammar):
        for key in section.__dataclass_fields__:
            for value in getattr(section, key):
                if " " in as_unit(value):
                    yield value, WORD
    for value in (*names()["confusables"]["person_before"], *names()["outside"]["local_law"]):
        if " " in as_unit(value):
            yield value, WORD
