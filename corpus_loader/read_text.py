"""Plain text: lines with page furniture to paragraphs."""

from __future__ import annotations

from corpus_loader.documents import Document
from corpus_loader.encodings import decode
from corpus_loader.furniture import without_furniture
from corpus_loader.paragraphs import lines_of, paragraphs


def read_text(data: bytes) -> Document:
    """Return a plain text file as paragraphs; spans count characters of the decoded file.

    Raises:
        UnreadableFile: it is no text.
    """
    text, encoding = decode(data)
    kept, gone = without_furniture(lines_of(text))
    blocks = tuple(paragraphs(kept))
    return Document("text", text, encoding, blocks, left_out=(("page furniture", gone),) if gone else ())
