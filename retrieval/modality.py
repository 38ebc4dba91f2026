"""Whether two sentences say the same of an act: that it must, may, may not or need not be done, by whom and to whom."""

from __future__ import annotations

from itertools import pairwise

from retrieval.claims import Reading, Scope, Word
from retrieval.wordings import Modality, base_of, wordings

_AGREEMENT = 0.6
"""Share of the words in common that must stand under the same duty, permission or denial."""
_NEAREST = 0.9
"""Clauses of the source that share nearly as many words with a scope as the nearest one does."""

_SAID = {
    "plain": "does", "must": "must", "mustlet": "must let", "may": "may", "maynot": "may not", "neednot": "need not", "not": "not",
}  # fmt: skip

_TAKES_AWAY = frozenset(("without", "unless", "except", "save", "until", "absent"))
"""Exceptions under which a rule does not hold; under "only" it holds."""

_Row = tuple[Word, list[Word]]


def modality_fault(words: tuple[Word, ...], reading: Reading, theirs: Reading) -> str | None:
    """Return why what `words` of a reading say must, may or may not be done, or by whom, is not what a source says; or None.

    Each scope is compared with the clause of the source that shares most words with it. Words in common must stand
    under the same modality there; the verbs of either decide alone.
    """
    by_concept: dict[str, list[Word]] = {}
    for word in theirs.words:
        for concept in word.concepts:
            by_concept.setdefault(concept, []).append(word)
    spoken = frozenset(c for w in words for c in w.concepts)
    flat = reading.regardless and not theirs.regardless
    conditional = any(w.zone for w in words) or any(s.exception for s in reading.scopes)
    met = [
        not flat and (_speaks_of(s.excepted, spoken) if s.excepted else conditional) for s in theirs.scopes
    ]
    only_plain = all(reading.scopes[w.scope].modality == "plain" for w in reading.words)
    for number in sorted({w.scope for w in words}):
        rows: list[_Row] = [
            (w, list({id(o): o for c in w.concepts for o in by_concept.get(c, ())}.values()))
            for w in words
            if w.scope == number
        ]
        fault = _condition_fault(reading, number, rows, theirs)
        if fault is None and not reading.scopes[number].subject:
            fault = _scope_fault(reading.scopes[number], rows, theirs, met, only_plain)
        if fault:
            return fault
    if fault := _join_fault(words, reading, theirs):
        return fault
    return _denial_fault(words, reading, theirs, by_concept)


def _denial_fault(
    words: tuple[Word, ...], reading: Reading, theirs: Reading, held: dict[str, list[Word]]
) -> str | None:
    """Return a word that a source only denies, in a clause that denies nothing."""
    denying = {w.clause for w in reading.words if reading.scopes[w.scope].modality in _DENIES}
    for word in words:
        if word.weight < 1 or word.zone or word.named or word.clause in denying:
            continue
        others = [o for c in word.concepts for o in held.get(c, ()) if not o.zone]
        if others and all(_is_denied(o, theirs) for o in others):
            return f"the source denies “{word.text}”"
    return None


def _is_denied(word: Word, theirs: Reading) -> bool:
    """Return whether a source says "not" of a word, or of what the word is the subject of."""
    scope = theirs.scopes[word.scope]
    if scope.subject:
        after = [w for w in theirs.words if w.clause == word.clause and w.scope > word.scope and not w.zone]
        later = [theirs.scopes[w.scope] for w in after]
        return bool(later) and all(s.modality == "not" and not s.exception for s in later)
    return scope.modality == "not" and not scope.exception


def _join_fault(words: tuple[Word, ...], reading: Reading, theirs: Reading) -> str | None:
    """Return two things that must both be, or of which one is enough, where the source says the other."""
    for before, word in pairwise(words):
        scope = reading.scopes[word.scope]
        if (
            not word.join
            or word.denied
            or scope.subject
            or scope.modality not in ("plain", "must", "mustlet")
        ):
            continue
        held = {
            o.join
            for first, o in pairwise(theirs.words)
            if o.join and o.concepts & word.concepts and first.concepts & before.concepts
        }
        if held and word.join not in held:
            return f"says “{word.join} {word.text}” where the source says “{min(held)}”"
    return None


def _speaks_of(excepted: frozenset[str], spoken: frozenset[str]) -> bool:
    return len(excepted & spoken) * 2 >= len(excepted)


def _condition_fault(reading: Reading, number: int, rows: list[_Row], theirs: Reading) -> str | None:
    """Return a word of a condition that the source makes another one: "if" for "unless", "may be told" for "must"."""
    said = reading.scopes[number].modality
    for word, others in rows:
        conditions = [o for o in others if o.zone]
        if word.zone == "if" and conditions and all(_opposed(word, reading, o, theirs) for o in conditions):
            return f"turns the condition on “{word.text}” round"
        verbs = [theirs.scopes[o.scope].modality for o in conditions if o.head]
        if word.zone and word.head and verbs and not any(_same_kind(said, held) for held in verbs):
            return f"turns the condition on “{word.text}” round"
    return None


