"""Reads a sentence for comparison: what it speaks of, what it says must, may or may not be done, by whom, where, how much.

Reading is the same for a sentence of an answer and for a statement of the law, so that an oddity of one is an oddity of
the other. The words are in config/grounding.toml. No model: tokens, stems, and a few rules of English law prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from retrieval.claim_tokens import NAMED, Token, names_in, tokens_of
from retrieval.claims import Mention, Quantity, Reading, Scope, Word
from retrieval.figures import Figure
from retrieval.jurisdiction_registry import FEDERAL
from retrieval.wordings import Modality, Zone, base_of, concepts_of, wordings

_MARK = re.compile(r"\s*\[[\d., ]+\]")
_LEAD = re.compile(
    r"^(?:Yes|No|It depends|Partly|Only in part)(?:,? (?:with (?:conditions|an opt-out|opt-out)|in part|in effect|but))?[:;,]\s+",
    re.IGNORECASE,
)
"""A yes or no and nothing that could be a claim of its own ("Yes, 30 days: …")."""
_TIMES = re.compile(r"\b(2|3|two|three) times\b|\btwice\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]”\"%][.!?])\s+(?=[A-Z“\"])")
_PRONOUN = re.compile(r"^(?:It|They|That|This|Such|These|Those|He|She|Nor|The same|Its|Their|Also)\b")
_REGARDLESS = re.compile(
    r"\beven (?:if|when|where|though|with|without|after)\b|\bregardless\b|\bwhether or not\b", re.IGNORECASE
)
_FEDERAL = re.compile(
    r"\b(?:federal(?:ly)?|United States|U\.S\.|US)\b(?! (?:consumer reporting|credit))", re.IGNORECASE
)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; "Minn. Stat. § 1" stays whole."""
    return tuple(part.strip() for part in _SENTENCE.split(text.strip()) if part.strip())


def without_lead(text: str) -> str:
    """Return a sentence without the yes or no it opens with."""
    return _LEAD.sub("", text, count=1)


def plain(text: str) -> str:
    """Return a sentence without marks and its lead, with straight quotation marks."""
    text = _TIMES.sub(lambda m: "treble" if m[1] in ("3", "three") else "double", text)
    return without_lead(_MARK.sub("", text.replace("’", "'").replace("“", '"').replace("”", '"')).strip())


@lru_cache(maxsize=16_384)
def read(text: str) -> Reading:
    """Return a sentence read. Marks such as [1.2] and a leading yes or no are no part of it."""
    bare = plain(text)
    reader = _pass(tokens_of(bare))
    words = _rescoped(reader)
    places = [*reader.places, *([Mention(FEDERAL, 0, 0)] if _FEDERAL.search(bare) else [])]
    return Reading(
        text=bare,
        words=tuple(words),
        scopes=_scopes(reader, words),
        quantities=tuple(
            Quantity(figure, _near(words, at, clause, segment), clause, segment)
            for figure, at, clause, segment in reader.figures
        ),
        parties=tuple(reader.parties),
        places=tuple(places),
        names=names_in(bare),
        concepts=frozenset(c for w in words for c in w.concepts),
        opens_with_pronoun=bool(_PRONOUN.match(bare)),
        regardless=bool(_REGARDLESS.search(bare)),
    )


@dataclass(slots=True)
class _Scope:
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


@dataclass(slots=True)
class _Reader:
    """The state of the pass: what was read, where it stands, and who has been named since the last verb."""

    scopes: list[_Scope] = field(default_factory=lambda: [_Scope("plain", 0)])
    words: list[Word] = field(default_factory=list)
    parties: list[Mention] = field(default_factory=list)
    places: list[Mention] = field(default_factory=list)
    figures: list[tuple[Figure, int, int, int]] = field(default_factory=list)
    current: int = 0
    clause: int = 0
    segment: int = 0
    zone: Zone = ""
    denied: bool = False
    resume: int = 0
    opened_by: str = ""
    opening: bool = False  # the condition stands before the verb
    subject: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    no_at: int | None = None
    head: bool = False
    actor_follows: bool = False
    of_law_actor: bool = False
    by_at: int = -9
    marker_end: int = -1
    in_phrase: bool = False  # behind a preposition: "data of a child must" makes no child act

    @property
    def scope(self) -> _Scope:
        return self.scopes[self.current]

    def push(self, scope: _Scope) -> None:
        self.scopes.append(scope)
        self.current = len(self.scopes) - 1

    def add(self, text: str, concepts: frozenset[str], head: bool, weight: float) -> None:
        self.words.append(
            Word(
                text, concepts, self.current, self.zone, self.clause, self.segment, head, self.denied, weight
            )
        )
        self.scope.words += 1

    def boundary(self) -> None:
        """Begin a clause."""
        self.clause += 1
        self.segment += 1
        self.subject, self.first, self.no_at, self.zone, self.denied = [], [], None, "", False
        self.head = self.actor_follows = self.in_phrase = False
        self.push(_Scope("plain", self.clause))

    def close_zone(self) -> None:
        """End a condition: what follows belongs to the scope in which it began."""
        if self.zone:
            self.zone, self.denied, self.current = "", False, self.resume


