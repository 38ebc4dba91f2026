"""A sentence read for comparison: what it speaks of, what it says must, may or may not be done, by whom, where, how much.

Reading is the same for a sentence of an answer and for a statement of the law, so that an oddity of one is an oddity of
the other. The words are in config/grounding.toml. No model: tokens, stems, and a few rules of English law prose.

A sentence falls into clauses (after a semicolon, or a comma and a subject of their own), a clause into scopes: what
stands before the verb, then what each "must", "may", "does not" … governs. A condition ("if …", "unless …", "without …")
is a zone of a scope; what must be so for a rule to hold is not what the rule says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from retrieval.figures import Figure, figures
from retrieval.jurisdiction_registry import FEDERAL, registry
from retrieval.wordings import Modality, Zone, base_of, concepts_of, wordings

Token = str | Figure


@dataclass(frozen=True, slots=True)
class Scope:
    """What is said of an act, who may be the one who acts, on whom, and the words of its exception.

    `exception` is the word that opens it ("unless"). `subject` is True for what stands before a clause's verb.
    """

    modality: Modality
    actors: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    exception: str = ""
    excepted: frozenset[str] = frozenset()
    subject: bool = False


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


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure, the concepts near it, and where it stands."""

    figure: Figure
    near: frozenset[str]
    clause: int
    segment: int


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


_MARK = re.compile(r"\s*\[[\d., ]+\]")
_LEAD = re.compile(
    r"^(?:(?:Yes|No|It depends|Partly|Only in part)(?:,[^:;.]{1,40})?[:;]|(?:Yes|No),)\s+", re.IGNORECASE
)
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
    return without_lead(_MARK.sub("", text.replace("’", "'").replace("“", '"').replace("”", '"')).strip())


@lru_cache(maxsize=16_384)
def read(text: str) -> Reading:
    """Return a sentence read. Marks such as [1.2] and a leading yes or no are no part of it."""
    bare = plain(text)
    reader = _pass(_tokens(bare))
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
        names=_names(bare),
        concepts=frozenset(c for w in words for c in w.concepts),
        opens_with_pronoun=bool(_PRONOUN.match(bare)),
        regardless=bool(_REGARDLESS.search(bare)),
    )


# --- tokens


_TOKEN = re.compile(r"[a-z][a-z'-]*|[;:.,!?()—–]")


