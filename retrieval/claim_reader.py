"""The state of a pass over the tokens of a sentence: scopes, words, figures, and who has been named since the last verb."""

from __future__ import annotations

from dataclasses import dataclass, field

from retrieval.claims import Mention, Word
from retrieval.figures import Figure
from retrieval.wordings import Modality, Zone


@dataclass(slots=True)
class DraftScope:
    """A `claims.Scope` while it is being read."""

    modality: Modality
    clause: int
    actors: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    exception: str = ""
    excepted: set[str] = field(default_factory=set)
    conditional: bool = False  # the verb of a condition, not of the rule
    owner: int = -1  # whose condition
    excepted_from: int = -1
    words: int = 0
    bans: bool = False
    noun_denied: bool = False  # "no office": the denial ends with the noun
    returns_to: int = -1  # behind "records that it no longer keeps," the rule goes on


@dataclass(slots=True)
class Reader:
    """The state of the pass: what was read, where it stands, and who has been named since the last verb."""

    scopes: list[DraftScope] = field(default_factory=lambda: [DraftScope("plain", 0)])
    words: list[Word] = field(default_factory=list)
    parties: list[Mention] = field(default_factory=list)
    places: list[Mention] = field(default_factory=list)
    figures: list[tuple[Figure, int, int, int, Zone, int]] = field(default_factory=list)
    current: int = 0
    clause: int = 0
    segment: int = 0
    zone: Zone = ""
    denied: bool = False
    resume: int = 0
    opened_by: str = ""
    opening: bool = False  # the condition stands before the verb
    verbless: bool = False  # or between "may not" and the verb: "may not, without consent, sell"
    subject: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    no_at: int | None = None
    head: bool = False
    actor_follows: bool = False
    of_law_actor: bool = False
    by_at: int = -9
    marker_end: int = -1
    join: str = ""
    relative: bool = False  # behind "who" or "that", before the verb
    in_phrase: bool = False  # behind a preposition: "data of a child must" makes no child act

    @property
    def scope(self) -> DraftScope:
        """The scope that is open."""
        return self.scopes[self.current]

    def push(self, scope: DraftScope) -> None:
        """Open a scope."""
        self.scopes.append(scope)
        self.current = len(self.scopes) - 1

    def add(
        self, text: str, concepts: frozenset[str], head: bool, weight: float, named: bool = False
    ) -> None:
        """Take a content word into the open scope."""
        self.words.append(
            Word(
                text,
                concepts,
                self.current,
                self.zone,
                self.clause,
                self.segment,
                head,
                self.denied,
                weight,
                named,
                self.relative,
                self.join,
            )
        )
        self.scope.words += 1
        self.join = ""

    def boundary(self) -> None:
        """Begin a clause."""
        self.clause += 1
        self.segment += 1
        self.subject, self.first, self.no_at, self.zone, self.denied = [], [], None, "", False
        self.head = self.actor_follows = self.in_phrase = self.relative = False
        self.push(DraftScope("plain", self.clause))

    def close_zone(self) -> None:
        """End a condition: what follows belongs to the scope in which it began."""
        if self.zone:
            self.zone, self.denied, self.current = "", False, self.resume