def _opposed(word: Word, reading: Reading, other: Word, theirs: Reading) -> bool:
    """Return whether two conditions are opposites: "may if" and "may not unless" are not, "may if" and "may unless" are."""
    turned = (_rule(reading, word).modality in _DENIES) != (_rule(theirs, other).modality in _DENIES)
    return word.denied != other.denied and not turned


def _rule(reading: Reading, word: Word) -> Scope:
    """Return the scope whose condition a word is part of; for a condition in front, the next verb's."""
    scope = reading.scopes[word.scope]
    base = scope.owner if scope.owner >= 0 else word.scope
    if reading.scopes[base].subject or reading.scopes[base].modality == "plain":
        later = [w.scope for w in reading.words if w.clause == word.clause and not w.zone and w.scope > base]
        base = later[0] if later else base
    return reading.scopes[base]


_DENIES = frozenset(("maynot", "not", "neednot"))


def _same_kind(said: Modality, held: Modality) -> bool:
    return said == held or "plain" in (said, held) or {said, held} <= {"must", "mustlet"}


def _scope_fault(
    scope: Scope, rows: list[_Row], theirs: Reading, met: list[bool], only_plain: bool
) -> str | None:
    clauses = _nearest_clauses(rows)
    rows = [(w, [o for o in others if o.zone != "if"]) for w, others in rows if not w.zone]
    if (
        scope.modality == "may"
        and scope.exception == "without"
        and not any(s.exception == "without" for s in theirs.scopes)
    ):
        return "allows without a condition that the source does not lift"
    if scope.bans and not any(w.head for w, _ in rows):
        same_act = [(w, [o for o in others if not _other_act(o, theirs, rows)]) for w, others in rows]
        if any(others for _, others in rows) and not any(others for _, others in same_act):
            return "bans what the source does not"
        rows = same_act
    if only_plain and (fault := _weakened(rows, theirs)):
        return fault
    same, shared = 0.0, 0.0
    aligned: dict[int, float] = {}
    for word, others in rows:
        here = [o for o in others if o.clause in clauses]
        here = [o for o in here if not o.zone] or here
        here = [o for o in here if not theirs.scopes[o.scope].subject] or here
        if word.head:  # "must notify when it is notified": the first is what must be done
            here = [o for o in here if o.head and theirs.scopes[o.scope].modality != "plain"] or here
        if not here or (word.head and all(o.zone and not o.head for o in here)):
            if (
                here
                and scope.modality == "may"
                and all(theirs.scopes[o.scope].exception == "without" for o in here)
            ):
                return f"says “may {word.text}” where the source says “without”"
            continue
        weight = _weight(word)
        shared += weight
        fitting = [o for o in here if _fits(word, scope, o, _ruling(theirs, o), met[o.scope])]
        if not fitting and _decides(word, here):
            return f"says “{_SAID[scope.modality]} {word.text}” where the source does not"
        same += weight if fitting else 0.0
        for other in {o.scope for o in fitting}:
            aligned[other] = aligned.get(other, 0.0) + weight
    if shared and same < _AGREEMENT * shared:
        return f"says “{_SAID[scope.modality]}” where the source does not"
    verbs = {i: w for i, w in aligned.items() if not theirs.scopes[i].subject} or aligned
    nearest = [theirs.scopes[i] for i, w in verbs.items() if w >= 0.8 * max(verbs.values())]
    return _party_fault(scope, nearest, frozenset(p.name for p in theirs.parties)) if nearest else None


def _weakened(rows: list[_Row], theirs: Reading) -> str | None:
    """Return that a sentence says "is" where the source says "may be evidence of"; a sum may be told either way."""
    met = {id(o) for _, others in rows for o in others}
    told = [o for _, others in rows for o in others if not theirs.scopes[o.scope].subject]
    for number in {o.scope for o in told if theirs.scopes[o.scope].modality == "may"}:
        heads = [w for w in theirs.words if w.scope == number and w.head and w.weight >= 1]
        alone = all(o.scope == number for o in told)
        if alone and heads and not theirs.quantities and not any(id(h) in met for h in heads):
            return f"says “is” where the source says “may {heads[0].text}”"
    return None


def _other_act(word: Word, theirs: Reading, rows: list[_Row]) -> bool:
    """Return whether a word of a source stands under a ban on something that the sentence does not speak of."""
    if theirs.scopes[word.scope].modality != "maynot":
        return False
    met = {id(o) for _, others in rows for o in others}
    heads = [w for w in theirs.words if w.scope == word.scope and w.head and w.weight >= 1]
    return bool(heads) and not any(id(h) in met for h in heads)


def _decides(word: Word, others: list[Word]) -> bool:
    """Return whether a word is what a "must" or "may" is about: a verb of either, a word that claims little of both."""
    if word.weight < 1:
        return word.head and any(o.head for o in others)
    return word.head or all(o.head and base_of(o.text) == base_of(word.text) for o in others)


