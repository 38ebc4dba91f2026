"""Blocks to sections: finds where each section begins, and what is heading, body, history and effective date.

No text is lost: a block belongs to a section, to the path (title, chapter), or is counted by kind in `Cut.left_out`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus_loader.dates import effective_dates
from corpus_loader.documents import Block, Section
from corpus_loader.furniture import repeated_notices
from corpus_loader.headings import (
    Heading,
    compound,
    goes_on,
    like_title,
    order_key,
    path_level,
    read_heading,
    split_title,
    status_of,
)  # fmt: skip
from corpus_loader.paragraphs import LABEL
from corpus_loader.subsections import parts_of

_HISTORY = re.compile(
    r"^(?:\(?(?:History|Source|Credits?|HISTORY|SOURCE)\b\s*[:.\-—]|\((?:Amended|Added|Enacted|Repealed|Heading|Renumbered|Formerly|Reorganized)\b"
    r"|\d{4}(?:, Sp\. Sess\. [IVX]+)?, cc?\. |\d{4} Acts, ch|\[\d{4} c\.|\[(?:Formerly|Amended|Repealed)\b|(?:\d{2,4}, )?(?:Laws|Acts|Stats\.|P\.A\.|Added by|Amended by) \d{4}|\(?P\.A\. \d"
    r"|C(?:h|hapter)\.? \d+, (?:L|Laws)\.? |\[ ?\d{4} c ?\d+|Section effective |NEW section$|Referred to in §)",
)
_INLINE_HISTORY = re.compile(
    r"\s(\[(?:\d{4} c\.|Formerly |Amended by |Repealed by )[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\])$"
)


_NOTICE = re.compile(
    r"\b(?:disclaimer|internet version|copyright|website|printed version|click|download)", re.IGNORECASE
)
"""What says of itself that it is the site's: a repeated paragraph without such a word, before any history note, is law."""
_CAPTION = re.compile(r"^(?:[A-Z][A-Z ,;:&’'\-—]{3,120}|\([A-Z][^.;:()]{3,80}\))$")
"""A heading above the next section that is no title or chapter: "CRIMES INVOLVING COMMUNICATIONS", "(Generally)"."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut, and how many blocks were recognised as no section text, by kind."""

    sections: tuple[Section, ...]
    left_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Start:
    index: int
    head: Heading
    style: str


def _starts(blocks: Sequence[Block]) -> list[_Start]:
    """Return every block that may begin a section, with the style that marks it."""
    found = []
    before = ""
    for index, block in enumerate(blocks):
        head = read_heading(block.text)
        if head and (not goes_on(before) or _HISTORY.match(before)) and len(head.number) <= 30:
            alone = not head.rest
            if block.level and (compound(head.number) or head.signed or alone):
                style = "heading"
            elif head.signed and (head.dotted or block.lead or like_title(head.rest[:120] or "X")):
                style = "sign"
            elif (
                block.lead
                and (compound(head.number) or (alone and head.dotted))
                and (read_heading(block.lead) is not None)
            ):
                style = "bold"
            elif alone and head.dotted and not compound(head.number):
                style = "alone"
            elif compound(head.number) and ((alone and head.dotted) or _opens(head)):
                style = "plain"
            else:
                style = ""
            if style:
                found.append(_Start(index, head, style))
        before = block.text
    return found


def _opens(head: Heading) -> bool:
    rest = head.rest
    return bool(rest) and (
        head.dotted
        or head.gap > 1
        or rest[0] in '“"[('
        or rest[0].isupper()
        or rest.lower().startswith(("reserved", "repealed"))
    )


