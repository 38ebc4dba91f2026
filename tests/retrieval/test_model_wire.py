"""A chat model over the real wire: what is good is shown, nothing false is, and nothing it does leaves the asker without an answer."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from retrieval.compose import ENGINE
from retrieval.errors import ModelMisconfigured, ModelUnavailable
from retrieval.model_compose import open_chat
from retrieval.model_writer import ModelLimits, try_out
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Answer, Question, Statement, Verification, answer_as_json
from tests.fake_model import INVENTED, FakeModel, Prompt, Reply, Script, answer, good, lying, served
from tests.retrieval.law import LAW, TODAY
from tests.retrieval.model_brain import DEADLINE, MARKETING, ask, brain, extractive, writer

TRUE = "A business must tell residents of a breach within 45 calendar days."
"""Borne by the made-up New Mexico law."""


def says(text: str, *more: tuple[str, list[str]]) -> Script:
    """Return a script whose short answer is one sentence, with the mark of the first passage."""
    return lambda p: Reply(json.dumps({"sentences": []}) if p.repair else answer([(text, ["1.1"]), *more]))


def by_model(found: Answer) -> bool:
    return found.engine.startswith("model:openai:fake/prompt-")


def unlike(found: Answer) -> dict[str, Any]:
    """Return an answer without its times and counts."""
    shown = answer_as_json(found)
    return {k: v for k, v in shown.items() if k not in ("elapsed_ms", "verification")}


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


@pytest.mark.parametrize(
    ("script", "calls"),
    [
        (lambda p: Reply("Sorry, I cannot help with that."), 1),
        (lambda p: Reply(""), 1),
        (lambda p: Reply('{"short_answer": "yes"}'), 1),
        (lambda p: Reply('{"short_answer": [1, 2], "sections": 7}'), 1),
        (lambda p: Reply("{]"), 1),
        (lambda p: Reply(answer([])), 1),
        (lambda p: Reply(answer([(TRUE, ["1.1"])]), cut_at=30), 1),
        (lambda p: Reply(status=500), 3),
        (lambda p: Reply(status=429, headers={"retry-after": "0"}), 3),
        (lambda p: Reply(status=401), 1),
        (lambda p: Reply(status=400), 1),
        (lambda p: Reply('{"verdict": null, "title": "' + "and so on " * 20_000), 1),
    ],
    ids=[
        "refuses",
        "says nothing",
        "a string",
        "numbers",
        "brackets",
        "empty",
        "cut",
        "500",
        "429",
        "401",
        "400",
        "runs on",
    ],
)
async def test_whatever_goes_wrong_the_asker_gets_the_extractive_answer(script: Script, calls: int) -> None:
    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
        assert len(fake.prompts) == calls
    assert unlike(found) == unlike(await extractive(DEADLINE))


async def test_a_model_that_is_down_is_not_waited_for() -> None:
    async with served(good) as fake:
        pass
    began = time.perf_counter()
    found = await ask(fake, DEADLINE, retries=0)
    assert found.engine == ENGINE
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("how", [{"wait": 60.0}, {"wait_between": 5.0}])
async def test_a_slow_model_is_left_within_the_time_limit(how: dict[str, float]) -> None:
    async with served(lambda p: replace(Reply(answer([(TRUE, ["1.1"])])), **how)) as fake:
        await ask(fake, DEADLINE, seconds=0.2)  # the first call also imports the client
        began = time.perf_counter()
        found = await ask(fake, DEADLINE, seconds=0.5)
        took = time.perf_counter() - began
        await asyncio.sleep(0.1)
        assert fake.open_calls == 0  # the connection is closed, not left to run on
    assert found.engine == ENGINE
    assert took < 2


async def test_a_call_refused_for_the_moment_is_tried_again() -> None:
    def script(p: Prompt) -> Reply:
        return (
            Reply(status=(429, 503)[p.number - 1], headers={"retry-after": "0"}) if p.number < 3 else good(p)
        )

    async with served(script) as fake:
        found = await ask(fake, DEADLINE)
        assert len(fake.prompts) == 3
    assert by_model(found)


async def test_an_answer_that_breaks_off_keeps_what_was_whole() -> None:
    said = f"In New Mexico {TRUE[0].lower()}{TRUE[1:]}"
    text = answer([(said, ["1.1"])], [("Timing", [("A business must tell residents of a breach.", ["1.1"])])])
    at = text.index("Timing")
    async with served(lambda p: Reply(text, cut_at=at)) as fake:
        found = await ask(fake, DEADLINE)
    assert by_model(found)
    assert found.short_answer[0].text == said
    assert [s.heading for s in found.sections] == [s.heading for s in (await extractive(DEADLINE)).sections]


async def test_a_model_that_repeats_itself_says_it_once() -> None:
    async with served(
        lambda p: Reply(answer([(TRUE, ["1.1"])] * 12, [("Timing", [(TRUE, ["1.1"])] * 12)]))
    ) as fake:
        found = await ask(fake, DEADLINE)
    assert [s.text for s in found.all_statements()].count(TRUE) == 1


async def test_after_failures_in_a_row_the_model_is_left_alone_for_a_while() -> None:
    async with served(lambda p: Reply(status=500)) as fake:
        reggi = await brain(writer(fake, retries=0))
        for _ in range(6):
            assert (await reggi.answer(Question(DEADLINE, TODAY))).engine == ENGINE
        assert len(fake.prompts) == 3


async def test_tables_and_questions_without_law_do_not_cost_a_call() -> None:
    async with served(good) as fake:
        for text in (
            "Compare breach deadlines in Minnesota, New Mexico and Oregon",
            "How soon must we report a breach?",
            "help",
        ):
            assert (await ask(fake, text)).engine == ENGINE
        assert not fake.prompts


async def test_calls_at_a_time_are_limited() -> None:
    async with served(lambda p: replace(good(p), wait=0.05)) as fake:
        reggi = await brain(writer(fake, concurrency=2))
        found = await asyncio.gather(*(reggi.answer(Question(DEADLINE, TODAY)) for _ in range(6)))
        assert fake.most_open == 2
    assert all(by_model(a) for a in found)


async def test_the_same_question_over_the_same_law_costs_one_call() -> None:
    async with served(good) as fake:
        reggi = await brain(writer(fake, cache=8))
        first = await reggi.answer(Question(DEADLINE, TODAY))
        second = await reggi.answer(Question(DEADLINE, TODAY))
        assert len(fake.prompts) == 1
        await reggi.answer(Question(DEADLINE + " Please.", TODAY))
        assert len(fake.prompts) == 2
    assert unlike(first) == unlike(second)


async def test_the_log_says_what_it_cost_and_never_what_was_said() -> None:
    async with served(says(TRUE, (INVENTED[1], ["1.1"]))) as fake:
        with capture_logs() as logs:
            await ask(fake, DEADLINE, limits=ModelLimits(seconds=8, price_in=2.0, price_out=8.0))
    line = next(x for x in logs if x["event"] == "model_answer")
    assert line["engine"].startswith("model:openai:fake/prompt-")
    assert (line["calls"], line["tokens_in"], line["kept"], line["dropped"]) == (2, 2000, 1, 1)
    assert line["cost_usd"] == round((2000 * 2.0 + line["tokens_out"] * 8.0) / 1e6, 6)
    shown = json.dumps(logs)
    assert "breach" not in shown
    assert "prison" not in shown


async def parts_from(fake: FakeModel | None, text: str, law: Any = LAW, **how: Any) -> list[AnswerPart]:
    """Return the parts of an answer, having checked what holds of any stream."""
    reggi = await brain(writer(fake, **how) if fake else None, law)
    with capture_logs() as logs:
        async with aclosing(reggi.stream(Question(text, TODAY))) as stream:
            parts = [p async for p in stream]
    assert not [x for x in logs if x["event"] == "released_part_changed"]
    whole = parts[-1].so_far
    assert parts == list(parts_of(whole))
    for before, after in pairwise(p.so_far for p in parts):
        assert before.title == after.title
        assert before.verdict == after.verdict
        assert before.short_answer == after.short_answer
        assert before.sections == after.sections[: len(before.sections)]
        assert before.conclusion in ((), after.conclusion)
        assert set(before.sources) <= set(after.sources)
    return parts


async def test_parts_are_let_out_as_they_come_and_stand_as_they_are() -> None:
    async with served(lambda p: replace(good(p), wait_between=0.01)) as fake:
        stream = (await brain(writer(fake))).stream(Question(MARKETING, TODAY))
        times = [time.perf_counter() async for _ in stream]
        parts = await parts_from(fake, MARKETING)
    whole = parts[-1].so_far
    assert by_model(whole)
    kinds = [p.kind for p in parts]
    assert kinds == ["opening", *["section"] * len(whole.sections), "conclusion", "whole"]
    assert parts[0].statements == whole.short_answer
    assert {s.mark for s in parts[0].sources} == {m for s in whole.short_answer for m in s.marks}
    assert times[0] < times[-1] - 0.05  # the opening did not wait for the rest


async def test_parts_come_in_the_order_of_the_answer_where_the_model_leaves_some_out() -> None:
    said = f"In New Mexico {TRUE[0].lower()}{TRUE[1:]}"
    async with served(lambda p: Reply(answer([(said, ["1.1"])], conclusion=[(TRUE, ["1.1"])]))) as fake:
        parts = await parts_from(fake, DEADLINE)
    assert [p.kind for p in parts] == ["opening", "section", "conclusion", "whole"]
    assert parts[2].statements == parts[-1].so_far.conclusion
    assert parts[2].statements[0].text == TRUE


async def test_nothing_false_is_let_out_before_it_is_taken_back() -> None:
    lie = TRUE.replace("45", "90")

    def script(p: Prompt) -> Reply:
        if p.repair:
            return Reply(json.dumps({"sentences": []}), wait=0.05)
        good_part = (
            "Timing",
            [("In New Mexico a business must tell residents within 45 calendar days.", ["1.1"])],
        )
        return Reply(answer([(TRUE, ["1.1"])], [("More", [(lie, ["1.1"])]), good_part]))

    async with served(script) as fake:
        parts = await parts_from(fake, DEADLINE)
    shown = [s.text for p in parts for s in p.so_far.all_statements()]
    assert lie not in shown
    assert "In New Mexico a business must tell residents within 45 calendar days." in shown


async def test_a_liar_streams_the_extractive_answer() -> None:
    async with served(lying) as fake:
        parts = await parts_from(fake, MARKETING)
    assert unlike(parts[-1].so_far) == unlike(await extractive(MARKETING))


async def test_an_answer_that_breaks_off_is_streamed_to_its_end() -> None:
    said = f"In New Mexico {TRUE[0].lower()}{TRUE[1:]}"
    text = answer([(said, ["1.1"])], [("Timing", [("A business must tell residents of a breach.", ["1.1"])])])
    async with served(lambda p: Reply(text, cut_at=text.index("Timing"), wait_between=0.01)) as fake:
        parts = await parts_from(fake, DEADLINE)
    assert by_model(parts[-1].so_far)
    assert parts[-1].so_far.sections == (await extractive(DEADLINE)).sections


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Compare breach deadlines in Minnesota, New Mexico and Oregon", {"opening", "conclusion", "whole"}),
        ("How soon must we report a breach?", {"opening", "whole"}),
        ("help", {"opening", "whole"}),
        (MARKETING, {"opening", "section", "conclusion", "whole"}),
    ],
)
async def test_without_a_model_the_parts_are_those_of_the_extractive_answer(
    text: str, kinds: set[str]
) -> None:
    parts = await parts_from(None, text)
    assert {p.kind for p in parts} <= kinds
    assert parts[0].kind == "opening"
    assert parts[-1].kind == "whole"
    assert unlike(parts[-1].so_far) == unlike(await extractive(text))


async def test_a_stream_that_is_closed_early_stops_the_call() -> None:
    async with served(lambda p: replace(good(p), wait_between=0.2)) as fake:
        stream = (await brain(writer(fake))).stream(Question(MARKETING, TODAY))
        assert (await anext(stream)).kind == "opening"
        await stream.aclose()
        await asyncio.sleep(0.3)
        assert fake.open_calls == 0


@pytest.mark.parametrize(
    ("output", "wanted"), [("schema", "response_format"), ("tool", "tools"), ("text", None)]
)
async def test_json_is_asked_for_in_each_way(output: Any, wanted: str | None) -> None:
    async with served(good) as fake:
        found = await ask(fake, DEADLINE, output=output)
        body = fake.prompts[0].body
    assert by_model(found)
    assert {"response_format", "tools"} & set(body) == ({wanted} if wanted else set())
    assert body["temperature"] == 0 if "temperature" in body else True


async def test_the_model_sees_passages_date_and_history_and_no_more() -> None:
    async with served(good) as fake:
        await ask(
            fake, "And in New Mexico?", "How soon must we tell customers about a data breach in Minnesota?"
        )
        prompt = fake.prompts[0]
    told = prompt.messages[1]["content"]
    assert "Today is 2026-11-21" in told
    assert prompt.block("QUESTION") == ["And in New Mexico?"]
    assert prompt.block("EARLIER QUESTIONS") == [
        "How soon must we tell customers about a data breach in Minnesota?"
    ]
    assert all("NM" in line or "US" in line for line in prompt.block("PASSAGES") if line.startswith("mark "))
    assert "Oregon" not in told


async def test_trying_out_tells_time_and_tokens() -> None:
    ready = '{"sentences": [{"id": "1", "text": "ready", "marks": []}]}'
    async with served(lambda p: Reply(ready)) as fake:
        assert "openai:fake answered in " in await try_out(open_chat("openai:fake", base_url=fake.url), 5)
    async with served(lambda p: Reply("ready")) as fake:
        with pytest.raises(ModelUnavailable, match="not in JSON"):
            await try_out(open_chat("openai:fake", base_url=fake.url), 5)
    async with served(lambda p: Reply(ready, wait=30)) as fake:
        with pytest.raises(ModelUnavailable, match="no answer within"):
            await try_out(open_chat("openai:fake", base_url=fake.url), 0.3)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gpt-x", "names no provider"),
        ("nobody:x", "refuses|not installed"),
        ("ollama:x", "reggi\\[ollama\\]|refuses"),
    ],
)
def test_a_model_that_cannot_be_used_is_told_at_the_start(name: str, said: str) -> None:
    with pytest.raises(ModelMisconfigured, match=said):
        open_chat(name)


def test_a_name_without_a_provider_is_one_of_the_server_given() -> None:
    assert open_chat("my-model", base_url="http://127.0.0.1:9/v1").name == "openai:my-model"
