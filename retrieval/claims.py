"""A sentence read for comparison: what it speaks of, what it says must, may or may not be done, by whom, where, how much.

Reading is the same for a sentence of an answer and for a statement of the law, so that an oddity of one is an oddity of
the other. The words are in config/grounding.toml. No model: tokens, stems, and a few rules of English law prose.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Literal

from retrieval.figures import Figure, figures
from retrieval.jurisdiction_registry import FEDERAL, registry
from retrieval.words import stem

Modality = Literal["plain", "must", "mustlet", "may", "maynot", "neednot", "not"]
Zone = Literal["", "except", "if"]

_MARK = re.compile(r"\s*\[[\d., ]+\]")
_TOKEN = re.compile(r"[a-z][a-z'-]*|[;:.,!?()—–]")
_NO = frozenset(("no", "nobody", "neither", "none", "nothing", "never"))
_REACH_OF_NO = 6
"""Words between "no" and the "may" that it turns round: "No person or other entity may"."""
_LEAD = re.compile(
    r"^(?:(?:Yes|No|It depends|Partly|Only in part)(?:,[^:;.]{1,40})?[:;]|(?:Yes|No),)\s+", re.IGNORECASE
)
_LAW_NAME = re.compile(
    r"\b(?:[A-Z][\w’'.&-]*(?:,? (?:and|of|for|the|in|on|against|to|&) (?=[A-Z])|[ -])){0,9}(?:Acts?|Laws?|Code|Rules?|Regulations?|Statutes?|"
    r"Bill of Rights|Amendment|Ordinance|Directive)\b"
)
_ACRONYM = re.compile(r"\b[A-Z][A-Z&-]*[A-Z]{2}[a-z]{0,2}\b")
_PROPER = re.compile(r"(?<=[a-z,;)] )[A-Z][a-z]{2,}(?:[A-Z]\w+)?\b")
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]”\"%][.!?])\s+(?=[A-Z“\"])")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is said of an act, who may be the one who acts, on whom, and the words of its exception.

    `subject` is True for what stands before the first verb of a clause that has another scope.
    """

    modality: Modality
    actors: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    exception: str = ""
    excepted: frozenset[str] = frozenset()
    subject: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: the groups of meaning it may belong to, its scope (an index) and the zone it stands in."""

    text: str
    concepts: frozenset[str]
    scope: int
    zone: Zone
    clause: int
    segment: int
    head: bool = False
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


@dataclass(frozen=True, slots=True)
class Lexicon:
    """config/grounding.toml, ready for use; phrases and markers are tuples of tokens by their first token."""

    phrases: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    markers: dict[str, tuple[tuple[tuple[str, ...], Modality], ...]]
    conditions: dict[str, tuple[tuple[tuple[str, ...], Zone], ...]]
    groups: dict[str, frozenset[str]]
    parties: dict[str, str]
    exact: frozenset[str]
    alike: frozenset[frozenset[str]]
    framing: frozenset[str]
    soft: frozenset[str]


def _by_first(
    rows: Iterator[tuple[tuple[str, ...], object]],
) -> dict[str, tuple[tuple[tuple[str, ...], object], ...]]:
    table: dict[str, list[tuple[tuple[str, ...], object]]] = {}
    for words, value in rows:
        table.setdefault(words[0], []).append((words, value))
    return {first: tuple(sorted(rows, key=lambda r: -len(r[0]))) for first, rows in table.items()}


@cache
def lexicon() -> Lexicon:
    """Return the words of config/grounding.toml."""
    raw = tomllib.loads(resources.files("config").joinpath("grounding.toml").read_text(encoding="utf-8"))
    exact: dict[str, set[str]] = {}
    groups: dict[str, set[str]] = {}
    for name, words in raw["synonyms"].items():
        for word in (name, *words):
            exact.setdefault(word, set()).add(name)
            groups.setdefault(_stem(word), set()).add(name)
    parties = {_stem(word): name for name, words in raw["parties"].items() for word in words}
    return Lexicon(
        phrases=_by_first((tuple(k.split()), tuple(v.split())) for k, v in raw["phrases"].items()),  # type: ignore[arg-type]
        markers=_by_first((tuple(w.split()), name) for name, ws in raw["modality"].items() for w in ws),  # type: ignore[arg-type]
        conditions=_by_first((tuple(w.split()), name) for name, ws in raw["conditions"].items() for w in ws),  # type: ignore[arg-type]
        groups={word: frozenset(names) for word, names in (groups | exact).items()},
        parties=parties,
        exact=frozenset(raw["party_rules"]["exact"]),
        alike=frozenset(frozenset(pair) for pair in raw["party_rules"]["alike"]),
        framing=frozenset(raw["framing"]["words"]),
        soft=frozenset(_stem(w) for w in raw["soft"]["words"]),
    )


def _stem(word: str) -> str:
    return stem(word.removesuffix("'s").removesuffix("s'")) if "-" not in word else word.removesuffix("s")


def concepts_of(word: str) -> frozenset[str]:
    """Return the groups of meaning of a word, or its stem where it is in none."""
    base = _stem(word)
    return lexicon().groups.get(word) or lexicon().groups.get(base) or frozenset((base,))


@cache
def _place_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {p.name: p.code for p in registry().places if p.code != FEDERAL}
    names |= {"Washington, D.C.": "DC", "Washington, DC": "DC", "D.C.": "DC", "Virgin Islands": "VI"}
    demonyms = {
        "Californian": "CA",
        "Texan": "TX",
        "Floridian": "FL",
        "New Yorker": "NY",
        "Minnesotan": "MN",
        "Ohioan": "OH",
    }
    names |= {**demonyms, **{f"{name}s": code for name, code in demonyms.items()}}
    longest = sorted(names, key=len, reverse=True)
    return re.compile(
        "(?<![\\w-])(?:the )?(" + "|".join(map(re.escape, longest)) + ")(?:['’]s)?(?!\\w)"
    ), names


_FEDERAL = re.compile(
    r"\b(?:federal(?:ly)?|nationwide|United States|U\.S\.|US)\b(?! (?:consumer reporting|credit))",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; "Minn. Stat. § 1" stays whole."""
    return tuple(part.strip() for part in _SENTENCE.split(text.strip()) if part.strip())