def _choose(starts: list[_Start], blocks: Sequence[Block]) -> tuple[list[_Start], set[int]]:
    """Return the section starts, in order, in the most telling style that the file uses; and its lists of contents."""
    counts = Counter(s.style for s in starts)
    if not counts:
        return [], set()
    strong = [s for s in ("heading", "sign", "bold", "alone") if counts[s]]
    styles = {strong[0]} if strong else {"plain"}
    if strong and counts["plain"] > 3 * counts[strong[0]] + 3:
        styles = {"plain"}
    if (
        styles == {"alone"} and counts["alone"] < 2
    ):  # one bare "1." on a line of its own is a list, not a code
        styles = {"plain"}
    if styles == {"alone"}:  # a code of bare numbers may hold 1000.5 too
        styles = {"alone", "plain"} if counts["plain"] * 2 < counts["alone"] else styles
    chosen = [s for s in starts if s.style in styles]
    chosen, contents = _without_contents(chosen, blocks)
    return _ascending(chosen), contents


def _without_contents(starts: list[_Start], blocks: Sequence[Block]) -> tuple[list[_Start], set[int]]:
    """Return the starts without those of lists of contents, and the blocks of those lists.

    A line of contents is named again below and has no text of its own here, or stands among at least three titles
    in a row with nothing under them.
    """
    last = {s.head.number: i for i, s in enumerate(starts)}
    bare_titles: list[bool] = []
    again: list[bool] = []
    for i, start in enumerate(starts):
        following = starts[i + 1].index if i + 1 < len(starts) else len(blocks)
        own = [b for b in blocks[start.index + 1 : following] if path_level(b.text) is None and not b.level]
        listed = re.search(r"\.{4,}\s*\d*\s*$|\s\d+$", blocks[start.index].text) or not own
        short = sum(len(b.text) for b in own) < 40 and len(start.head.rest) < 400
        again.append(last[start.head.number] > i and (bool(listed) or short) and len(start.head.rest) < 400)
        rest = start.head.rest
        bare_titles.append(
            not own and len(rest) < 150 and like_title(rest) and status_of(rest, "") == "in_force"
        )
    contents = set()
    for i, start in enumerate(starts):
        run = any(all(bare_titles[j : j + 3]) for j in range(max(0, i - 2), i + 1) if j + 3 <= len(starts))
        if again[i] or (run and bare_titles[i]):
            contents.add(start.index)
    return [s for s in starts if s.index not in contents], contents


