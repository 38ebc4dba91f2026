"""A reply as Teams messages: Markdown text, citations for the pop-ups of the source list, cards for tables and buttons.

Marks stand in the text as everywhere else ([1.1], law and section), so that two colleagues in Slack and Teams
can speak of the same source. Teams' own citations know whole numbers only and need "[1]" in the text; they
stand behind each entry of the source list, where the pop-up opens. The entries are paragraphs and no list,
because the Agents Playground opens no pop-ups within lists.

Teams renders no tables and no headings in text messages on every device
(https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bots-text-formats), so headings are bold and a
comparison is a card; where Teams does not take it, the comparison is a list, row by row. A card is a message of its own: an
activity with text and a card comes apart into two messages and is answered without an id, as the Agents Playground shows. What
can be pressed, and the thumbs, stand in the last message, by whose id the answer is found again. A message may have 100 KB and
older pages say 28; a longer reply is split and loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from bots.render import (
    Bullet,
    Fact,
    Grid,
    Heading,
    Links,
    Paragraph,
    Piece,
    SourceItem,
    Title,
    growing_pieces,
    links_of,
    marks_text,
    pieces_of,
    split_text,
)
from bots.teams.cards import Card, tables
from bots.turn import BROKEN, Note, Reply
from retrieval.records import Answer

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
    """One message: text in Markdown, or a `card` in the place of text.

    `generated` asks Teams for its label "AI generated", `judged` for its thumbs. `plain` says in words what the card says,
    "" where it says nothing that is missing without it. `suggestions` are (title, question) to press, which Teams shows in
    personal chats.
    """

    text: str = ""
    citations: tuple[Citation, ...] = ()
    generated: bool = False
    card: Card | None = None
    plain: str = ""
    judged: bool = False
    suggestions: tuple[tuple[str, str], ...] = ()

    @property
    def in_words(self) -> str:
        """The message without its card; nothing of a comparison is missing."""
        return self.text or self.plain

    @property
    def optional(self) -> bool:
        """Whether nothing is lost without the message."""
        return not self.in_words


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces of one message with their texts, and the card of a table with the same in words."""

    said: tuple[tuple[Piece, str], ...] = ()
    card: Card | None = None
    listed: str = ""

    @property
    def size(self) -> int:
        """Characters of the texts."""
        return sum(len(text) for _, text in self.said)


def messages_of(reply: Reply, controls: Card | None = None, judged: bool = False) -> tuple[TeamsMessage, ...]:
    """Return the messages of a reply, in order; the sources stand at the end.

    `controls` and the thumbs of a reply that may be `judged` stand in the last. A reply that cannot be written becomes a
    sentence that says so: a fault of ours must not leave the person without a word.
    """
    try:
        messages = _written(reply)
    except Exception:
        _log.exception("teams_rendering_broke")
        return _written(Note(BROKEN, failed=True))
    if controls:
        return (*messages, TeamsMessage(card=controls, judged=judged))
    return (*messages[:-1], replace(messages[-1], judged=judged))


def growing_text(so_far: Answer) -> str:
    """Return what the first message of an answer shows while the answer is still being written.

    What is shown of one part begins what is shown of the next.
    """
    parts = _parts(growing_pieces(so_far), links_of(pieces_of(so_far)))
    return _message(parts[0], {}).text if parts else ""


def _written(reply: Reply) -> tuple[TeamsMessage, ...]:
    if isinstance(reply, Note):
        return tuple(TeamsMessage(escaped(part)) for part in split_text(reply.text, MESSAGE_TEXT))
    pieces = pieces_of(reply)
    said = _first_said(pieces)
    parts = _parts(pieces, links_of(pieces))
    messages: list[TeamsMessage] = []
    for number, part in enumerate(parts, 1):
        if part.said:
            told = _message(part, said)
            mark = f"\n\n({number} of {len(parts)})" if len(parts) > 1 else ""
            messages.append(replace(told, text=f"{told.text}{mark}"))
        if part.card:
            messages.append(TeamsMessage(generated=True, card=part.card, plain=part.listed))
    return tuple(messages)


def _parts(pieces: Sequence[Piece], links: Links) -> list[Part]:
    """Pieces packed into as few messages as the limits allow; a table ends its message."""
    parts = [Part()]
    for piece in pieces:
        if isinstance(piece, Grid) and (made := tables(piece, links)):
            _add_tables(parts, piece, made)
            continue
        for text in _markdown(piece):
            last = parts[-1]
            if last.card:
                parts.append(Part())
            elif last.said and last.size + len(text) > MESSAGE_TEXT:
                parts[-1], heading = _without_heading(last)
                parts.append(Part(heading))
            parts[-1] = replace(parts[-1], said=(*parts[-1].said, (piece, text)))
    return [part for part in parts if part.said or part.card]


def _add_tables(parts: list[Part], grid: Grid, made: Iterable[Card]) -> None:
    rows = list(grid.rows)
    for card in made:
        if parts[-1].card:
            parts.append(Part())
        (table,) = card["body"]
        count = len(table["rows"]) - 1
        listed = "\n\n".join(_grid(replace(grid, rows=tuple(rows[:count]))))
        parts[-1] = replace(parts[-1], card=card, listed=listed)
        rows = rows[count:]


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


def _message(part: Part, said: dict[str, str]) -> TeamsMessage:
    """One message of pieces; numbers its sources for Teams as far as Teams counts."""
    lines: list[str] = []
    citations: list[Citation] = []
    before: Piece | None = None
    for piece, text in part.said:
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


def _without_heading(part: Part) -> tuple[Part, tuple[tuple[Piece, str], ...]]:
    """Take a heading off the end of a full message, to stand above what follows it in the next."""
    if len(part.said) > 1 and isinstance(part.said[-1][0], Heading):
        return replace(part, said=part.said[:-1]), part.said[-1:]
    return part, ()
