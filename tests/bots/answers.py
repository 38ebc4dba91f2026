"""Answers as the pipeline would give them, and a brain that gives them; law here is for show and quoted nowhere."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from retrieval.catalogue import Catalogue
from retrieval.records import (
    Answer,
    AnswerSection,
    Detection,
    LawStatement,
    Passage,
    Position,
    Question,
    Source,
    Statement,
    Table,
    TableRow,
)

REVIEWED = dt.date(2026, 11, 21)
PLACES = {
    "NM": "New Mexico", "AZ": "Arizona", "CA": "California", "MA": "Massachusetts", "MN": "Minnesota",
    "NV": "Nevada", "OK": "Oklahoma", "OR": "Oregon", "IN": "Indiana", "TX": "Texas", "ID": "Idaho",
    "WA": "Washington", "DC": "District of Columbia", "KS": "Kansas", "VA": "Virginia", "WV": "West Virginia",
    "US": "Federal law",
}  # fmt: skip


def place_of(word: str) -> str | None:
    """The port of `bots.asked`, for a few states."""
    names = {name.lower(): code for code, name in PLACES.items()} | {code.lower(): code for code in PLACES}
    return names.get(word.lower())


def source(mark: str, place: str = "MN", section: str = "325M.14", title: str = "Consumer rights") -> Source:
    return Source(
        mark=mark,
        jurisdiction=place,
        law="Minnesota Consumer Data Privacy Act" if place == "MN" else f"{PLACES[place]} Privacy Act",
        citation=f"Minn. Stat. § {section}" if place == "MN" else f"{place} Stat. § {section}",
        title=title,
        url=f"https://www.revisor.mn.gov/statutes/cite/{section}",
        in_force_from=dt.date(2025, 7, 31),
        in_force_to=None,
        reviewed=REVIEWED,
        text_kind="digest",
        governs="business",
    )


MINNESOTA = Answer(
    status="answered",
    question="Can I use customer data for marketing in Minnesota?",
    title="Using customer data for marketing in Minnesota",
    short_answer=(
        Statement("Yes, with conditions: people may opt out of targeted advertising.", ("1.1", "1.2")),
    ),
    sections=(
        AnswerSection(
            "Minnesota Consumer Data Privacy Act (in force since 2025-07-31)",
            "MN",
            (
                Statement("A controller must obtain consent before it processes sensitive data.", ("1.2",)),
                Statement("A consumer may opt out of the sale of personal data.", ("1.1",)),
            ),
        ),
        AnswerSection(
            "Other laws that matter",
            "US",
            (Statement("A commercial email needs a working way to opt out.", ("2.1",)),),
        ),
    ),
    conclusion=(Statement("Offer the opt-out before you start.", ("1.1",)),),
    sources=(
        source("1.1"),
        source("1.2", section="325M.16", title="Controller duties"),
        Source(
            "2.1", "US", "CAN-SPAM Act", "15 U.S.C. § 7704", "Other protections for users", "https://www.law.cornell.edu/uscode/text/15/7704",
            dt.date(2004, 1, 1), None, REVIEWED, "official", "business",
        ),
    ),
    jurisdictions=(Detection("MN", "Minnesota", (41, 50), "name"),),
    topics=("marketing-use",),
    verdict="conditional",
    notices=("Information, not legal advice. Law as of 2026-11-21.",),
)  # fmt: skip

WHICH_STATE = Answer(
    status="needs_jurisdiction",
    question="Can I sell data?",
    title="Which state?",
    short_answer=(
        Statement("Privacy law differs by state. Tell me which state your customers live in.", ()),
    ),
    notices=("Information, not legal advice.",),
)

HELP = Answer(
    status="help",
    question="help",
    title="What Reggi does",
    short_answer=(Statement("I answer questions on US privacy law, state by state.", ()),),
)

HOSTILE = "<!channel> *bold* <https://evil.example|click> [click](https://evil.example) <at>Boss</at> `x` & # 1. <script>"
"""Whatever a person may type to ping a channel, forge a link or break the mark-up."""


def hostile() -> Answer:
    """An answer that repeats what a person typed in every place where words can stand."""
    marks = ("1.1",)
    said = Statement(HOSTILE, marks)
    return Answer(
        status="answered",
        question=HOSTILE,
        title=HOSTILE,
        short_answer=(said,),
        sections=(AnswerSection(HOSTILE, "MN", (said,)),),
        table=Table((HOSTILE,), (TableRow("MN", (said,)),)),
        conclusion=(said,),
        sources=(
            Source(
                "1.1", "MN", HOSTILE, HOSTILE, HOSTILE, "https://evil.example/a|b>c", None, None, REVIEWED, "digest", "business",
            ),
        ),
        jurisdictions=(Detection("MN", HOSTILE, None, HOSTILE),),
        notices=(HOSTILE,),
    )  # fmt: skip


def two_states() -> Answer:
    """California and Massachusetts, a part each, whose headings do not name the state."""
    return Answer(
        status="answered",
        question="California and Massachusetts?",
        title="Collecting personal information in California and Massachusetts",
        short_answer=(Statement("Yes in both, with notice.", ("1.1", "2.1")),),
        sections=(
            AnswerSection("Privacy act", "CA", (Statement("Give notice at collection.", ("1.1",)),)),
            AnswerSection("Breach law", "CA", (Statement("Report a breach.", ("1.1",)),)),
            AnswerSection("Security rules", "MA", (Statement("Keep a written programme.", ("2.1",)),)),
        ),
        sources=(source("1.1", "CA", "1798.100"), source("2.1", "MA", "93H-2")),
        jurisdictions=(
            Detection("CA", "California", (0, 10), "name"),
            Detection("MA", "Massachusetts", (15, 28), "name"),
        ),
        excluded=(Detection("TX", "Texas", None, "name"),),
    )


def survey(rows: int, words: int = 12) -> Answer:
    """A comparison of `rows` states, a cell of `words` words and a source each."""
    codes = [f"S{number}" for number in range(rows)]
    return Answer(
        status="answered",
        question="compare",
        title=f"Breach deadline: {rows} jurisdictions compared",
        short_answer=(Statement("Deadlines differ.", ("1.1",)),),
        table=Table(
            ("Deadline", "Regulator"),
            tuple(
                TableRow(
                    code,
                    (
                        Statement(f"{code} days " + "word " * words, (f"{n}.1",)),
                        Statement(f"{code} agency", (f"{n}.1",)),
                    ),
                )
                for n, code in enumerate(codes, 1)
            ),
        ),
        sources=tuple(
            Source(
                f"{n}.1", code, f"Breach Law of {code}", f"{code} Stat. § {n}", "Notice", f"https://law.example/{code}/{n}",
                None, None, REVIEWED, "digest", "business",
            )
            for n, code in enumerate(codes, 1)
        ),
        jurisdictions=tuple(Detection(code, f"State {code}", None, "set") for code in codes),
        notices=("Information, not legal advice.",),
    )  # fmt: skip


def long_answer(sections: int = 30, statements: int = 6, words: int = 40) -> Answer:
    """An answer far over the limits of one message, each statement with a number of its own."""
    marks = [f"{section}.{number}" for section in range(1, sections + 1) for number in range(1, 3)]
    return Answer(
        status="answered",
        question="long",
        title="A very long answer",
        short_answer=(Statement("It is long.", (marks[0],)),),
        sections=tuple(
            AnswerSection(
                f"Law number {section}",
                "MN",
                tuple(
                    Statement(
                        f"Statement {section}-{n}: " + "word " * words + "end.", (f"{section}.{n % 2 + 1}",)
                    )
                    for n in range(statements)
                ),
            )
            for section in range(1, sections + 1)
        ),
        sources=tuple(source(mark, section=f"325M.{mark}") for mark in marks),
        jurisdictions=(Detection("MN", "Minnesota", None, "name"),),
        notices=("Information, not legal advice.",),
    )


class FakeBrain:
    """The port of `bots.turn`: answers by function, keeps what it was asked, may be slow or broken."""

    def __init__(self, answer: Answer | Callable[[Question], Answer] = MINNESOTA, seconds: float = 0) -> None:
        self.answer_with = answer
        self.seconds = seconds
        self.asked: list[Question] = []
        self.error: Exception | None = None

    async def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        if question.text == "help":
            return HELP
        return self.answer_with(question) if callable(self.answer_with) else self.answer_with


class FakeLibrary:
    """The port of `bots.library`, over records in memory: Minnesota's two sections, unless others are given."""

    def __init__(self, *records: Passage | Position) -> None:
        self._records = records or minnesota_sections()
        self.error: Exception | None = None

    async def catalogue(self, jurisdiction: str) -> Catalogue:
        if self.error is not None:
            raise self.error
        here = [record for record in self._records if record.jurisdiction == jurisdiction]
        passages = tuple(record for record in here if isinstance(record, Passage))
        return Catalogue(jurisdiction, passages, tuple(r for r in here if isinstance(r, Position)))


