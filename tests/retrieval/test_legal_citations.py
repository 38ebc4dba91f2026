"""Section numbers as people type them."""

from __future__ import annotations

import pytest

from retrieval.legal_citations import citations_in, cites


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What does 325M.14 say?", ("325M.14",)),
        ("Civ. Code 1798.82 and § 1798.105(c)", ("1798.82", "1798.105")),
        ("N.M. Stat. 57-12C-6", ("57-12C-6",)),
        ("M.G.L. c. 93H, § 3", ("93H 3",)),
        ("201 CMR 17.03", ("17.03",)),
        ("ch. 93I", ("93I",)),
        ("Va. Code 59.1-576", ("59.1-576",)),
        ("section 5 of the FTC Act", ("5",)),
        ("on 2026-01-01 we had 45-day notice", ()),
        ("a $7,500 fine for 100,000 people", ()),
        ("24/7 support, 1-800 numbers", ()),
    ],
)
def test_citations(text: str, found: tuple[str, ...]) -> None:
    assert citations_in(text) == found


@pytest.mark.parametrize(
    ("citation", "asked", "same"),
    [
        ("Minn. Stat. § 325M.14", "325M.14", True),
        ("Minn. Stat. § 325M.14", "325M.1", False),
        ("Mass. Gen. Laws ch. 93H, § 3", "93H 3", True),
        ("Mass. Gen. Laws ch. 93H, § 3", "93H", True),
        ("Mass. Gen. Laws ch. 93I, § 3", "93H 3", False),
        ("201 Mass. Code Regs. 17.03", "17.03", True),
    ],
)
def test_cites(citation: str, asked: str, same: bool) -> None:
    assert cites(citation, asked) is same