_STOPS = frozenset(";.!?:—–")
_COMMAS = frozenset(",()")
_REACH_OF_NO = 6
"""Words between "no" and the "may" that it turns round: "No person or other entity may"."""
"""Verbs of which a law is the subject: who acts comes after."""
_TURNED: dict[str, Modality] = {"may": "maynot", "must": "neednot", "plain": "not", "mustlet": "neednot"}
"""They open a condition that has no verb of its own and ends at the next one."""
"""Words of config/grounding.toml's framing that claim something behind a "must" or "may"."""
_GENERAL = frozenset(("business", "person"))
_LIGHT = 0.33
"""Weight of words that claim little (config/grounding.toml, soft)."""


def _pass(tokens: list[Token]) -> _Reader:
    r = _Reader()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        taken = 1
        if isinstance(token, Figure):
            r.figures.append((token, len(r.words), r.clause, r.segment))
        elif token in _STOPS or (token == "," and _new_subject(tokens, at)):
            r.boundary()
        elif token in _COMMAS:
            r.segment += 1
            r.in_phrase = False
            if r.zone and (r.opening or (at + 1 < len(tokens) and tokens[at + 1] in wordings().joins)):
                r.close_zone()  # "If …, the business must"; behind the verb a comma may stand inside a condition
            if r.scope.modality == "plain" and r.scope.clause == r.clause:
                r.subject = []  # who acts stands in the last part before the verb
        elif token.startswith("@"):
            r.places.append(Mention(token[1:], r.clause, r.segment))
        elif marker := wordings().markers.at(tokens, at):
            taken = marker[0]
            _marker(r, tokens, at, *marker)
            r.marker_end, r.in_phrase = at + taken, False
        elif condition := wordings().conditions.at(tokens, at):
            taken = condition[0]
            _condition(r, token, condition[1])
        elif token == "by":
            r.by_at = at
        elif token in wordings().prepositions:
            r.in_phrase = True
        elif token == "be" and tokens[at - 1] == "to" and r.of_law_actor:
            r.scope.objects |= r.scope.actors  # "requires people to be told"
            r.scope.actors, r.of_law_actor = set(), False
        elif token in wordings().determiners:
            r.in_phrase = (
                r.in_phrase and tokens[at - 1] in wordings().prepositions
            )  # "under the act a controller"
        elif token in wordings().joins:
            r.segment += 1
        else:
            _content(r, token, by=at - r.by_at <= 3)
        at += taken
    return r


def _new_subject(tokens: list[Token], at: int) -> bool:
    """Return whether a comma begins a clause with a subject of its own: ", and each violation may …", not ", and may …"."""
    following = tokens[at + 1 : at + 8]
    if not following or following[0] not in wordings().joins:
        return False
    if any(isinstance(t, str) and base_of(t) in wordings().parties for t in following[1:4]):
        return True
    for further, token in enumerate(following):
        if token in _COMMAS or token in _STOPS:
            return False
        if further and wordings().markers.at(tokens, at + 1 + further):
            return further > 1
    return False


def _condition(r: _Reader, token: str, zone: Zone) -> None:
    if token == "only":
        r.add(token, frozenset(("only",)), head=False, weight=1.0)
        if r.scope.modality == "plain":
            return  # "Only the attorney general may": no condition
    elif zone == "except":
        r.add(token, frozenset(("only",)), head=False, weight=0.5)
    elif token == "before":
        r.add(token, frozenset(("before",)), head=False, weight=0.5)
    r.no_at = None
    if not r.zone:
        r.resume = r.current
        r.opening = r.scope.modality == "plain" and not any(
            s.clause == r.clause for s in r.scopes[: r.current]
        )
    if zone == "if" and r.zone == "except":
        return  # "only if"
    r.current = r.resume
    r.zone, r.denied, r.opened_by = zone, zone == "except" and token != "only", token
    if zone == "except":
        r.scopes[r.resume].exception, r.scopes[r.resume].excepted_from = token, r.segment


