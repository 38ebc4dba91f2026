"""Markdown: headings, paragraphs and fenced page text; links give their words."""

from __future__ import annotations

import re
from dataclasses import replace

from corpus_loader.documents import Block, Document
from corpus_loader.encodings import decode
from corpus_loader.furniture import without_furniture
from corpus_loader.paragraphs import Line, lines_of, paragraphs

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_BOLD = re.compile(r"^(\*\*|__)(?P<bold>.+?)\1")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>-])")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|[*_])(?=\S)(.+?)(?<=\S)\1(?!\w)")


def read_markdown(data: bytes) -> Document:
    """Return a Markdown file as headings and paragraphs; spans count characters of the decoded file.

    Raises:
        UnreadableFile: it is no text.
    """
    text, encoding = decode(data)
    kept, gone = without_furniture(x for x in lines_of(text) if not x.text.lstrip("\f ").startswith("```"))
    blocks: list[Block] = []
    held: list[Line] = []
    for line in kept:
        if match := _HEADING.match(line.text):
            blocks.extend(paragraphs(held))
            held = []
            said = plain(match[2])
            if said:
                blocks.append(Block(said, line.start, line.end, said, len(match[1]), line.number, line.page))
        else:
            held.append(line)
    blocks.extend(paragraphs(held))
    read = tuple(block if block.level else _inline(block) for block in blocks)
    return Document(
        "markdown",
        text,
        encoding,
        tuple(b for b in read if b.text),
        left_out=(("page furniture", gone),) if gone else (),
    )


def _inline(block: Block) -> Block:
    bold = _BOLD.match(block.text)
    return replace(block, text=plain(block.text), lead=plain(bold["bold"]) if bold else "")


def plain(text: str) -> str:
    """Return Markdown text without links, emphasis and escapes; words and their order stay."""
    text = _LINK.sub(r"\1", text)
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", text)
    return " ".join(_ESCAPE.sub(r"\1", text).split())
