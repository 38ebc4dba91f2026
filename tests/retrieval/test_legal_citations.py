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
        ("201 CMR 17.03", ("201 17.03",)),
        ("what does N.Y. Gen. Bus. Law 899-aa require?", ("899-AA",)),
        ("73 P.S. 2303 and 18 Pa.C.S. § 5703", ("73 2303", "18 5703")),
        ("24 O.S. 163, 9 V.S.A. 2435, 15 USC 6502", ("24 163", "9 2435", "15 6502")),
        ("740 ILCS 14/15(b)", ("740 14 15",)),
        ("N.C. Gen. Stat. 75-65; K.S.A. 50-7a02; RSA 359-C:20", ("75-65", "50-7A02", "359-C:20")),
        ("Cal. Penal Code 632", ("632",)),
        ("by law 30 days, under the code 300 people", ()),
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
        ("201 Mass. Code Regs. 17.03", "201 17.03", True),
        ("18 Pa. Cons. Stat. § 5703", "18 5703", True),
        ("740 ILCS 14/15", "740 14 15", True),
        ("740 ILCS 14/15", "740 14", True),
        ("740 ILCS 14/15", "815 14 15", False),
        ("N.H. Rev. Stat. Ann. § 507-H:1", "507-H", True),
    ],
)
def test_cites(citation: str, asked: str, same: bool) -> None:
    assert cites(citation, asked) is same
