"""What a chat model says over the real wire is shown where the law bears it; nothing false is."""

from __future__ import annotations

import json

import pytest

from retrieval.compose import ENGINE
from retrieval.records import Statement, Verification, answer_as_json
from tests.fake_model import INVENTED, Prompt, Reply, answer, good, lying, served
from tests.retrieval.model_brain import DEADLINE, MARKETING, TRUE, ask, by_model, extractive, says, unlike


async def test_a_good_model_words_the_answer() -> None:
    async with served(good) as fake:
        found = await ask(fake, MARKETING)
    assert by_model(found)
    assert found.status == "answered"
    assert found.verification is not None
    assert found.verification.dropped == 0
    assert found.verification.kept == len(
        [*found.short_answer, *(s for x in found.sections for s in x.statements)]
    )
    assert found.short_answer[0].text.startswith("Yes, with conditions: ")
    assert found.verdict == "conditional"
    assert {m for s in found.all_statements() for m in s.marks} == {s.mark for s in found.sources}
    assert found.sources[0].mark == "1.1"
    assert answer_as_json(found)["verification"] == {
        "kept": found.verification.kept,
        "repaired": 0,
        "dropped": 0,
    }


async def test_words_of_the_model_are_shown_when_the_law_says_so() -> None:
    async with served(
        says("In New Mexico, businesses have to notify residents of a breach within 45 calendar days.")
    ) as fake:
        found = await ask(fake, DEADLINE)
    assert by_model(found)
    assert found.short_answer == (
        Statement(
            "In New Mexico, businesses have to notify residents of a breach within 45 calendar days.",
            ("1.1",),
        ),
    )
    assert [s.heading for s in found.sections] == [s.heading for s in (await extractive(DEADLINE)).sections]


@pytest.mark.parametrize("question", [MARKETING, DEADLINE])
async def test_a_liar_is_not_heard(question: str) -> None:
    async with served(lying) as fake:
        found = await ask(fake, question)
        assert len(fake.prompts) == 2  # asked once, and once more with the reasons
    plain = await extractive(question)
    assert found.engine == ENGINE
    assert unlike(found) == unlike(plain)
    assert found.verification is not None
    assert (found.verification.kept, found.verification.repaired) == (0, 0)
    assert found.verification.dropped >= 6
    assert not set(INVENTED) & {s.text for s in found.all_statements()}


async def test_one_lie_among_truths_is_dropped_and_counted() -> None:
    lie = "A business must tell residents of a breach within 90 calendar days."
    told = [(TRUE.replace("A business", "In New Mexico a business"), ["1.1"]), (lie, ["1.1"])]

    def script(p: Prompt) -> Reply:
        return (
            Reply(json.dumps({"sentences": []}))
            if p.repair
            else Reply(answer([(TRUE, ["1.1"])], [("Timing", told)]))
        )

    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
    assert by_model(found)
    assert found.verification == Verification(kept=2, repaired=0, dropped=1)
    assert lie not in {s.text for s in found.all_statements()}


async def test_what_fails_is_sent_back_once_with_the_reason_and_mended() -> None:
    def script(p: Prompt) -> Reply:
        if p.repair:
            assert "the figure 90 day is not in the source" in p.messages[-1]["content"]
            return Reply(json.dumps({"sentences": [{"id": p.failed[0][0], "text": TRUE, "marks": ["1.1"]}]}))
        return Reply(answer([(TRUE.replace("45", "90"), ["1.1"])]))

    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
        assert len(fake.prompts) == 2
    assert by_model(found)
    assert found.verification == Verification(kept=0, repaired=1, dropped=0)
    assert found.short_answer[0].text == TRUE


async def test_a_short_answer_without_the_figure_asked_for_is_no_answer() -> None:
    async with served(says("A business must tell residents of a breach.")) as fake:
        found = await ask(fake, DEADLINE)
    assert found.engine == ENGINE


async def test_marks_that_were_not_shown_are_no_source() -> None:
    async with served(lambda p: Reply(answer([(TRUE, ["9.9"])]))) as fake:
        found = await ask(fake, DEADLINE)
    assert found.engine == ENGINE


async def test_a_verdict_against_the_reviewed_one_is_not_told() -> None:
    def script(p: Prompt) -> Reply:
        said = [("No: a business may market on disclosed terms and must honor opt-outs.", ["1.1"])]
        return Reply(json.dumps({"sentences": []}) if p.repair else answer(said, verdict="no"))

    async with served(script) as fake:
        found = await ask(fake, MARKETING)
    assert found.engine == ENGINE
    assert found.verdict == "conditional"


async def test_a_doubtful_verdict_is_withheld() -> None:
    def script(p: Prompt) -> Reply:
        return Reply(
            answer(
                [("A business may market on disclosed terms and must honor opt-outs.", ["1.1"])],
                verdict="yes",
            )
        )

    async with served(script) as fake:
        found = await ask(fake, MARKETING)
    assert by_model(found)
    assert found.verdict is None


@pytest.mark.parametrize(
    "said",
    [
        "A business must tell residents within 45 calendar days <https://evil.example|here>.",
        "<!channel> A business must tell residents of a breach within 45 calendar days.",
        "A **business** must tell residents of a breach within 45 calendar days.",
        "A business must tell residents of a breach within 45 calendar days, see www.evil.example.",
    ],
)
async def test_mark_up_and_links_are_not_passed_on(said: str) -> None:
    async with served(says(said)) as fake:
        found = await ask(fake, DEADLINE)
    assert found.engine == ENGINE


async def test_titles_and_headings_claim_nothing() -> None:
    def script(p: Prompt) -> Reply:
        section = (
            "Fines of $9,999 a day",
            [("In New Mexico a business must tell residents within 45 calendar days.", ["1.1"])],
        )
        return Reply(answer([(TRUE, ["1.1"])], [section], title="Ohio must be told within 3 days"))

    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
    plain = await extractive(DEADLINE)
    assert by_model(found)
    assert found.title == plain.title
    assert found.sections[0].heading.startswith("New Mexico Breach Act")


async def test_a_model_that_repeats_itself_says_it_once() -> None:
    async with served(
        lambda p: Reply(answer([(TRUE, ["1.1"])] * 12, [("Timing", [(TRUE, ["1.1"])] * 12)]))
    ) as fake:
        found = await ask(fake, DEADLINE)
    assert [s.text for s in found.all_statements()].count(TRUE) == 1