class ChangingLibrary(FakeLibrary):
    """A library in which Minnesota's second section takes on the `changes`, as a load would make them."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: dict[str, object] = {}

    async def catalogue(self, jurisdiction: str) -> Catalogue:
        law = await super().catalogue(jurisdiction)
        digest = [replace(p, **self.changes) if p.section == "325M.16" else p for p in law.digest.values()]  # type: ignore[arg-type]
        return Catalogue(jurisdiction, (*digest, *law.official.values()), ())


def minnesota_sections() -> tuple[Passage, ...]:
    """The sections that MINNESOTA cites, of the first the official text too."""
    rights = passage("325M.14", "Consumer rights", ("A consumer may opt out of the sale of personal data.",))
    duties = passage("325M.16", "Controller duties", ("A controller must obtain consent.",))
    official = replace(
        rights, text_kind="official", statements=(), text="Subdivision 1. Words of the code.\n\n(a) More."
    )
    return rights, duties, official


def passage(section: str, title: str, said: tuple[str, ...]) -> Passage:
    """A section of the digest, named as `source` names it."""
    named = source("1.1", section=section, title=title)
    return Passage(
        jurisdiction="MN", law_id="mcdpa", law=named.law, section=section, citation=named.citation, title=title, url=named.url,
        text=" ".join(said), text_kind="digest", kind="statute", governs="business", topics=("marketing-use",), in_force_from=None,
        in_force_to=None, reviewed=REVIEWED, checked="statute_text", statements=tuple(LawStatement(text, ()) for text in said),
    )  # fmt: skip
