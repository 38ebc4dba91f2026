"""Any request at any route is answered, and never by a fault of the server; `python -m tests.load.fuzz` sends many more."""

from __future__ import annotations

from tests.load.fuzz import fuzz


def test_no_request_is_a_fault_of_the_server() -> None:
    statuses = fuzz(400)
    assert sum(statuses.values()) >= 400
    reached = {route for route, status in statuses if status < 300}
    assert reached >= {"/slack/events", "/slack/commands", "/slack/interactions", "/api/messages"}
