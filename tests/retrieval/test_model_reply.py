"""What a model writes is read as far as it is whole, however it is cut up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.model_reply import GrowingJson, ReplyUnreadable, as_repairs, as_written
from tests.fake_model import answer

TEXT = answer(
    [('He said "45 days" {or so}, \\ [1.1].', ["1.1"]), ("Second.", ["1.1", "2.1"])],
    [("Law", [("A.", ["1.1"]), ("B.", ["2.1"])]), ("More", [("C.", ["1.2"])])],
    [("End.", ["1.1"])],
    verdict="yes",
    title="A title",
)


def fed(text: str, *cuts: int) -> GrowingJson:
    growing = GrowingJson()
    for start, end in zip((0, *sorted(cuts)), (*sorted(cuts), len(text)), strict=True):
        growing.feed(text[start:end])
    return growing


@given(st.lists(st.integers(0, len(TEXT)), max_size=8))
def test_pieces_of_any_size_give_the_same(cuts: list[int]) -> None:
    assert fed(TEXT, *cuts).value() == fed(TEXT).value()


@given(st.integers(0, len(TEXT)))
def test_any_beginning_holds_only_what_is_whole(end: int) -> None:
    whole = json.loads(TEXT)
    growing = fed(TEXT[:end])
    found, open_key = growing.value()
    for key, value in found.items():
        if key == open_key:
            assert value == whole[key][: len(value)]
        else:
            assert value == whole[key]
    written = as_written(found, open_key)
    assert written.short_answer is None or len(written.short_answer) == 2


def test_parts_come_one_after_another() -> None:
    growing, seen = GrowingJson(), []
    for char in TEXT:
        if growing.feed(char):
            written = as_written(*growing.value())
            seen.append(
                (
                    written.verdict,
                    written.title,
                    written.short_answer is not None,
                    len(written.sections),
                    written.conclusion is not None,
                )
            )
    assert list(dict.fromkeys(seen)) == [
        ("yes", None, False, 0, False),
        ("yes", "A title", False, 0, False),
        ("yes", "A title", True, 0, False),
        ("yes", "A title", True, 1, False),
        ("yes", "A title", True, 2, False),
        ("yes", "A title", True, 2, True),
    ]


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "Here it is: {} I hope it helps."])
def test_prose_and_fences_around_are_passed_over(around: str) -> None:
    growing = fed(around.replace("{}", TEXT))
    assert growing.done
    assert as_written(*growing.value()).title == "A title"


@pytest.mark.parametrize("text", ["{]", '{"a": }', '{"a": [1,}', "{'a': 1}"])
def test_what_is_not_json_is_an_error(text: str) -> None:
    with pytest.raises(ReplyUnreadable):
        fed(text).value()


@pytest.mark.parametrize("text", ["", "I cannot help with that.", "[1, 2]"])
def test_without_an_object_there_is_nothing(text: str) -> None:
    growing = fed(text)
    assert growing.value() == ({}, "")
    assert not growing.done


@pytest.mark.parametrize(
    "found",
    [
        {"short_answer": "yes"},
        {"short_answer": ["yes"]},
        {"short_answer": [{"text": 7, "marks": []}]},
        {"short_answer": [{"text": "a", "marks": {"1.1": 1}}]},
        {"sections": "none"},
        {"sections": ["a"]},
        {"sections": [{"heading": "h", "sentences": "s"}]},
    ],
)
def test_another_shape_is_an_error(found: dict[str, object]) -> None:
    with pytest.raises(ReplyUnreadable):
        as_written(found, "")


def test_small_slips_are_forgiven() -> None:
    raw = {"verdict": "maybe", "title": " ", "short_answer": [{"text": " a\n b ", "marks": "[1.1], 1.2"}]}
    written = as_written(raw, "")
    assert (written.verdict, written.title, written.conclusion) == (None, None, None)
    assert written.short_answer is not None
    assert (written.short_answer[0].text, written.short_answer[0].marks) == ("a b", ("1.1", "1.2"))
    assert as_repairs({"sentences": [{"id": "s1", "text": "a", "marks": ["1.1"]}]})[0].id == "s1"


def test_a_reply_without_end_is_an_error() -> None:
    growing = GrowingJson()
    with pytest.raises(ReplyUnreadable, match="more than"):
        for _ in range(1000):
            growing.feed('{"title": "' + "x" * 100)
