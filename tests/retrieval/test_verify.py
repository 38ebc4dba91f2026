"""Nothing is shown that its source does not bear."""

from __future__ import annotations

import datetime as dt

import pytest

from retrieval.records import Answer, AnswerSection, Source, Statement, Table, TableRow, UnsupportedAnswer
from retrieval.verify import WITHHELD, fault, verify
from tests.retrieval.law import passage

OHIO = frozenset({"MN", "US"})
TEXT = "A business must notify within 45 days; the fine is $7,500."
PASSAGE = passage("MN", "breach-act", "61", ("breach-deadline", TEXT), in_force_from=dt.date(2025, 7, 31))
FOREIGN = passage("OR", "breach-act", "7", ("breach-deadline", TEXT))
SOURCES = {"1.1": PASSAGE, "2.1": FOREIGN}


def source(mark: str) -> Source:
    p = SOURCES[mark]
    return Source(
        mark, p.jurisdiction, p.law, p.citation, p.title, p.url, None, None, p.reviewed, "digest", "business"
    )


@pytest.mark.parametrize(
    ("text", "marks", "reason"),
    [
        ("Notify within 45 days.", ("1.1",), None),
        ("The act has been in force since 2025-07-31.", ("1.1",), None),
        ("MN Code § 61 controls.", ("1.1",), None),
        ("The fine is $7500.", ("1.1",), None),
        ("Not 60 days: within 45 days.", ("1.1",), None),
        ("Notify within 60 days.", ("1.1",), "figures ['60']"),
        ("The fine is $75,000.", ("1.1",), "figures ['75000']"),
        ("In force since 2024-07-31.", ("1.1",), "figures"),
        ("Notify within 45 days.", (), "no source"),
        ("Notify within 45 days.", ("9.9",), "a mark without a source"),
        ("Notify within 45 days.", ("2.1",), "cites OR law"),
    ],
)
def test_faults(text: str, marks: tuple[str, ...], reason: str | None) -> None:
    found = fault(Statement(text, marks), SOURCES, OHIO)
    assert (found is None) if reason is None else (found is not None and found.startswith(reason))


def test_a_failing_statement_is_taken_out_with_its_source() -> None:
    good, bad = Statement("Notify within 45 days.", ("1.1",)), Statement("Notify within 45 days.", ("2.1",))
    answer = Answer(
        "answered",
        "q",
        "t",
        (good,),
        (AnswerSection("h", "MN", (bad,)),),
        sources=(source("1.1"), source("2.1")),
    )
    verified = verify(answer, SOURCES, OHIO)
    assert verified.answer.sections == ()
    assert [s.mark for s in verified.answer.sources] == ["1.1"]
    assert verified.dropped == (("Notify within 45 days.", "cites OR law"),)


def test_an_answer_with_nothing_left_is_withheld() -> None:
    answer = Answer("answered", "q", "t", (Statement("Within 60 days.", ("1.1",)),), sources=(source("1.1"),))
    verified = verify(answer, SOURCES, OHIO)
    assert verified.answer.status == "not_found"
    assert verified.answer.short_answer[0].text == WITHHELD
    assert verified.answer.sources == ()


def test_a_table_loses_the_row_that_fails() -> None:
    rows = (
        TableRow("MN", (Statement("Within 45 days.", ("1.1",)),)),
        TableRow("OR", (Statement("Within 30 days.", ("2.1",)),)),
    )
    answer = Answer(
        "answered", "q", "t", table=Table(("Deadline",), rows), sources=(source("1.1"), source("2.1"))
    )
    verified = verify(answer, SOURCES, frozenset({"MN", "OR"}))
    assert verified.answer.table is not None
    assert [r.jurisdiction for r in verified.answer.table.rows] == ["MN"]


def test_an_answer_without_law_is_left_alone() -> None:
    answer = Answer("needs_jurisdiction", "q", "t", (Statement("Which state?", ()),))
    assert verify(answer, {}, OHIO).answer is answer


@pytest.mark.parametrize(
    ("short", "marks"),
    [
        ((Statement("Yes.", ()),), ("1.1",)),
        ((Statement("Yes.", ("3.1",)),), ("1.1",)),
        ((), ("1.1",)),
        ((Statement("Yes.", ("1.1",)),), ("1.1", "1.1")),
    ],
)
def test_an_unsupported_answer_cannot_be_made(short: tuple[Statement, ...], marks: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedAnswer):
        Answer("answered", "q", "t", short, sources=tuple(source(m) for m in marks))
