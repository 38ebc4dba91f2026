"""XML by way of lxml: DC Council, USLM, Akoma Ntoso, and the plain section/enum/text family of open codes.

Entities declared inside the file are read, up to a limit; nothing outside the file is, and neither is a DTD.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus_loader.dates import effective_dates
from corpus_loader.documents import Document, Section
from corpus_loader.encodings import decode
from corpus_loader.errors import UnreadableFile
from corpus_loader.headings import bare, read_heading, status_of
from corpus_loader.spans import find_span, flat_html
from corpus_loader.subsections import parts_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_NUMBER = {"num", "enum", "no", "section-number", "designator"}
_HEADING = {"heading", "catchline", "catch_line", "head", "title-text", "name"}
_NOTES = {"annotations", "annotation", "notes", "note", "sourcecredit", "history", "authorialnote", "remark"}
_BLOCKS = {
    "para", "paragraph", "subsection", "subparagraph", "sub-subparagraph", "clause", "subclause", "item", "subitem", "content", "chapeau", "continuation", "text", "p",
    "aftertext", "list", "intro", "wrapup", "wrapUp", "point", "level", "hcontainer", "block", "table", "tr", "row", "include", "quotedcontent", "division",
}  # fmt: skip
_CONTAINERS = {
    "title",
    "subtitle",
    "chapter",
    "subchapter",
    "article",
    "subarticle",
    "part",
    "subpart",
    "division",
    "subdivision",
    "container",
    "tome",
    "book",
}
_ENTITY = re.compile(rb"<!ENTITY\s+(%\s+)?(\S+)\s+(SYSTEM|PUBLIC|\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_ENTITY_BYTES = 1_000


def _check_entities(data: bytes) -> None:
    """Refuse entities that fetch something or are made of others: the way of every XML bomb."""
    for match in _ENTITY.finditer(data[:1_000_000]):
        value = match[3]
        inner = value.replace(b"&#", b"")
        if match[1] or value.upper() in (b"SYSTEM", b"PUBLIC") or b"&" in inner or len(value) > _ENTITY_BYTES:
            raise UnreadableFile(
                f"entity {match[2].decode('ascii', 'replace')!r} is not a plain character: refused"
            )


def _name(node: _Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_xml(data: bytes) -> Document:
    """Return the sections of an XML file; spans count characters of the decoded file.

    Raises:
        UnreadableFile: it is not well-formed, holds entities that expand or fetch, or no section.
    """
    from lxml import etree

    _check_entities(data)
    text, encoding = decode(data)
    parser = etree.XMLParser(
        resolve_entities=True,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(f"not well-formed XML: {error.msg}", error.lineno or 0) from error
    nodes = [
        n
        for n in root.iter()
        if _name(n) == "section"
        and not any(_name(a) in ("section", "quotedContent") for a in n.iterancestors())
    ]
    if not nodes and _name(root) in ("section", "level"):
        nodes = [root]
    if not nodes:
        raise UnreadableFile(f"no <section> in this XML (its root is <{_name(root)}>)")
    flat, at, sections, lost = flat_html(_declared(text)), 0, [], 0
    for node in nodes:
        section = _section(node)
        start, end, whole = None, None, at
        for line in section.text.split("\n"):
            if found := find_span(flat, line, whole):
                (first, last), whole = found
                start, end = first if start is None else start, last
        if start is None or end is None:
            lost += bool(section.text)
            sections.append(section)
        else:
            at = whole
            sections.append(replace(section, span=(start, end)))
    return Document(
        "xml",
        text,
        encoding,
        sections=tuple(sections),
        left_out=(("sections without a place in the file", lost),) if lost else (),
    )


def _declared(text: str) -> str:
    """Return the source with its own entities written out at the same length, so that spans still hold."""
    for name, value in re.findall(r"<!ENTITY\s+(\S+)\s+[\"']([^\"']*)[\"']", text[:100_000]):
        import html

        said = html.unescape(value)
        entity = f"&{name};"
        if len(said) == 1 and not html.unescape(entity).startswith(said):
            text = text.replace(entity, said + "\u200b" * 0 + " " * (len(entity) - 1))
    return text


def _words(node: _Element) -> str:
    """Return the words of a node with everything inside it, on one line."""
    return " ".join("".join(str(t) for t in node.itertext()).split())


def _path(node: _Element) -> tuple[str, ...]:
    found = []
    for above in node.iterancestors():
        if _name(above).lower() in _CONTAINERS:
            parts = {
                _name(c).lower(): _words(c)
                for c in above
                if _name(c).lower() in (*_NUMBER, *_HEADING, "prefix")
            }
            number = next((parts[k] for k in parts if k in _NUMBER), "")
            heading = next((parts[k] for k in parts if k in _HEADING), "")
            if number or heading:
                label = parts.get("prefix") or _name(above).title()
                said = number if re.match(r"[A-Za-z]{4}", number) else f"{label} {number}".strip()
                found.append(" ".join(f"{said}. {heading}".replace("..", ".").split()))
    return tuple(reversed(found))


def _lines(node: _Element, skip: set[str]) -> list[str]:
    """Return the paragraphs below a node, a subsection's number in front of its first words."""
    lines: list[str] = []
    held = ""

    def put(text: str | None) -> None:
        nonlocal held
        held += text or ""

    def flush() -> None:
        nonlocal held
        if said := " ".join(held.split()):
            lines.append(said)
        held = ""

    def walk(at: _Element, top: bool) -> None:
        put(at.text)
        for child in at:
            name = _name(child).lower()
            if name in _NOTES or (top and name in skip):
                pass
            elif name in _NUMBER:
                flush()
                put(" " + _words(child) + " ")
            elif name in _HEADING:
                put(_words(child) + " ")
            elif name in _BLOCKS:
                if not re.fullmatch(r"\s*(?:(?:\([0-9A-Za-z.\-]+\)|[0-9A-Za-z]+\.)\s*)+", held):
                    flush()
                walk(child, False)
                if not re.fullmatch(r"\s*(?:(?:\([0-9A-Za-z.\-]+\)|[0-9A-Za-z]+\.)\s*)+", held):
                    flush()
            else:
                walk(child, False)
            put(child.tail)

    walk(node, True)
    flush()
    return lines


