"""Asking on the page, with and without JavaScript."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from bots.web.asking import with_places
from bots.web.exports import as_csv
from bots.web.parts import Shown, whole_turn
from retrieval.errors import StoreUnavailable
from retrieval.parts import AnswerPart, parts_of
from retrieval.records import Answer, Question, Statement, Table, TableRow, answer_as_json
from tests.bots.answers import (
    HOSTILE,
    MINNESOTA,
    WHICH_STATE,
    FakeBrain,
    hostile,
    long_answer,
    survey,
    two_states,
)
from tests.bots.web.conftest import Elements, Page, key_in, page_of


async def test_page_loads_nothing_from_elsewhere(page: Page) -> None:
    shown = Elements(await (await page.get("/")).text())
    assert all(a.startswith("/static/") for a in shown.all("script", "src") + shown.all("link", "href"))
    assert not [
        tag for tag, attrs in shown.tags if "style" in attrs or any(k.startswith("on") for k in attrs)
    ]
    assert "style" not in {tag for tag, _ in shown.tags}


async def test_every_jurisdiction_can_be_chosen(page: Page) -> None:
    shown = Elements(await (await page.get("/?place=MN")).text())
    boxes = [attrs for tag, attrs in shown.tags if tag == "input" and attrs.get("name") == "place"]
    assert len(boxes) == 57
    assert [attrs["value"] for attrs in boxes if "checked" in attrs] == ["MN"]
    assert {"aria-label": "Minnesota"}.items() <= next(a for a in boxes if a["value"] == "MN").items()


async def test_answer_comes_in_parts_in_reading_order(page: Page) -> None:
    events = await page.stream("Can I use customer data for marketing in Minnesota?")
    names = [name for name, _ in events]
    assert names[0] == "begin"
    assert names[-1] == "done"
    assert "Can I use customer data" in events[0][1]["html"]
    parts = [data for name, data in events if name == "part"]
    assert [p["slot"] for p in parts] == [
        *("prose", "sources"),  # the short answer, with the sources of its marks
        *("prose", "prose", "sources", "prose", "foot"),
    ]
    said = Elements("".join(p["html"] for p in parts)).words
    order = [said.index(s.text) for s in MINNESOTA.all_statements()]
    assert order == sorted(order)


async def test_whole_page_says_the_same_as_the_parts(page: Page) -> None:
    whole = Elements(await page.ask("Can I use customer data for marketing in Minnesota?"))
    for statement in MINNESOTA.all_statements():
        assert statement.text in whole.words
    for source in MINNESOTA.sources:
        assert source.citation in whole.words


@pytest.mark.parametrize("answer", [MINNESOTA, WHICH_STATE, two_states(), survey(30), long_answer()])
def test_every_mark_leads_to_its_source_and_nothing_is_left_out(answer) -> None:  # type: ignore[no-untyped-def]
    shown = Elements(whole_turn("t1", "q", answer, Shown("a1", {})))
    ids = set(shown.all("li", "id"))
    for address in shown.all("a", "href"):
        if address.startswith("#"):
            assert address[1:] in ids
    for statement in answer.all_statements():
        assert statement.text.strip() in shown.words
    assert [n for n in answer.notices if n not in shown.words] == []


def test_place_is_not_said_twice() -> None:
    html = whole_turn("t1", "q", two_states(), Shown("a1", {}))
    assert html.count("California</h3>") == 1
    assert html.count("Massachusetts</h3>") == 1


async def test_what_a_person_typed_stays_text(page: Page) -> None:
    page.brain.answer_with = hostile()
    html = await page.ask(HOSTILE)
    shown = Elements(html)
    assert HOSTILE in shown.words
    assert [a for a in shown.all("script", "src") if not a.startswith("/static/")] == []
    assert shown.words.count("<script>") >= 5
    assert [a for a in shown.all("a", "href") if "evil" in a] == []
    events = await page.stream(HOSTILE)
    for _, data in events:
        assert "<script" not in data.get("html", "")
    preview = Elements(await (await page.get(f"/answers/{key_in(html)}/preview")).text())
    assert "<script>" in preview.words
    assert [a for a in preview.all("a", "href") if "evil" in a] == []
    assert len(preview.all("script", "src")) == 1


async def test_chosen_states_are_written_into_the_question(page: Page) -> None:
    await page.ask("May I sell data?", place=["MN"])
    assert (page.brain.asked[-1].text, page.brain.asked[-1].jurisdiction) == ("May I sell data?", "MN")
    await page.http.post(
        f"{page.url}/ask", data=[("question", "sell?"), ("place", "AZ"), ("place", "OR"), ("place", "XX")]
    )
    assert page.brain.asked[-1].text == "In Arizona and Oregon: sell?"


def test_states_are_listed_as_one_writes_them() -> None:
    assert with_places("sell?", ["Arizona", "Missouri", "Oregon"]) == "In Arizona, Missouri and Oregon: sell?"
    assert with_places("sell?", []) == "sell?"
    assert with_places("  ", ["Arizona"]) == "  "


async def test_follow_up_knows_the_questions_of_its_own_conversation_only(page: Page) -> None:
    here, there = "0" * 32, "1" * 32
    await page.stream("Sell data in Ohio?", conversation=here)
    await page.stream("And the penalties?", conversation=here)
    assert page.brain.asked[-1].history == ("Sell data in Ohio?",)
    await page.stream("And the penalties?", conversation=there)
    assert page.brain.asked[-1].history == ()
    await page.stream("One", conversation="../guess")
    await page.stream("Two", conversation="../guess")
    assert page.brain.asked[-1].history == ()


async def test_page_without_script_goes_on_with_its_conversation(page: Page) -> None:
    html = await page.ask("Sell data in Ohio?")
    kept = next(
        a["value"] for t, a in Elements(html).tags if t == "input" and a.get("name") == "conversation"
    )
    await page.ask("And the penalties?", conversation=kept)
    assert page.brain.asked[-1].history == ("Sell data in Ohio?",)


class PartsBrain(FakeBrain):
    """Hands out an answer part by part, waits before each but the first, and may break before the last."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = asyncio.Event()

    async def stream(self, question: Question) -> AsyncGenerator[AnswerPart, None]:
        self.asked.append(question)
        try:
            for part in parts_of(self.answer_with if isinstance(self.answer_with, Answer) else MINNESOTA):
                if part.kind == "whole" and self.error:
                    raise self.error
                yield part
                await asyncio.sleep(self.seconds)
        finally:
            self.closed.set()


