"""RTF by way of striprtf: text with the paragraphs of the file."""

from __future__ import annotations

from corpus_loader.documents import Document
from corpus_loader.errors import UnreadableFile
from corpus_loader.furniture import without_furniture
from corpus_loader.paragraphs import lines_of, paragraphs


def read_rtf(data: bytes) -> Document:
    """Return an RTF file as paragraphs; spans count characters of the text as extracted.

    Raises:
        UnreadableFile: it is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    try:
        # the format is ASCII with escapes; bytes above that are of the code page, windows-1252 unless it says otherwise
        text = rtf_to_text(
            data.decode("windows-1252", errors="replace"), encoding="windows-1252", errors="replace"
        )  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, KeyError, AttributeError, LookupError) as error:
        raise UnreadableFile(f"damaged RTF: {error}") from error
    # a line of RTF text is a whole paragraph: set apart, so that none is joined to the next
    text = text.replace("\r\n", "\n").replace("\n", "\n\n")
    kept, gone = without_furniture(lines_of(text))
    return Document(
        "rtf", text, "rtf", tuple(paragraphs(kept)), left_out=(("page furniture", gone),) if gone else ()
    )
