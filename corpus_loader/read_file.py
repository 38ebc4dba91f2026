"""One file of any format to sections: format by content, the right reader, then the cut."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, replace

from corpus_loader.archives import LINE_CHARS
from corpus_loader.documents import Document, Format, Section, Selectors, Skip
from corpus_loader.errors import UnreadableFile
from corpus_loader.sections import cut_sections

_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|div|p|table|article|main|span|h[1-6]|center|font|pre|b)\b",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(rb"^(?:#{1,6} \S|\[[^\]]+\]\([^)]+\)|\*\*\S|```)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file gave: its sections, what was set aside, and counts of what is no law in it."""

    format: Format
    encoding: str
    sections: tuple[Section, ...]
    skips: tuple[Skip, ...]
    left_out: tuple[tuple[str, int], ...]
    opening: str
    """The first words of the file with its title, from which its code can be told."""


def format_of(data: bytes, name: str = "") -> Format:
    """Return the format of a file by its content; the ending decides only between Markdown and plain text.

    Raises:
        UnreadableFile: it is empty, or of a format that is not read (an image, a program, an old Word file).
    """
    start = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if not start:
        raise UnreadableFile("the file is empty")
    if start.startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if start.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = archive.namelist()
        except zipfile.BadZipFile as error:
            raise UnreadableFile(f"damaged archive: {error}") from error
        if "word/document.xml" in names:
            return "docx"
        raise UnreadableFile("a zip file inside another is not opened")
    if start.startswith((b"\xd0\xcf\x11\xe0", b"\x7fELF", b"MZ", b"\x89PNG", b"GIF8", b"\xff\xd8")):
        raise UnreadableFile("neither text nor PDF, RTF or DOCX (an old .doc file must be saved as .docx)")
    wide = start.replace(b"\0", b"")
    if wide.startswith(b"<"):
        return _markup(data[:65536].replace(b"\0", b""))
    if wide.startswith((b"{", b"[")) and _looks_json(wide):
        first_line = data.split(b"\n", 1)[0].strip()
        return (
            "jsonl"
            if first_line.startswith(b"{") and first_line.endswith(b"}") and b"\n" in data.strip()
            else "json"
        )
    if _HTML.search(wide) and b"</" in data:
        return "html"
    if name.lower().endswith((".md", ".markdown")) or len(_MARKDOWN.findall(data[:65536])) >= 5:
        return "markdown"
    return "text"


def _markup(start: bytes) -> Format:
    """Tell HTML from XML by the first element: XHTML is HTML, a page without <html> too, anything else is XML."""
    if re.search(rb"<html\b|<!doctype\s+html", start, re.IGNORECASE):
        return "html"
    first = re.search(rb"<([A-Za-z][\w.:-]*)", re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", start, flags=re.DOTALL))
    return "html" if first and _HTML.match(b"<" + first[1] + b">") else "xml"


def _looks_json(start: bytes) -> bool:
    return bool(re.match(rb'^(?:\{\s*(?:"|\})|\[\s*(?:[\[{"\]]|\d|$))', start))


def read_document(data: bytes, name: str = "", selectors: Selectors = Selectors()) -> Document:  # noqa: B008 - frozen
    """Return a file as its reader gives it.

    Raises:
        UnreadableFile: the file is set aside with this reason.
    """
    kind = format_of(data, name)
    if kind not in ("pdf", "docx"):
        _check_lines(data)
    match kind:
        case "html":
            from corpus_loader.read_html import read_html

            return read_html(data, selectors)
        case "xml":
            from corpus_loader.read_xml import read_xml

            return read_xml(data)
        case "markdown":
            from corpus_loader.read_markdown import read_markdown

            return read_markdown(data)
        case "pdf":
            from corpus_loader.read_pdf import read_pdf

            return read_pdf(data)
        case "rtf":
            from corpus_loader.read_rtf import read_rtf

            return read_rtf(data)
        case "docx":
            from corpus_loader.read_docx import read_docx

            return read_docx(data)
        case "json":
            from corpus_loader.read_json import read_json

            return read_json(data)
        case "jsonl":
            from corpus_loader.read_json import read_jsonl

            return read_jsonl(data)
    from corpus_loader.read_text import read_text

    return read_text(data)


def _check_lines(data: bytes) -> None:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if end - start > LINE_CHARS:
            raise UnreadableFile(
                f"a line of {end - start:,} bytes; at most {LINE_CHARS:,} are read",
                data.count(b"\n", 0, start) + 1,
            )
        start = end + 1


def read_file(data: bytes, name: str, selectors: Selectors = Selectors()) -> FileRead:  # noqa: B008 - frozen
    """Return the sections of a file. A section without number or text is a skip, with its line.

    Raises:
        UnreadableFile: the file is set aside with this reason; also where no section is found in it.
    """
    document = read_document(data, name, selectors)
    left = Counter(dict(document.left_out))
    sections = document.sections
    if not sections and document.blocks:
        cut = cut_sections(document.blocks, name)
        sections = cut.sections
        left.update(dict(cut.left_out))
    skips = [replace(s, source=name) for s in document.skips]
    kept = []
    for section in sections:
        if section.text or section.status != "in_force" or section.history:
            kept.append(replace(section, source=name))
        else:
            skips.append(Skip(name, section.line, f"§ {section.number} has no text"))
    if not kept and not skips:
        raise UnreadableFile("no section was found in it")
    opening = f"{document.title}\n{name}\n" + (
        "\n".join(b.text for b in document.blocks[:40]) or document.text[:3000]
    )
    return FileRead(
        document.format, document.encoding, tuple(kept), tuple(skips), tuple(sorted(left.items())), opening
    )
