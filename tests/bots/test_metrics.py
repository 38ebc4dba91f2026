"""What is counted, as Prometheus reads it, over whole turns."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from bots import metrics
from retrieval.errors import StoreUnavailable
from retrieval.records import Verification
from tests.bots import fake_slack
from tests.bots.answers import MINNESOTA
from tests.bots.conftest import SlackWorld
from tests.bots.fake_teams import payload
from tests.bots.teams_server import TeamsServer, teams_server

DASHBOARD = Path(__file__).parents[2] / "config" / "deploy" / "grafana-dashboard.json"
TURN = {"channel": "slack", "status": "answered", "engine": "extractive"}


def value(name: str, **labels: str) -> float:
    """Return one number as Prometheus would read it, 0 where nothing was counted yet."""
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def teams() -> AsyncIterator[TeamsServer]:
    async with teams_server() as server:
        yield server


def mention(number: int) -> dict[str, Any]:
    body = fake_slack.payload("app_mention")
    body["event_id"] = f"Ev{number}"
    body["event"] |= {"ts": f"17320000{number}.000100", "event_ts": f"17320000{number}.000100"}
    return body


async def test_turn_is_counted_by_channel_status_and_engine_with_its_steps(slack: SlackWorld) -> None:
    slack.brain.answer_with = replace(MINNESOTA, elapsed_ms={"search": 20.0, "compose": 5.0, "total": 30.0})
    before = value("reggi_turns_total", **TURN), value("reggi_step_seconds_count", step="search")
    steps = value("reggi_step_seconds_sum", step="search")
    posts, acks = (
        value("reggi_step_seconds_count", step="post"),
        value("reggi_ack_seconds_count", channel="slack"),
    )
    messages = value("reggi_messages_posted_total", channel="slack")
    await slack.event(mention(10))
    await slack.settled()
    assert value("reggi_turns_total", **TURN) == before[0] + 1
    assert value("reggi_step_seconds_count", step="search") == before[1] + 1
    assert value("reggi_step_seconds_sum", step="search") - steps == pytest.approx(0.02)
    assert value("reggi_step_seconds_count", step="post") == posts + 1
    assert value("reggi_ack_seconds_count", channel="slack") == acks + 1
    assert value("reggi_messages_posted_total", channel="slack") == messages + len(slack.slack.posted)


async def test_what_breaks_and_what_is_no_question_is_counted_by_itself(teams: TeamsServer) -> None:
    names = ("error", "broke", "note")
    before = [value("reggi_turns_total", channel="teams", status=name, engine="none") for name in names]
    for number, error in enumerate((StoreUnavailable("x"), ValueError("x"), None)):
        teams.brain.error = error
        text = "Is it?" if error else " "
        await teams.send(payload("personal_message", teams.teams_url) | {"id": str(number), "text": text})
        await teams.settled()
    after = [value("reggi_turns_total", channel="teams", status=name, engine="none") for name in names]
    assert after == [number + 1 for number in before]


async def test_dropped_citations_are_counted_by_engine(slack: SlackWorld) -> None:
    engine = "model:openai:tiny/prompt-1"
    slack.brain.answer_with = replace(MINNESOTA, engine=engine, verification=Verification(4, 1, 3))
    await slack.event(mention(11))
    await slack.settled()
    assert value("reggi_citations_dropped_total", engine=engine) == 3
    metrics.dropped("extractive", 0)
    metrics.dropped("extractive", 2)
    assert value("reggi_citations_dropped_total", engine="extractive") >= 2


async def test_retries_of_both_sides_are_counted(slack: SlackWorld, teams: TeamsServer) -> None:
    wanted = [
        {"channel": "slack", "why": "delivery"},
        {"channel": "slack", "why": "duplicate"},
        {"channel": "slack", "why": "rate limit"},
        {"channel": "teams", "why": "rate limit"},
        {"channel": "teams", "why": "refused"},
    ]
    before = [value("reggi_retries_total", **labels) for labels in wanted]
    slack.slack.errors = ["429"]
    await slack.event(mention(12))
    await slack.settled()
    await slack.event(mention(12), **{"X-Slack-Retry-Num": "1"})
    await slack.settled()
    teams.teams.statuses = [201, 429, 502]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    after = [value("reggi_retries_total", **labels) for labels in wanted]
    assert after == [number + 1 for number in before]


async def test_message_that_a_platform_refuses_is_counted(slack: SlackWorld) -> None:
    before = value("reggi_messages_refused_total", channel="slack")
    slack.slack.errors = ["is_archived"]
    await slack.event(mention(13))
    await slack.settled()
    assert value("reggi_messages_refused_total", channel="slack") == before + 1


async def test_refused_request_is_counted_and_no_acknowledgement(slack: SlackWorld) -> None:
    before = value("reggi_requests_total", channel="slack", code="401")
    acks = value("reggi_ack_seconds_count", channel="slack")
    await slack.event(mention(14), **{"X-Slack-Signature": "v0=00"})
    assert value("reggi_requests_total", channel="slack", code="401") == before + 1
    assert value("reggi_ack_seconds_count", channel="slack") == acks


def test_step_that_fails_is_timed_too() -> None:
    before = value("reggi_step_seconds_count", step="test")
    with pytest.raises(ValueError, match="x"), metrics.step("test"):
        raise ValueError("x")
    assert value("reggi_step_seconds_count", step="test") == before + 1


def test_names_of_engines_cannot_fill_the_memory() -> None:
    for number in range(200):
        metrics.dropped(f"engine-{number}", 1)
    engines = {
        sample.labels["engine"]
        for family in metrics.REGISTRY.collect()
        if family.name == "reggi_citations_dropped"
        for sample in family.samples
    }
    assert len(engines) <= 21
    assert "other" in engines
    metrics._seen_engines.clear()


def test_what_is_watched_is_asked_for_at_that_moment() -> None:
    depth = {"waiting": 3.0}
    metrics.watch_queue(lambda: depth)
    assert value("reggi_queue_depth", state="waiting") == 3
    depth["waiting"] = 4.0
    assert value("reggi_queue_depth", state="waiting") == 4
    metrics.watch_queue(dict)


def exposed() -> set[str]:
    """Return every name of ours that Prometheus would know."""
    metrics.watch_queue(lambda: {"waiting": 0})
    metrics.watch_corpus(lambda: {"load": 0})
    metrics.watch_ready(lambda: {"law": 1})
    body, kind = metrics.exposition()
    assert kind.startswith("application/openmetrics-text")
    names: set[str] = set()
    for family in text_string_to_metric_families(body.decode()):
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + ending for ending in endings}
    for watch in (metrics.watch_queue, metrics.watch_corpus, metrics.watch_ready):
        watch(dict)
    return {name for name in names if name.startswith(("reggi_", "process_"))}


def test_everything_asked_for_is_there() -> None:
    assert exposed() >= {
        "reggi_turns_total", "reggi_step_seconds_bucket", "reggi_citations_dropped_total", "reggi_queue_depth",
        "reggi_ack_seconds_bucket", "reggi_retries_total", "reggi_corpus_age_days", "process_resident_memory_bytes",
    }  # fmt: skip


def test_dashboard_and_alerts_ask_only_for_what_is_exposed() -> None:
    import re

    import yaml

    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    alerts = yaml.safe_load((DASHBOARD.parent / "prometheus-alerts.yaml").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    asked += [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    assert len(asked) >= 15
    names = {name for expr in asked for name in re.findall(r"\b(?:reggi|process)_\w+", expr)}
    assert not names - exposed()
    shown = " ".join(asked)
    for name in exposed():
        if name.startswith("reggi_") and not name.endswith(("_sum", "_count")):
            assert name in shown, f"{name} is shown nowhere"
