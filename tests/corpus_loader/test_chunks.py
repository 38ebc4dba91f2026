"""Chunks put together give the section back, whatever the text; they follow its subsections."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from corpus_loader.chunks import WORDS, chunks_of, header
from corpus_loader.read_file import read_file
from corpus_loader.subsections import parts_of

FOLDER = Path(__file__).parents[1] / "fixtures" / "official"
LABELS = st.sampled_from(["(a) ", "(1) ", "(i) ", "(A) ", "1. ", "a. ", "(iv)(A) ", "(a-1) ", "", "§ 4 "])
WORD = st.one_of(
    st.sampled_from(["data", "notice:", "person;", "shall", "and", "5.", "“Sale”"]),
    st.text(min_size=1, max_size=12),
)
LINE = st.builds(lambda label, words: label + " ".join(words), LABELS, st.lists(WORD, max_size=60))


@given(st.one_of(st.text(max_size=2_000), st.lists(LINE, max_size=25).map("\n".join)), st.integers(3, 60))
def test_chunks_put_together_give_the_text_back(text: str, words: int) -> None:
    chunks = chunks_of(text, parts_of(text), words)
    assert "".join(text[c.start : c.end] for c in chunks) == text
    assert all(c.start < c.end for c in chunks)
    assert all(len(text[c.start : c.end].split()) <= words for c in chunks)


def test_subsections_are_kept_together_while_they_fit() -> None:
    text = "\n".join(f"({label}) " + "word " * 100 for label in "abcd")
    chunks = chunks_of(text, parts_of(text))
    assert [c.pin for c in chunks] == ["(a)", "(b)", "(c)", "(d)"]
    assert [text[c.start : c.start + 3] for c in chunks] == ["(a)", "(b)", "(c)", "(d)"]


def test_a_short_section_is_one_chunk() -> None:
    text = "(a) One.\n(b) Two."
    assert len(chunks_of(text, parts_of(text))) == 1
    assert chunks_of("") == ()


def test_the_opening_of_a_list_goes_with_its_first_item() -> None:
    text = "(a) " + "word " * 150 + "\n(b) A notice includes all of the following:\n(1) " + "item " * 100
    assert any(
        text[c.start : c.end].startswith("(b) A notice includes all of the following:\n(1)")
        for c in chunks_of(text, parts_of(text))
    )


def test_real_sections_are_cut_and_pinned() -> None:
    section = next(
        s
        for s in read_file((FOLDER / "ia_pdftotext.md").read_bytes(), "ia.md").sections
        if s.number == "715D.8"
    )
    chunks = chunks_of(section.text, section.parts)
    assert [c.pin for c in chunks] == ["1.", "3.", "4."]
    assert all(len(section.text[c.start : c.end].split()) <= WORDS for c in chunks)


def test_the_header_names_state_law_chapter_section_and_heading() -> None:
    assert header(
        "Iowa",
        "Consumer data act",
        ("TITLE 16", "CHAPTER 715D"),
        "Iowa Code § 715D.8",
        "Enforcement",
        "(a)(2)",
    ) == ("Iowa | Consumer data act | CHAPTER 715D | Iowa Code § 715D.8(a)(2) | Enforcement")