def without_lead(text: str) -> str:
    """Return a sentence without the yes or no it opens with."""
    return _LEAD.sub("", text, count=1)


def _tokens(text: str) -> Iterator[str | Figure]:
    """Yield words in lower case, stops, figures, and places as "@MN"."""
    pattern, places = _place_pattern()
    at = 0
    found = figures(text)

    def words(chunk: str) -> Iterator[str]:
        chunk = pattern.sub(lambda m: f" \x00{places[m[1]].lower()}\x00 ", chunk)
        for number, part in enumerate(chunk.split("\x00")):
            if number % 2:
                yield "@" + part.upper()
            else:
                yield from _TOKEN.findall(part.lower().replace("-", " "))

    for figure in found:
        yield from words(text[at : figure.start])
        yield figure
        at = figure.end
    yield from words(text[at:])


def _replaced(tokens: list[str | Figure]) -> list[str | Figure]:
    out: list[str | Figure] = []
    at = 0
    phrases = lexicon().phrases
    while at < len(tokens):
        token = tokens[at]
        for words, instead in phrases.get(token, ()) if isinstance(token, str) else ():
            if tuple(tokens[at : at + len(words)]) == words:
                out.extend(instead)
                at += len(words)
                break
        else:
            out.append(token)
            at += 1
    return out


@dataclass(slots=True)
class _Scope:
    """A scope being read."""

    modality: Modality
    clause: int
    actors: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    exception: str = ""
    excepted: set[str] = field(default_factory=set)
    words: int = 0


@dataclass(slots=True)
class _Reader:
    """The state of one pass over the tokens of a sentence."""

    scopes: list[_Scope] = field(default_factory=lambda: [_Scope("plain", 0)])
    words: list[Word] = field(default_factory=list)
    parties: list[Mention] = field(default_factory=list)
    places: list[Mention] = field(default_factory=list)
    figures: list[tuple[Figure, int, int, int]] = field(default_factory=list)
    clause: int = 0
    segment: int = 0
    zone: Zone = ""
    subject: list[str] = field(default_factory=list)  # parties of the clause's last part before its verb
    first: list[str] = field(default_factory=list)  # parties of the clause
    no_at: int | None = None
    head: bool = False
    actor_follows: bool = False
    by: int = -9  # where "by" stood last

    @property
    def scope(self) -> _Scope:
        return self.scopes[-1]

    def open(self, modality: Modality, passive: bool) -> None:
        who = self.subject or self.first[:1]
        made = _Scope(modality, self.clause)
        (made.objects if passive else made.actors).update(who)
        self.scopes.append(made)
        self.subject, self.actor_follows = [], False

    def boundary(self) -> None:
        self.clause += 1
        self.segment += 1
        self.subject, self.first, self.no_at, self.zone, self.head = [], [], None, "", False
        self.actor_follows = False
        self.scopes.append(_Scope("plain", self.clause))


_Table = dict[str, tuple[tuple[tuple[str, ...], object], ...]]


