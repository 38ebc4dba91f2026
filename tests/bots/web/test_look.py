"""How values become HTML."""

from __future__ import annotations

import datetime as dt

import pytest

from bots.web.look import file_address, files, long_day, markdown, path_part
from tests.bots.web.conftest import Elements


def test_markdown_draws_what_teams_draws() -> None:
    shown = Elements(markdown("**Bold**\n\n- one\n- two\n\n[law](https://law.example/1)"))
    assert [tag for tag, _ in shown.tags] == ["p", "strong", "ul", "li", "li", "p", "a"]
    assert shown.all("a", "href") == ["https://law.example/1"]


@pytest.mark.parametrize(
    "typed", ["<b>x</b>", "<script>x</script>", "[x](javascript:x)", "[x](data:text/html,x)"]
)
def test_markdown_runs_nothing(typed: str) -> None:
    assert [tag for tag, _ in Elements(markdown(typed)).tags] == ["p"]


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (dt.date(2025, 7, 31), "July 31, 2025"),
        (dt.date(2025, 1, 1), "January 1, 2025"),
        (dt.date(2006, 1, 1), "2006"),
        (dt.date(2009, 8, 28), "August 28, 2009"),
    ],
)
def test_day_is_written_for_reading(day: dt.date, text: str) -> None:
    assert long_day(day) == text


def test_section_with_any_sign_is_one_part_of_an_address() -> None:
    assert path_part("tit. 6/12D § 1") == "tit.%206%2F12D%20%C2%A7%201"


def test_address_of_a_file_changes_with_it() -> None:
    assert file_address("page.js") == f"/static/page.js?{files()['page.js'].version}"
    assert set(files()) == {"icon.svg", "page.js", "style.css"}
