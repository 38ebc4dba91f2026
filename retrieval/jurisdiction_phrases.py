"""From tokens to units: every name, code, city, law, set and cue phrase found, longest match first.

A trie over tokens holds all phrases of the registry, of the corpus's laws and of the cue words. Each token is entered
once and a phrase is at most a dozen tokens long, so the walk is linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from retrieval.jurisdiction_lexicon import SECTION_WORDS, WORD, LawName, lexicon
from retrieval.jurisdiction_registry import Registry, words
from retrieval.jurisdiction_spelling import misspelt_name
from retrieval.jurisdiction_units import Sense, Unit, UnitKind
from retrieval.markup import Token, Tokens, read_tokens

_NUMBER = "#"
_BREAKS = {".", "?", "!", ";", ":", "\n", "—", "\x00"}


_Node = dict[str, Any]


@dataclass(slots=True)
class Phrases:
    """All phrases, and the misspellings of names. Built once; `units` is its only use."""

    registry: Registry
    laws: tuple[LawName, ...]
    root: _Node = field(default_factory=dict)

    def __post_init__(self) -> None:
        for phrase, sense in lexicon(self.registry, self.laws):
            for pattern in _variants(phrase):
                self._add(pattern, sense)

    def _add(self, pattern: tuple[str, ...], sense: Sense) -> None:
        node = self.root
        for word in pattern:
            node = node.setdefault(word, {})
        known: Sense | None = node.get("")
        if known is None or known is WORD:
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

    def _cuts_a_name(self, tokens: tuple[Token, ...], at: int, end: int) -> bool:
        """True where a name begins inside a cue phrase and runs on: "what does | Business and Professions Code"."""
        for i in range(at + 1, end):
            inner = self._longest(tokens, i)
            if inner is not None and inner[0] > end and inner[1] is not WORD:
                return True
        return False

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
            if found is not None and found[1] is WORD and self._cuts_a_name(tokens, at, found[0]):
                found = None
            if found is None:
                end, sense = at + 1, None
                kind: UnitKind = "word" if word[0].isalnum() or word == "'s" else "mark"
                if word in _BREAKS and not _is_decimal_point(tokens, at):
                    kind = "break"
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


def _is_decimal_point(tokens: tuple[Token, ...], at: int) -> bool:
    """True for the stop in "603A.300"."""
    if tokens[at].word != "." or at + 1 >= len(tokens):
        return False
    return tokens[at].end == tokens[at + 1].start and tokens[at + 1].word[0].isdigit()


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
            if word not in SECTION_WORDS:
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
