"""Labels of subsections and their depth, as drafters nest them."""

from __future__ import annotations

import pytest

from corpus_loader.subsections import parts_of, pin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a) x\n(1) x\n(A) x\n(i) x\n(ii) x\n(B) x\n(2) x\n(b) x", [0, 1, 2, 3, 3, 2, 1, 0]),
        ("1. x\na. x\n(1) x\n(2) x\nb. x\n2. x", [0, 1, 2, 2, 1, 0]),
        ("A. x\n1. x\n2. x\na. x\nB. x", [0, 1, 1, 2, 0]),
        ("(g) x\n(h) x\n(i) x\n(j) x", [0, 0, 0, 0]),  # here (i) is a letter
        ("(a) x\n(1) x\n(i) x\n(ii) x", [0, 1, 2, 2]),  # and here a Roman numeral
        ("(6)(a) x\n(b) x\n(7) x", [0, 1, 1, 0]),
        ("(a) x\n(a-1) x\n(b) x", [0, 0, 0]),
    ],
)
def test_depths(text: str, expected: list[int]) -> None:
    assert [p.depth for p in parts_of(text)] == expected


@pytest.mark.parametrize(
    "text", ["", "No labels at all.", "The sum (see below) is 5. It is due.", "U.S. law applies."]
)
def test_what_is_no_label(text: str) -> None:
    assert parts_of(text) == ()


def test_a_place_is_named_by_the_labels_that_lead_to_it() -> None:
    text = "(a) One.\n(1) Two.\n(B) Three."
    parts = parts_of(text)
    assert pin(parts, text.index("Three")) == "(a)(1)(B)"
    assert pin(parts_of("Opening words.\n(a) One."), 3) == ""
