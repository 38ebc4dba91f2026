"""Yes or no on the very act that a question asks about, by the law's own sentences.

A position answers its topic's standard question (retrieval/verdicts.py); a ban, a duty or a condition that names the act
asked about comes before it, and a yes in general is no answer on an act that nobody names.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from retrieval.asked_rule import COMMON, Ruled, asked_concepts, ruling
from retrieval.dates import dates_in
from retrieval.question_form import (
    ASSERTED,
    AUXILIARY,
    NEGATED_DUTY,
    OPEN,
    PERMISSION,
    UNASKED,
    asking_clause,
    asking_text,
    sense_of,
)
from retrieval.records import Position, Verdict
from retrieval.topics import all_topics
from retrieval.understand import Understanding
from retrieval.verdicts import BAN, turned

_HARMLESS = re.compile(
    r"\b(?:unlikely|not likely|no (?:one|body)|nobody|none|no (?:real )?(?:risk|harm))\b[^.?!]{0,40}\b(?:harm\w*|hurt|risk|misus\w+)|\bno (?:real )?(?:risk|harm)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_ASKS_CONSENT = re.compile(r"\bconsent\b|\bopt[- ]?in\b|\bpermission\b", re.IGNORECASE)
_OPT_OUT = re.compile(r"\bopt[- ]?out\b", re.IGNORECASE)
_NO_OPT_IN = re.compile(
    r"\bnot (?:for )?(?:opt[- ]?in|consent)\b|\bno (?:opt[- ]?in|consent)\b", re.IGNORECASE
)
_WANTS_CONSENT = re.compile(
    r"\b(?:only (?:with|after)|requires?|needs?|takes?|wants?|must (?:get|obtain|have))\b[^.;]{0,60}\b(?:consent|opt[- ]?in|authori[sz]ation|written release)\b|"
    r"\bmust consent\b|\bconsent (?:is|must be) (?:needed|required|given|obtained)\b|\b(?:may not|must not)\b[^.;]{0,80}\bwithout\b[^.;]{0,40}\bconsent\b",
    re.IGNORECASE,
)
_NO_RIGHT = re.compile(r"\bno right to (?P<what>\w+)", re.IGNORECASE)
_FIXED = re.compile(
    r"\b(?:fixed|set|hard|specific|strict|certain)\b[^.?!]{0,20}\b(?:days?|deadline|hours)\b", re.IGNORECASE
)
_ADULTS = re.compile(r"\badults?\b", re.IGNORECASE)
_MINORS = re.compile(
    r"\b(?:minors?|child(?:ren)?|teen\w*|kids?|pupils?|1[0-7][- ]?(?:year|yr)s?\b|under (?:1[0-8]|age)|(?:aged?|is|are) 1[0-7])\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:now|today|already|currently|right away|at present|yet|this (?:month|year|week))\b", re.IGNORECASE
)
_NAMED_PLAINLY = 3
"""Concepts of the question that a rule outside the short answer must name."""


def verdict_by_rule(
    understood: Understanding,
    position: Position,
    own: Verdict | None,
    said: Sequence[str],
    beside: Sequence[str] = (),
) -> Verdict | None:
    """Return the verdict that the law's own sentences give on the very act asked about; `own` where they give none.

    Only for what one may or must do: a ban of the act is a no even where the topic in general is a matter of
    conditions; a duty that names it, in what is `said` or in the statements `beside` it, is a yes where the position
    says nothing. What someone asserts is a yes or no only by such a rule. A yes in general is none on an act that
    neither the topic nor the answering sentence names.
    """
    text = asking_text(understood)
    sense = sense_of(text)
    if sense != "open" and _NOW.search(text) and starts_later(said[0], understood.as_of, position.reviewed):
        return "no"
    if sense != "open" and (_denied(text, said[0]) or _excused(text, said[0])):
        return "no"
    verdict = _by_rule(understood, position, own, said, beside)
    if verdict == "yes" and ASSERTED.search(text) and not _bears_figures(text, said):
        return None
    if sense == "permission" and verdict == "conditional" and BAN.search(said[0]):
        return None  # some of it is banned: is it this?
    if (
        verdict in ("no", None)
        or (verdict == "yes" and sense == "duty")
        or _names_all(understood, position, said[0])
    ):
        return verdict
    rule = ruling(text, said, all_topics()[position.topic].name) if sense == "fact" else None
    return verdict if rule and rule.ruled == "required" else None


def _by_rule(
    understood: Understanding,
    position: Position,
    own: Verdict | None,
    said: Sequence[str],
    beside: Sequence[str],
) -> Verdict | None:
    text = asking_text(understood)
    if _ADULTS.search(said[0]) and _MINORS.search(text):
        own, said = None, said[1:] or said  # "Yes for adults" is no answer about a 16-year-old
    sense = sense_of(text)
    wished = sense == "open" and not OPEN.search(text) and PERMISSION.search(text)
    if sense == "open" and not wished:
        return own
    rule = ruling(text, said, all_topics()[position.topic].name)
    wider = ruling(text, (*said, *beside), all_topics()[position.topic].name)
    asserted = bool(ASSERTED.search(text)) and own is not None
    ruled = rule.ruled if rule else None
    if (
        wider
        and (sense == "duty" or wider.named >= _NAMED_PLAINLY)
        and (not rule or wider.named > rule.named)
    ):
        ruled = wider.ruled
    if sense == "permission" or wished or (sense == "fact" and not AUXILIARY.search(text)):
        return _by_permission(own, ruled, text, said)
    if NEGATED_DUTY.search(text):
        return turned(own) if ruled != "banned" else None
    if sense == "duty" and own == "yes" and ruled == "banned":
        return None
    if sense == "duty" and (by_consent := _consent(text, said)):
        return by_consent
    if asserted and own == "yes":
        return "no" if ruled in ("banned", "not required") else "yes" if ruled == "required" else None
    if sense == "duty" and own is None:
        return {"required": "yes", "not required": "no"}.get(ruled or "")  # type: ignore[return-value]
    if (
        sense == "duty"
        and own == "conditional"
        and ruled == "required"
        and rule
        and rule.named >= _NAMED_PLAINLY
    ):
        return "yes"
    return own


def _bears_figures(text: str, said: Sequence[str]) -> bool:
    """Return whether every figure put forward stands in the sentences that answer."""
    return set(_NUMBER.findall(text)) <= set(_NUMBER.findall(" ".join(said)))


def _excused(text: str, said: str) -> bool:
    """Return whether notice is asked about though nobody is likely to be harmed, and the law then wants none."""
    return bool(
        sense_of(text) == "duty"
        and _HARMLESS.search(text)
        and said.startswith(("No notice is due", "Yes: no notice"))
    )


def _denied(text: str, said: str) -> bool:
    """Return whether the answering sentence denies what is asked: "there is no right to correct", "not opt-in consent"."""
    if _ASKS_CONSENT.search(text) and not _OPT_OUT.search(text) and _NO_OPT_IN.search(said):
        return True
    if said.startswith("No fixed number") and _FIXED.search(text):
        return True
    denied = _NO_RIGHT.search(said)
    asked = asked_concepts(asking_clause(text)) - COMMON
    return bool(denied and asked & asked_concepts(denied["what"]))


def _names_all(understood: Understanding, position: Position, said: str) -> bool:
    """Return whether the topic's own question and the answering sentence name all that is asked about."""
    topic = all_topics()[position.topic]
    whole = understood.question.text
    places = " ".join(
        f"{d.name} {whole[slice(*d.span)] if d.span else d.code}" for d in understood.places.found
    )
    text = asking_text(understood)
    asked = asked_concepts(asking_clause(text) or text) - COMMON - asked_concepts(places)
    return asked <= asked_concepts(f"{topic.name}. {topic.question} {topic.verdict_asks} {said}")


def starts_later(said: str, day: dt.date, reviewed: dt.date) -> bool:
    """Return whether a sentence tells only of law that starts after a day; the day of the review is no start."""
    starts = [d for d in dates_in(said) if d != reviewed]
    return bool(starts) and min(starts) > day


def _by_permission(
    own: Verdict | None, ruled: Ruled | None, text: str, said: Sequence[str]
) -> Verdict | None:
    """Return whether one may: no by a ban, or where it is to be done without the consent that the law wants."""
    if ruled == "banned" and own != "no":
        return "no"
    unasked = UNASKED.search(text)
    if unasked and (ruled in ("banned unless", "only with") or _WANTS_CONSENT.search(said[0])):
        return "no"
    if ruled in ("banned unless", "only with") and own is None:
        return "conditional"
    return own


def _consent(text: str, said: Sequence[str]) -> Verdict | None:
    """Return whether consent is needed, where a question asks that and the first sentence tells; else None."""
    if not _ASKS_CONSENT.search(text):
        return None
    if _OPT_OUT.search(said[0]) and (not _WANTS_CONSENT.search(said[0]) or _NO_OPT_IN.search(said[0])):
        return "no"
    return "yes" if _WANTS_CONSENT.search(said[0]) else None
