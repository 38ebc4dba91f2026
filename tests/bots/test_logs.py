"""No words of a question and no secret in the log, over whole turns on every channel; one id from event to posted message."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import copy_context
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from bots.asked import Asked
from bots.logs import HIDDEN, configure_logs, secrets_of
from bots.threads import Thread
from bots.turn_id import begin_turn, current_turn, turn_id
from retrieval.errors import StoreUnavailable
from tests.bots import fake_slack
from tests.bots.answers import FakeBrain
from tests.bots.conftest import SlackWorld, settings_of
from tests.bots.fake_slack import SECRET, TOKEN
from tests.bots.fake_teams import payload
from tests.bots.teams_server import TeamsServer, teams_server
from tests.bots.web.conftest import Page, page

__all__ = ["page"]

QUESTION = "May Quackenbush Zebrafish Ltd sell hatchery visitor lists in Minnesota without asking Ottoline?"
TELLING = ("quackenbush", "zebrafish", "hatchery", "ottoline", "visitor lists")
RESPONSE_SECRET = "response/t-secret-hook"


@pytest.fixture
async def teams() -> AsyncIterator[TeamsServer]:
    async with teams_server() as server:
        yield server


Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Log as a server does with the settings of the tests' worlds; return what was logged, after checking all of it."""
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    secrets = secrets_of(
        settings_of(slack_bot_token=SecretStr(TOKEN), slack_signing_secret=SecretStr(SECRET))
    )
    configure_logs("json", "debug", secrets)

    def read() -> list[dict[str, Any]]:
        text = capsys.readouterr().err
        low = text.lower()
        assert not [word for word in TELLING if word in low], text
        assert not [word for word in (TOKEN, SECRET, "bot-token", "t-secret-hook") if word in text], text
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    yield read
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.getLogger().handlers, logging.getLogger().level = handlers, level


