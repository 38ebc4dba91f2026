"""Bytes to text: byte order mark, then what the file declares, then UTF-8, then what the bytes look like."""

from __future__ import annotations

import re

from corpus_loader.errors import UnreadableFile

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding=["']([\w.:-]{2,40})|<meta[^>]{0,200}?charset=["']?\s*([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LATIN = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "iso8859-1"}
"""Browsers read these as windows-1252, and the sites that declare them mean that (encoding.spec.whatwg.org)."""


def decode(data: bytes) -> tuple[str, str]:
    """Return (text, name of the encoding); line ends become "\\n".

    Raises:
        UnreadableFile: no encoding fits, or the bytes are no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lines(_try(data, name)), name
    if b"\0" in data[:65536]:
        raise UnreadableFile("the bytes are no text and no known format")
    tried = []
    if declared := _DECLARED.search(data[:4096]):
        name = (declared[1] or declared[2]).decode("ascii").lower()
        tried.append("windows-1252" if name in _LATIN else name)
    for name in (*tried, "utf-8"):
        try:
            return _lines(data.decode(name)), name
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data[:262144], cp_isolation=["cp1252", "mac_roman", "cp850", "utf_8"]).best()
    name = "windows-1252" if best is None or best.encoding == "cp1252" else best.encoding
    return _lines(_try(data, name)), name


def _try(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        if name != "windows-1252":
            raise UnreadableFile(f"not readable as {name}") from None
    # five bytes have no meaning in windows-1252: they become U+FFFD, which is seen, rather than the file being lost
    return data.decode("windows-1252", errors="replace")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
