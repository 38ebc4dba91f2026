"""JSON of any shape is read without a fault."""

from __future__ import annotations

from typing import Any

import pytest

from bots.payloads import mapping, part


def test_object_at_the_end_of_a_way_is_found() -> None:
    assert part({"view": {"state": {"values": {"a": 1}}}}, "view", "state", "values") == {"a": 1}


@pytest.mark.parametrize("strange", [None, 7, "x", [], [{"id": 1}], True])
def test_whatever_is_no_object_is_an_empty_one(strange: Any) -> None:
    assert mapping(strange) == {}
    assert part({"view": strange}, "view") == {}
    assert part({"view": {"state": strange}}, "view", "state", "values") == {}
    assert part({}, "view") == {}
