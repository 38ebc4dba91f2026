"""A reply as pieces: order, words and what must not be lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.render import (
    Bullet,
    Fact,
    Heading,
    Paragraph,
    SourceItem,
    Title,
    pieces_of,
    places_line,
    plain_lines,
    safe_link,
    short_text,
    split_text,
)
from bots.turn import Note
from retrieval.records import Detection
from tests.bots.answers import MINNESOTA, WHICH_STATE, survey, two_states

ACT = "https://www.revisor.mn.gov/statutes/cite/325M"


def test_pieces_stand_in_reading_order() -> None:
    act = "Minnesota Consumer Data Privacy Act, Minn. Stat. §"
    since = "in force since 2025-07-31, reviewed 2026-11-21"
    assert pieces_of(MINNESOTA) == (
        Title("Using customer data for marketing in Minnesota"),
        Paragraph("Yes, with conditions: people may opt out of targeted advertising.", ("1.1", "1.2")),
        Heading("Minnesota Consumer Data Privacy Act (in force since 2025-07-31)"),
        Bullet("A controller must obtain consent before it processes sensitive data.", ("1.2",)),
        Bullet("A consumer may opt out of the sale of personal data.", ("1.1",)),
        Heading("Other laws that matter"),
        Bullet("A commercial email needs a working way to opt out.", ("2.1",)),
        Heading("Conclusion", level=1),
        Paragraph("Offer the opt-out before you start.", ("1.1",)),
        Heading("Source(s):", level=1),
        SourceItem("1.1", f"{act} 325M.14 — Consumer rights", f"{ACT}.14", since),
        SourceItem("1.2", f"{act} 325M.16 — Controller duties", f"{ACT}.16", since),
        SourceItem(
            "2.1",
            "CAN-SPAM Act, 15 U.S.C. § 7704 — Other protections for users",
            "https://www.law.cornell.edu/uscode/text/15/7704",
            "official text, in force since 2004, reviewed 2026-11-21",
        ),
        Fact("Jurisdiction", "Minnesota — named in your question"),
        Fact("", "Information, not legal advice. Law as of 2026-11-21."),
    )


def test_each_of_several_states_is_named_where_its_part_begins() -> None:
    headings = [piece for piece in pieces_of(two_states()) if isinstance(piece, Heading)]
    assert headings == [
        Heading("California", level=1),
        Heading("Privacy act"),
        Heading("Breach law"),
        Heading("Massachusetts", level=1),
        Heading("Security rules"),
        Heading("Source(s):", level=1),
    ]
    facts = [piece for piece in pieces_of(two_states()) if isinstance(piece, Fact)]
    assert facts == [
        Fact("Jurisdictions", "California, Massachusetts — named in your question"),
        Fact("Left out", "Texas"),
    ]


def test_state_that_its_heading_names_is_not_named_twice() -> None:
    answer = two_states()
    named = tuple(
        replace(s, heading=f"{'California' if s.jurisdiction == 'CA' else 'Massachusetts'} — {s.heading}")
        for s in answer.sections
    )
    headings = [p.text for p in pieces_of(replace(answer, sections=named)) if isinstance(p, Heading)]
    assert headings[:2] == ["California — Privacy act", "California — Breach law"]


def test_doubts_about_a_source_are_said() -> None:
    source = replace(MINNESOTA.sources[0], checked="secondary", governs="government", in_force_from=None)
    item = pieces_of(replace(MINNESOTA, sources=(source, *MINNESOTA.sources[1:])))[10]
    assert isinstance(item, SourceItem)
    assert item.details == "governs public bodies, checked against a secondary source, reviewed 2026-11-21"


def test_many_states_are_counted() -> None:
    assert places_line(survey(51).jurisdictions) == "51 jurisdictions — taken together in your question"


def test_unknown_reason_is_shown_as_it_is() -> None:
    assert places_line([Detection("MN", "Minnesota", None, "said so")]) == "Minnesota — said so"
    assert places_line([Detection("MN", "Minnesota", None, "")]) == "Minnesota"


def test_note_is_one_paragraph() -> None:
    assert pieces_of(Note("Try again.")) == (Paragraph("Try again."),)
    assert plain_lines(Note("Try again.")) == ("Try again.",)


@pytest.mark.parametrize("answer", [MINNESOTA, WHICH_STATE, two_states(), survey(3)])
def test_plain_text_leaves_nothing_out(answer) -> None:  # type: ignore[no-untyped-def]
    text = "\n".join(plain_lines(answer))
    assert all(statement.text in text for statement in answer.all_statements())
    assert all(f"[{s.mark}] {s.law}" in text and s.url in text for s in answer.sources)
    assert all(notice in text for notice in answer.notices)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://www.revisor.mn.gov/statutes/cite/325M.14", True),
        ("http://law.example/a?b=c&d=%20(e)#f", True),
        ("javascript:alert(1)", False),
        ("https://a.example/b c", False),
        ("https://a.example/b|c", False),
        ("https://a.example/b>c", False),
        ("https://a.example/\nb", False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, safe: bool) -> None:
    assert (safe_link(url) is not None) is safe


def test_notification_text_is_never_empty() -> None:
    assert short_text(MINNESOTA).startswith("Yes, with conditions")
    assert short_text(replace(WHICH_STATE, short_answer=())) == "Which state?"


@given(st.text(max_size=400), st.integers(min_value=1, max_value=50))
def test_split_text_loses_no_letter_and_keeps_to_the_limit(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
