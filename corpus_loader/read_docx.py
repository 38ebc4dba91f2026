"""DOCX by way of python-docx: paragraphs and tables in order, headings and bold beginnings."""

from __future__ import annotations

import io
import re

from corpus_loader.archives import check_zip
from corpus_loader.documents import Block, Document
from corpus_loader.errors import UnreadableFile


def read_docx(data: bytes) -> Document:
    """Return a Word file as paragraphs; spans count characters of the text as extracted.

    Raises:
        UnreadableFile, UnsafeArchive: it is damaged, or unpacks to more than an archive may.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    check_zip(data)
    try:
        items = list(docx.Document(io.BytesIO(data)).iter_inner_content())
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableFile(f"damaged DOCX: {error}") from error
    blocks: list[Block] = []
    written: list[str] = []
    at = 0

    def add(text: str, lead: str = "", level: int = 0) -> None:
        nonlocal at
        text, lead = " ".join(text.split()), " ".join(lead.split())
        if text:
            blocks.append(Block(text, at, at + len(text), lead, level, len(written) + 1))
            written.append(text)
            at += len(text) + 1

    for item in items:
        if isinstance(item, Paragraph):
            style = re.match(r"Heading (\d)", (item.style.name or "") if item.style else "")
            lead = ""
            for run in item.runs:
                if run.text.strip() and not run.bold:
                    break
                lead += run.text
            add(item.text, item.text if style else lead, int(style[1]) if style else 0)
        elif isinstance(item, Table):
            for row in item.rows:
                add(" ".join(dict.fromkeys(cell.text for cell in row.cells)))
    return Document("docx", "\n".join(written), "docx", tuple(blocks))
