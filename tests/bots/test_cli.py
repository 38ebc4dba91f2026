"""The reggi command: the two JSONL promises, clear errors, nothing lost."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bots.cli import app

KEYS = {
    "id", "status", "question", "title", "jurisdictions", "excluded", "topics", "verdict", "short_answer", "sections", "table",
    "conclusion", "sources", "notices", "engine", "elapsed_ms",
}  # fmt: skip
SOURCE_KEYS = {
    "mark", "jurisdiction", "law", "citation", "title", "url", "in_force_from", "in_force_to", "reviewed", "text_kind", "governs",
}  # fmt: skip


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the shipped digest, loaded once for this file."""
    from bots.start import load_corpus
    from config.settings import Settings

    folder = tmp_path_factory.mktemp("data")
    load_corpus(Settings(data_dir=folder, _env_file=None))  # type: ignore[call-arg]
    return folder


@pytest.fixture
def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Return a function that runs a command with this data folder and extra variables."""

    def command(*words: str, **variables: str) -> Result:
        monkeypatch.setenv("REGGI_DATA_DIR", str(data_dir))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(app, list(words))

    return command


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_question_is_answered_for_people(run) -> None:  # type: ignore[no-untyped-def]
    result = run("ask", "How soon must we tell customers about a data breach in New Mexico?")
    assert result.exit_code == 0
    assert "Within 45 calendar days" in result.stdout
    assert "Source(s):" in result.stdout
    assert "Jurisdiction: New Mexico" in result.stdout


def test_the_json_contract(run) -> None:  # type: ignore[no-untyped-def]
    result = run("ask", "--json", "Can I use customer data for marketing in Minnesota?")
    answer = json.loads(result.stdout)
    assert set(answer) >= KEYS
    assert answer["status"] == "answered"
    assert answer["jurisdictions"] == [{"code": "MN", "name": "Minnesota", "span": [41, 50], "why": "name"}]
    assert all(set(s) >= SOURCE_KEYS for s in answer["sources"])
    assert set(answer["elapsed_ms"]) >= {"jurisdictions", "search", "compose", "total"}
    marks = {s["mark"] for s in answer["sources"]}
    said = (
        answer["short_answer"]
        + answer["conclusion"]
        + [s for part in answer["sections"] for s in part["statements"]]
    )
    assert all(s["marks"] and set(s["marks"]) <= marks for s in said)


def test_a_file_of_questions_is_answered_in_order(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    questions = [
        {"id": "a", "question": "How soon must we report a breach?", "jurisdiction": "MN"},
        {
            "id": "b",
            "question": "And New Mexico?",
            "history": ["How soon must we report a data breach in Ohio?"],
        },
        {"id": "c", "question": "Compare breach deadlines in NM, MN and CA"},
        {"question": "How soon must we report a data breach?"},
        {"id": "e", "question": "best pizza in Ohio"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(q) for q in questions) + "\n\n", encoding="utf-8")
    result = run("ask", "--jsonl", str(path))
    answers = rows(result)
    assert result.exit_code == 0
    assert [a["id"] for a in answers] == ["a", "b", "c", None, "e"]
    assert [a["status"] for a in answers] == [
        "answered",
        "answered",
        "answered",
        "needs_jurisdiction",
        "out_of_scope",
    ]
    assert [j["code"] for j in answers[0]["jurisdictions"]] == ["MN"]
    assert [j["code"] for j in answers[1]["jurisdictions"]] == ["NM"]
    assert [r["jurisdiction"] for r in answers[2]["table"]["rows"]] == ["NM", "MN", "CA"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": ""}', "did not see a question"),
        ('{"question": "   \\u0000\\u0007 "}', "nothing in that message"),
        (json.dumps({"question": "New " * 10_000}), "40,000 characters"),
        ("not json", "could not read this line"),
        ("[1, 2]", "could not read this line"),
        ('{"id": "x"}', "could not read this line"),
        (
            '{"question": "How soon?", "jurisdiction": "ZZ"}',
            "do not know a US state or territory called “ZZ”",
        ),
    ],
)
def test_bad_lines_get_a_clear_answer_and_lose_nothing(run, tmp_path: Path, line: str, said: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "questions.jsonl"
    path.write_text(line + '\n{"id": "next", "question": "help"}\n', encoding="utf-8")
    first, second = rows(run("ask", "--jsonl", str(path)))
    assert first["status"] == "help"
    assert said in first["short_answer"][0]["text"]
    assert second["id"] == "next"


def test_control_characters_do_not_hide_a_question(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "q.jsonl"
    path.write_text(
        json.dumps({"question": "How soon\u0000 must we report\u200b a data breach\u0007 in Ohio?"}),
        encoding="utf-8",
    )
    assert rows(run("ask", "--jsonl", str(path)))[0]["status"] == "answered"


def test_jurisdictions_of_a_file(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "texts.jsonl"
    texts = ["<@U1> selling data in *Oregon*", "every state except Ohio and Utah", "nothing here"]
    path.write_text("\n".join(json.dumps({"text": t}) for t in texts), encoding="utf-8")
    result = run("jurisdictions", "--jsonl", str(path))
    first, second, third = rows(result)
    assert first == {"jurisdictions": ["OR"], "excluded": []}
    assert (len(second["jurisdictions"]), second["excluded"]) == (48, ["OH", "UT"])
    assert third == {"jurisdictions": [], "excluded": []}


def test_a_missing_file_is_a_clear_error(run) -> None:  # type: ignore[no-untyped-def]
    result = run("ask", "--jsonl", "/nowhere/q.jsonl")
    assert result.exit_code == 1
    assert "There is no file" in result.stderr


def test_a_data_folder_that_cannot_be_made_is_a_clear_error(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("ask", "hello", REGGI_DATA_DIR=str(tmp_path / "file" / "data"))
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert "file" in result.stderr


def test_another_embedding_model_is_refused_with_what_to_do(run) -> None:  # type: ignore[no-untyped-def]
    result = run("ask", "hello", REGGI_EMBEDDING="wordllama-64")
    assert result.exit_code == 1
    assert "reggi load --rebuild" in result.stderr


def test_a_wrong_setting_is_named_without_its_value(run) -> None:  # type: ignore[no-untyped-def]
    result = run("ask", "hello", REGGI_PORT="secret-value")
    assert result.exit_code == 1
    assert "REGGI_PORT" in result.stderr
    assert "secret-value" not in result.stderr


def test_a_port_in_use_is_a_clear_error(run) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", REGGI_PORT=port)
        assert result.exit_code == 1
        assert port in result.stderr
        assert "Traceback" not in result.stderr
        told = run("doctor", REGGI_PORT=port)
        assert told.exit_code == 1
        assert "cannot be used" in " ".join(told.stdout.split())


def test_the_doctor_shows_settings_but_no_secrets(run) -> None:  # type: ignore[no-untyped-def]
    result = run("doctor", REGGI_PORT="0", REGGI_SLACK_BOT_TOKEN="xoxb-very-secret")
    assert "very-secret" not in result.stdout
    assert "REGGI_SLACK_BOT_TOKEN" in result.stdout


def test_coverage_as_json(run) -> None:  # type: ignore[no-untyped-def]
    rows_ = json.loads(run("coverage", "--json").stdout)
    assert {"MN", "NM", "CA", "MA", "MT", "US"} <= {r["jurisdiction"] for r in rows_}
    assert all(r["laws"] and r["topics"] for r in rows_)


def test_samples_are_the_same_for_the_same_seed(run) -> None:  # type: ignore[no-untyped-def]
    assert (
        run("sample", "--count", "5", "--seed", "3").stdout
        == run("sample", "--count", "5", "--seed", "3").stdout
    )
    assert (
        run("sample", "--count", "5", "--seed", "3").stdout
        != run("sample", "--count", "5", "--seed", "4").stdout
    )


def test_an_exam_is_scored(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "exam.jsonl"
    right = {"id": "r", "question": "How soon must we report a data breach in New Mexico?", "jurisdictions": ["NM"],
             "must_cite": [["N.M. Stat. Ann. § 57-12C-6"]], "facts": ["45 (calendar )?days"], "must_not": ["60 days after a breach in NM"]}  # fmt: skip
    wrong = {
        **right,
        "id": "w",
        "must_cite": [["N.M. Stat. Ann. § 99-9-9"]],
        "facts": ["77 days"],
        "verdict": "no",
    }
    path.write_text(json.dumps(right) + "\n" + json.dumps(wrong), encoding="utf-8")
    report = json.loads(run("eval", str(path), "--json").stdout)
    assert report["all"]["questions"] == 2
    assert report["all"]["right"] == 0.5
    assert set(report["wrong"]) == {"w"}
    assert len(report["wrong"]["w"]) == 3