def _ruling(theirs: Reading, word: Word) -> Scope:
    """Return the scope that a word stands under; for the verb of a condition, the scope whose condition it is."""
    scope = theirs.scopes[word.scope]
    return theirs.scopes[scope.owner] if word.zone and scope.owner >= 0 else scope


def _weight(word: Word) -> float:
    return word.weight * (2.0 if word.head else 1.0)


def _nearest_clauses(rows: list[_Row]) -> set[int]:
    shared: dict[int, float] = {}
    for word, others in [r for r in rows if not r[0].named] or rows:
        for clause in {o.clause for o in others}:
            shared[clause] = shared.get(clause, 0.0) + _weight(word)
    return {clause for clause, weight in shared.items() if weight >= _NEAREST * max(shared.values())}


def _fits(word: Word, scope: Scope, other: Word, theirs: Scope, met: bool) -> bool:
    """Return whether a word stands under the same duty, permission or denial in a sentence and in a source.

    `met` is whether the sentence speaks of the source's exception: "needs consent to sell" and "may not sell without
    consent" are one rule, "may sell" is not, and "must sell with consent" is not either.
    """
    if other.zone:
        # "may not sell without consent": consent must be had; "may sell without consent": it need not
        if scope.modality in ("must", "mustlet"):
            return theirs.exception == "only" or theirs.modality in ("maynot", "not")
        if scope.modality == "not":
            return other.denied  # "does not have records" for "without records"
        return scope.modality in ("plain", "may") and not (scope.modality == "may" and word.head)
    if theirs.subject:
        return True
    said, held = scope.modality, theirs.modality
    excepted = bool(theirs.exception) and met and not (word.head and said == "must")
    loose = (
        theirs.exception in ("only", "unless", "without", "until") and theirs.modality != "plain" and not met
    )
    if said == "must" and held == "mustlet" and scope.actors & theirs.actors:
        return False  # "must let consumers opt out": consumers need not
    if said in ("must", "mustlet"):
        return held in ("must", "mustlet", "plain") or (held == "maynot" and excepted) or (held == "may" and theirs.exception == "only" and excepted) or (said == "mustlet" and held == "may")  # fmt: skip
    if said == "may":
        if held == "plain" and word.head and other.head and base_of(word.text) == base_of(other.text):
            return False  # "may be trebled" where they are
        if held in ("may", "mustlet", "plain"):
            return not loose and not (scope.exception == "without" and theirs.exception != "without")
        if held == "maynot":
            return excepted and scope.exception not in _TAKES_AWAY
        return held == "must" and scope.exception == "only" and met
    if said == "maynot":
        turned = (
            held in ("may", "must")
            and scope.exception in _TAKES_AWAY
            and theirs.exception == "only"
            and excepted
        )
        # in "may not be on a postcard or visible without opening" the exception is of the second alone
        elsewhere = 0 <= other.segment < theirs.excepted_from
        return (held == "maynot" and (not loose or elsewhere)) or turned or (held == "not" and not scope.bans)
    if said == "neednot":
        return held in ("neednot", "not")
    if said == "not":
        return held in ("not", "neednot", "maynot")
    return held in ("plain", "must", "mustlet", "may") or (held in ("maynot", "not") and excepted)


def _party_fault(said: Scope, held: list[Scope], everyone: frozenset[str]) -> str | None:
    """Return why the ones who act, or on whom, are not those of the nearest scopes of a source; None if they are.

    `everyone` are the parties of the source's whole sentence: one of them may be acted on.
    """
    if said.modality in ("plain", "not") and alike(said.actors, everyone):
        return None  # without a verb of ours, who acts may be anyone named
    turned = False
    for theirs in held:
        swapped = (
            said.actors & theirs.objects and said.objects & theirs.actors and not said.actors & theirs.actors
        )
        acting = everyone if theirs.modality == "plain" else theirs.actors
        actors = alike(said.actors, acting) or _dual(said, theirs)
        turned = turned or bool(swapped)
        exact = said.actors & theirs.actors and (not said.objects or said.objects & theirs.objects)
        objects = said.objects & everyone or alike(said.objects, theirs.objects)
        if not swapped and actors and objects and (exact or not turned):
            return None
    return f"makes {'/'.join(sorted(said.actors)) or 'someone'} act on {'/'.join(sorted(said.objects)) or 'someone'}"


def alike(said: frozenset[str], held: frozenset[str]) -> bool:
    """Return whether parties may stand for each other; nobody may stand for anyone."""
    if not said or not held or said & held:
        return True
    return any(frozenset((a, b)) in wordings().alike for a in said for b in held)


_BOUND = frozenset(("business", "operator", "provider"))
_PROTECTED = frozenset(("individual", "child", "parent", "employee", "person"))


def _dual(said: Scope, held: Scope) -> bool:
    """Return whether a right of one is told as a duty of the other: "people may delete", "a controller must delete"."""
    pairs = ({"may", "must"}, {"may", "mustlet"}, {"must", "mustlet"})
    return {said.modality, held.modality} in pairs and any(
        said.actors & a and held.actors & b for a, b in ((_BOUND, _PROTECTED), (_PROTECTED, _BOUND))
    )
