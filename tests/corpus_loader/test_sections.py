"""Where sections begin and what is their heading: ranges, letters, full stops, repealed and reserved ones, near misses."""

from __future__ import annotations

import datetime as dt

import pytest

from corpus_loader.dates import effective_dates
from corpus_loader.documents import Section
from corpus_loader.errors import UnreadableFile
from corpus_loader.headings import order_key, path_level, read_heading, status_of
from corpus_loader.read_file import read_file


def cut(text: str, name: str = "x.txt") -> tuple[Section, ...]:
    return read_file(text.encode(), name).sections


@pytest.mark.parametrize(
    ("line", "number", "through"),
    [
        ("§ 325M.14 Consumer rights", "325M.14", ""),
        ("§ 59.1-577.1. (Effective January 1, 2026) Social media", "59.1-577.1", ""),
        ("42-529a. Controllers' duties.", "42-529a", ""),
        ("18.2-152.3:1. Spam", "18.2-152.3:1", ""),
        ("14–3501. Definitions.", "14-3501", ""),
        ("Sec. 45.48.010. Disclosure of breach of security.", "45.48.010", ""),
        ("§§ 30-14-2805 through 30-14-2807 reserved.", "30-14-2805", "30-14-2807"),
        ("42-530 to 42-899. Reserved for future use.", "42-530", "42-899"),
        ("[28-3852.01] Security", "28-3852.01", ""),
        ("§ 899-aa. Notification", "899-aa", ""),
        ("12B-101. Definitions.", "12B-101", ""),
        ("1798.199.100.", "1798.199.100", ""),
    ],
)
def test_numbers(line: str, number: str, through: str) -> None:
    head = read_heading(line)
    assert head is not None
    assert (head.number, head.through) == (number, through)


@pytest.mark.parametrize(
    "line",
    ["As used in this chapter", "(a) One", "Chapter 14", "“Sale” means", "$7,500 for each", "Jan. 1, 2026"],
)
def test_what_begins_no_section(line: str) -> None:
    assert read_heading(line) is None


def test_headings_with_full_stops_survive() -> None:
    page = (
        "<html><body><p><b>Sec. 42-518. Consumers' rights. Compliance by controllers. Appeals.</b> (a) A consumer may.</p>"
        "<p><b>Sec. 42-519. Authorized agents.</b> A consumer may.</p></body></html>"
    )
    found = cut(page, "ct.html")
    assert [(s.number, s.heading, s.text) for s in found] == [
        ("42-518", "Consumers' rights. Compliance by controllers. Appeals", "(a) A consumer may."),
        ("42-519", "Authorized agents", "A consumer may."),
    ]


def test_a_reference_at_the_start_of_a_line_begins_nothing() -> None:
    text = "§ 10.1. Scope.\nThis act applies to persons covered by Section\n12.4. The rest follows.\n\n§ 10.2. Rules.\nA person shall comply.\n"
    assert [s.number for s in cut(text)] == ["10.1", "10.2"]


def test_a_number_out_of_order_is_text_of_the_section_before() -> None:
    lines = [f"10.{n}. Title {n}.\nA person shall do {n}.\n" for n in range(1, 12)]
    lines.insert(5, "88.7. Other law.\nsays so.\n")
    found = cut("\n".join(lines))
    assert [s.number for s in found] == [f"10.{n}" for n in range(1, 12)]
    assert "88.7" in found[4].text


def test_a_list_of_contents_is_no_section() -> None:
    contents = "".join(f"7.{n}. Title {n} ........ {n}\n" for n in range(1, 5))
    body = "".join(f"\n7.{n}. Title {n}\nA person shall do {n}.\n" for n in range(1, 5))
    assert [(s.number, s.heading, s.text) for s in cut(contents + body)] == [
        (f"7.{n}", f"Title {n}", f"A person shall do {n}.") for n in range(1, 5)
    ]


def test_no_section_at_all_is_said() -> None:
    with pytest.raises(UnreadableFile, match="no section"):
        cut("Only some words about a law.\n")


@pytest.mark.parametrize(
    ("heading", "text", "status"),
    [
        ("Repealed", "", "repealed"),
        ("", "[Repealed by 1971 c.743 §432]", "repealed"),
        ("Reserved for future use", "", "reserved"),
        ("", "reserved.", "reserved"),
        ("Reservation of rights", "Rights are reserved to the state.", "in_force"),
        ("Effect of repealed law", "x" * 400, "in_force"),
        ("Renumbered as 47-18-3301", "", "renumbered"),
    ],
)
def test_status(heading: str, text: str, status: str) -> None:
    assert status_of(heading, text) == status


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("CHAPTER 14. UNFAIR TRADE PRACTICES", "chapter"),
        ("Title 59.1. Trade and Commerce", "title"),
        ("Article II — Definitions", "article"),
        ("Chapter 5 of this title applies", None),
        ("Part 2 shall be construed liberally", None),
        ("Titles and headings", None),
    ],
)
def test_path(text: str, level: str | None) -> None:
    found = path_level(text)
    assert (found[0] if found else None) == level


def test_codes_sort_as_codes_do() -> None:
    numbers = ["42-529", "42-529a", "42-529b", "42-530", "165.540", "165.1000"]
    assert sorted(numbers, key=order_key) == numbers


@pytest.mark.parametrize(
    ("heading", "history", "first", "last"),
    [
        ("(Effective January 1, 2026) Definitions", "", dt.date(2026, 1, 1), None),
        ("(Effective until January 1, 2026) Definitions", "", None, dt.date(2025, 12, 31)),
        ("", "Effective December 16, 2020. Operative January 1, 2023.", dt.date(2023, 1, 1), None),
        ("", "Effective February 30, 2020.", None, None),
        ("Effective communication", "Stats. 2020", None, None),
    ],
)
def test_effective_dates(heading: str, history: str, first: dt.date | None, last: dt.date | None) -> None:
    assert effective_dates(heading, history) == (first, last)
