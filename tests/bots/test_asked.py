"""Cleaning, and the state named in front of a question."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.asked import Argument, clean, state_in_front
from tests.bots.answers import place_of


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Can I\tsell\r\n\r\ndata? ", "Can I sell data?"),
        ("a\u0000b\u200bc\u202ed\ufeff", "abcd"),
        ("Cafe\u0301", "Café"),
        ("\ud800x", "x"),
        ("\u0000\u200b\n", ""),
        ("§ 325M.14 — “rights”", "§ 325M.14 — “rights”"),
    ],
)
def test_control_and_invisible_characters_go(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_any_text_becomes_one_line_that_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert all(not unicodedata.category(char).startswith("C") for char in cleaned)


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("NM can I sell data?", "NM", "can I sell data?"),
        ("nm can I sell data?", "NM", "can I sell data?"),
        ("NM: can I sell data?", "NM", "can I sell data?"),
        ("NM, can I sell data?", "NM", "can I sell data?"),
        ("N.M. can I sell data?", "NM", "can I sell data?"),
        ('"New Mexico" can I sell data?', "NM", "can I sell data?"),
        ("„New Mexico“ can I sell data?", "NM", "can I sell data?"),
        ('"nm": can I sell data?', "NM", "can I sell data?"),
        ("New Mexico can I sell data?", "NM", "can I sell data?"),
        ("new mexico: can I sell data?", "NM", "can I sell data?"),
        ("District of Columbia can I sell data?", "DC", "can I sell data?"),
        ("West Virginia can I sell data?", "WV", "can I sell data?"),
        ("OR can I sell data?", "OR", "can I sell data?"),
        ("IN breach deadline", "IN", "breach deadline"),
        ("US what does COPPA require?", "US", "what does COPPA require?"),
        ("NM may I write to people in Texas?", "NM", "may I write to people in Texas?"),
        ('"New Mexico"', "NM", ""),
        ("NM", "NM", ""),
    ],
)
def test_state_in_front_of_a_command_is_its_argument(text: str, code: str, rest: str) -> None:
    found = state_in_front(text, place_of, command=True)
    assert (found.code, found.text) == (code, rest)


@pytest.mark.parametrize(
    "text",
    [
        "can I sell data in New Mexico?",
        "in Minnesota can I sell data?",
        "or do I need consent in Texas?",
        "OK, can I sell data?",
        "OK can I sell data in Oklahoma?".upper(),
        "ID scanning in bars, may I?",
        "NM and AZ breach deadlines",
        "NM, AZ and TX breach deadlines",
        "NM or Arizona?",
        "California and Massachusetts: what is required?",
        "California customers but a server in Texas, what then?",
        "Kansas City breach law",
        "Washington D.C. breach law",
        "AI chatbots and consent?",
        "AB 375 what does it require?",
        "XX 12 what does it require?",
        "EU customers, what then?",
        "compare OR NV breach",
        "zz top",
    ],
)
def test_sentence_after_a_command_stays_whole(text: str) -> None:
    """Reading the whole sentence is right where a state in front is not meant as the only one."""
    assert state_in_front(text, place_of, command=True) == Argument(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('"New Mexco" can I sell data?', "New Mexco"),
        ("“Atlantis” can I sell data?", "Atlantis"),
        ("XZ can I sell data?", "XZ"),
        ("XZ: can I sell data?", "XZ"),
        ('"" can I sell data?', ""),
    ],
)
def test_unknown_state_after_a_command_is_named(text: str, named: str) -> None:
    found = state_in_front(text, place_of, command=True)
    assert (found.code, found.named, found.text) == (None, named, text)


def test_question_in_quotation_marks_is_a_question() -> None:
    assert state_in_front('"can I sell data?"', place_of, command=True) == Argument("can I sell data?")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NM: can I sell data?", "NM"),
        ('"New Mexico" can I sell data?', "NM"),
        ("New Mexico: can I sell data?", "NM"),
        ("NM can I sell data?", None),
        ("ID checks at the door?", None),
        ("California and Nevada?", None),
        ('"personal data" means what in Texas?', None),
        ("XZ can I sell data?", None),
    ],
)
def test_message_has_an_argument_only_where_it_is_plain(text: str, code: str | None) -> None:
    found = state_in_front(text, place_of, command=False)
    assert found.code == code
    assert (found.text == text) is (code is None)
    assert code is not None or found.named is None


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_read(text: str, command: bool) -> None:
    found = state_in_front(clean(text), place_of, command)
    assert found.text in clean(text)
