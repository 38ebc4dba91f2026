"""Towns before doubtful codes, and proper names that begin with a place."""

from __future__ import annotations

import pytest

from retrieval.jurisdiction_registry import registry, towns
from tests.retrieval.jurisdiction_table import detector


def test_towns_are_listed_for_codes_that_are_words() -> None:
    assert {"HI", "ID", "IN", "LA", "ME", "OH", "OK", "OR", "PR", "VI"} == set(towns())
    assert all(code in registry() for code in towns())
    assert all(name == name.strip() and len(name) > 2 for names in towns().values() for name in names)


@pytest.mark.parametrize("code", sorted(towns()))
def test_a_code_behind_its_town_is_the_state(code: str) -> None:
    wrong = [
        name
        for name in towns()[code]
        if name.isalpha() and code not in detector().detect(f"our {name}, {code} shop").codes
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["Thanks, OK then", "Sarah, OK to record?", "Passport, ID and phone", "Legal, PR and sales"]
)
def test_a_word_behind_another_word_is_no_state(text: str) -> None:
    assert detector().detect(text).codes == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Utah Phillips fans", ()),
        ("in Utah Phillips asked", ("UT",)),
        ("the Tulsa World", ()),
        ("Utah Comptroller", ("UT",)),
        ("Nevada Gaming Control Board", ("NV",)),
        ("the Illinois Rosenbach case", ("IL",)),
        ("Utah Phillips Songs And Stories", ("UT",)),
    ],
)
def test_a_strange_word_behind_a_place_makes_a_name(text: str, codes: tuple[str, ...]) -> None:
    assert detector().detect(text).codes == codes
