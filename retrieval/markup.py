"""Words and marks of a chat text, with spans in the text as given.

Adapters clean what they can, but a text may still hold Slack or Teams mark-up, HTML entities, addresses, code and
quotations. None of these may yield a state's name ("user@maine.example", <@U1|virginia>), and every span must fit the
text that was typed. So nothing is removed: what is not language is covered with as many filler characters, and the
rest is cut into tokens. Every pattern here is bounded or runs over disjoint classes, so time is linear in length.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import NamedTuple

_GAP = " "  # mark-up that the reader does not see: <@U1>, <b>
_HOLE = "\x00"  # a thing that stands where a noun could: an address, an emoji
_LINE = "\n"

# Latin letters with accents, combining marks and full-width forms; digits belong to words ("603A", "93H").
_LETTER = "0-9A-Za-zªºÀ-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ０-９Ａ-Ｚａ-ｚ"
_JOINER = "\u00ad\u200c\u200d\u2060\ufeff"
_APOSTROPHE = "'’ʼʻ‘`´＇"
_TOKEN = re.compile(
    rf"(?P<word>[{_LETTER}]+(?:[{_JOINER}]+[{_LETTER}]+)*(?:[{_APOSTROPHE}](?i:t|re|ve|ll|d|m|i|all)(?![{_LETTER}]))?)"
    rf"|(?P<possessive>(?:[{_APOSTROPHE}]|&#0?39;|&#8217;|&#[xX]27;|&apos;|&rsquo;)[sS](?![{_LETTER}]))"
    rf"|(?P<entity>&(?:[A-Za-z]{{2,8}}|#\d{{1,7}}|#[xX][0-9A-Fa-f]{{1,6}});)"
    rf"|(?P<hole>{_HOLE}+)"
    rf"|(?P<other>(?:(?![{_LETTER}])[^\W_])+)"
    rf"|(?P<mark>[^\s\"“”„«»*~_¿¡{_APOSTROPHE}\u200b-\u200f\u202a-\u202e{_JOINER}])"
    r"|(?P<line>\n)"
)
_MARKS = str.maketrans(
    {"–": "-", "‐": "-", "‑": "-", "−": "-", "―": "—", "…": ".", "．": ".", "。": ".", "！": "!", "？": "?", "，": ",", "、": ",", "；": ";", "：": ":", "（": "(", "）": ")", "／": "/", "＆": "&", "•": "\n", "·": ",", "\\": "/", "\r": "\n"}
)  # fmt: skip
_ENTITY_MARKS = {
    "&nbsp;": "",
    "&amp;": "&",
    "&quot;": "",
    "&lt;": "<",
    "&gt;": ">",
    "&apos;": "'",
    "&#39;": "'",
}

_ASCII_LOWER = {
    upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)
}  # keeps the length, unlike str.lower

_SLACK_HIDDEN = re.compile(
    r"<(?:[@#!][^<>]*|(?:https?|ftp|mailto|tel|slack|msteams):[^<>|]*)(?:>|(?P<label>\|)[^<>|]*>)",
    re.IGNORECASE,
)
_TEAMS_MENTION = re.compile(r"<at\b[^<>]*>[^<>]*</at>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?P<tag>a|at|attachment|b|blockquote|br|code|del|div|em|emoji|font|h[1-6]|hr|i|img|ins|li|ol|p|pre|s|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_LINE_TAGS = {
    "br",
    "p",
    "div",
    "li",
    "tr",
    "td",
    "th",
    "blockquote",
    "pre",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
}
_EMOJI = re.compile(r"(?<![^\s:,.(])(?::[a-z0-9_+-]{2,40}:)+(?!\w)")
_COMMAND = re.compile(r"\s*/[a-z][a-z-]*(?=\s)")
_CHUNK = re.compile(r"\S+")
_ADDRESS_SIGN = re.compile(r"[@#:_./\\]")
_IDENTIFIER = re.compile(r"[^\W_]_[^\W_]")
_DOMAIN_ENDS = {
    "com", "org", "net", "gov", "edu", "mil", "io", "us", "info", "biz", "app", "dev", "example", "invalid", "co", "tv", "cloud", "ai",
}  # fmt: skip
_FILE_ENDS = {
    "pdf", "doc", "docx", "xls", "xlsx", "csv", "txt", "ppt", "pptx", "png", "jpg", "jpeg", "zip", "json", "jsonl", "html", "htm", "xml", "py", "js", "sql", "log", "eml", "toml", "yaml", "yml", "md",
}  # fmt: skip
_ADDRESS_EDGE = "()[]{}<>\"'“”‘’,;!?*|"


class Token(NamedTuple):
    """`word` is in normal form: lower case, no accents, plain apostrophe. Marks stand for themselves, "\\x00" is a hole."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of `text` in order, and the character spans of it that quote somebody else."""

    text: str
    tokens: tuple[Token, ...]
    quoted: tuple[tuple[int, int], ...]


@lru_cache(maxsize=4096)
def normal(word: str) -> str:
    """Return `word` in lower case without accents, joiners and curly apostrophes."""
    if word.isascii():
        return word.lower().replace("`", "'")
    decomposed = unicodedata.normalize("NFKD", word)
    kept = "".join(
        "'" if c in _APOSTROPHE else c
        for c in decomposed
        if not unicodedata.combining(c) and c not in _JOINER
    )
    return kept.casefold()


