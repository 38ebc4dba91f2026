"""Words and stems: what counts as the same word, what carries meaning, and phrases in a list of stems."""

from __future__ import annotations

import pytest

from retrieval.words import Phrases, content_stems, stem, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("notify", "notified"),
        ("notify", "notifying"),
        ("business", "businesses"),
        ("consent", "consents"),
        ("told", "tell"),
        ("consumer's", "consumers"),
        ("consumer’s", "consumer"),
        ("applicability", "applicable"),
    ],
)
def test_forms_of_one_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("applicability", "applicant"), ("sale", "salary"), ("data", "date")]
)
def test_different_words_keep_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["325m", "1798", "ads", "sms", "$500"])
def test_numbers_and_short_words_stay_as_they_are(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("opt-out", ["opt", "out"]),
        ("Opt-Outs!", ["opt", "out"]),
        ("a $500 fine", ["a", "$500", "fine"]),
        ("e-mail & SMS", ["e", "mail", "sms"]),
        ("", []),
        ("§ — …", []),
    ],
)
def test_stems_come_in_order(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


def test_words_without_meaning_are_left_out() -> None:
    assert content_stems("Do we have to tell the people about it?") == ["tell", "peopl"]
    assert content_stems("what is this") == []


def test_phrases_are_found_in_any_form_of_their_words() -> None:
    phrases = Phrases([("breach", "data breach"), ("breach", "hacked"), ("notice", "breach notice")])
    assert phrases.find(stems("We had data breaches")) == {"breach"}
    assert phrases.find(stems("data breach notices")) == {"breach", "notice"}
    assert phrases.find(stems("hacked!")) == {"breach"}


def test_a_phrase_must_stand_whole_and_in_order() -> None:
    phrases = Phrases([("breach", "data breach")])
    assert phrases.find(stems("breach of data")) == set()
    assert phrases.find(stems("data")) == set()
    assert phrases.find(stems("data about a breach")) == set()
    assert phrases.find([]) == set()


def test_one_phrase_can_have_several_labels_and_an_empty_one_none() -> None:
    phrases = Phrases([("MN/act", "Privacy Act"), ("NM/act", "privacy act"), ("x", "—")])
    assert phrases.find(stems("the Privacy Act")) == {"MN/act", "NM/act"}
