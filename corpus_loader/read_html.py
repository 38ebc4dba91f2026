"""HTML by way of selectolax: headings and paragraphs in reading order, without navigation."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus_loader.documents import Block, Document, Selectors
from corpus_loader.encodings import decode
from corpus_loader.spans import find_span, flat_html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DROPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "header",
    "footer",
    "aside",
    "select",
    "button",
    "svg",
    "iframe",
    "head",
    "textarea",
    "option",
    "label",
}
_INLINE = {
    "a", "abbr", "acronym", "b", "big", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "nobr", "o:p",
}  # fmt: skip
_BOLD = {"b", "strong"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DEPTH = 400


class _Reader:
    """Collects blocks on one walk through the page."""

    def __init__(self, bold: frozenset[int]) -> None:
        self.blocks: list[Block] = []
        self._bold_ids = bold
        self._words: list[tuple[str, bool]] = []
        self._level = 0
        self._within: list[int] = []

    def flush(self) -> None:
        text = "".join(w for w, _ in self._words)
        said = " ".join(text.split())
        if said:
            lead = ""
            for word, bold in self._words:
                if word.strip() and not bold:
                    break
                lead += word
            lead = " ".join(lead.split())
            self.blocks.append(
                Block(said, lead=said if self._level else lead, level=self._level, within=tuple(self._within))
            )
        self._words = []

    def walk(self, node: LexborNode, bold: bool, level: int, depth: int) -> None:
        child = node.first_child
        while child is not None:
            tag = (child.tag or "").lower()
            if tag == "-text":
                self._words.append((child.text_content or "", bold))
            elif tag == "br":
                self.flush()
            elif (
                tag not in _DROPPED
                and tag[:1] not in ("_", "!", "-")
                and not _HIDDEN.search(child.attributes.get("style") or "")
            ):
                inner_bold = (
                    bold
                    or tag in _BOLD
                    or child.mem_id in self._bold_ids
                    or bool(
                        re.search(r"font-weight\s*:\s*(?:bold|[6-9]00)", child.attributes.get("style") or "")
                    )
                )
                if depth > _DEPTH:  # deeper than any page of law: taken as it is, its words are kept
                    self._words.append((child.text(deep=True), inner_bold))
                elif tag in _INLINE:
                    self.walk(child, inner_bold, level, depth + 1)
                else:
                    self._block(child, tag, inner_bold, level, depth)
            child = child.next

    def _block(self, node: LexborNode, tag: str, bold: bool, level: int, depth: int) -> None:
        self.flush()
        outer = self._level
        self._level = int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else level
        self._within.append(node.mem_id)
        self.walk(node, bold or self._level > 0, self._level, depth + 1)
        self.flush()
        self._within.pop()
        self._level = outer


def read_html(data: bytes, selectors: Selectors = Selectors()) -> Document:  # noqa: B008 - frozen
    """Return an HTML page as headings and paragraphs; spans count characters of the decoded file.

    Raises:
        UnreadableFile: it is no text, or the page has nothing where `selectors.content` looks.
    """
    from selectolax.lexbor import LexborHTMLParser

    from corpus_loader.errors import UnreadableFile

    text, encoding = decode(data)
    tree = LexborHTMLParser(text)
    title = tree.css_first("title")
    for unwanted in selectors.drop:
        for node in tree.css(unwanted):
            node.decompose()
    roots = tree.css(selectors.content) if selectors.content else [tree.body] if tree.body else []
    if selectors.content and not roots:
        raise UnreadableFile(
            f"nothing on the page matches {selectors.content!r}: the site may have changed its layout"
        )
    reader = _Reader(frozenset(n.mem_id for s in selectors.bold for n in tree.css(s)))
    for root in roots:
        if root is not None:
            reader.walk(root, False, 0, 0)
            reader.flush()
    flat, at, placed, lost = flat_html(text), 0, [], 0
    for block in reader.blocks:
        found = find_span(flat, block.text, at)
        if found is None:
            lost += 1
            placed.append(block)
            continue
        (start, end), at = found
        placed.append(replace(block, start=start, end=end))
    starts = [m.start() for m in re.finditer("\n", text)]
    import bisect

    lined = tuple(replace(b, line=bisect.bisect_left(starts, b.start) + 1) for b in placed)
    return Document(
        "html", text, encoding, lined, left_out=(("blocks without a place in the file", lost),) if lost else (),
        title=" ".join(title.text().split()) if title else "",
    )  # fmt: skip