def turns(logged: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return what happened in each turn, by its id."""
    found: dict[str, list[str]] = {}
    for line in logged:
        if "turn" in line:
            found.setdefault(line["turn"], []).append(line["event"])
    return found


def mention(**changed: Any) -> dict[str, Any]:
    body = fake_slack.payload("app_mention")
    body["event"] |= {"text": f"<@U0REGGI> {QUESTION}"} | changed
    return body


async def test_mention_in_slack_is_followed_by_one_id_and_tells_no_words(
    slack: SlackWorld, lines: Lines
) -> None:
    await slack.event(mention())
    await slack.settled()
    [events] = turns(lines()).values()
    assert slack.slack.posted
    assert events == ["taken", "answered", "posted"]


async def test_command_tells_no_words_and_not_where_its_answer_goes(slack: SlackWorld, lines: Lines) -> None:
    slack.slack.errors = ["invalid_blocks"]
    await slack.command(QUESTION, "t-secret-hook")
    await slack.settled()
    [events] = turns(lines()).values()
    assert slack.slack.responses
    assert events[:2] == ["taken", "answered"]
    assert events[-1] == "posted"


async def test_refused_message_tells_no_words(slack: SlackWorld, lines: Lines) -> None:
    slack.slack.errors = ["is_archived"]
    await slack.event(mention())
    await slack.settled()
    [events] = turns(lines()).values()
    assert events == ["taken", "answered", "undeliverable"]


async def test_message_in_teams_is_followed_by_one_id_and_tells_no_words(
    teams: TeamsServer, lines: Lines
) -> None:
    await teams.send(payload("personal_message", teams.teams_url) | {"text": QUESTION})
    await teams.settled()
    [events] = turns(lines()).values()
    assert teams.teams.messages
    told = list(dict.fromkeys(event for event in events if event in ("taken", "answered", "posted")))
    assert told == ["taken", "answered", "posted"]


async def test_question_on_the_page_tells_no_words(page: Page, lines: Lines) -> None:
    await page.ask(QUESTION)
    [events] = turns(lines()).values()
    assert events == ["answered"]


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"cannot read {QUESTION}"),
        KeyError(QUESTION),
        StoreUnavailable(f"Chroma: no result for “{QUESTION}”"),
        RuntimeError(f"401 for Bearer {TOKEN} while asked {QUESTION}"),
    ],
)
async def test_fault_that_repeats_the_question_is_logged_without_it(
    slack: SlackWorld, teams: TeamsServer, page: Page, lines: Lines, error: Exception
) -> None:
    try:
        raise error from OSError(QUESTION)
    except Exception as raised:
        for brain in (slack.brain, teams.brain, page.brain):
            assert isinstance(brain, FakeBrain)
            brain.error = raised
    await slack.event(mention())
    await slack.settled()
    await teams.send(payload("personal_message", teams.teams_url) | {"text": QUESTION})
    await teams.settled()
    await page.ask(QUESTION)
    faults = [line for line in lines() if line["event"] in ("answer_broke", "answer_failed")]
    assert len(faults) == 3
    assert all(type(error).__name__ in (line.get("exception") or line["error"]) for line in faults)


async def test_edited_and_deleted_questions_tell_no_words(slack: SlackWorld, lines: Lines) -> None:
    body = fake_slack.payload("message_changed")
    body["event"]["message"]["text"] = f"<@U0REGGI> {QUESTION}"
    await slack.event(body)
    await slack.event(fake_slack.payload("message_deleted"))
    await slack.settled()
    lines()


async def test_forged_request_is_logged_without_what_it_carried(slack: SlackWorld, lines: Lines) -> None:
    response = await slack.event(mention(), **{"X-Slack-Signature": "v0=" + "0" * 64})
    assert response.status == 401
    assert [line["event"] for line in lines()] == ["request_refused"]


def test_line_of_a_library_says_who_and_where_and_not_what(lines: Lines) -> None:
    logging.getLogger("slack_bolt.AsyncApp").warning("Unhandled request ({'text': '%s'})", QUESTION)
    try:
        raise ValueError(QUESTION)
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved: %s", QUESTION)
    warning, fault = lines()
    assert (warning["event"], warning["logger"], warning["level"]) == (
        "library_line",
        "slack_bolt.AsyncApp",
        "warning",
    )
    assert warning["where"].startswith("test_logs:")
    assert fault["exception"] == "ValueError"
    assert any("test_logs.py" in frame for frame in fault["at"])


def test_words_are_let_through_for_the_hunt_of_a_fault_and_secrets_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handlers = logging.getLogger().handlers
    configure_logs("json", "info", [SECRET], words=True)
    try:
        raise ValueError(f"{QUESTION} {SECRET}")
    except ValueError:
        structlog.get_logger().exception("fault")
    logging.getLogger("slack_bolt").warning("body %s", QUESTION)
    shown = capsys.readouterr().err
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers
    assert shown.count("Zebrafish") == 2
    assert SECRET not in shown


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-123456789012-abcdefABCDEF",
        "xoxe.xoxp-1-Mi0yLTExMTE",
        "xapp-1-A111-222-abcdef",
        "Authorization: Bearer abc.def-ghi",
        "sk-proj-abcdefghijklmnop",
        "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl",
        "postgresql+asyncpg://reggi:hunter22@db/reggi",
        "https://hooks.slack.com/commands/T1/2/abcdef",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_what_is_shaped_like_a_secret_is_hidden_wherever_it_stands(lines: Lines, text: str) -> None:
    structlog.get_logger().info("x", plain=text, inside={"a": [text, ("b", text)]}, thing=ValueError(text))
    [line] = lines()
    told = json.dumps(line)
    assert told.count(HIDDEN) == 4
    secret = text.rpartition("//")[2].removeprefix("Authorization: Bearer ").removeprefix("hooks.slack.com/")
    assert secret.partition("@")[0] not in told


def test_ordinary_values_are_not_hidden(lines: Lines) -> None:
    ordinary = {
        "engine": "model:openai:gpt-5/prompt-3",
        "url": "https://slack.com/api/",
        "n": 3,
        "none": None,
        "ok": True,
    }
    structlog.get_logger().info("x", **ordinary)
    [line] = lines()
    assert {name: line[name] for name in ordinary} == ordinary


def test_password_of_the_database_is_a_secret() -> None:
    settings = settings_of(
        database_url="postgresql+asyncpg://reggi:hunter22@db/reggi", admin_token=SecretStr("t0ken-of-admin")
    )
    assert set(secrets_of(settings)) == {"hunter22", "t0ken-of-admin"}


def asked(text: str = QUESTION, tenant: str = "T1", *deliveries: str) -> Asked:
    return Asked(text, Thread("slack", tenant, "C1"), deliveries)


def test_id_is_the_same_for_every_delivery_of_a_message_and_for_every_replica() -> None:
    first = turn_id(asked(QUESTION, "T1", "message:C1:1.1", "event:E1"))
    assert first == turn_id(asked("edited words", "T1", "message:C1:1.1", "event:E2")) == "9afbb29b3b6108bb"
    assert first != turn_id(asked(QUESTION, "T2", "message:C1:1.1"))
    assert first != turn_id(asked(QUESTION, "T1", "message:C1:1.2"))
    assert turn_id(asked()) != turn_id(asked())


def test_turn_stays_until_the_task_goes_on_to_another_message() -> None:
    def task() -> None:
        assert current_turn() == ""
        first = begin_turn(asked(QUESTION, "T1", "m2"))
        assert begin_turn(asked(QUESTION, "T1", "m2")) == current_turn() == first
        second = begin_turn(asked("Another one?", "T1", "m3"))
        assert second == current_turn() != first

    copy_context().run(task)