@cache
def _place_names() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {p.name: p.code for p in registry().places if p.code != FEDERAL}
    names |= {"Washington, D.C.": "DC", "Washington, DC": "DC", "D.C.": "DC", "Virgin Islands": "VI"}
    people = {"Californian": "CA", "Coloradan": "CO", "Texan": "TX", "Floridian": "FL", "New Yorker": "NY",
              "Minnesotan": "MN", "Ohioan": "OH", "Oregonian": "OR", "Virginian": "VA"}  # fmt: skip
    names |= {**people, **{f"{name}s": code for name, code in people.items()}}
    longest = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:the )?({'|'.join(map(re.escape, longest))})(?:'s)?(?!\w)"), names


def _tokens(text: str) -> list[Token]:
    """Return words in lower case, stops, figures, and places as "@MN"; known phrases are replaced."""
    pattern, places = _place_names()
    out: list[Token] = []
    at = 0

    def add(chunk: str) -> None:
        chunk = pattern.sub(lambda m: f" \x00{places[m[1]]}\x00 ", chunk)
        for number, part in enumerate(chunk.split("\x00")):
            out.extend(["@" + part] if number % 2 else _TOKEN.findall(part.lower().replace("-", " ")))

    for figure in figures(text):
        add(text[at : figure.start])
        out.append(figure)
        at = figure.end
    add(text[at:])
    return _replaced(out)


def _replaced(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        if found := wordings().phrases.at(tokens, at):
            out.extend(found[1])
            at += found[0]
        else:
            out.append(tokens[at])
            at += 1
    return out


# --- one pass over the tokens


@dataclass(slots=True)
class _Scope:
    modality: Modality
    clause: int
    actors: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    exception: str = ""
    excepted: set[str] = field(default_factory=set)
    conditional: bool = False  # the verb of a condition, not of the rule
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
    by_at: int = -9

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
        self.head = self.actor_follows = False
        self.push(_Scope("plain", self.clause))

    def close_zone(self) -> None:
        """End a condition: what follows belongs to the scope in which it began."""
        if self.zone:
            self.zone, self.denied, self.current = "", False, self.resume


_STOPS = frozenset(";.!?:—–")
_COMMAS = frozenset(",()")
_JOINS = frozenset(("and", "but", "while", "whereas", "although", "so", "or", "though"))
_NO = frozenset(("no", "nobody", "neither", "none", "nothing", "never"))
_REACH_OF_NO = 6
"""Words between "no" and the "may" that it turns round: "No person or other entity may"."""
_OF_LAW = frozenset(
    [
        "let",
        "lets",
        "allow",
        "allows",
        "permit",
        "permits",
        "enable",
        "enables",
        "require",
        "requires",
        "forbid",
        "forbids",
        "prohibit",
        "prohibits",
        "bar",
        "bars",
        "ban",
        "bans",
    ]
)
"""Verbs of which a law is the subject: who acts comes after."""
_TURNED: dict[str, Modality] = {"may": "maynot", "must": "neednot", "plain": "not", "mustlet": "neednot"}
_SHORT = frozenset(("without", "before", "after", "upon", "following"))
"""They open a condition that has no verb of its own and ends at the next one."""
_NO_HEADS = frozenset(
    [
        "first",
        "also",
        "then",
        "promptly",
        "always",
        "clearly",
        "again",
        "immediately",
        "generally",
        "usually",
        "normally",
        "be",
        "is",
        "are",
        "been",
        "get",
        "have",
        "only",
        "still",
        "both",
        "either",
        "once",
        "later",
        "not",
    ]
)
_VERBS_TOO = frozenset(("act",))
"""Words of config/grounding.toml's framing that claim something behind a "must" or "may"."""
_NOTHING = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
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
        "in",
        "into",
        "is",
        "it",
        "its",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "so",
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
        "us",
        "was",
        "were",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "he",
        "she",
        "his",
        "her",
        "him",
        "am",
        "if",
        "also",
        "such",
        "being",
        "been",
        "about",
        "after",
    ]
)
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
            if r.zone and (r.opening or (at + 1 < len(tokens) and tokens[at + 1] in _JOINS)):
                r.close_zone()  # "If …, the business must"; behind the verb a comma may stand inside a condition
            if r.scope.modality == "plain" and r.scope.clause == r.clause:
                r.subject = []  # who acts stands in the last part before the verb
        elif token.startswith("@"):
            r.places.append(Mention(token[1:], r.clause, r.segment))
        elif marker := wordings().markers.at(tokens, at):
            taken = marker[0]
            _marker(r, tokens, at, *marker)
        elif condition := wordings().conditions.at(tokens, at):
            taken = condition[0]
            _condition(r, token, condition[1])
        elif token == "by":
            r.by_at = at
        elif token in _JOINS:
            r.segment += 1
        else:
            _content(r, token, by=at - r.by_at <= 3)
        at += taken
    return r


def _new_subject(tokens: list[Token], at: int) -> bool:
    """Return whether a comma begins a clause with a subject of its own: ", and each violation may …", not ", and may …"."""
    following = tokens[at + 1 : at + 8]
    if not following or following[0] not in _JOINS:
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
    r.no_at = None
    if not r.zone:
        r.resume = r.current
        r.opening = r.scope.modality == "plain" and not any(
            s.clause == r.clause for s in r.scopes[: r.current]
        )
    if zone == "if" and r.zone == "except":
        return  # "only if"
    r.zone, r.denied, r.opened_by = zone, zone == "except" and token != "only", token
    if zone == "except":
        r.scope.exception = token


