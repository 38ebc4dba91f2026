"""How a question is put: does it ask for leave, for a duty, for a fact, or for something that yes or no does not answer?"""

from __future__ import annotations

import re
from typing import Literal

from retrieval.understand import Understanding

Sense = Literal["permission", "duty", "fact", "open"]

OPEN = re.compile(
    r"(?:^|[,:;–-]\s*|\band\s+|\bso\s+|\bbut\s+)(?:what|what's|which|how|when|who|whom|whose|where|why|tell me|explain|list)\b(?!\s+if\b)",
    re.IGNORECASE,
)
PERMISSION = re.compile(
    r"\b(?:can|could|may|allowed|permitted|lawful|legal|ok|okay|fine to|free pass|wants? to|ok to|let (?:us|me|you)|allows? (?:us|me)|(?:without|w/o) (?:asking|consent|telling))\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:must|have to|has to|need|needs|needed|required?|requires|mandatory|make (?:us|me|websites|companies)|oblig\w+|owe|owed|honou?r|recogni[sz]e|"
    r"do (?:we|i) (?:report|notify|tell|register|post|offer|disclose|call|get)|should)\b",
    re.IGNORECASE,
)
_POLAR = re.compile(
    r"(?:^|[,:;.–-]\s*|\band\s+|\bso\s+|\bbut\s+)(?:can|could|may|must|do|does|did|is|are|am|was|has|have|will|would|should|needs? (?:a|an|to|any))\b|\?\s*$|"
    r"\b(?:ok|okay|allowed|required|mandatory|legal|right|correct)\b\s*\W*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?<=[?!.])(?<!\bSt\.)(?<!\bFt\.)(?<!Stat\.)(?<!Rev\.)(?<!\bMo\.)(?<!Ann\.)(?<!Inc\.)(?<!\b[A-Z]\.)\s+|\n"
)
UNASKED = re.compile(
    r"\b(?:without|w/o|with no)\b(?: [\w'’]+){0,3} (?:asking|consent|telling|permission|notice|approval|authori[sz]ation|opt-?in|release)|"
    r"\bwithout (?:asking|their|telling)|\bw/o\b|\bno consent\b|(?<!feel )\bfree to\b|"
    r"\bnever (?:signed up|opted in|agreed|asked|consented|said yes)\b|\bdid(?:n['’]t| not) (?:sign|ask|agree|opt|consent)|\bon the sly\b|\b(?:secret|covert|quiet)ly\b",
    re.IGNORECASE,
)
"""Asks for leave to do without what the law may want first."""
NEGATED_DUTY = re.compile(
    r"\b(?:voluntary|optional|not (?:required|obliged|mandatory)|(?:don['’]t|do not|doesn['’]t|does not|need not) (?:need|have) to|no (?:need|duty|obligation) to|exempt from)\b",
    re.IGNORECASE,
)
ASSERTED = re.compile(
    r"\b(?:right|correct|yes|true|(?<!yes or )no|is (?:he|she|that|this|it) (?:right|true|correct|so)|agreed?|agree|still (?:right|true|so|correct)|isn['’]t it|(?:does|do|did|is|are|was)n['’]t (?:it|they|he|she)|confirm|that['’]s (?:right|true|so))\s*\?(?=\s|$)|\bstill (?:right|true|so|correct|hold)\b|^\W*(?:surely|obviously|of course)\b|"
    r"\b(?:claims?|says?|told (?:me|us)|insists?|thinks?|assumes?|heard|swears?) (?:that |me |us )?\w",
    re.IGNORECASE,
)
"""States something and asks whether it is so: "… , right?", "Surely …?", "A vendor claims …"."""
AUXILIARY = re.compile(
    r"\b(?:can|could|may|must|do|does|did|is|are|am|has|have|will|would|should|need)\b", re.IGNORECASE
)


def sense_of(text: str) -> Sense:
    """Return what kind of yes or no a text asks for; "open" where it asks for something else."""
    clause = asking_clause(text)
    if not clause:
        return "open"
    permission, duty = PERMISSION.search(clause), _DUTY.search(clause)
    if permission and (not duty or permission.start() < duty.start()):
        return "permission"
    return "duty" if duty else "fact"


def asking_clause(text: str) -> str:
    """Return the sentence of a text that asks for yes or no; empty where none does."""
    clauses = [c for c in _CLAUSE.split(text.strip()) if c.strip()]
    asking = [c for c in clauses if c.rstrip().endswith("?")] or clauses[-1:]
    return next((c for c in asking if _is_polar(c)), "")


def _is_polar(clause: str) -> bool:
    """Whether a clause asks for yes or no before it asks for anything else ("do we report, and when?")."""
    polar, other = _POLAR.search(clause), OPEN.search(clause)
    return polar is not None and (
        other is None or (clause[polar.start()] != "?" and polar.end() < other.end())
    )


def asking_text(understood: Understanding) -> str:
    """Return the words that ask: those before, where the text only goes on ("And Nevada?")."""
    if understood.follow_up and understood.question.history and not AUXILIARY.search(understood.text):
        return understood.question.history[-1]
    return understood.text
