"""Reads the tokens of a sentence: clauses and conditions, what must, may or may not be done, who acts and on whom.

A few rules of English law prose; the words are in config/grounding.toml ([modality], [conditions], [grammar]).
"""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.claim_reader import DraftScope, Reader
from retrieval.claim_tokens import NAMED, Token
from retrieval.claims import Mention
from retrieval.figures import Figure
from retrieval.wordings import Modality, Zone, base_of, concepts_of, wordings

_STOPS = frozenset(";.!?:—–")
_COMMAS = frozenset(",()")
_REACH_OF_NO = 6
"""Words between "no" and the "may" that it turns round: "No person or other entity may"."""
_REACH_OF_NONE = 6
"""Words between "no" and the "law" that there is not: "no general consumer data privacy act"."""
_LIST = 15
"""Words in which a list of those who act comes to its verb."""
_TURNED: dict[str, Modality] = {"may": "maynot", "must": "neednot", "plain": "not", "mustlet": "neednot"}
_AUTHORITIES = frozenset(("attorney-general", "regulator", "reporting-agency"))
"""What these "must get" is owed to them."""
_GENERAL = frozenset(("business", "person"))
_ALL = 0.9
"""Weight of "all" and "every": said without need it claims too much."""
_LIGHT = 0.33
"""Weight of words that claim little (config/grounding.toml, soft)."""


def pass_over(tokens: list[Token]) -> Reader:
    """Return what stands in the tokens of a sentence, in one pass from left to right."""
    r = Reader()
    at = 0
    while at < len(tokens):
        at += _take(r, tokens, at)
    _repeat_verb(r, tokens, at)
    return r


def _take(r: Reader, tokens: list[Token], at: int) -> int:
    """Take what stands at a place; return its length in tokens."""
    token, known = tokens[at], wordings()
    if isinstance(token, Figure):
        r.figures.append((token, len(r.words), r.clause, r.segment, r.zone, r.current))
    elif token in _STOPS or (token == "," and _new_subject(tokens, at)):
        _repeat_verb(r, tokens, at)
        r.boundary()
    elif token in _COMMAS:
        _comma(r, tokens, at)
    elif token.startswith("@"):
        r.places.append(Mention(token[1:], r.clause, r.segment))
    elif token in known.nouns_too and at and tokens[at - 1] in known.determiners:
        _content(r, token, by=False)  # "the ban covers": a noun
    elif marker := known.markers.at(tokens, at):
        _marked(r, tokens, at, *marker)
        return marker[0]
    elif condition := known.conditions.at(tokens, at):
        _condition(r, token, condition[1], at - r.marker_end <= 1)
        return condition[0]
    elif token == "make" and r.head and _makes(tokens, at):
        r.add(token, frozenset(("must",)), head=True, weight=1.0)  # "must make its vendors use"
        r.head = False
    elif token in known.makes and _makes(tokens, at):
        _marked(r, tokens, at, 1, "must")
    else:
        _word(r, tokens, at, token)
    return 1


def _repeat_verb(r: Reader, tokens: list[Token], at: int) -> None:
    """Take the verb of the clause before into one that leaves it out: "banks are exempt; their affiliates are not"."""
    if r.zone or r.scope.words or not at or tokens[at - 1] not in wordings().auxiliaries:
        return
    before = [w for w in r.words if not w.zone]
    if verbs := [w for w in before if w.head and w.clause == before[-1].clause]:
        r.add(verbs[-1].text, verbs[-1].concepts, head=True, weight=1.0)


def _comma(r: Reader, tokens: list[Token], at: int) -> None:
    r.segment += 1
    r.in_phrase = False
    if r.scope.returns_to >= 0 and not r.scope.noun_denied and not r.zone:
        r.current = r.scope.returns_to
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    ends = following in wordings().joins or (following == "not" and r.opened_by == "only")
    if r.zone and (r.verbless or r.opening or ends):
        r.close_zone()  # "If …, the business must"; behind the verb a comma may stand inside a condition
        r.head, r.no_at = r.verbless, None
    if r.scope.modality == "plain" and r.scope.clause == r.clause and not _in_list(tokens, at):
        r.subject = []  # who acts stands in the last part before the verb


def _in_list(tokens: list[Token], at: int) -> bool:
    """Return whether a comma stands in a list of those who act: "a provider, an institution or an exchange may not"."""
    joined = False
    for further in range(at + 1, min(len(tokens), at + _LIST)):
        token = tokens[further]
        if not isinstance(token, str) or wordings().conditions.at(tokens, further):
            return False
        if wordings().markers.at(tokens, further):
            return joined
        joined = joined or token in ("or", "and")
    return False


