"""A reply as Teams messages: Markdown text, and citations for the pop-ups of the source list.

Marks stand in the text as everywhere else ([1.1], law and section), so that two colleagues in Slack and Teams
can speak of the same source. Teams' own citations know whole numbers only and need "[1]" in the text; they
stand behind each entry of the source list, where the pop-up opens. The entries are paragraphs and no list,
because the Agents Playground opens no pop-ups within lists.

Teams renders no tables and no headings in text messages on every device
(https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bots-text-formats), so headings are bold and a
comparison is a list, row by row. A message may have 100 KB and older pages say 28; a longer reply is split and
loses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import structlog

from bots.render import (
    Bullet,
    Fact,
    Grid,
    Heading,
    Paragraph,
    Piece,
    SourceItem,
    Title,
    marks_text,
    pieces_of,
    split_text,
)
from bots.turn import BROKEN, Note, Reply

_log = structlog.get_logger(__name__)

MESSAGE_TEXT = 18_000
"""Characters in one message: at three bytes each, the most Unicode needs here, still under 80 KB with the citations."""
CITATIONS = 10
"""Pop-ups in one message. Teams' documentation allows 20
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bot-messages-ai-generated-content), Microsoft's Agents
Playground refuses the eleventh; the sources after the tenth have their links and marks all the same."""
CITATION_NAME = 80
CITATION_ABSTRACT = 160


@dataclass(frozen=True, slots=True)
class Citation:
    """A pop-up of Teams: `position` is the number in the text; `name` and `abstract` are never empty (Teams drops
    the whole message otherwise, https://github.com/microsoft/teams-sdk/issues/1714)."""

    position: int
    name: str
    abstract: str
    url: str | None


@dataclass(frozen=True, slots=True)
class TeamsMessage:
    """One message in Markdown. `generated` asks Teams for its label "AI generated"."""

    text: str
    citations: tuple[Citation, ...] = ()
    generated: bool = False


def messages_of(reply: Reply) -> tuple[TeamsMessage, ...]:
    """Return the messages of a reply, in order; the sources stand at the end.

    A reply that cannot be written becomes a sentence that says so: a fault of ours must not leave the person
    without a word.
    """
    try:
        return _written(reply)
    except Exception:
        _log.exception("teams_rendering_broke")
        return _written(Note(BROKEN, failed=True))


def _written(reply: Reply) -> tuple[TeamsMessage, ...]:
    if isinstance(reply, Note):
        return tuple(TeamsMessage(escaped(part)) for part in split_text(reply.text, MESSAGE_TEXT))
    parts: list[list[tuple[Piece, str]]] = [[]]
    size = 0
    pieces = pieces_of(reply)
    said = _first_said(pieces)
    for piece in pieces:
        for text in _markdown(piece):
            if parts[-1] and size + len(text) > MESSAGE_TEXT:
                parts.append(_taken_heading(parts[-1]))
                size = sum(len(taken) for _, taken in parts[-1])
            parts[-1].append((piece, text))
            size += len(text)
    messages = [_message(part, said) for part in parts if part]
    if len(messages) == 1:
        return tuple(messages)
    return tuple(
        TeamsMessage(f"{message.text}\n\n({number} of {len(messages)})", message.citations, message.generated)
        for number, message in enumerate(messages, 1)
    )


def escaped(text: str) -> str:
    """Return text that Teams' Markdown shows letter by letter: no emphasis, link, mention, list or HTML comes of it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]~])", r"\\\1", text)
    text = re.sub(r"^(\s*)([#+-])", r"\1\\\2", text, flags=re.MULTILINE)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", text, flags=re.MULTILINE)


def _first_said(pieces: tuple[Piece, ...]) -> dict[str, str]:
    """The first sentence of the answer that rests on each mark, which its pop-up then shows."""
    said: dict[str, str] = {}
    for piece in pieces:
        if isinstance(piece, Paragraph | Bullet):
            for mark in piece.marks:
                said.setdefault(mark, piece.text)
    return said


def _message(part: list[tuple[Piece, str]], said: dict[str, str]) -> TeamsMessage:
    """One message of pieces; numbers its sources for Teams as far as Teams counts."""
    lines: list[str] = []
    citations: list[Citation] = []
    before: Piece | None = None
    for piece, text in part:
        if isinstance(piece, SourceItem) and len(citations) < CITATIONS:
            citations.append(_citation(piece, len(citations) + 1, said))
            text = f"{text} [{len(citations)}]"
        in_list = isinstance(piece, Bullet) and isinstance(before, Bullet)
        lines.append(f"\n{text}" if in_list else f"\n\n{text}")
        before = piece
    return TeamsMessage("".join(lines).strip(), tuple(citations), generated=True)


def _citation(item: SourceItem, position: int, said: dict[str, str]) -> Citation:
    name = _cut(f"{item.mark} {item.text}", CITATION_NAME)
    abstract = _cut(said.get(item.mark) or item.text, CITATION_ABSTRACT)
    return Citation(position, name, abstract, item.url)


def _cut(text: str, limit: int) -> str:
    """A text for a pop-up, where the whole of it stands in the message anyway."""
    return text if len(text) <= limit else f"{split_text(text, limit - 2)[0]} …"


def _markdown(piece: Piece) -> list[str]:
    """A piece as one or, where it is longer than a message, several texts."""
    match piece:
        case Title(text) | Heading(text):
            return [f"**{escaped(part)}**" for part in split_text(text, MESSAGE_TEXT // 4)]
        case Paragraph(text, marks):
            return _marked(text, marks, "")
        case Bullet(text, marks):
            return _marked(text, marks, "- ")
        case Grid():
            return _grid(piece)
        case SourceItem(mark, text, url, details):
            named = f"[{escaped(text)}]({_link(url)})" if url else escaped(text)
            official = "official link, " if url else ""
            return [f"**[{mark}]** {named} ({official}{escaped(details)})"]
        case Fact(label, text):
            return [f"**{escaped(label)}:** {escaped(text)}" if label else escaped(text)]


def _marked(text: str, marks: tuple[str, ...], bullet: str) -> list[str]:
    *parts, last = split_text(text, MESSAGE_TEXT // 4)
    shown = [f"{bullet}{escaped(part)}" for part in parts]
    return [*shown, f"{bullet}{escaped(last)} {marks_text(marks)}".rstrip()]


def _grid(grid: Grid) -> list[str]:
    rows = []
    for name, cells in grid.rows:
        lines = [
            f"- {escaped(column)}: {escaped(cell.text)} {marks_text(cell.marks)}".rstrip()
            for column, cell in zip(grid.columns, cells, strict=False)
        ]
        rows.append("\n".join([f"**{escaped(name)}**\n", *lines]))
    return rows


def _link(url: str) -> str:
    """An address as the target of a Markdown link: brackets would end it."""
    return url.replace("(", "%28").replace(")", "%29")


def _taken_heading(part: list[tuple[Piece, str]]) -> list[tuple[Piece, str]]:
    """Take a heading off the end of a full message, to stand above what follows it in the next."""
    return [part.pop()] if len(part) > 1 and isinstance(part[-1][0], Heading) else []
