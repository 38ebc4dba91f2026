"""The topic of an unusual wording, learned from labelled questions."""

from __future__ import annotations

from retrieval.embeddings import embedding_model
from retrieval.topic_model import TopicModel, _examples
from retrieval.topics import OTHER, all_topics

MODEL = TopicModel(embedding_model("wordllama-256").embed)


def test_every_topic_has_examples() -> None:
    assert {topic for _, topic in _examples()} == {*all_topics(), OTHER}


def test_an_example_is_most_like_its_own_topic() -> None:
    right = 0
    for text, topic in _examples():
        scores = MODEL.likeness(text)
        right += max(scores, key=scores.__getitem__) == topic
    assert right / len(_examples()) > 0.97


def test_indirect_wording_is_understood() -> None:
    for text, topic in (
        ("somebody walked out with the server, whom do we ring at the state?", "breach-regulator"),
        ("how long can we take to send her a copy of everything we have on her", "request-deadline"),
        ("do the porch camera's microphones get us into trouble", "call-recording"),
    ):
        scores = sorted(MODEL.likeness(text).items(), key=lambda pair: -pair[1])
        assert topic in [t for t, _ in scores[:3]], scores[:3]


def test_other_matters_are_told_apart() -> None:
    for text in ("can I return a puppy to the breeder", "fine for running a red light", "are tips taxable"):
        scores = MODEL.likeness(text)
        assert max(scores, key=scores.__getitem__) == OTHER, text
    for text in ("who enforces the breach law", "can customers sue us over a hack"):
        scores = MODEL.likeness(text)
        assert max(scores, key=scores.__getitem__) != OTHER, text


def test_nothing_is_like_no_topic() -> None:
    for text in ("", "zzz", "12345"):
        assert max(MODEL.likeness(text).values(), default=0.0) < 0.2
