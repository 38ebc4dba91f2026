"""The registry: who is in it, in which order, and that its data can be used as they stand."""

from __future__ import annotations

import pytest

from retrieval.jurisdiction_registry import names, registry, words
from retrieval.jurisdiction_spelling import misspelt


def test_states_stand_alphabetically_then_the_district_the_territories_and_federal_law() -> None:
    places = registry()
    assert len(places.states) == 50
    assert [places.name(code) for code in places.states] == sorted(
        places.name(code) for code in places.states
    )
    assert places.codes[50:] == ("DC", "PR", "GU", "VI", "AS", "MP", "US")
    assert registry() is places


def test_every_jurisdiction_links_to_its_code() -> None:
    urls = [place.official_code_url for place in registry().places]
    assert all(url.startswith("https://") for url in urls)
    assert len(set(urls)) == len(urls)


def test_an_unknown_code_is_a_key_error() -> None:
    assert "ZZ" not in registry()
    with pytest.raises(KeyError):
        registry()["ZZ"]


def test_sets_cities_and_laws_name_known_jurisdictions() -> None:
    known = {*registry().codes, "all states", "-AK", "-HI"}
    for table in ("set", "city", "shared_law"):
        assert all(set(row["codes"]) <= known for row in names()[table])
    assert {row["code"] for row in names()["law"]} <= known


def test_the_words_are_read_with_every_key() -> None:
    assert "customers" in words().roles.people
    assert "except" in words().exclusion.cues


@pytest.mark.parametrize(
    "word",
    [
        "mine",
        "main",
        "organ",
        "indian",
        "virgin",
        "texts",
        "taxes",
        "wellington",
        "connection",
        "gloria",
        "coming",
        "kansai",
    ],
)
def test_a_false_friend_is_no_misspelling(word: str) -> None:
    assert misspelt(word) is None


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("virgina", "VA"),
        ("pensylvania", "PA"),
        ("tenessee", "TN"),
        ("massachusets", "MA"),
        ("illinios", "IL"),
        ("deleware", "DE"),
        ("misouri", "MO"),
        ("conneticut", "CT"),
        ("califonians", "CA"),
    ],
)
def test_a_slip_is_mended(word: str, code: str) -> None:
    assert misspelt(word) == code


def test_a_word_between_two_names_is_neither() -> None:
    assert misspelt("akansas") is None
