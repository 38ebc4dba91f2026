"""What `reggi load PATH…` and `reggi history` print."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from rich.console import Console

from bots.official import load_files, print_history, print_report, size_of
from config.settings import Settings
from corpus_loader.load_official import given_paths

TODAY = dt.date(2026, 11, 21)
LAW = "Minnesota Statutes\n\n§ 900.01. Fairness.\n\nA controller shall be fair [always].\n\n§ 900.02. Openness.\n\nA controller shall be open.\n"


def console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=200, color_system=None), out


def test_a_change_is_printed_side_by_side_and_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", embedding="wordllama-64", _env_file=None)  # type: ignore[call-arg]
    law = tmp_path / "law"
    law.mkdir()
    (law / "mn.txt").write_text(LAW, encoding="utf-8")
    (law / "bad.bin").write_bytes(b"\0\1")
    load_files(settings, given_paths([law]), size_of([law]), TODAY)
    (law / "mn.txt").write_text(LAW.replace("be open", "be very open"), encoding="utf-8")
    report = load_files(settings, given_paths([law]), size_of([law]), TODAY + dt.timedelta(days=7))
    screen, out = console()
    print_report(report, screen)
    shown = out.getvalue()
    assert "0 added, 1 changed, 0 removed, 1 unchanged" in shown
    assert "changed Minn. Stat. § 900.02" in shown
    assert "A controller shall be open." in shown
    assert "A controller shall be very open." in shown
    assert "set aside law/bad.bin:0: the bytes are no text" in shown

    screen, out = console()
    assert print_history(settings, "Minn. Stat. § 900.02", None, screen)
    assert "(current)" in out.getvalue()
    assert "(until 2026-11-28)" in out.getvalue()
    screen, out = console()
    assert print_history(settings, "900.02", TODAY, screen)
    assert "shall be open." in out.getvalue()
    screen, out = console()
    assert print_history(settings, "900.01", None, screen)
    assert not print_history(settings, "Minn. Stat. § 777.77", None, screen)


def test_history_before_any_load_is_empty(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", embedding="wordllama-64", _env_file=None)  # type: ignore[call-arg]
    screen, _ = console()
    assert not print_history(settings, "900.01", None, screen)