def _marker(r: _Reader, tokens: list[Token], at: int, length: int, modality: Modality) -> None:
    """Open the scope of a marker."""
    if r.no_at is not None and len(r.words) - r.no_at <= _REACH_OF_NO:
        modality = _TURNED.get(modality, modality)
    bare = not r.scope.words and r.scope.clause == r.clause
    if at == r.marker_end and r.scope.modality == "not" and not r.zone:
        modality = _TURNED.get(modality, modality)  # "is not needed"
    if modality == "plain" and r.scope.modality != "plain" and bare:
        return  # "may have", "must do": an auxiliary, or the verb itself
    last = str(tokens[at + length - 1])
    if last in wordings().of_law and at + length < len(tokens) and isinstance(tokens[at + length], Figure):
        modality = "plain"  # "allows 30 days"
    if modality == "must" and r.scope.modality not in ("plain", "not") and bare:
        r.add(last, frozenset(("must",)), head=True, weight=1.0)  # "may not require": what may not be done
        r.head = False
        return
    if r.zone and (
        (tokens[at - 1] in wordings().joins and modality != "plain")
        or r.opened_by in wordings().short_conditions
    ):
        r.close_zone()
    if r.zone:
        if modality in ("not", "maynot", "neednot"):
            r.denied = not r.denied
        r.push(_Scope(modality, r.clause, conditional=True, owner=r.resume))
    else:
        before = r.scope
        scope = _Scope(modality, r.clause)
        following = tokens[at + length] if at + length < len(tokens) else ""
        passive = following in ("be", "been") or (last in wordings().participles and following != "to")
        who: Iterable[str] = r.subject or r.first[:1]
        if tokens[at - 1] in wordings().joins and before.clause == r.clause and before.actors:
            who = before.actors  # "must answer consumers and may charge": the same one acts
        (scope.objects if passive else scope.actors).update(who)
        if before.clause == r.clause and before.modality == "plain" and before.exception:
            scope.exception, scope.excepted = (
                before.exception,
                set(before.excepted),
            )  # "Without consent it may not"
        r.push(scope)
        r.subject = []
    r.no_at = len(r.words) if tokens[at] in wordings().none else (r.no_at if modality == "not" else None)
    r.head = True
    r.actor_follows = last in wordings().of_law
    if r.actor_follows:
        r.scope.actors = set()


def _content(r: _Reader, token: str, by: bool) -> None:
    known = wordings()
    named = token.startswith(NAMED)
    token = token.removeprefix(NAMED)
    base = base_of(token)
    party = None if named else known.parties.get(base)
    if party:
        _party(r, party, by)
    framing = token in known.framing or token.removesuffix("s") in known.framing
    if framing and r.head and token in wordings().verbs_too:
        framing = False
    if party in _GENERAL or framing or len(token) < 2 or token in wordings().nothing:
        return
    concepts = frozenset(("individual",)) if party == "individual" else concepts_of(token)
    soft = base in known.soft or party == "individual"
    head = r.head and token not in wordings().no_heads and not party
    if token not in wordings().no_heads and not party:
        r.head = False
    r.add(token, concepts, head, _LIGHT if soft else 1.0)
    if r.zone == "except":
        r.scopes[r.resume].excepted |= concepts


def _party(r: _Reader, party: str, by: bool) -> None:
    r.parties.append(Mention(party, r.clause, r.segment))
    if r.opening and r.opened_by in wordings().short_conditions and r.words and r.words[-1].zone:
        r.close_zone()  # "Before any action the attorney general must"
    if r.zone:
        return
    if r.in_phrase and r.scope.modality == "plain":
        r.in_phrase = False
        r.scope.objects.add(party)
        return
    r.subject.append(party)
    r.first.append(party)
    if r.actor_follows or by:
        r.scope.actors = {party}
        r.of_law_actor, r.actor_follows = r.actor_follows, False
    else:
        r.scope.objects.add(party)


def _rescoped(r: _Reader) -> list[Word]:
    """Return the words, a subject under its verb where nothing follows it: in "Notice is not required" none need be given."""
    words = r.words
    for number, scope in enumerate(r.scopes):
        if (
            scope.modality == "plain"
            or scope.conditional
            or any(w.scope == number and not w.zone for w in words)
        ):
            continue
        back = number - 1
        while (
            back >= 0
            and r.scopes[back].clause == scope.clause
            and (not r.scopes[back].words or r.scopes[back].conditional)
        ):
            back -= 1
        if (
            back < 0
            or r.scopes[back].clause != scope.clause
            or r.scopes[back].modality not in ("plain", "not")
        ):
            continue
        while (
            back >= 0
            and r.scopes[back].clause == scope.clause
            and r.scopes[back].modality in ("plain", "not")
        ):
            words = [replace(w, scope=number) if w.scope == back and not w.zone else w for w in words]
            scope.words, r.scopes[back].words = scope.words + r.scopes[back].words, 0
            back -= 1
    return words


def _scopes(r: _Reader, words: list[Word]) -> tuple[Scope, ...]:
    made = []
    for number, s in enumerate(r.scopes):
        opens = s.modality == "plain" and (number == 0 or r.scopes[number - 1].clause != s.clause)
        more = any(o.clause == s.clause and o.words and not o.conditional for o in r.scopes[number + 1 :])
        # without a verb of our list the clause is all one scope, and who acts stands somewhere in it
        actors = s.objects if opens and not s.actors else s.actors
        made.append(
            Scope(
                s.modality, frozenset(actors), frozenset(s.objects), s.exception, frozenset(s.excepted), opens and more, s.owner,
                s.excepted_from,
            )
        )  # fmt: skip
    return tuple(made)


_NEAR = 5
"""Words to either side of a figure that say what it is a figure of."""


def _near(words: list[Word], at: int, clause: int, segment: int) -> frozenset[str]:
    window = words[max(0, at - _NEAR) : at + _NEAR]
    return frozenset(c for w in window if w.clause == clause and w.segment == segment for c in w.concepts)
