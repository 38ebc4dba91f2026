"""Words and their stems: the one way in which this package compares wordings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[a-z0-9$][a-z0-9$&'’-]*", re.IGNORECASE)
_STEMMER = snowballstemmer.stemmer("english")
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "me",
        "must",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "shall",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "under",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "about",
        "after",
        "before",
        "also",
        "such",
    ]
)


_OWN_STEMS = {"applicability": "applicabl", "applicable": "applicabl", "told": "tell"}
"""Where the stemmer joins what must be told apart (applicability, applicant) or parts what belongs together."""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of one lower-case word; a possessive loses its 's."""
    word = word.replace("’", "'").removesuffix("'s").strip("'-")
    if word in _OWN_STEMS:
        return _OWN_STEMS[word]
    return word if len(word) <= 3 or any(c.isdigit() for c in word) else str(_STEMMER.stemWord(word))


def stems(text: str) -> list[str]:
    """Return the stems of all words of a text in order; "opt-out" gives "opt", "out"."""
    return [stem(part) for word in _WORD.findall(text.lower()) for part in word.split("-") if part]


def content_stems(text: str) -> list[str]:
    """Return the stems that carry meaning: no articles, pronouns or auxiliaries."""
    return [s for s in stems(text) if s not in _STOP]


class Phrases:
    """Finds known phrases in a list of stems in one pass; a phrase belongs to one or more labels."""

    def __init__(self, labelled: Iterable[tuple[str, str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for label, phrase in labelled:
            if key := tuple(stems(phrase)):
                self._by_first.setdefault(key[0], []).append((key, label))

    def find(self, words: list[str]) -> set[str]:
        """Return the labels of every phrase that stands in `words`."""
        found: set[str] = set()
        for i, word in enumerate(words):
            for key, label in self._by_first.get(word, ()):
                if tuple(words[i : i + len(key)]) == key:
                    found.add(label)
        return found
