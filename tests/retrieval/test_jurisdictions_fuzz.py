"""Any text yields valid spans and never raises; and no text runs away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.jurisdictions import registry
from retrieval.markup import read_tokens
from retrieval.records import Detection
from tests.retrieval.jurisdiction_table import cases, detector

PIECES = (
    "New", "York", "in", "IN", "or", "OR", "me", "ME", "CA", "ca", "LA", "Texas", "Kansas City", "Washington", ", D.C.", "all states", "except", "but not", "which states", "Delaware company",
    "customers in", "server in", "we do not operate in", "<@U1>", "<https://x.example|", ">", "&amp;", "&#39;s", "```", "`", "*", "_", ":ok:", "@a.b", "https://texas.example/or", "\n", "> ", ",", "/", "-", ".",
    "BIPA", "18 U.S.C. § 2710", "740 ILCS 14", "HIPAA", "GDPR", "ordinance", "Conneticut", "Noth Carolina", "\u200b", "\u00ad", "ＣＡ", "México", "é", "加州", "'", "’s", "<at>", "</at>", "(", ")", "the other two", "federal law",
)  # fmt: skip
MIXED = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=25).map(" ".join)
GLUED = st.lists(st.sampled_from(PIECES), max_size=15).map("".join)


def assert_in_order(detections: tuple[Detection, ...], text: str) -> None:
    """Spans lie in the text, rise, and either coincide (a set) or do not overlap; no code comes twice."""
    last = (0, 0)
    for detection in detections:
        assert detection.code in registry()
        assert detection.span is not None
        start, end = detection.span
        assert 0 <= start < end <= len(text)
        assert (start, end) == last or start >= last[1]
        last = (start, end)
    assert len({d.code for d in detections}) == len(detections)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=120), MIXED, GLUED))
def test_any_text_yields_valid_spans(text: str) -> None:
    result = detector().detect(text)
    for detections in (result.found, result.excluded, result.mentioned):
        assert_in_order(detections, text)
    found, excluded = set(result.codes), {d.code for d in result.excluded}
    assert not found & excluded
    assert not found & {d.code for d in result.mentioned}
    assert all(name.strip() for name in result.outside)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), MIXED, GLUED))
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    last = 0
    for token in read_tokens(text).tokens:
        assert last <= token.start < token.end <= len(text)
        assert token.word
        last = token.end


def test_the_same_text_is_read_the_same_way_twice() -> None:
    for case in cases()[::40]:
        assert detector().detect(case.text) == detector().detect(case.text)


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    """Times are in tests/benchmarks/bench_jurisdictions.py; here only that the last word still counts."""
    text = f"{piece} " * (20_000 // (len(piece) + 1)) + "\n\nWhat does Wyoming require?"
    result = detector().detect(text)
    assert_in_order(result.found, text)
    if "```" not in piece:
        assert "WY" in result.codes or result.every