def _ascending(starts: list[_Start]) -> list[_Start]:
    """Return the longest run in which numbers never go down: what falls out is a reference at the start of a line."""
    if not any(s.style in ("plain", "sign", "alone") for s in starts):
        return starts
    tails: list[tuple[tuple[int, str], ...]] = []
    at: list[int] = []
    back: list[int] = []
    for i, start in enumerate(starts):
        key = order_key(start.head.number)
        place = bisect_right(tails, key)
        back.append(at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(key)
            at.append(i)
        else:
            tails[place], at[place] = key, i
    chain = []
    i = at[-1] if at else -1
    while i >= 0:
        chain.append(starts[i])
        i = back[i]
    chain.reverse()
    # a compilation may hold several codes, each ascending anew: then order says nothing
    return chain if len(chain) * 10 >= len(starts) * 9 else starts


def _common(starts: list[_Start], blocks: Sequence[Block]) -> tuple[int, ...]:
    """Return the ids of the HTML elements around all section starts, outermost first."""
    if len(starts) < 2:
        return ()
    shared = blocks[starts[0].index].within
    for start in starts[1:]:
        other = blocks[start.index].within
        length = next(
            (i for i, (a, b) in enumerate(zip(shared, other, strict=False)) if a != b),
            min(len(shared), len(other)),
        )
        shared = shared[:length]
    return shared


def cut_sections(blocks: Sequence[Block], source: str = "") -> Cut:
    """Return the sections of a file in file order.

    Two versions of one section ("Effective January 1, 2027") are two sections with the same number.
    """
    starts, contents = _choose(_starts(blocks), blocks)
    notices = repeated_notices(blocks, len(starts))
    around = _common(starts, blocks)
    left: Counter[str] = Counter()
    path: dict[str, str] = {}
    sections: list[Section] = []
    first = starts[0].index if starts else len(blocks)
    _walk(blocks[:first], path, left, "before the first section")
    for i, start in enumerate(starts):
        following = starts[i + 1].index if i + 1 < len(starts) else len(blocks)
        own = [b for n, b in enumerate(blocks[start.index : following], start.index) if n not in contents]
        left["line of a list of contents"] += following - start.index - len(own)
        inside: list[Block] = [own[0]]
        after = dict(path)
        for block in own[1:]:
            if around and block.within[: len(around)] != around:
                left["outside the part that holds the sections"] += 1
            elif (found := path_level(block.text)) and (block.level or len(block.text) < 160):
                _enter(after, found)
                left["title or chapter heading"] += 1
            elif block.text in notices and (
                block.level or _NOTICE.search(block.text) or any(_HISTORY.match(b.text) for b in inside[1:])
            ):
                left["notice repeated after sections"] += 1
            elif block.level and not read_heading(block.text):
                left["heading between sections"] += 1
            else:
                inside.append(block)
        while len(inside) > 1 and i + 1 < len(starts) and _CAPTION.match(inside[-1].text):
            inside.pop()
            left["caption between sections"] += 1
        sections.append(_section(start, inside, tuple(path.values()), source))
        path = after
    return Cut(tuple(sections), tuple(sorted((k, n) for k, n in left.items() if n)))


def _enter(path: dict[str, str], found: tuple[str, str]) -> None:
    """Put a heading in its place. Codes nest differently (part over title in California), so order of appearance decides."""
    level, text = found
    if level in path:
        open_levels = list(path)
        for lower in open_levels[open_levels.index(level) :]:
            del path[lower]
    path[level] = text


def _walk(blocks: Iterable[Block], path: dict[str, str], left: Counter[str], kind: str) -> None:
    for block in blocks:
        if found := path_level(block.text):
            _enter(path, found)
        left[kind] += 1


def _titled(start: _Start, own: list[Block]) -> tuple[str, list[str]]:
    """Return the heading and the paragraphs of the body."""
    first, rest = own[0], start.head.rest
    body = [b.text for b in own[1:]]
    led = read_heading(first.lead) if first.lead else None
    if led and led.rest:
        return led.rest, ([tail] if (tail := first.text[len(first.lead) :].strip()) else []) + body
    if not rest:
        if (
            len(body) > 1
            and like_title(body[0])
            and not body[0].endswith(".")
            and not _HISTORY.match(body[0])
            and not body[0].startswith("[")
        ):
            return body[0], body[1:]
        return "", body
    if _HISTORY.match(rest) or rest.startswith("["):
        return "", [rest, *body]
    title, tail = split_title(rest)
    if (
        title
        and (rest.endswith(".") or not like_title(rest) or LABEL.match(tail))
        and (LABEL.match(tail) or not (body and len(rest) < 160 and like_title(tail)))
    ):
        return title, [tail, *body]
    if like_title(rest) and (body or not rest.endswith(".")):
        return rest, body
    return "", [rest, *body]


def _history(paragraphs: list[str]) -> tuple[list[str], list[str]]:
    """Split the notes at the end of a section (source, amendments) from its body."""
    body = list(paragraphs)
    notes: list[str] = []
    while body and _HISTORY.match(body[-1]):
        notes.insert(0, body.pop())
    if body and (match := _INLINE_HISTORY.search(" " + body[-1])):
        cut = match.start() - 1 if match.start() else 0
        notes.insert(0, match[1])
        body[-1] = body[-1][: max(cut, 0)].rstrip()
        if not body[-1]:
            body.pop()
    return body, notes


def _section(start: _Start, own: list[Block], path: tuple[str, ...], source: str) -> Section:
    heading, paragraphs = _titled(start, own)
    body, notes = _history(paragraphs)
    text, history = "\n".join(body), "\n".join(notes)
    first, last = effective_dates(heading, history)
    return Section(
        number=start.head.number, through=start.head.through, heading=heading.strip(" .") if heading else "", text=text, path=path,
        parts=parts_of(text), history=history, status=status_of(heading, "\n".join(paragraphs)), in_force_from=first, in_force_to=last,
        span=(own[0].start, own[-1].end) if own[-1].end else None, line=own[0].line, page=own[0].page, source=source,
    )  # fmt: skip
