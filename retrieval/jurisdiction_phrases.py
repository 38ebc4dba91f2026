"""From tokens to units: every name, code, city, law, set and cue phrase found, longest match first.

A trie over tokens holds all phrases of the registry, of the corpus's laws and of the cue words. Each token is entered
once and a phrase is at most a dozen tokens long, so the walk is linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from retrieval.jurisdiction_registry import FEDERAL, Registry, as_unit, names, words
from retrieval.jurisdiction_spelling import misspelt_name
from retrieval.jurisdiction_units import Gate, Sense, Unit, UnitKind
from retrieval.markup import Token, Tokens, normal, read_tokens

_NUMBER = "#"
_SECTION_WORDS = {
    "§", ".", ",", "s", "sec", "section", "sections", "tit", "title", "ch", "chapter", "c", "part", "pt", "art", "article", "no", "subd",
}  # fmt: skip
_BREAKS = {".", "?", "!", ";", ":", "\n", "—", "\x00"}


@dataclass(frozen=True, slots=True)
class LawName:
    """A name, acronym or citation prefix of a law, and whose law it is: LawName("BIPA", "IL"), LawName("Minn. Stat.", "MN")."""

    name: str
    jurisdiction: str


_Node = dict[str, Any]
_WORD = Sense("word", "")
_PLURAL_IS_ANOTHER = {"New Jersey", "Washington", "Virginia", "Georgia"}  # jerseys, a family, both Virginias


@dataclass(slots=True)
class Phrases:
    """All phrases, and the misspellings of names. Built once; `units` is its only use."""

    registry: Registry
    laws: tuple[LawName, ...]
    root: _Node = field(default_factory=dict)

    def __post_init__(self) -> None:
        for phrase, sense in (
            *_noise(),
            *_names(self.registry),
            *_sets(self.registry),
            *_federal(),
            *_shared_laws(),
            *_law_names(self.registry, self.laws),
            *_outside(),
            *_cues(),
        ):
            for pattern in _variants(phrase):
                self._add(pattern, sense)

    def _add(self, pattern: tuple[str, ...], sense: Sense) -> None:
        node = self.root
        for word in pattern:
            node = node.setdefault(word, {})
        known: Sense | None = node.get("")
        if known is None or known is _WORD:
            node[""] = sense
        elif (
            (known.kind, known.gate) == (sense.kind, sense.gate)
            and known.why == sense.why
            and not set(sense.codes) <= set(known.codes)
        ):
            codes = (*known.codes, *(code for code in sense.codes if code not in known.codes))
            node[""] = known._replace(codes=codes, choose=True)

    def _longest(self, tokens: tuple[Token, ...], at: int) -> tuple[int, Sense] | None:
        """Return the end and sense of the longest phrase that begins at this token."""
        best: tuple[int, Sense] | None = None
        open_nodes = [following for following in _steps(self.root, tokens, at) if following[1] == at + 1]
        while open_nodes:
            node, end = open_nodes.pop()
            if "" in node and (best is None or end > best[0]):
                best = (end, node[""])
            open_nodes.extend(_steps(node, tokens, end))
        return best

    def _is_abbreviation(self, read: Tokens, at: int) -> bool:
        """True for "Pa." and, before a legal word, "pa."; in "in PA." and "tell me." the stop ends the sentence."""
        token = read.tokens[at]
        raw = read.text[token.start : token.end]
        if not raw.islower():
            return raw.istitle()
        following = read.tokens[at + 2].word if at + 2 < len(read.tokens) else ""
        return following in words().grammar.legal_right and token.word not in words().codes.words_in_capitals

    def units(self, read: Tokens) -> list[Unit]:
        """Return the text as units, in order and without overlap; every token is in exactly one."""
        tokens = read.tokens
        units: list[Unit] = []
        at, last_end = 0, -1
        while at < len(tokens):
            token = tokens[at]
            word = token.word
            found = self._longest(tokens, at) if word in self.root or word[0].isdigit() else None
            if found is None and len(word) >= 3:
                found = misspelt_name(tokens, at)
            if found is None:
                end, sense = at + 1, None
                kind: UnitKind = (
                    "break" if word in _BREAKS else "word" if word[0].isalnum() or word == "'s" else "mark"
                )
            else:
                end, sense = found
                if sense.gate == "dotted" and not self._is_abbreviation(read, at):
                    end, sense = at + 1, self.root[word].get("")  # "in PA.": the stop ends the sentence
                kind = sense.kind
                if end > at + 1:
                    word = " ".join(t.word for t in tokens[at:end])
            last = tokens[end - 1]
            codes = sense.codes if sense else ()
            choose = sense is not None and sense.choose
            units.append(
                Unit(word, token.start, last.end, kind, sense, codes, token.start == last_end, choose)
            )
            last_end = last.end
            at = end
        return units


def _steps(node: _Node, tokens: tuple[Token, ...], at: int) -> Iterator[tuple[_Node, int]]:
    """Follow the token at `at`: as it stands, as a number, or over a line end inside a name.

    Before a number "§", "tit." and the like are passed over. At most two ways lead on, and only among numbers.
    """
    if at >= len(tokens):
        return
    word = tokens[at].word
    following = node.get(word)
    if following is not None:
        yield following, at + 1
    elif (
        word == "\n"
        and at + 1 < len(tokens)
        and tokens[at + 1].word.isalpha()
        and tokens[at + 1].word in node
    ):
        yield node[tokens[at + 1].word], at + 2
    if _NUMBER in node:
        for ahead in range(at, min(at + 5, len(tokens))):
            word = tokens[ahead].word
            if word[0].isdigit():
                yield node[_NUMBER], ahead + 1
                return
            if word not in _SECTION_WORDS:
                return


def _variants(phrase: str) -> set[tuple[str, ...]]:
    """Return the token patterns of a phrase: with its full stops, without the last, without any."""
    pattern = tuple(token.word for token in read_tokens(phrase).tokens)
    patterns = {pattern}
    if pattern and pattern[-1] == "." and len(pattern) > 2:
        patterns.add(pattern[:-1])
    bare = tuple(word for word in pattern if word != ".")
    if any(len(word) > 1 for word in bare):
        patterns.add(bare)
    return {p for p in patterns if p}


def _noise() -> Iterator[tuple[str, Sense]]:
    noise = Sense("noise", "")
    for phrase in names()["confusables"]["phrases"]:
        yield phrase, noise


def _names(registry: Registry) -> Iterator[tuple[str, Sense]]:
    for row in names()["jurisdiction"]:
        code = row["code"]
        if code == FEDERAL:
            continue
        name = Sense("place", "name", (code,))
        if not row["name"].endswith("s") and row["name"] not in _PLURAL_IS_ANOTHER:
            yield f"{row['name']}s", name  # "californias privacy law"
        for value in (row["name"], *row.get("names", ()), *row.get("spellings", ())):
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
        parts = [t.word for t in read_tokens(name).tokens if t.word not in _SECTION_WORDS]
        if not parts or (
            len(parts) == 1 and (parts[0] in generic or name.isdigit())
        ):
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
                    yield value, _WORD
    for value in (*names()["confusables"]["person_before"], *names()["outside"]["local_law"]):
        if " " in as_unit(value):
            yield value, _WORD
