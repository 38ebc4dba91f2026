"""A comparison: one row a place, one column a topic, each cell cited; drawn from positions."""

from __future__ import annotations

from retrieval.catalogue import Catalogue, in_force
from retrieval.marks import Marks
from retrieval.ranking import domain_laws, position_holds, rank
from retrieval.records import Position, PositionStatement, Statement, Table, TableRow
from retrieval.retriever import FEDERAL, Evidence
from retrieval.topics import FACETS, all_topics

_COLUMNS_AT_MOST = 3
_SIDES = FACETS - {"applicability", "exemptions"}


def table_topics(evidence: Evidence) -> tuple[str, ...]:
    """Return the topics that make the columns, at most three."""
    return evidence.understood.topic_ids[:_COLUMNS_AT_MOST]


def _cell(
    position: Position | None, catalogue: Catalogue, evidence: Evidence, topic: str
) -> PositionStatement | None:
    understood, day = evidence.understood, evidence.understood.as_of
    if topic in _SIDES and understood.domain:  # "can people sue over face scans": of the laws on face scans
        for row in rank(evidence, catalogue.jurisdiction):
            passage, statement = row.entry.passage, row.entry.statement
            if (
                topic in statement.topics
                and passage.law_id in domain_laws(catalogue, understood)
                and row.starts is None
            ):
                return PositionStatement(statement.text, (passage.key,))
        subject = catalogue.positions.get(understood.domain[0])
        if subject is not None and subject.no_law:
            return subject.statements[0]
    if position is not None and position_holds(position, catalogue, evidence.catalogues.get(FEDERAL), day):
        return position.statements[0]
    for entry in catalogue.by_topic.get(topic, ()):
        if (
            entry.statement.topics[0] == topic
            and entry.passage.governs != "government"
            and in_force(entry.passage, entry.statement, day)
        ):
            return PositionStatement(entry.statement.text, (entry.passage.key,))
    return None


def compose_table(
    evidence: Evidence, places: tuple[str, ...], marks: Marks
) -> tuple[Table | None, tuple[str, ...]]:
    """Return the table (None if no place has a cell) and the codes of places with nothing in the corpus.

    Rows stand in the order of `places`; a cell that the corpus cannot fill says so and has no mark, so such a
    row is left out of the table and named instead.
    """
    topics = table_topics(evidence)
    rows, missing = [], []
    for place in places:
        catalogue = evidence.catalogues[place]
        cells = [_cell(catalogue.positions.get(t), catalogue, evidence, t) for t in topics]
        if any(c is None for c in cells):
            missing.append(place)
            continue
        rows.append(TableRow(place, tuple(marks.statement(c.text, c.rests_on) for c in cells if c)))
    columns = tuple(all_topics()[t].name for t in topics)
    return (Table(columns, tuple(rows)) if rows else None), tuple(missing)


def tally(evidence: Evidence, table: Table, names: dict[str, str]) -> tuple[Statement, ...]:
    """Return one sentence for each verdict of the first topic: how many places and which, with their marks."""
    topic = evidence.understood.topic_ids[0]
    asks = all_topics()[topic].verdict_asks
    if not asks:
        return ()
    groups: dict[str, list[TableRow]] = {}
    for row in table.rows:
        position = evidence.catalogues[row.jurisdiction].positions.get(topic)
        if position and position.verdict:
            groups.setdefault(position.verdict, []).append(row)
    said = []
    for verdict, label in (("yes", "Yes"), ("conditional", "It depends"), ("no", "No")):
        rows = groups.get(verdict, [])
        if rows:
            marks = tuple(dict.fromkeys(m for r in rows for m in r.cells[0].marks[:1]))
            listed = ", ".join(names.get(r.jurisdiction, r.jurisdiction) for r in rows)
            said.append(Statement(f"{label} ({len(rows)}): {listed}.", marks))
    if said:
        first = said[0]
        said[0] = Statement(f"{asks} {first.text}", first.marks)
    return tuple(said)
