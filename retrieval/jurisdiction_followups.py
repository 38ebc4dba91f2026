"""Which jurisdictions a question in a conversation asks about.

Order of precedence: explicit argument, question, conversation so far, default of the channel or person. A follow-up
may point back ("what about the other two?", "and there?", "how does that compare with Utah?"): then the earlier
questions say what it points to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from retrieval.errors import QuestionRejected
from retrieval.jurisdiction_registry import Registry
from retrieval.records import Detection, Jurisdictions, Question

Detect = Callable[[str], Jurisdictions]

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
_OTHERS = re.compile(
    r"\bthe (?:other|remaining) (?:(?P<count>two|three|four|five|six|[2-6])\b|(?P<one>one|state|jurisdiction)\b|(?:states|ones|jurisdictions)\b)"
    r"|\bthe other(?=\s*[?.!]|\s*$)|\bthe others\b|\bthe rest\b|\bremaining (?:states|ones)\b",
    re.IGNORECASE,
)
_TWIN = re.compile(r"\bthe other (?P<name>Carolina|Dakota|Virginia)\b", re.IGNORECASE)
_TWINS = {"carolina": ("NC", "SC"), "dakota": ("ND", "SD"), "virginia": ("VA", "WV")}
_ALL_OF_THEM = re.compile(
    r"\b(?:both|all (?:of )?(?:them|these|those|three|four|five|six)|each of (?:them|these|those)|(?:these|those) (?:states|two|three|four|five))\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"\bthe (?P<which>first|second|third|last|former|latter)(?: (?:one|state|of those|of them))?\b",
    re.IGNORECASE,
)
_COMPARES_EARLIER = re.compile(
    r"\b(?:compared? (?:that|it|this|them|those) (?:to|with|against)|(?:that|it|this|they|those|these) compares? (?:to|with|against))\b",
    re.IGNORECASE,
)
_COMPARES_ONE = re.compile(
    r"^\W*(?:and )?(?:vs\b|versus\b|compared? (?:to|with|against)\b|add\b)"
    r"|\b(?:stricter|longer|shorter|softer|weaker|stronger|different|same|differ) (?:there )?(?:than|from|as)\b",
    re.IGNORECASE,
)
_COMPARED_AT_MOST = 6  # with "all states" before, only what is named now is meant
_PLACES_OF = {"first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1}


def resolve(question: Question, detect: Detect, places: Registry) -> Jurisdictions:
    """Return the jurisdictions of a question; see the module for precedence.

    Raises:
        QuestionRejected: the explicit argument names no jurisdiction.
    """
    if question.jurisdiction is not None and question.jurisdiction.strip():
        return _argument(question.jurisdiction, detect, places)
    said = detect(question.text)
    turns = _Conversation(detect, places, question.history)
    pointed = turns.pointed_to(question.text, said)
    if pointed is not None:
        return pointed
    if said.found:
        return turns.with_earlier(question.text, said)
    if said.ambiguous:
        return turns.settle(said)
    if said.outside and not _points_back(question.text):
        return said
    left_out = {d.code for d in said.excluded}
    for code, why in ((turns.current(), "history"), (question.default_jurisdictions, "default")):
        kept = [c for c in code if c in places and c not in left_out]
        if kept:
            found = tuple(Detection(c, places.name(c), None, why) for c in kept)
            return replace(
                said, found=found, every=why == "history" and turns.surveys(), federal_only=kept == ["US"]
            )
    return said


def _argument(value: str, detect: Detect, places: Registry) -> Jurisdictions:
    """Return the jurisdictions of an explicit argument: codes or names, in any case, separated as one likes."""
    parts = [part for part in re.split(r"[\s,;/&+]+|\band\b|\bor\b(?=\s+\S+\s*,)", value.strip()) if part]
    codes = [part.upper() for part in parts]
    if not codes or any(code not in places for code in codes):
        codes = list(detect(value).codes)
    if not codes:
        raise QuestionRejected(
            f"no jurisdiction: {value!r}",
            plain=f"I do not know a US jurisdiction called “{value.strip()[:40]}”. Give a state's name or postal code, such as NM or “New Mexico”.",
        )
    found = tuple(Detection(code, places.name(code), None, "argument") for code in dict.fromkeys(codes))
    return Jurisdictions(
        found=found, federal_only=[d.code for d in found] == ["US"], every=len(found) >= len(places.states)
    )


def _points_back(text: str) -> bool:
    return bool(re.search(r"\b(?:there|that state|it|them|those|both)\b", text, re.IGNORECASE))


class _Conversation:
    """What the earlier questions were about, oldest first."""

    def __init__(self, detect: Detect, places: Registry, history: Iterable[str]) -> None:
        self._places = places
        self._turns: list[Jurisdictions] = []
        for earlier in history:
            read = detect(earlier)
            pointed = self.pointed_to(earlier, read)
            if pointed is not None:
                self._turns.append(pointed)
            elif read.found:
                self._turns.append(self.with_earlier(earlier, read))
            elif read.ambiguous:
                self._turns.append(self.settle(read))

    def _latest(self) -> Jurisdictions | None:
        return next((turn for turn in reversed(self._turns) if turn.found), None)

    def current(self) -> tuple[str, ...]:
        """Return the codes of the latest question that had any."""
        latest = self._latest()
        return latest.codes if latest else ()

    def surveys(self) -> bool:
        latest = self._latest()
        return latest is not None and latest.every

    def _list(self, more_than: int = 1) -> tuple[str, ...]:
        """Return the latest list of several jurisdictions, or all that were asked about one by one."""
        for turn in reversed(self._turns):
            if len(turn.codes) > more_than:
                return turn.codes
        return tuple(dict.fromkeys(code for turn in self._turns for code in turn.codes))

    def pointed_to(self, text: str, said: Jurisdictions) -> Jurisdictions | None:
        """Return what "the other two", "both" or "the second one" stands for, None where the text does not point back."""
        if not self._turns:
            return None
        if twin := _TWIN.search(text):
            left = [code for code in _TWINS[twin["name"].lower()] if code not in self.current()]
            return self._of(left, said) if len(left) == 1 else None
        others = _OTHERS.search(text)
        if others is not None:
            named = set() if said.every else {d.code for d in (*said.found, *said.excluded)}
            count = 1 if others["one"] else _NUMBERS.get((others["count"] or "").lower())
            codes = self._others(named, count)
            return self._of(codes, said) if codes else None
        if said.found:
            return None
        if _ALL_OF_THEM.search(text):
            return self._of(self._list(), said)
        one = _FIRST.search(text)
        listed = self._list()
        if one is not None and len(listed) > 1:
            at = _PLACES_OF[one["which"].lower()]
            if at < len(listed):
                return self._of((listed[at],), said)
        return None

    def _others(self, named: set[str], count: int | None) -> tuple[str, ...]:
        for turn in reversed(self._turns):
            focus = named or set(self.current())
            rest = tuple(code for code in turn.codes if code not in focus)
            if focus & set(turn.codes) and rest and (count is None or len(rest) == count):
                return rest
        if count is None:
            return tuple(code for code in self._places.states if code not in (named or set(self.current())))
        seen = tuple(dict.fromkeys(code for turn in self._turns for code in turn.codes if code not in named))
        return seen if len(seen) == count else ()

    def _of(self, codes: Iterable[str], said: Jurisdictions) -> Jurisdictions:
        left_out = {d.code for d in said.excluded}
        found = tuple(Detection(c, self._places.name(c), None, "history") for c in codes if c not in left_out)
        return replace(
            said,
            found=found,
            ambiguous=(),
            federal_only=False,
            every=len(found) >= len(self._places.states) - 1,
        )

    def with_earlier(self, text: str, said: Jurisdictions) -> Jurisdictions:
        """Return what the text names, with what it is compared to from before."""
        if not self._turns or said.every:
            return said
        if not (_COMPARES_EARLIER.search(text) or (len(said.found) == 1 and _COMPARES_ONE.search(text))):
            return said
        before = tuple(
            Detection(c, self._places.name(c), None, "history") for c in self.current() if c not in said.codes
        )
        if not before or len(before) > _COMPARED_AT_MOST:
            return said
        return replace(said, found=(*before, *said.found), federal_only=False)

    def settle(self, said: Jurisdictions) -> Jurisdictions:
        """Choose between candidates by what was asked about before."""
        common = [code for code in said.ambiguous if code in self.current()]
        if len(common) != 1:
            return said
        return replace(
            said, found=(Detection(common[0], self._places.name(common[0]), None, "history"),), ambiguous=()
        )
