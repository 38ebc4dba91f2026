"""Log lines: one per event on standard error, for people or as JSON. No words of questions, no secrets.

Two locks keep them out. Exceptions and the lines of libraries, whose texts repeat what they were given, are logged as
what happened and where, without their text. Whatever else is logged is searched for the words of the question in hand
(`bots/turn_id.py` says which), for the secrets of the settings, and for anything shaped like one. `REGGI_LOG_WORDS` opens the
first two for the hunt of a fault; secrets stay hidden.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from traceback import extract_tb
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from bots.turn_id import words_in_hand
from config.settings import Settings

Line = MutableMapping[str, Any]

HIDDEN = "[hidden]"
WORDS = "[words of the question]"
SHORTEST_SECRET = 6
"""Shorter values of settings are no secrets, and would hide parts of other words."""
FRAMES = 12
RUN = 3
"""So many words of a question in a row are taken for the question."""

_SHAPES = re.compile(
    r"""xox[a-z]-[\w-]{4,} | xapp-[\w-]{4,} | (?:sk|pk|rk)-[\w-]{12,}     # Slack, and the keys of most chat models
    | eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*                                     # JSON Web Tokens
    | (?<=Bearer\ )[^\s"',]+ | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)             # headers, passwords in addresses
    | (?<=hooks\.slack\.com/)[^\s"']+                                     # whoever has it may post there
    | (?<![\w/+])[A-Za-z0-9/+]{86}== | AKIA[0-9A-Z]{16}                    # storage and access keys of clouds
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"\w+")


def configure_logs(
    form: Literal["console", "json"], level: str, secrets: Iterable[str] = (), words: bool = False
) -> None:
    """Set up structlog, and send what libraries log through `logging` the same way.

    `secrets` never appear in a line; `words` lets texts through that may hold words of a question.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    ending: list[Any] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if words else name_exception,
        *([] if words else [hide_words]),
        Secrets(secrets),
        renderer,
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        # looked up for each line, not once: a test or a supervisor may put another stream in its place
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = _LibraryLines(ending, words)
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if not isinstance(other, _LibraryLines)), handler]
    root.setLevel(max(number, logging.WARNING))


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return every value of the settings that no log line may show, the database's password among them."""
    found = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.append(value.get_secret_value().strip())
    try:
        found.append(urlsplit(settings.database_url or "").password or "")
    except ValueError:  # an address that makes no sense is refused elsewhere
        found.append(settings.database_url or "")
    return tuple(secret for secret in found if len(secret) >= SHORTEST_SECRET)


class Secrets:
    """Takes secrets out of every value of a line: those it was given, and whatever is shaped like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted(
            {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True
        )
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _: Any, __: str, line: Line) -> Line:
        for name, value in line.items():
            line[name] = _everywhere(value, self._hide)
        return line

    def _hide(self, text: str) -> str:
        text = self._known.sub(HIDDEN, text) if self._known else text
        return _SHAPES.sub(HIDDEN, text)


def hide_words(_: Any, __: str, line: Line) -> Line:
    """Take any value that repeats the question in hand out of a line."""
    asked = _words(words_in_hand())
    run = min(RUN, len(asked))
    if run < 2:  # "help" tells nothing of anybody
        return line
    runs = {tuple(asked[at : at + run]) for at in range(len(asked) - run + 1)}

    def hide(text: str) -> str:
        said = _words(text)
        repeats = any(tuple(said[at : at + run]) in runs for at in range(len(said) - run + 1))
        return WORDS if repeats else text

    for name, value in line.items():
        if name not in ("event", "level", "timestamp", "turn"):
            line[name] = _everywhere(value, hide)
    return line


def name_exception(_: Any, __: str, line: Line) -> Line:
    """Replace a line's exception by its kind, its causes and where it was raised; its text may hold anything."""
    given = line.pop("exc_info", None)
    if not given:
        return line
    error = (
        given
        if isinstance(given, BaseException)
        else given[1]
        if isinstance(given, tuple)
        else sys.exc_info()[1]
    )
    if error is None:
        return line
    chain: list[str] = []
    at: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 5:
        chain.append(type(seen).__name__)
        at = at or _frames(seen.__traceback__)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    line["exception"] = " from ".join(chain)
    line["at"] = at
    return line


class _LibraryLines(logging.Handler):
    """What libraries log, as lines of ours: without `words` only who, how bad and where."""

    def __init__(self, processors: list[Any], words: bool) -> None:
        super().__init__()
        self._processors = processors
        self._words = words

    def emit(self, record: logging.LogRecord) -> None:
        line: Any = {
            "event": record.getMessage() if self._words else "library_line",
            "logger": record.name,
            "level": record.levelname.lower(),
            "where": f"{record.module}:{record.lineno}",
        }
        if record.exc_info:
            line["exc_info"] = record.exc_info
        try:
            line = structlog.contextvars.merge_contextvars(None, record.levelname.lower(), line)
            for process in self._processors:
                line = process(None, record.levelname.lower(), line)
        except Exception:  # as logging itself does: a line that cannot be written stops nothing
            self.handleError(record)
            return
        print(line, file=sys.stderr)


def _everywhere(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, MutableMapping):
        return {str(name): _everywhere(inner, change) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_everywhere(inner, change) for inner in value]
    return change(str(value))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _frames(trace: TracebackType | None) -> list[str]:
    found = extract_tb(trace)[-FRAMES:]
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in found]
