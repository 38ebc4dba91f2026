"""The table of features names a test for every row, and each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parents[2] / "config" / "slack" / "features.md"


def test_every_row_of_the_feature_table_names_a_test_that_exists() -> None:
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][2:]
    named = [re.findall(r"`(test_\w+)` \|$", row) for row in rows]
    source = "\n".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_*.py"))
    known = set(re.findall(r"^(?:async )?def (test_\w+)", source, re.MULTILINE))
    assert rows
    assert all(len(names) == 1 for names in named)
    assert not {name for names in named for name in names} - known
