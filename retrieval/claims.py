"""What a sentence claims, as read by retrieval/read_claims.py: words, duties, parties, places, figures and where each stands.

A sentence falls into clauses (after a semicolon, or a comma and a subject of their own), a clause into scopes: what
stands before the verb, then what each "must", "may", "does not" … governs. A condition ("if …", "unless …", "without …")
is a zone of a scope; what must be so for a rule to hold is not what the rule says.
"""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.figures import Figure
from retrieval.wordings import Modality, Zone


@dataclass(frozen=True, slots=True)
class Scope:
    """What is said of an act, who may be the one who acts, on whom, and the words of its exception.

    `exception` is the word that opens it ("unless"). `subject` is True for what stands before a clause's verb; `owner`
    is, for the verb of a condition, the scope whose condition it is, else -1.
    """

    modality: Modality
    actors: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    exception: str = ""
    excepted: frozenset[str] = frozenset()
    subject: bool = False
    owner: int = -1
    excepted_from: int = -1  # the segment in which the exception stands
    bans: bool = False  # "is illegal", more than no right


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its groups of meaning, its scope (an index), the zone it stands in.

    `head` is the first content word behind a marker, mostly a verb; `denied` says of a word in a condition that the
    condition is its opposite ("unless", "if not").
    """

    text: str
    concepts: frozenset[str]
    scope: int
    zone: Zone
    clause: int
    segment: int
    head: bool = False
    denied: bool = False
    weight: float = 1.0
    named: bool = False  # part of a law's name
    relative: bool = False  # of whom the clause speaks: "a business that sells data"
    join: str = ""  # "and" or "or" between this and the word before


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure, the concepts near it, and where it stands."""

    figure: Figure
    near: frozenset[str]
    clause: int
    segment: int
    zone: Zone = ""
    scope: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """A party or a place named, and where."""

    name: str
    clause: int
    segment: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence read. Clauses and segments (parts between commas, "and", "or") are numbered from 0."""

    text: str
    words: tuple[Word, ...]
    scopes: tuple[Scope, ...]
    quantities: tuple[Quantity, ...]
    parties: tuple[Mention, ...]
    places: tuple[Mention, ...]
    names: tuple[str, ...]
    concepts: frozenset[str] = frozenset()
    opens_with_pronoun: bool = False
    regardless: bool = False  # "even if …": no exception applies
    anyway: bool = False  # or says so in other words: "mere access is enough"
    empty: bool = False  # a "must" or "may" of nothing: "This is not allowed: …"
