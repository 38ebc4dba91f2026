"""An answer as a file: a table as CSV, all of it as text, the record as JSON."""

from __future__ import annotations

import csv
import io
import json

from bots.render import place_names, plain_lines
from bots.turn import Reply
from retrieval.records import Answer, Statement, answer_as_json

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(answer: Answer) -> str | None:
    """Return the comparison of an answer as CSV, or None where it has none.

    A row a jurisdiction; behind each cell's text a column with its sources: citation, dates and official address.
    Begins with a byte order mark, without which Excel takes UTF-8 for something else.
    """
    if answer.table is None:
        return None
    names = place_names(answer)
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(
        ["Jurisdiction", "Code", *(head for c in answer.table.columns for head in (_cell(c), "Sources"))]
    )
    for row in answer.table.rows:
        cells = [part for cell in row.cells for part in (_cell(cell.text), _cell(_sources(answer, cell)))]
        rows.writerow([_cell(names[row.jurisdiction]), row.jurisdiction, *cells])
    return f"\ufeff{out.getvalue()}"


def as_text(reply: Reply) -> str:
    """Return everything a reply says as plain text."""
    return "\n".join(plain_lines(reply)) + "\n"


def as_json(answer: Answer) -> str:
    """Return the record that `reggi ask --json` prints."""
    return json.dumps(answer_as_json(answer), ensure_ascii=False, indent=2) + "\n"


def _sources(answer: Answer, cell: Statement) -> str:
    found = [source for source in answer.sources if source.mark in cell.marks]
    return "; ".join(f"{s.citation} (reviewed {s.reviewed.isoformat()}) {s.url}" for s in found)


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