def _marker(r: _Reader, tokens: list[Token], at: int, length: int, modality: Modality) -> None:
    """Open the scope of a marker."""
    if r.no_at is not None and len(r.words) - r.no_at <= _REACH_OF_NO:
        modality = _TURNED.get(modality, modality)
    bare = not r.scope.words and r.scope.clause == r.clause
    if bare and r.scope.modality == "not" and not r.zone:
        modality = _TURNED.get(modality, modality)  # "is not needed"
    if modality == "plain" and r.scope.modality != "plain" and bare:
        return  # "may have", "must do": an auxiliary, or the verb itself
    last = str(tokens[at + length - 1])
    if last in _OF_LAW and at + length < len(tokens) and isinstance(tokens[at + length], Figure):
        modality = "plain"  # "allows 30 days"
    if modality == "must" and r.scope.modality not in ("plain", "not") and bare:
        r.add(last, frozenset(("must",)), head=True, weight=1.0)  # "may not require": what may not be done
        return
    if r.zone and (tokens[at - 1] in _JOINS or r.opened_by in _SHORT):
        r.close_zone()
    if r.zone:
        if modality in ("not", "maynot", "neednot"):
            r.denied = not r.denied
        r.push(_Scope(modality, r.clause, conditional=True))
    else:
        before = r.scope
        scope = _Scope(modality, r.clause)
        passive = at + length < len(tokens) and tokens[at + length] in ("be", "been")
        who: Iterable[str] = r.subject or r.first[:1]
        if tokens[at - 1] in _JOINS and before.clause == r.clause and before.actors:
            who = before.actors  # "must answer consumers and may charge": the same one acts
        (scope.objects if passive else scope.actors).update(who)
        if before.clause == r.clause and before.modality == "plain" and before.exception:
            scope.exception, scope.excepted = (
                before.exception,
                set(before.excepted),
            )  # "Without consent it may not"
        r.push(scope)
        r.subject = []
    r.no_at = len(r.words) if tokens[at] in _NO else (r.no_at if modality == "not" else None)
    r.head = True
    r.actor_follows = last in _OF_LAW
    if r.actor_follows:
        r.scope.actors = set()


def _content(r: _Reader, token: str, by: bool) -> None:
    known = wordings()
    base = base_of(token)
    party = known.parties.get(base)
    if party:
        _party(r, party, by)
    framing = token in known.framing or token.removesuffix("s") in known.framing
    if framing and r.head and token in _VERBS_TOO:
        framing = False
    if party in _GENERAL or framing or len(token) < 2 or token in _NOTHING:
        return
    concepts = frozenset(("individual",)) if party == "individual" else concepts_of(token)
    soft = base in known.soft or party == "individual"
    head = r.head and token not in _NO_HEADS and not soft
    if token not in _NO_HEADS:
        r.head = False
    r.add(token, concepts, head, _LIGHT if soft else 1.0)
    if r.zone == "except":
        r.scopes[r.resume].excepted |= concepts


def _party(r: _Reader, party: str, by: bool) -> None:
    r.parties.append(Mention(party, r.clause, r.segment))
    if r.opening and r.opened_by in _SHORT and r.words and r.words[-1].zone:
        r.close_zone()  # "Before any action the attorney general must"
    if r.zone:
        return
    r.subject.append(party)
    r.first.append(party)
    if r.actor_follows or by:
        r.scope.actors = {party}
        r.actor_follows = False
    else:
        r.scope.objects.add(party)


# --- after the pass


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
        while back >= 0 and r.scopes[back].clause == scope.clause and r.scopes[back].modality in ("plain", "not"):
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
                s.modality,
                frozenset(actors),
                frozenset(s.objects),
                s.exception,
                frozenset(s.excepted),
                opens and more,
            )
        )
    return tuple(made)


_NEAR = 5
"""Words to either side of a figure that say what it is a figure of."""


def _near(words: list[Word], at: int, clause: int, segment: int) -> frozenset[str]:
    window = words[max(0, at - _NEAR) : at + _NEAR]
    return frozenset(c for w in window if w.clause == clause and w.segment == segment for c in w.concepts)


_LAW_NAME = re.compile(
    r"\b(?:[A-Z][\w'.&-]*(?:,? (?:and|of|for|the|in|on|against|to|&) (?=[A-Z])|[ -])){0,9}(?:Acts?|Laws?|Code|Rules?|Regulations?|"
    r"Statutes?|Bill of Rights|Amendment|Ordinance|Directive)\b"
)
_ACRONYM = re.compile(r"\b[A-Z][A-Z&-]*[A-Z]{2}[a-z]{0,2}\b")
_PROPER = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]{2,}(?:[A-Z]\w+)?\b")


def _names(text: str) -> tuple[str, ...]:
    """Return the laws, abbreviations and other proper names in a text, but for its first word, dates and names of places."""
    for figure in reversed(figures(text)):  # "July 1" names no one
        if figure.kind in ("date", "time"):
            text = f"{text[: figure.start]} {text[figure.end :]}"
    found = [m.group() for m in _LAW_NAME.finditer(text) if " " in m.group() or "-" in m.group()]
    rest = _place_names()[0].sub(" ", _LAW_NAME.sub(" ", text))
    found += [m.group() for m in _ACRONYM.finditer(rest)]
    found += [m.group() for m in _PROPER.finditer(rest)]
    return tuple(dict.fromkeys(found))