def _cover(text: str, spans: list[tuple[int, int]], filler: str) -> str:
    """Return `text` with every span replaced by as many fillers. Spans may overlap."""
    parts = []
    at = 0
    for start, end in sorted(spans):
        if end > at:
            parts += [text[at:start], filler * (end - max(start, at))]
            at = end
    return "".join(parts) + text[at:]


def _fill(match: re.Match[str], filler: str) -> str:
    return filler * (match.end() - match.start())


def _blocks(lowered: str, opening: str, closing: str) -> list[tuple[int, int]]:
    """Return the spans from each `opening` to the next `closing`; one without an end is not a block."""
    spans = []
    start = lowered.find(opening)
    while start >= 0:
        end = lowered.find(closing, start + len(opening))
        if end < 0:
            break
        spans.append((start, end + len(closing)))
        start = lowered.find(opening, end + len(closing))
    return spans


def _slack(match: re.Match[str]) -> str:
    """Hide a Slack reference; the label of a link stays, that of a person, group or channel does not."""
    whole = match.group()
    if match["label"] is None or whole[1] in "@#!" or whole.lower().startswith("<mailto:"):
        return _fill(match, _GAP if whole[1] in "@#!" else _HOLE)
    cut = whole.index("|") + 1
    return _GAP * cut + whole[cut:-1] + _GAP


def _tag(match: re.Match[str]) -> str:
    filler = _fill(match, _GAP)
    return _LINE + filler[1:] if match["tag"].lower() in _LINE_TAGS else filler


def _is_address(chunk: str) -> bool:
    """True for an e-mail address, URL, host, path, file name or identifier such as tx_customers."""
    if "@" in chunk.lstrip("@") or "://" in chunk or chunk.lower().startswith("www."):
        return True
    if (
        chunk.startswith(("@", "/", "~/", "./"))
        and len(chunk) > 1
        and (chunk[0] != "/" or chunk.count("/") > 1)
    ):
        return True
    if chunk.startswith("#") and ("-" in chunk or "_" in chunk):
        return True
    inner = chunk.strip("_*~.:")
    if "_" in inner and any(
        a.isalnum() and b.isalnum() for a, b in zip(inner, inner.partition("_")[2][:1], strict=False)
    ):
        return True
    host = chunk.split("/", 1)[0].split(":", 1)[0].rstrip(".")
    labels = host.split(".")
    if len(labels) > 1 and all(labels):
        return labels[-1] in _DOMAIN_ENDS or (labels[-1] in _FILE_ENDS and len(labels[-2]) > 1)
    return False


def _hide_addresses(text: str) -> str:
    """Cover addresses, word by word; each character is looked at a fixed number of times."""
    if not _ADDRESS_SIGN.search(text):
        return text
    parts: list[str] = []
    at = 0
    for match in _CHUNK.finditer(text):
        if not _ADDRESS_SIGN.search(match.group()):
            continue
        start, end = match.span()
        while start < end and text[start] in _ADDRESS_EDGE:
            start += 1
        while end > start and text[end - 1] in _ADDRESS_EDGE + ".:":
            end -= 1
        if end - start > 1 and _is_address(text[start:end]):
            parts += [text[at:start], _HOLE * (end - start)]
            at = end
    return "".join(parts) + text[at:] if parts else text


def _quoted_lines(text: str) -> list[tuple[int, int]]:
    spans = []
    start = 0
    for line in text.splitlines(keepends=True):
        body = line.lstrip()
        if body.startswith((">", "&gt;")):
            spans.append((start, start + len(line)))
        start += len(line)
    return spans


def _visible(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text of the same length in which only language is left, and what of it is quotation."""
    quoted = _quoted_lines(text) if ">" in text or "&gt;" in text else []
    shown = text
    if "```" in text or "<" in text:
        lowered = text.translate(_ASCII_LOWER)
        shown = _cover(shown, _blocks(lowered, "```", "```") + _blocks(lowered, "<pre", "</pre>"), _LINE)
        quoted += _blocks(lowered, "<blockquote", "</blockquote>")
    if "<" in shown:
        shown = _TEAMS_MENTION.sub(lambda m: _fill(m, _GAP), shown)
        shown = _SLACK_HIDDEN.sub(_slack, shown)
        shown = _TAG.sub(_tag, shown)
    if ":" in shown:
        shown = _EMOJI.sub(lambda m: _fill(m, _HOLE), shown)
    command = _COMMAND.match(shown)
    if command:
        shown = _cover(shown, [command.span()], _GAP)
    return _hide_addresses(shown), quoted


def read_tokens(text: str) -> Tokens:
    """Return the tokens of a text in plain, Slack, Teams or HTML form. Spans are half-open and in order.

    Straight quotation marks, emphasis and invisible characters give no token. A line end is the token "\\n".
    """
    shown, quoted = _visible(text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(shown):
        kind = match.lastgroup
        start, end = match.span()
        if kind == "word":
            word = normal(match.group())
        elif kind == "possessive":
            word = "'s"
        elif kind == "hole":
            word = _HOLE
        elif kind == "line":
            word = _LINE
        elif kind == "other":
            word = match.group().casefold()
        elif kind == "entity":
            entity = match.group().lower()
            word = _ENTITY_MARKS.get(entity, unescape(entity)).translate(_MARKS)
            if not word or word.isspace() or word in _APOSTROPHE + '"“”«»':
                word = ""
        else:
            word = match.group().translate(_MARKS)
        if word:
            tokens.append(Token(word, start, end))
    return Tokens(text, tuple(tokens), tuple(sorted(quoted)))
