"""PDF with text, by way of pypdf. A scan without text is refused, not loaded as nothing."""

from __future__ import annotations

import io

from corpus_loader.documents import Document
from corpus_loader.errors import UnreadableFile
from corpus_loader.furniture import without_furniture
from corpus_loader.paragraphs import lines_of, paragraphs

_PAGES = 5_000


def read_pdf(data: bytes) -> Document:
    """Return a PDF as paragraphs with page numbers; spans count characters of the text as extracted.

    Raises:
        UnreadableFile: it is damaged, encrypted, longer than 5,000 pages, or a scan without text.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile("the PDF is encrypted")
        if len(reader.pages) > _PAGES:
            raise UnreadableFile(f"more than {_PAGES} pages")
        # the form feed tells lines_of where a page begins
        text = "\n\f".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError) as error:
        raise UnreadableFile(f"damaged PDF: {type(error).__name__}: {error}") from error
    if sum(c.isalnum() for c in text) < 20 * len(reader.pages):
        raise UnreadableFile("hardly any text: probably a scan, which needs character recognition first")
    kept, gone = without_furniture(lines_of(text, paged=True))
    return Document(
        "pdf", text, "pdf", tuple(paragraphs(kept)), left_out=(("page furniture", gone),) if gone else ()
    )