def _section(node: _Element) -> Section:
    own = {_name(c).lower(): c for c in reversed(list(node)) if isinstance(c.tag, str)}
    number_node = next((own[n] for n in own if n in _NUMBER), None)
    given = (
        (number_node.get("value") or _words(number_node))
        if number_node is not None
        else str(node.get("identifier") or node.get("id") or "")
    )
    head = read_heading(given.strip(" .[]§")) if given else None
    heading = next((_words(own[n]) for n in own if n in _HEADING), "")
    lines = _lines(node, {*_NUMBER, *_HEADING, "prefix"})
    notes = [line for child in node if _name(child).lower() in _NOTES for line in _notes(child)]
    body = "\n".join(lines)
    history = "\n".join(dict.fromkeys(notes))
    first, last = effective_dates(heading, history)
    return Section(
        number=head.number if head else bare(given.strip(" .[]§")), through=head.through if head else "", heading=heading.strip(" ."), text=body,
        path=_path(node), parts=parts_of(body), history=history, status=status_of(heading, body), in_force_from=first, in_force_to=last,
        line=int(node.sourceline or 0),
    )  # fmt: skip


def _notes(node: _Element) -> list[str]:
    """Return the history notes; one without words of its own says its law and date in attributes (DC Council)."""
    if len(node) and _name(node).lower() in ("annotations", "notes"):
        return [line for child in node for line in _notes(child)]
    if said := _words(node):
        return [said]
    doc, day = node.get("doc"), node.get("eff")
    return (
        [f"{doc}, {node.get('path') or ''}, effective {day}".replace(", ,", ",")]
        if doc and day
        else [doc]
        if doc
        else []
    )
