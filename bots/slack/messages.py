"""A reply as Slack messages: blocks packed into as few as Slack takes, and plain text as the last resort.

Limits: 50 blocks a message (https://docs.slack.dev/reference/block-kit/blocks), one table a message, and about
12,000 characters of all blocks together, which is not written down; one message failed at 11,341
(https://github.com/slackapi/bolt-js/issues/2867). A reply over the limits is split and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bots.render import (
    Grid,
    Heading,
    Links,
    Piece,
    SourceItem,
    growing_pieces,
    links_of,
    pieces_of,
    plain_lines,
    short_text,
    split_text,
)
from bots.slack.blocks import Block, blocks_of, context, text_size
from bots.turn import BROKEN, Note, Reply
from retrieval.records import Answer

_log = structlog.get_logger(__name__)

MESSAGE_BLOCKS = 45
MESSAGE_SIZE = 9_500
FALLBACK_TEXT = 3_000
"""Slack shows `text` in notifications; it advises 4,000 characters and cuts at 40,000."""
PLAIN_TEXT = 3_500


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message: `text` is what a notification shows, already escaped; `blocks` what the channel shows."""

    text: str
    blocks: tuple[Block, ...]


def messages_of(
    reply: Reply, lead: Sequence[Block] = (), controls: Sequence[Block] = ()
) -> tuple[SlackMessage, ...]:
    """Return the messages of a reply, in order; the sources stand whole at the end.

    `lead` stands above the answer (the question, where the person would not see it otherwise), `controls` below
    it. A reply that cannot be written becomes a sentence that says so: a fault of ours must not leave the person
    without a word.
    """
    try:
        title = reply.text if isinstance(reply, Note) else reply.title
        pieces = pieces_of(reply)
        return messages_of_pieces(pieces, links_of(pieces), short_text(reply), title, lead, controls)
    except Exception:
        _log.exception("slack_rendering_broke")
        note = Note(BROKEN, failed=True)
        return messages_of_pieces(pieces_of(note), {}, note.text, note.text)


def growing_blocks(so_far: Answer) -> tuple[Block, ...]:
    """Return what the first message of an answer shows while the answer is still being written.

    It is what the finished message begins with: a table comes with the whole, and so does whatever has no room in the
    first message.
    """
    shown = growing_pieces(so_far)
    table = next((n for n, piece in enumerate(shown) if isinstance(piece, Grid)), len(shown))
    messages = messages_of_pieces(shown[:table], links_of(pieces_of(so_far)), "", "")
    return messages[0].blocks if messages else ()


def messages_of_pieces(
    pieces: tuple[Piece, ...],
    links: Links,
    short: str,
    title: str,
    lead: Sequence[Block] = (),
    controls: Sequence[Block] = (),
) -> tuple[SlackMessage, ...]:
    """Return the messages of pieces, in order; `short` is the notification of the first, `title` names the others."""
    written = [blocks_of(group, links) for group in _groups(pieces)]
    parts = _packed([list(lead), *written, list(controls)])
    messages = []
    for number, blocks in enumerate(parts, 1):
        if number == 1:
            messages.append(SlackMessage(escaped(split_text(short, FALLBACK_TEXT)[0]), tuple(blocks)))
        else:
            more = split_text(f"{title} ({number} of {len(parts)})", FALLBACK_TEXT)[0]
            messages.append(SlackMessage(escaped(more), (context(f"Part {number} of {len(parts)}"), *blocks)))
    return tuple(messages)


def plain_messages(reply: Reply) -> tuple[SlackMessage, ...]:
    """Return a reply as messages without blocks, for a Slack that refuses the blocks; nothing is left out."""
    return plain_texts(plain_lines(reply))


def plain_texts(lines: Iterable[str]) -> tuple[SlackMessage, ...]:
    """Return lines as messages without blocks."""
    texts: list[str] = []
    for line in lines:
        for part in split_text(line, PLAIN_TEXT):
            shown = escaped(part)
            if texts and len(texts[-1]) + len(shown) < PLAIN_TEXT:
                texts[-1] += f"\n{shown}"
            else:
                texts.append(shown)
    return tuple(SlackMessage(text, ()) for text in texts)


def escaped(text: str) -> str:
    """Return text as Slack shows it letter by letter (https://docs.slack.dev/messaging/formatting-message-text#escaping)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _groups(pieces: tuple[Piece, ...]) -> list[list[Piece]]:
    """Pieces that belong together: a heading with what follows it, a table by itself, all sources."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        if groups[-1] and _begins(piece, groups[-1]):
            groups.append([])
        groups[-1].append(piece)
    return groups


def _begins(piece: Piece, group: list[Piece]) -> bool:
    """Whether a piece begins a group of its own after this one."""
    if isinstance(piece, Heading):
        return not all(isinstance(before, Heading) for before in group)
    ended = isinstance(group[-1], Grid | SourceItem)
    return ended and type(piece) is not type(group[-1])


def _packed(groups: list[list[Block]]) -> list[list[Block]]:
    """Blocks in as few messages as the limits allow; a group that fits into one message is not torn."""
    messages: list[list[Block]] = [[]]
    for group in groups:
        if messages[-1] and not _fits(messages[-1], group) and _fits([], group):
            messages.append([])
        for block in group:
            if messages[-1] and not _fits(messages[-1], [block]):
                messages.append(_taken_heading(messages[-1]))
            messages[-1].append(block)
    return [blocks for blocks in messages if blocks]


def _taken_heading(blocks: list[Block]) -> list[Block]:
    """Take a header off the end of a full message, to stand above what follows it in the next."""
    return [blocks.pop()] if len(blocks) > 1 and blocks[-1]["type"] == "header" else []


def _fits(blocks: list[Block], more: list[Block]) -> bool:
    together = [*blocks, *more]
    if _tables(blocks) and more:  # Slack shows a table below everything else in its message
        return False
    return len(together) <= MESSAGE_BLOCKS and text_size(together) <= MESSAGE_SIZE and _tables(together) <= 1


def _tables(blocks: list[Any]) -> int:
    return sum(block["type"] == "table" for block in blocks)