def _word(r: Reader, tokens: list[Token], at: int, token: str) -> None:
    known = wordings()
    if token == "which" and tokens[at - 1] == "," and r.scope.noun_denied and not r.zone:
        r.current, r.no_at = r.scope.returns_to, None  # "fixes no days for notice, which is due soon"
    elif token in known.relatives and r.scope.modality == "plain" and r.scope.words:
        r.relative = True
    elif token == "by":
        r.by_at = at
    elif token in known.prepositions:
        r.in_phrase = True
    elif token == "be" and tokens[at - 1] == "to" and r.of_law_actor:
        r.scope.objects |= r.scope.actors  # "requires people to be told"
        r.scope.actors, r.of_law_actor = set(), False
    elif token in known.all or token in known.determiners:
        _quantifier(r, token)
        r.in_phrase = r.in_phrase and tokens[at - 1] in known.prepositions  # "under the act a controller"
    elif token in known.joins:
        r.segment += 1
        r.join = token if token in ("and", "or") else ""
        if r.scope.noun_denied and not r.zone and token != "or":
            r.current = r.scope.returns_to  # "has no office there and sells": it sells
    else:
        if token in known.laws and _denied_law(tokens, at):
            r.add(f"no {token}", frozenset(("no-law",)), head=False, weight=1.0)
        _content(r, token, by=at - r.by_at <= 3)


def _makes(tokens: list[Token], at: int) -> bool:
    """Return whether a law makes somebody do something here: "makes Vermont businesses take", "tells a platform to use"."""
    following = tokens[at + 1 : at + 10]
    who = next(
        (i for i, t in enumerate(following[:4]) if isinstance(t, str) and t in wordings().parties), None
    )
    return who is not None and (tokens[at] in ("make", "makes") or "to" in following[who + 1 : who + 4])


def _denied_law(tokens: list[Token], at: int) -> bool:
    """Return whether there is said to be no such law: "has no general privacy act", "does not have any privacy law"."""
    known = wordings()
    for back in range(at - 1, max(-1, at - 2 - _REACH_OF_NONE), -1):
        token = tokens[back]
        before = tokens[back - 1] if back else ""
        if token == "no":
            return before in known.has
        if token in ("a", "an", "any"):
            return "not" in tokens[max(0, back - 3) : back] or (before == "without")
        if (
            not isinstance(token, str)
            or token in _STOPS
            or token in _COMMAS
            or token in known.prepositions
            or token in known.determiners
        ):
            return False
    return False


def _new_subject(tokens: list[Token], at: int) -> bool:
    """Return whether a comma begins a clause with a subject of its own: ", and each violation may …", not ", and may …"."""
    following = tokens[at + 1 : at + 8]
    if not following or following[0] not in wordings().joins:
        return False
    if any(isinstance(t, str) and t in wordings().parties for t in following[1:4]):
        return True
    for further, token in enumerate(following):
        if token in _COMMAS or token in _STOPS:
            return False
        if further and wordings().markers.at(tokens, at + 1 + further):
            return further > 1
    return False


def _condition(r: Reader, token: str, zone: Zone, verbless: bool) -> None:
    if token == "only":
        literal = ("only", "sole") if r.scope.modality in ("may", "must") or r.zone else ("sole",)
        r.add(token, frozenset(literal), head=False, weight=1.0)
        if r.scope.modality == "plain":
            return  # "Only the attorney general may": no condition
    elif zone == "except":
        r.add(token, frozenset(("only",)), head=False, weight=0.5)
    elif token == "before":
        r.add(token, frozenset(("before",)), head=False, weight=0.5)
    r.no_at = None
    if not r.zone:
        r.resume, r.verbless = r.current, verbless and r.head
        r.opening = r.scope.modality == "plain" and not any(
            s.clause == r.clause for s in r.scopes[: r.current]
        )
    if zone == "if" and r.zone == "except":
        return  # "only if"
    r.current = r.resume
    r.head = False
    r.zone, r.denied, r.opened_by = zone, zone == "except" and token != "only", token
    if zone == "except" and (not r.scopes[r.resume].exception or r.scopes[r.resume].exception == "except"):
        r.scopes[r.resume].exception, r.scopes[r.resume].excepted_from = token, r.segment


def _marked(r: Reader, tokens: list[Token], at: int, length: int, modality: Modality) -> None:
    _marker(r, tokens, at, length, modality)
    r.marker_end, r.in_phrase, r.relative = at + length, False, False


