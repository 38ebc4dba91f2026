"""Teams messages as Bot Framework activities, with the AI label and the citations.

Shape of the entity: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bot-messages-ai-generated-content
"""

from __future__ import annotations

from typing import Any

from botbuilder.schema import Activity, ActivityTypes, Entity, TextFormatTypes

from bots.teams.messages import Citation, TeamsMessage


class GeneratedContent(Entity):  # type: ignore[misc]
    """The entity that labels a message as generated and carries its citations.

    botbuilder's own `Entity` drops every key it does not know on the way out, so the keys are mapped here.
    """

    _attribute_map = {  # noqa: RUF012 - msrest reads it as a plain class attribute
        "type": {"key": "type", "type": "str"},
        "at_type": {"key": "@type", "type": "str"},
        "at_context": {"key": "@context", "type": "str"},
        "at_id": {"key": "@id", "type": "str"},
        "additional_type": {"key": "additionalType", "type": "[str]"},
        "citation": {"key": "citation", "type": "[object]"},
    }

    def __init__(self, citations: tuple[Citation, ...]) -> None:
        super().__init__(type="https://schema.org/Message")
        self.at_type = "Message"
        self.at_context = "https://schema.org"
        self.at_id = ""
        self.additional_type = ["AIGeneratedContent"]
        self.citation = [_claim(citation) for citation in citations]


def activity_of(message: TeamsMessage) -> Activity:
    """Return the activity of a message; its address is added when it is sent."""
    return Activity(
        type=ActivityTypes.message,
        text=message.text,
        text_format=TextFormatTypes.markdown,
        entities=[GeneratedContent(message.citations)] if message.generated else [],
    )


def typing() -> Activity:
    """Return the activity that shows the person that an answer is being worked on."""
    return Activity(type=ActivityTypes.typing)


def _claim(citation: Citation) -> dict[str, Any]:
    appearance: dict[str, Any] = {
        "@type": "DigitalDocument",
        "name": citation.name,
        "abstract": citation.abstract,
    }
    if citation.url:
        appearance["url"] = citation.url
    return {"@type": "Claim", "position": citation.position, "appearance": appearance}