@pytest.fixture
async def parts_page() -> AsyncIterator[Page]:
    async with page_of(PartsBrain()) as made:
        yield made


@pytest.mark.parametrize("answer", [MINNESOTA, WHICH_STATE, two_states(), survey(30), long_answer(8)])
async def test_parts_of_a_brain_that_streams_make_the_same_turn(parts_page: Page, answer: Answer) -> None:
    parts_page.brain.answer_with = answer
    events = await parts_page.stream("Marketing?")
    pieces = [data for name, data in events if name == "part"]
    key = key_in("".join(p["html"] for p in pieces))
    whole = whole_turn("t1", "q", answer, Shown(key, {}))
    prose = "".join(p["html"] for p in pieces if p["slot"] == "prose")
    assert prose in whole
    listed = Elements("".join(p["html"] for p in pieces if p["slot"] == "sources")).all("li", "data-mark")
    assert sorted(listed) == sorted(source.mark for source in answer.sources)
    assert (await (await parts_page.get(f"/answers/{key}.json")).json()) == answer_as_json(answer)


async def test_verified_parts_are_shown_while_the_rest_is_written(
    parts_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.web.asking.STILL_SECONDS", 0.05)
    parts_page.brain.answer_with, parts_page.brain.seconds = survey(3), 0.2
    events = parts_page.events("Compare?")
    seen = ""
    async for name, data in events:
        seen += data.get("html", "")
        if name == "progress":
            break
    assert "Deadlines differ." in seen
    # What the table offers works before the answer is whole.
    sheet = await parts_page.get(f"/answers/{key_in(seen)}.csv")
    assert len((await sheet.text()).strip().split("\n")) == 4
    await events.aclose()


async def test_closed_browser_stops_the_answer(parts_page: Page) -> None:
    brain = parts_page.brain
    assert isinstance(brain, PartsBrain)
    brain.seconds = 0.3
    events = parts_page.events("Marketing?")
    async for name, _ in events:
        if name == "part":
            break
    await events.aclose()
    await asyncio.wait_for(brain.closed.wait(), 5)


async def test_answer_that_breaks_off_keeps_what_was_verified_and_says_so(parts_page: Page) -> None:
    parts_page.brain.error = StoreUnavailable("secret path")
    events = await parts_page.stream("Marketing?")
    html = "".join(data.get("html", "") for _, data in events)
    assert MINNESOTA.short_answer[0].text in html
    assert StoreUnavailable.plain in html
    assert events[-1] == ("done", {"text": "The answer broke off."})


async def test_broken_library_is_said_in_a_sentence(page: Page) -> None:
    page.brain.error = StoreUnavailable("secret path")
    events = await page.stream("Sell data in Ohio?")
    assert [name for name, _ in events] == ["begin", "part", "done"]
    assert StoreUnavailable.plain in events[1][1]["html"]
    assert "secret" not in str(events)


async def test_waiting_browser_hears_from_us(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.web.asking.STILL_SECONDS", 0.05)
    page.brain.seconds = 0.17
    names = [name for name, _ in await page.stream("Sell data in Ohio?")]
    assert names[:2] == ["begin", "progress"]
    assert names[-1] == "done"


async def test_answer_as_files(page: Page) -> None:
    page.brain.answer_with = survey(3)
    key = key_in(await page.ask("compare"))
    text = await (await page.get(f"/answers/{key}.txt")).text()
    assert "Breach deadline: 3 jurisdictions compared" in text
    record = await (await page.get(f"/answers/{key}.json")).json()
    assert record == answer_as_json(survey(3))
    sheet = await page.get(f"/answers/{key}.csv")
    assert sheet.headers["Content-Disposition"] == 'attachment; filename="reggi.csv"'
    rows = list(csv.reader(io.StringIO((await sheet.text()).removeprefix("\ufeff"))))
    assert rows[0] == ["Jurisdiction", "Code", "Deadline", "Sources", "Regulator", "Sources"]
    assert rows[1][:2] == ["State S0", "S0"]
    assert rows[1][3] == "S0 Stat. § 1 (reviewed 2026-11-21) https://law.example/S0/1"
    assert len(rows) == 4


async def test_files_that_are_not_there_say_so(page: Page) -> None:
    key = key_in(await page.ask("Marketing in Minnesota?"))
    assert (await page.get(f"/answers/{key}.csv")).status == 404
    gone = await page.get("/answers/a00.txt")
    assert gone.status == 404
    assert "ask again" in await gone.text()


def test_no_cell_is_a_formula() -> None:
    table = Table(("=c()",), (TableRow("MN", (Statement("=HYPERLINK(1)", ("1.1",)),)),))
    answer = survey(1)
    made = type(answer)("answered", "q", "t", table=table, sources=answer.sources)
    rows = list(csv.reader(io.StringIO(as_csv(made) or "")))
    assert rows[0][2] == "'=c()"
    assert rows[1][2] == "'=HYPERLINK(1)"


async def test_preview_shows_both_platforms_own_messages(page: Page) -> None:
    html = await page.ask("Marketing in Minnesota?")
    shown = await (await page.get(f"/answers/{key_in(html)}/preview?part=1")).text()
    assert shown.count('class="preview ') == 2
    for name in ("slack", "teams"):
        part = shown.split(f'class="preview {name}"')[1].split("</section>")[0]
        said = Elements(part).words
        assert all(statement.text in said for statement in MINNESOTA.all_statements())
        assert "https://www.revisor.mn.gov/statutes/cite/325M.14" in Elements(part).all("a", "href")


async def test_marks_open_the_section_in_the_library(page: Page) -> None:
    html = await page.ask("Marketing in Minnesota?")
    parts = Elements(html).all("details", "data-part")
    assert parts == ["/law/MN/privacy-act/325M.14?part=1"]
    assert "opt out of the sale" in await (await page.get(parts[0])).text()
