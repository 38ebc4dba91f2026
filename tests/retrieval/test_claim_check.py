"""A model's sentence ends up with the marks that bear it, or with the reason why it may not be shown."""

from __future__ import annotations

import pytest

from retrieval.claim_check import ClaimCheck
from retrieval.grounds import normal
from retrieval.marks import Marks
from retrieval.records import Passage, Question, Statement
from tests.retrieval.law import LAW, TODAY, passage, position
from tests.retrieval.model_brain import MARKETING, brain
from tests.retrieval.natural_liar import Recorder

BOTH = "Within 45 days, at a cost of up to $10,000 if late."
MORE = (*LAW, position("MN", "penalties", None, (BOTH, "breach-act#61 breach-act#62")))


async def check(own: dict[str, frozenset[tuple[str, str, str]]] | None = None) -> ClaimCheck:
    """Return a check over Minnesota's made-up law: privacy-act 10, 11 (marks 1.1, 1.2), breach-act 61, 62 (2.1, 2.2)."""
    recorder = Recorder()
    await (await brain(recorder, MORE)).answer(Question(MARKETING, TODAY))  # type: ignore[arg-type]
    evidence = recorder.given[0][0]
    marks = Marks(evidence.catalogues)
    for key in (("privacy-act", "10"), ("privacy-act", "11"), ("breach-act", "61"), ("breach-act", "62")):
        marks.mark(("MN", *key))
    return ClaimCheck(evidence, marks.passages(), own)


async def test_marks_in_the_text_are_taken_out() -> None:
    said, reason = (await check()).settle("A controller needs consent for sensitive data [1.2].", ("1.2",))
    assert reason is None
    assert said == Statement("A controller needs consent for sensitive data.", ("1.2",))


async def test_a_mark_that_bears_nothing_is_taken_off() -> None:
    said, reason = (await check()).settle(
        "A controller needs consent for sensitive data.", ("2.1", "1.2", "1.1")
    )
    assert (said.marks, reason) == (("1.2",), None)


async def test_what_a_position_says_of_two_sections_gets_both_marks() -> None:
    said, reason = (await check()).settle(BOTH, ("2.1",))
    assert reason is None
    assert said.marks == ("2.1", "2.2")


@pytest.mark.parametrize(
    ("text", "marks", "why"),
    [
        ("A controller needs consent for sensitive data.", (), "no source"),
        ("A controller needs consent for sensitive data.", ("7.7",), "a mark without a source"),
        ("A controller needs consent for sensitive data.", ("2.1",), "not in the source: sensitive, data"),
        ("", ("1.2",), "is empty or too long"),
        ("A controller needs consent. " * 40, ("1.2",), "is empty or too long"),
        ("A controller needs `consent` for sensitive data.", ("1.2",), "holds mark-up"),
        ("The law applies.", ("1.2",), "says too little to be checked"),
        ("Does a controller need consent for sensitive data?", ("1.2",), "is no statement of law"),
        ("We need consent for sensitive data.", ("1.2",), "is no statement of law"),
    ],
)
async def test_reasons(text: str, marks: tuple[str, ...], why: str) -> None:
    assert (await check()).settle(text, marks)[1] == why


async def test_a_position_on_another_law_lends_no_mark() -> None:
    recorder = Recorder()
    law = (*LAW, position("MN", "penalties", None, (BOTH, "breach-act#61 privacy-act#11")))
    await (await brain(recorder, law)).answer(Question(MARKETING, TODAY))  # type: ignore[arg-type]
    evidence = recorder.given[0][0]
    marks = Marks(evidence.catalogues)
    for key in (("privacy-act", "11"), ("breach-act", "61")):
        marks.mark(("MN", *key))
    _, reason = ClaimCheck(evidence, marks.passages()).settle(BOTH, ("2.1",))
    assert reason is not None


async def test_who_cites_everything_has_shown_nothing() -> None:
    recorder = Recorder()
    many = tuple(
        passage("MN", "long-act", str(n), ("sale", f"A controller must keep record {n} of sales."))
        for n in range(1, 7)
    )
    law: tuple[Passage, ...] = (*many,)
    await (await brain(recorder, (*LAW, *law))).answer(Question(MARKETING, TODAY))  # type: ignore[arg-type]
    evidence = recorder.given[0][0]
    marks = Marks(evidence.catalogues)
    named = tuple(m for p in many if (m := marks.mark(p.key)))
    found = ClaimCheck(evidence, marks.passages())
    assert found.why_not(Statement("Controllers must keep record 3 of sales.", named[2:3])) is None
    assert (
        found.why_not(Statement("Controllers must keep record 3 of sales.", named))
        == "cites more sections than one sentence can rest on"
    )


async def test_words_of_the_extractive_answer_stand_with_their_own_sections_only() -> None:
    key = ("MN", "privacy-act", "11")
    found = await check({"privacy-act § 11 controls here; read it before you act": frozenset((key,))})
    said = "Privacy-Act § 11 controls here; read it before you act."
    assert found.why_not(Statement(said, ("1.2",))) is None
    assert found.why_not(Statement(said, ("2.1",))) is not None


async def test_signs_in_a_sentence_of_the_digest_are_its_own() -> None:
    said = "A business must mark the notice *urgent* [sic] at www.state.example."
    found = await check({normal(said): frozenset((("MN", "breach-act", "61"),))})
    assert found.why_not(Statement(said, ("2.1",))) is None
    assert found.why_not(Statement(said, ("2.2",))) == "holds mark-up"
