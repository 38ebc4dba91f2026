"""Puts a model's answer together, part by part: each sentence is verified, each part let out only when all of it holds.

Parts are let out in reading order. A part with a sentence that does not hold waits, and all behind it, until the sentence
is written anew or dropped. What has been let out stays as it is: its marks are those of the finished answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from retrieval.catalogue import Key
from retrieval.claim_check import ClaimCheck, has_lead, with_checked_verdict
from retrieval.compose import Draft
from retrieval.compose_place import law_heading
from retrieval.grounds import normal
from retrieval.marks import Marks, as_source, in_order
from retrieval.model_prompt import Shown
from retrieval.model_reply import Written, WrittenSentence
from retrieval.parts import AnswerPart, Kind, part_of
from retrieval.read_claims import read
from retrieval.records import Answer, AnswerSection, Source, Statement, Verdict, Verification
from retrieval.retriever import Evidence
from retrieval.short_answer import with_verdict
from retrieval.words import content_stems

Release = Callable[[AnswerPart], None]
_ASKS_FIGURE = re.compile(
    r"\bhow (?:soon|long|many|much|quickly|fast|late|often|big|large)\b|\bdeadlines?\b|\bby when\b|\btime limit\b|\bwhen (?:must|do|does)\b|"
    r"\b(?:penalt|fine)(?:y|ies|s)?\b|\bthresholds?\b",
    re.IGNORECASE,
)
_SECONDARY = "Checked against secondary sources only: "


@dataclass(slots=True)
class _Said:
    """A sentence on its way: settled when `reason` is None."""

    id: str
    text: str
    statement: Statement
    reason: str | None
    keys: tuple[Key, ...] = ()
    repaired: bool = False


@dataclass(slots=True)
class _Part:
    kind: Literal["short_answer", "section", "conclusion"]
    heading: str
    said: list[_Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Failed:
    """A sentence that does not hold: what to send back to the model."""

    id: str
    text: str
    marks: tuple[str, ...]
    reason: str


class Assembly:
    """One answer being put together from what a model writes."""

    def __init__(
        self,
        evidence: Evidence,
        draft: Draft,
        shown: Shown,
        names: dict[str, str],
        engine: str,
        release: Release,
    ) -> None:
        self._evidence, self._draft, self._shown, self._names = evidence, draft, shown, names
        self._engine, self._release = engine, release
        self.check = ClaimCheck(evidence, shown.passages, digest_sentences(draft))
        self._marks = Marks(evidence.catalogues)
        self._parts: list[_Part] = []
        self._out = 0
        self._taken: set[str] = set()
        self._sections_taken = 0
        self._title = draft.answer.title
        self._short: tuple[Statement, ...] = ()
        self._sections: list[AnswerSection] = []
        self._conclusion: tuple[Statement, ...] = ()
        self.verdict: Verdict | None = draft.answer.verdict
        self.begun = False

    # --- taking

    def take(self, written: Written) -> None:
        """Take what is complete in a reply so far; what was taken before is passed over."""
        if written.short_answer is not None and "short_answer" not in self._taken:
            self._taken.add("short_answer")
            if written.verdict and self.verdict and written.verdict != self.verdict:
                self.verdict = (
                    None  # the model reads the rule another way: better no verdict than a doubtful one
                )
            if written.title:
                self._title = self._fitting_title(written.title)
            self._add(_Part("short_answer", ""), _joined_leads(written.short_answer))
        for heading, said in written.sections[self._sections_taken :]:
            self._sections_taken += 1
            self._add(_Part("section", heading), said)
        if written.conclusion is not None and "conclusion" not in self._taken:
            self._taken.add("conclusion")
            self._add(_Part("conclusion", ""), written.conclusion)
        self._let_out(final=False)

    def _add(self, part: _Part, sentences: tuple[WrittenSentence, ...]) -> None:
        known = {normal(s.text) for p in self._parts for s in p.said}
        for sentence in sentences:
            if not sentence.text or normal(sentence.text) in known:
                continue  # a model that runs in circles
            known.add(normal(sentence.text))
            said = _Said(
                f"s{sum(len(p.said) for p in self._parts) + len(part.said) + 1}", "", Statement("", ()), None
            )
            self._judge(said, part.kind, sentence.text, sentence.marks)
            part.said.append(said)
        self._parts.append(part)

    def _judge(self, said: _Said, kind: str, text: str, marks: tuple[str, ...]) -> None:
        # a yes or no answers the question asked, and stands in the short answer alone
        text, wrong = with_checked_verdict(
            text, self._draft.answer.verdict if kind == "short_answer" else None
        )
        statement, reason = self.check.settle(text, marks)
        said.text, said.statement, said.reason = text, statement, wrong or reason
        said.keys = (
            tuple(k for m in statement.marks if (k := self._shown.key(m))) if said.reason is None else ()
        )

    # --- mending

    def failed(self) -> tuple[Failed, ...]:
        """Return the sentences that do not hold."""
        return tuple(
            Failed(s.id, s.text, s.statement.marks, s.reason) for p in self._parts for s in p.said if s.reason
        )

    def mend(self, repairs: tuple[WrittenSentence, ...]) -> None:
        """Take sentences written anew, by id; what still does not hold stays failed."""
        by_id = {s.id: (p.kind, s) for p in self._parts for s in p.said if s.reason}
        for repair in repairs:
            if repair.id in by_id and repair.text:
                kind, said = by_id[repair.id]
                self._judge(said, kind, repair.text, repair.marks)
                said.repaired = said.reason is None
        self._let_out(final=False)

    # --- letting out

    def _let_out(self, *, final: bool) -> None:
        while self._out < len(self._parts):
            part = self._parts[self._out]
            if not final and any(s.reason for s in part.said):
                return
            good = [s for s in part.said if s.reason is None]
            if part.kind == "short_answer":
                if not self._answers(good) or (final and not self._mostly_holds()):
                    return
                self.begun = True
                self._short = self._with_verdict(self._marked(good))
                self._out_goes("opening")
            elif not self.begun:
                return
            elif good and part.kind == "section":
                statements = self._marked(good)
                section = AnswerSection(self._heading(part.heading, good), _place(good), statements)
                self._sections.append(section)
                self._out_goes("section", section)
            elif good:
                self._add_own_sections()  # in front of the conclusion, as in every answer
                self._conclusion = self._marked(good)
                self._out_goes("conclusion")
            self._out += 1

    def _out_goes(self, kind: Kind, section: AnswerSection | None = None) -> None:
        self._release(part_of(kind, self._so_far(), section))

    def _so_far(self) -> Answer:
        """Return the answer of all that has been let out."""
        said = (
            *self._short,
            *(s for section in self._sections for s in section.statements),
            *self._conclusion,
        )
        return replace(
            self._draft.answer,
            title=self._title, short_answer=self._short, sections=tuple(self._sections), conclusion=self._conclusion,
            sources=self._cited(said), verdict=self.verdict, notices=(), engine=self._engine, verification=None,
        )  # fmt: skip

    def _answers(self, good: list[_Said]) -> bool:
        """Return whether a short answer still answers: something is left, and a figure where a figure was asked for."""
        if not good:
            return False
        draft = self._draft.answer
        asks = _ASKS_FIGURE.search(self._evidence.understood.text)
        has = any(c.isdigit() for s in draft.short_answer for c in s.text)
        return not (asks and has) or any(c.isdigit() for s in good for c in s.text)

    def _mostly_holds(self) -> bool:
        said = [s for p in self._parts for s in p.said]
        return sum(s.reason is None for s in said) * 2 >= len(said)

    def _with_verdict(self, short: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Return a short answer that begins with the reviewed verdict, where there is one."""
        first = short[0]
        if self.verdict is None or has_lead(first.text):
            return short
        return (replace(first, text=with_verdict(first.text, None, self.verdict)), *short[1:])

    def _marked(self, said: list[_Said]) -> tuple[Statement, ...]:
        return tuple(self._marks.statement(s.statement.text, s.keys) for s in said)

    def _cited(self, statements: tuple[Statement, ...]) -> tuple[Source, ...]:
        passages = self._marks.passages()
        official = {code: c.official for code, c in self._evidence.catalogues.items()}
        return tuple(
            as_source(m, passages[m], official[passages[m].jurisdiction].get(passages[m].key))
            for m in sorted({m for s in statements for m in s.marks}, key=in_order)
        )

    # --- titles and headings: no claims in them

    def _fitting_title(self, title: str) -> str:
        draft = self._draft.answer
        known = frozenset(content_stems(f"{self._evidence.understood.text} {draft.title}"))
        places = set(self._evidence.understood.places.codes)
        return (
            title
            if _claims_nothing(title, known) and {p.name for p in read(title).places} <= places
            else draft.title
        )

    def _heading(self, heading: str, said: list[_Said]) -> str:
        key = said[0].keys[0]
        catalogue = self._evidence.catalogues[key[0]]
        words = " ".join(
            [s.statement.text for s in said]
            + [catalogue.digest[k].law for s in said for k in s.keys if k in catalogue.digest]
        )
        if not _claims_nothing(heading, frozenset(content_stems(words)) | _HEADING_WORDS):
            if key[1] in catalogue.laws:
                heading = law_heading(catalogue, key[1], self._evidence.understood.as_of)
            else:
                passage = self._marks.passage(key)
                heading = passage.law if passage else "The law"
        place = self._names.get(key[0], key[0])
        several = len(self._evidence.understood.places.codes) > 1
        return f"{place} — {heading}" if several and place.casefold() not in heading.casefold() else heading

    # --- the end

    def finish(self) -> Draft | None:
        """Return the answer from what holds, or None where that no longer answers the question.

        A part that the model left out or of which nothing holds is taken from the extractive draft.
        """
        self._let_out(final=True)
        if not self.begun:
            return None
        self._add_own_sections()
        if not self._conclusion and (own := self._own(self._draft.answer.conclusion)):
            self._conclusion = own
            self._out_goes("conclusion")
        answer = replace(self._so_far(), notices=self._notices(), verification=self.count())
        return Draft(answer, self._marks.passages())

    def _add_own_sections(self) -> None:
        """Take the sections of the extractive draft where none of the model's holds."""
        if self._sections:
            return
        own = (replace(s, statements=self._own(s.statements)) for s in self._draft.answer.sections)
        for section in own:
            if section.statements:
                self._sections.append(section)
                self._out_goes("section", section)

    def _own(self, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """Return statements of the draft with the marks of this answer, but for what the short answer says already."""
        told = {normal(s.text) for s in self._short}
        return tuple(
            self._marks.statement(s.text, tuple(self._draft.passages[m].key for m in s.marks))
            for s in statements
            if normal(s.text) not in told
        )

    def _notices(self) -> tuple[str, ...]:
        """Return the draft's notices; the one that names marks is made anew for the marks of this answer."""
        secondary = sorted(
            (m for m, p in self._marks.passages().items() if p.checked == "secondary" and p.kind != "survey"),
            key=in_order,
        )
        rest = tuple(n for n in self._draft.answer.notices if not n.startswith(_SECONDARY))
        return (f"{_SECONDARY}{', '.join(f'[{m}]' for m in secondary)}.", *rest) if secondary else rest

    def count(self) -> Verification:
        """Return how many of the model's sentences were kept, repaired and dropped."""
        said = [s for p in self._parts for s in p.said]
        good = [s for s in said if s.reason is None]
        return Verification(
            kept=sum(not s.repaired for s in good),
            repaired=sum(s.repaired for s in good),
            dropped=len(said) - len(good),
        )


def digest_sentences(draft: Draft) -> dict[str, frozenset[Key]]:
    """Return the extractive draft's sentences, for comparing word for word, and the sections that each rests on."""
    return {
        normal(s.text): frozenset(draft.passages[m].key for m in s.marks)
        for s in draft.answer.all_statements()
        if s.marks
    }


def _place(said: list[_Said]) -> str | None:
    places = {k[0] for s in said for k in s.keys}
    return places.pop() if len(places) == 1 else None


def _joined_leads(sentences: tuple[WrittenSentence, ...]) -> tuple[WrittenSentence, ...]:
    """Return the sentences, a bare "Yes." put in front of the next one."""
    out: list[WrittenSentence] = []
    lead = ""
    for s in sentences:
        if match := re.fullmatch(r"(Yes, with conditions|It depends|Yes|No)[.,:]?", s.text):
            lead = match[1]
            continue
        out.append(replace(s, text=f"{lead}: {s.text}") if lead else s)
        lead = ""
    return tuple(out)


_HEADING_WORDS = frozenset(
    content_stems(
        "who must comply what is required requirements duties obligations rights consumers people businesses exceptions exemptions enforcement penalties "
        "remedies scope definitions notice consent deadline timing law federal state other rules conclusion overview key points"
    )
)


def _claims_nothing(text: str, known: frozenset[str]) -> bool:
    """Return whether a heading is a mere name: short, of known words, without figures, duties or denials."""
    return (
        0 < len(text) <= 90
        and not any(c.isdigit() or c in "<>`*_|{}[]@" for c in text)
        and known.issuperset(content_stems(text))
        and all(s.modality == "plain" for s in read(text).scopes)
    )
