"""A reply as Slack and Teams get it, from their own renderers, with what can be pressed below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bots.offers import offers_of
from bots.turn import Reply
from bots.web.asking import Preview


def slack_preview(reply: Reply) -> list[dict[str, Any]]:
    """Return the messages of a reply: `text` for the notification, and Block Kit `blocks`."""
    from bots.slack.controls import controls  # a second of imports that starting does without
    from bots.slack.messages import messages_of

    below = controls("preview", offers_of(reply, library=True), share=False)
    return [{"text": m.text, "blocks": list(m.blocks)} for m in messages_of(reply, controls=below)]


def teams_preview(reply: Reply) -> list[dict[str, Any]]:
    """Return the messages of a reply: `markdown`, its `citations`, or an Adaptive `card` in the place of text.

    `generated` asks Teams for its label, `judged` for its thumbs.
    """
    from bots.teams.controls import controls
    from bots.teams.messages import messages_of

    offers = offers_of(reply, library=True)
    return [
        {
            "markdown": message.text,
            "citations": [{"name": c.name, "abstract": c.abstract} for c in message.citations],
            "card": message.card,
            "generated": message.generated,
            "judged": message.judged,
        }
        for message in messages_of(reply, controls(offers, personal=False), offers.judge)
    ]


PREVIEWS: Mapping[str, Preview] = {"Slack": slack_preview, "Teams": teams_preview}
