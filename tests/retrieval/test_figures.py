"""Figures of a sentence: kind, value, unit and bound; and which of them agree."""

from __future__ import annotations

import pytest

from retrieval.figures import agrees, figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("within 45 days", [("span", "45", "day", "at_most")]),
        ("forty-five days", [("span", "45", "day", "")]),
        ("no later than 10 business days", [("span", "10", "business day", "at_most")]),
        ("on the 45th day", [("span", "45", "day", "")]),
        ("up to $7,500 per violation", [("money", "7500", "", "at_most")]),
        ("$1.5 million or 7,500 dollars", [("money", "1500000", "", ""), ("money", "7500", "", "")]),
        ("25 percent or more, over 50%", [("share", "25", "", "at_least"), ("share", "50", "", "over")]),
        ("at least 100,000 consumers", [("count", "100000", "", "at_least")]),
        ("more than a hundred thousand people", [("count", "100000", "", "over")]),
        ("children under 13", [("count", "13", "", "under")]),
        ("since July 31, 2025", [("date", "2025-07-31", "", "")]),
        ("on 31 July 2025 or 7/31/2025 or 2025-07-31", [("date", "2025-07-31", "", "")] * 3),
        ("by January 31", [("date", "01-31", "", "")]),
        ("in 2025", [("date", "2025", "", "")]),
        ("from 8 a.m. to 9:30 p.m.", [("time", "08:00", "", ""), ("time", "21:30", "", "")]),
        ("Minn. Stat. § 325M.14(a)", [("section", "325M.14", "", "")]),
        ("Va. Code 18.2-186.6", [("section", "18.2-186.6", "", "")]),
        ("one of them may call", []),
        ("he may 12 times", [("count", "12", "", "")]),
    ],
)
def test_figures_are_read(text: str, found: list[tuple[str, str, str, str]]) -> None:
    assert [(f.kind, f.value, f.unit, f.bound) for f in figures(text)] == found


@pytest.mark.parametrize(
    ("said", "held", "same"),
    [
        ("45 days", "within 45 calendar days", True),
        ("45 days", "45 business days", False),
        ("45 days", "45 percent", False),
        ("within 45 days", "at least 45 days", False),
        ("more than 500 people", "at least 500 people", False),
        ("more than 500 people", "500 people", False),
        ("at least 500 people", "500 or more people", True),
        ("one year", "12 months", True),
        ("2025", "July 31, 2025", True),
        ("July 2025", "2025-07-31", True),
        ("2024", "July 31, 2025", False),
        ("July 31, 2025", "in 2025", False),
        ("under 13 years", "under 13", True),
        ("45 years", "45", False),
        ("$7,500", "7,500 dollars", True),
        ("$7,500", "7,500 people", False),
        ("§ 1.2", "§ 1.3", False),
    ],
)
def test_figures_agree(said: str, held: str, same: bool) -> None:
    assert agrees(figures(said)[0], figures(held)[0]) is same