def _marker(r: Reader, tokens: list[Token], at: int, length: int, modality: Modality) -> None:
    """Open the scope of a marker."""
    if r.no_at is not None and len(r.words) - r.no_at <= _REACH_OF_NO:
        modality = _TURNED.get(modality, modality)
    bare = not r.scope.words and r.scope.clause == r.clause
    denied = r.scope.modality == "not" and not r.zone
    if denied and (at == r.marker_end or (r.scope.words == 1 and r.words[-1].weight < 1)):
        modality = _TURNED.get(modality, modality)  # "is not needed", "does not give a right to"
    if modality == "plain" and r.scope.modality != "plain" and bare:
        return  # "may have", "must do": an auxiliary, or the verb itself
    last = str(tokens[at + length - 1])
    if last in wordings().of_law and at + length < len(tokens) and isinstance(tokens[at + length], Figure):
        modality = "plain"  # "allows 30 days"
    if modality == "must" and r.scope.modality not in ("plain", "not") and bare:
        r.add(last, frozenset(("must",)), head=True, weight=1.0)  # "may not require": what may not be done
        r.head = False
        return
    if (
        modality == "may"
        and last in wordings().lets
        and bare
        and r.scope.modality in ("may", "maynot", "neednot")
    ):
        r.add(last, frozenset(("let",)), head=True, weight=1.0)  # "may not let": what may not be done
        r.head = False
        return
    if r.zone and tokens[at - 1] in wordings().pronouns and tokens[at - 2] not in wordings().go_on:
        r.close_zone()  # "if offered free it may not be sold": the rule goes on
        r.subject = []
    if r.zone and (
        (tokens[at - 1] in wordings().joins and modality != "plain")
        or r.opened_by in wordings().short_conditions
    ):
        r.close_zone()
    if r.zone:
        if modality in ("not", "maynot", "neednot"):
            r.denied = not r.denied
        r.push(DraftScope(modality, r.clause, conditional=True, owner=r.resume))
    else:
        before = r.scope
        scope = DraftScope(modality, r.clause, bans=modality == "maynot" and last in wordings().bans)
        following = tokens[at + length] if at + length < len(tokens) else ""
        behind = tokens[at + length + (following in wordings().no_heads) :][:1]  # "must also be told"
        passive = (
            following in ("be", "been")
            or behind in (["be"], ["been"])
            or (last in wordings().participles and following != "to")
        )
        who: Iterable[str] = r.subject or r.first[:1]
        passive = passive or (following in ("get", "receive") and bool(who) and _AUTHORITIES.issuperset(who))
        if tokens[at - 1] in wordings().joins and before.clause == r.clause and before.actors:
            who = before.actors  # "must answer consumers and may charge": the same one acts
        (scope.objects if passive else scope.actors).update(who)
        if before.clause == r.clause and before.modality == "plain" and before.exception:
            scope.exception, scope.excepted = (
                before.exception,
                set(before.excepted),
            )  # "Without consent it may not"
        if (
            modality == "not"
            and before.clause == r.clause
            and before.modality not in ("plain", "not")
            and wordings().relatives.intersection(map(str, tokens[max(0, at - 3) : at]))
        ):
            scope.returns_to = r.current
        elif modality == "not" and last == "no" and following != "longer" and before.clause == r.clause:
            scope.noun_denied, scope.returns_to = True, r.current
        r.push(scope)
        r.subject = []
    r.no_at = len(r.words) if tokens[at] in wordings().none else (r.no_at if modality == "not" else None)
    r.head = True
    r.actor_follows = last in wordings().of_law
    if r.actor_follows:
        r.scope.actors = set()


def _quantifier(r: Reader, token: str) -> None:
    if token in wordings().all or token in wordings().any:
        r.add(token, frozenset(("all",)), head=False, weight=_ALL if token in wordings().all else 0.0)


def _content(r: Reader, token: str, by: bool) -> None:
    known = wordings()
    named = token.startswith(NAMED)
    token = token.removeprefix(NAMED)
    base = base_of(token)
    _quantifier(r, token)
    party = None if named else known.parties.get(token)
    if party:
        _party(r, party, by)
    framing = token in known.framing or token.removesuffix("s") in known.framing
    if framing and r.head and token in wordings().verbs_too:
        framing = False
    if party in _GENERAL or framing or len(token) < 2 or token in wordings().nothing:
        return
    concepts = frozenset(("individual",)) if party == "individual" else concepts_of(token)
    soft = base in known.soft or party == "individual"
    heads = not party and token not in known.no_heads and not _adverb(token)
    head = r.head and heads
    if heads:
        r.head = False
    r.add(token, concepts, head, _LIGHT if soft else 1.0, named)
    if r.zone == "except":
        r.scopes[r.resume].excepted |= concepts


def _adverb(token: str) -> bool:
    """Return whether a word says how something is done, not what: "must promptly notify"."""
    return token.endswith("ly") and not token.endswith(("pply", "mply", "reply", "rely"))


def _party(r: Reader, party: str, by: bool) -> None:
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
