"""Slack, Teams and HTML mark-up: what a reader would see becomes tokens, the rest does not; spans fit the text as given."""

from __future__ import annotations

import pytest

from retrieval.markup import normal, read_tokens


def words(text: str) -> list[str]:
    return [token.word for token in read_tokens(text).tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*Ohio* _law_ ~now~ `TX`", ["ohio", "law", "now", "tx"]),
        ("Ohio’s “law”", ["ohio", "'s", "law"]),
        ("don't Hawaiʻi", ["don't", "hawai'i"]),
        ("CA &amp; NV&nbsp;law", ["ca", "&", "nv", "law"]),
        ("Ohio&#39;s", ["ohio", "'s"]),
        ("<@U1|virginia> hello <#C1|ohio-sales> <!here>", ["hello"]),
        ("<https://x.example/maine|Texas law>", ["texas", "law"]),
        ("<https://x.example/maine>", ["\x00"]),
        ("<mailto:a@ohio.example|a@ohio.example>", ["\x00"]),
        ("<at id='0'>Georgia</at> <b>Ohio</b><br>Utah", ["ohio", "utah"]),
        ("a@maine.example www.ohio.gov texas.gov/x @georgia #ohio-sales", ["\x00"] * 5),
        ("tx_customers.csv ohio-policy.pdf", ["\x00", "\x00"]),
        (":texas: 10:30 tx:ca", ["\x00", "10", ":", "30", "tx", ":", "ca"]),
        ("```OR``` out", ["out"]),
        ("/reggi NM can", ["nm", "can"]),
        ("CA/NV in U.S. D.C.", ["ca", "/", "nv", "in", "u", ".", "s", ".", "d", ".", "c", "."]),
        ("加州California的法律", ["加州", "california", "的法律"]),
        ("Ｔｅｘａｓ Nuevo Me\u0301xico", ["texas", "nuevo", "mexico"]),
        ("Tex\u00adas", ["texas"]),
        ("x < y and y > z", ["x", "<", "y", "and", "y", ">", "z"]),
    ],
)
def test_what_is_seen_becomes_tokens(text: str, expected: list[str]) -> None:
    assert [word for word in words(text) if word != "\n"] == expected


def test_spans_lie_in_the_text_as_given() -> None:
    text = "<@U1> *Ohio*&#39;s <https://x.example|Texas>"
    spans = {token.word: text[token.start : token.end] for token in read_tokens(text).tokens}
    assert spans["ohio"] == "Ohio"
    assert spans["'s"] == "&#39;s"
    assert spans["texas"] == "Texas"


def test_quotations_are_marked() -> None:
    text = "> Ohio?\nUtah"
    (quoted,) = read_tokens(text).quoted
    assert text[slice(*quoted)] == "> Ohio?\n"
    html = "<blockquote>Ohio</blockquote> Utah"
    assert read_tokens(html).quoted == ((0, html.index(" Utah")),)


def test_normal_form_has_no_case_accents_or_curls() -> None:
    assert normal("Oregón’s") == "oregon's"
    assert normal("HAWAIʻI") == "hawai'i"
