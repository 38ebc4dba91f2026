"""Word files and PDFs made here: headings, tables, pages with running heads, scans, damage."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from corpus_loader.errors import UnreadableFile, UnsafeArchive
from corpus_loader.read_file import read_file


def word_file() -> bytes:
    made = docx.Document()
    made.add_heading("Chapter 900. Personal data", level=1)
    first = made.add_paragraph()
    first.add_run("§ 900.01. Duties. Of every kind.").bold = True
    first.add_run(" (a) A controller shall be fair.")
    made.add_paragraph("(b) A controller shall be open.")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Fee", "$5"
    second = made.add_paragraph()
    second.add_run("§ 900.02. Rights.").bold = True
    second.add_run(" A consumer may ask.")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pdf(pages: list[list[str]]) -> bytes:
    """Return a PDF with these lines on its pages, in Helvetica."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for lines in pages:
        shown = b" T* ".join(
            b"(" + line.replace("(", r"\(").replace(")", r"\)").encode("latin-1") + b") Tj" for line in lines
        )
        content = b"BT /F1 11 Tf 14 TL 60 740 Td " + shown + b" ET"
        objects.append(b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [" + b" ".join(kids) + b"] /Count %d >>" % len(kids)
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % p for p in places
    )
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def test_a_word_file_is_read_in_order_with_its_tables() -> None:
    found = read_file(word_file(), "x.docx")
    assert found.format == "docx"
    assert [(s.number, s.heading, s.text) for s in found.sections] == [
        (
            "900.01",
            "Duties. Of every kind",
            "(a) A controller shall be fair.\n(b) A controller shall be open.\nFee $5",
        ),
        ("900.02", "Rights", "A consumer may ask."),
    ]
    assert found.sections[0].path == ("Chapter 900. Personal data",)


def test_a_section_runs_on_over_pages_without_their_running_heads() -> None:
    pages = [
        [
            f"Page {n} of 5",
            "900.01.  Duties" if n == 1 else "and this sentence runs on over the edge of the page and is",
            *(
                ["A controller shall be fair. This sentence runs on over the edge of the page and is"]
                if n == 1
                else []
            ),
            *(
                [
                    "joined there.",
                    f"900.0{n}.  Rule {n}",
                    "A consumer may ask, and this sentence is long enough to fill its line, so it",
                ]
                if n > 1
                else []
            ),
        ]
        for n in range(1, 6)
    ]
    found = read_file(pdf(pages), "x.pdf")
    assert found.format == "pdf"
    assert [s.number for s in found.sections] == ["900.01", "900.02", "900.03", "900.04", "900.05"]
    assert found.sections[0].text.endswith(
        "the edge of the page and is and this sentence runs on over the edge of the page and is joined there."
    )
    assert [s.page for s in found.sections] == [1, 2, 3, 4, 5]
    assert dict(found.left_out)["page furniture"] == 5


def test_a_scan_is_refused_and_not_loaded_as_nothing() -> None:
    with pytest.raises(UnreadableFile, match="probably a scan"):
        read_file(pdf([[""], [""]]), "scan.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4\nbroken", pdf([["words of law"]])[:200]])
def test_a_damaged_pdf_is_named(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_file(data, "x.pdf")


def test_a_word_file_that_is_a_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 40_000_000)
    with pytest.raises(UnsafeArchive, match="refused"):
        read_file(out.getvalue(), "x.docx")


def test_a_damaged_word_file_is_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", b"<w:document>")
    with pytest.raises(UnreadableFile, match="damaged DOCX"):
        read_file(out.getvalue(), "x.docx")