def _match(table: _Table, tokens: list[str | Figure], at: int) -> tuple[int, object] | None:
    token = tokens[at]
    for words, value in table.get(token, ()) if isinstance(token, str) else ():
        if tuple(tokens[at : at + len(words)]) == words:
            return len(words), value
    return None


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
_JOINS = frozenset(("and", "but", "while", "whereas", "although", "so", "or", "though"))
_TURNED: dict[str, Modality] = {"may": "maynot", "must": "neednot", "plain": "not", "mustlet": "neednot"}
_ADVERBS = frozenset(
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
_GENERAL = frozenset(("business", "person"))
_VERBS_TOO = frozenset(("act", "answer"))
"""Words of config/grounding.toml's framing that claim something behind a "must" or "may"."""


def _new_subject(tokens: list[str | Figure], at: int) -> bool:
    """Return whether a comma begins a clause with a subject of its own: ", and each violation may …", not ", and may …"."""
    following = tokens[at + 1 : at + 8]
    if not following or following[0] not in _JOINS:
        return False
    if any(isinstance(t, str) and _stem(t) in lexicon().parties for t in following[1:4]):
        return True
    for further in range(1, len(following)):
        if following[further] in _COMMAS or following[further] in _STOPS:
            return False
        if _match(lexicon().markers, tokens, at + 1 + further):  # type: ignore[arg-type]
            return further > 1
    return False


def _pass(tokens: list[str | Figure]) -> _Reader:
    words = lexicon()
    r = _Reader()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if isinstance(token, Figure):
            r.figures.append((token, len(r.words), r.clause, r.segment))
        elif token in _STOPS or (token == "," and _new_subject(tokens, at)):
            r.boundary()
        elif token in _COMMAS:
            r.segment += 1
            r.zone = ""
            if r.scope.modality == "plain" and r.scope.clause == r.clause:
                r.subject = []  # who acts stands in the last part before the verb
        elif token.startswith("@"):
            r.places.append(Mention(token[1:], r.clause, r.segment))
        elif marker := _match(words.markers, tokens, at):  # type: ignore[arg-type]
            at += _marker(r, tokens, at, *marker)
            continue
        elif condition := _match(words.conditions, tokens, at):  # type: ignore[arg-type]
            r.zone = condition[1]  # type: ignore[assignment]
            if r.zone == "except":
                r.scope.exception = token
                r.words.append(
                    Word(token, frozenset(("only",)), len(r.scopes) - 1, "", r.clause, r.segment, weight=0.5)
                )
            at += condition[0]
            continue
        elif token == "by":
            r.by = at
        else:
            _content(r, token, by=at - r.by <= 3)
        at += 1
    return r


_STOPS = frozenset(";.!?:—–")
_COMMAS = frozenset(",()")


def _marker(r: _Reader, tokens: list[str | Figure], at: int, length: int, name: object) -> int:
    """Open the scope of a marker and return how many tokens it takes."""
    modality: Modality = name  # type: ignore[assignment]
    if r.no_at is not None and len(r.words) - r.no_at <= _REACH_OF_NO:
        modality = _TURNED.get(modality, modality)
    if modality == "plain" and r.scope.modality != "plain" and not r.scope.words and r.scope.clause == r.clause:
        return length  # "may have", "must do": an auxiliary, or the verb itself
    last = str(tokens[at + length - 1])
    following = str(tokens[at + length]) if at + length < len(tokens) else ""
    if modality == "must" and r.scope.modality not in ("plain", "not") and not r.scope.words:
        # "may not require an account": what may not be done is to require
        r.words.append(Word(last, frozenset(("must",)), len(r.scopes) - 1, r.zone, r.clause, r.segment, True))
        r.scope.words += 1
        return length
    zone = r.zone
    r.open(modality, passive=following in ("be", "been"))
    r.zone = zone if modality in ("not", "plain") else ""
    r.no_at = len(r.words) if tokens[at] in _NO else (r.no_at if modality == "not" else None)
    r.head = True
    if last in _OF_LAW:  # "the act requires a controller to": who acts comes after
        r.actor_follows, r.scope.actors = True, set()
    return length


def _content(r: _Reader, token: str, by: bool = False) -> None:
    words = lexicon()
    if token in ("and", "or", "but", "nor"):
        r.segment += 1
        return
    base = _stem(token)
    party = words.parties.get(base)
    if party:
        r.parties.append(Mention(party, r.clause, r.segment))
        if not r.zone:
            r.subject.append(party)
            r.first.append(party)
        if r.actor_follows:
            r.scope.actors, r.actor_follows = {party}, False
        elif by:
            r.scope.actors = {party}
        elif not r.zone:
            r.scope.objects.add(party)
    if (
        party in _GENERAL
        or token in words.framing
        or token.removesuffix("s") in words.framing
        or len(token) < 2
        or token in _STOP
    ):
        return
    concepts = concepts_of(token) if party != "individual" else frozenset(("individual",))
    soft = base in words.soft
    head = r.head and token not in _ADVERBS and not soft
    if token not in _ADVERBS:
        r.head = False
    weight = 0.33 if soft or party == "individual" else 1.0
    r.words.append(Word(token, concepts, len(r.scopes) - 1, r.zone, r.clause, r.segment, head, weight))
    r.scope.words += 1
    if r.zone == "except":
        r.scope.excepted |= concepts


_STOP = frozenset(
    ["a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "did", "do", "does", "for", "from", "had", "has", "have", "how", "i", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "so", "that", "the", "their", "them", "there", "these", "they", "this", "those", "to", "us", "was", "were", "what", "which", "who", "whom", "whose", "why", "will", "with", "would", "he", "she", "his", "her", "him", "am", "if", "also", "such", "been", "being", "about", "after"]
)  # fmt: skip
_NEAR = 5
_PRONOUN = re.compile(r"^(?:It|They|That|This|Such|These|Those|He|She|Nor|The same|Its|Their|Also)\b")


_REGARDLESS = re.compile(r"\beven (?:if|when|where|though|with|without|after|where)\b|\bregardless\b|\bwhether or not\b", re.IGNORECASE)


def _near(reader: _Reader, at: int, segment: int, clause: int) -> frozenset[str]:
    window = reader.words[max(0, at - _NEAR) : at + _NEAR]
    return frozenset(c for w in window if w.clause == clause and w.segment == segment for c in w.concepts)


def _names(text: str) -> tuple[str, ...]:
    """Return the laws, abbreviations and other proper names in a text, but for its first word and the names of places."""
    pattern, _ = _place_pattern()
    for figure in reversed(figures(text)):  # "July 1" names no one
        text = f"{text[: figure.start]} {text[figure.end :]}" if figure.kind in ("date", "time") else text
    found = [m.group() for m in _LAW_NAME.finditer(text) if " " in m.group() or "-" in m.group()]
    bare = pattern.sub(" ", _LAW_NAME.sub(" ", text))
    found += [m.group() for m in _ACRONYM.finditer(bare)]
    found += [m.group() for m in _PROPER.finditer(bare)]
    return tuple(dict.fromkeys(found))


def _rescoped(reader: _Reader) -> None:
    """Put the subject under the verb where nothing follows it: in "Notice is not required" notice need not be given."""
    for number, scope in enumerate(reader.scopes):
        own = [w for w in reader.words if w.scope == number and not w.zone]
        if own or scope.modality == "plain":
            continue
        back = number - 1
        while back >= 0 and reader.scopes[back].clause == scope.clause and not reader.scopes[back].words:
            back -= 1
        if back < 0 or reader.scopes[back].clause != scope.clause or reader.scopes[back].modality not in ("plain", "not"):
            continue
        reader.words = [replace(w, scope=number) if w.scope == back and not w.zone else w for w in reader.words]
        scope.words, reader.scopes[back].words = reader.scopes[back].words + scope.words, 0


def _scopes(reader: _Reader) -> tuple[Scope, ...]:
    _rescoped(reader)
    made = []
    for number, s in enumerate(reader.scopes):
        more = any(o.clause == s.clause and o.words for o in reader.scopes[number + 1 :])
        opens = s.modality == "plain" and (number == 0 or reader.scopes[number - 1].clause != s.clause)
        # what stands before the verb of a clause is its subject; without a verb of our list, the clause is all
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


@lru_cache(maxsize=16_384)
def read(text: str) -> Reading:
    """Return a sentence read. Marks such as [1.2] and a leading yes or no are no part of it."""
    bare = without_lead(_MARK.sub("", text.replace("’", "'").replace("“", '"').replace("”", '"')).strip())
    reader = _pass(_replaced(list(_tokens(bare))))
    places = reader.places
    if _FEDERAL.search(bare):
        places = [*places, Mention(FEDERAL, 0, 0)]
    scopes = _scopes(reader)
    return Reading(
        text=bare,
        words=tuple(reader.words),
        scopes=scopes,
        quantities=tuple(
            Quantity(f, _near(reader, at, seg, clause), clause, seg) for f, at, clause, seg in reader.figures
        ),
        parties=tuple(reader.parties),
        places=tuple(places),
        names=_names(bare),
        concepts=frozenset(c for w in reader.words for c in w.concepts),
        opens_with_pronoun=bool(_PRONOUN.match(bare)),
        regardless=bool(_REGARDLESS.search(bare)),
    )
