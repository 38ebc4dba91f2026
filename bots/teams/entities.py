"""Teams messages as activities of the wire format: AI label, notice, citations, cards, thumbs, and what a stream needs.

Shapes: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bot-messages-ai-generated-content and
https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux
"""

from __future__ import annotations

from typing import Any

from bots.teams.cards import CARD
from bots.teams.messages import Citation, TeamsMessage

Activity = dict[str, Any]

NOTICE = {
    "@type": "CreativeWork",
    "name": "Information, not legal advice",
    "description": "Read the sources and ask your counsel before you act on this. What I do not know, I say.",
}
"""Teams shows the name with a shield beside the label of generated messages, the description when one points at it."""


def forms_of(message: TeamsMessage, stream: str | None = None) -> tuple[Activity, ...]:
    """Return a message as an activity, and, should Teams refuse that, without everything that it could refuse.

    `stream` is the id of the stream that the message ends. The address is added when it is sent.
    """
    full: Activity = {"type": "message", "textFormat": "markdown"}
    if message.text:
        full["text"] = message.text
    full["entities"] = [_generated(message.citations)] if message.generated else []
    if message.card:
        full["attachments"] = [{"contentType": CARD, "content": message.card}]
    if message.judged:
        full["channelData"] = {"feedbackLoop": {"type": "custom"}}
    if message.suggestions:
        actions = [{"type": "imBack", "title": title, "value": said} for title, said in message.suggestions]
        full["suggestedActions"] = {"actions": actions, "to": []}
    bare = {"type": "message", "textFormat": "markdown", "text": message.in_words, "entities": []}
    forms = (full, bare) if message.in_words and (full["entities"] or message.card) else (full,)
    if stream is None:
        return forms
    return tuple({**form, "entities": [*form["entities"], _stream("final", stream)]} for form in forms)


def typing() -> Activity:
    """Return the activity that shows the person that an answer is being worked on."""
    return {"type": "typing"}


def step(text: str, stream: str | None, number: int, informative: bool) -> Activity:
    """Return a step of a stream: what is being done, or the whole text so far. The first has no `stream` yet."""
    info = _stream("informative" if informative else "streaming", stream, number)
    return {"type": "typing", "text": text, "textFormat": "markdown", "entities": [info]}


def _stream(kind: str, stream: str | None, number: int | None = None) -> dict[str, Any]:
    """The entity that makes an activity a step of a stream; the last has no number."""
    known = {"streamId": stream, "streamSequence": number}
    return {
        "type": "streaminfo",
        "streamType": kind,
        **{name: value for name, value in known.items() if value},
    }


def _generated(citations: tuple[Citation, ...]) -> dict[str, Any]:
    """The entity that labels a message as generated and carries its notice and citations."""
    return {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "@id": "",
        "additionalType": ["AIGeneratedContent"],
        "usageInfo": NOTICE,
        "citation": [_claim(citation) for citation in citations],
    }


def _claim(citation: Citation) -> dict[str, Any]:
    appearance: dict[str, Any] = {
        "@type": "DigitalDocument",
        "name": citation.name,
        "abstract": citation.abstract,
    }
    if citation.url:
        appearance["url"] = citation.url
    return {"@type": "Claim", "position": citation.position, "appearance": appearance}
