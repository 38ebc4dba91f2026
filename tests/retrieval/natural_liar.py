"""What a tiny model says of the law when it may say anything: sentences of its own, each checked like a writer's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.chat import Chat, Message, Shape
from retrieval.claim_check import ClaimCheck
from retrieval.compose import Draft
from retrieval.errors import ModelUnavailable
from retrieval.model_prompt import shown_to_model
from retrieval.read_claims import sentences
from retrieval.retriever import Evidence
from retrieval.words import content_stems


@dataclass(frozen=True)
class Told:
    """One sentence of the model, why it may not be shown (None: it may), and how near the nearest sentence of law is (0 to 1)."""

    text: str
    reason: str | None
    nearness: float


class Recorder:
    """Stands where a writer stands and keeps what it is given; the extractive answer stays."""

    def __init__(self) -> None:
        self.given: list[tuple[Evidence, Draft]] = []

    async def write(self, evidence: Evidence, draft: Draft, release: object = None) -> Draft:
        self.given.append((evidence, draft))
        return draft


def _nearness(text: str, law: list[str]) -> float:
    """Return the share of a sentence's content words that stand in the one sentence of law that has most of them."""
    own = frozenset(content_stems(text))
    return max((len(own & frozenset(content_stems(x))) / len(own) for x in law if own), default=0.0)


async def told_by(
    chat: Chat, evidence: Evidence, draft: Draft, question: str, statements: int = 6
) -> list[Told]:
    """Return what the model answers from the passages, in plain text; every sentence cites the three sections nearest to it."""
    shown = shown_to_model(evidence, draft, statements)
    law = [text for texts in shown.statements.values() for text in texts]
    law += [text for text, _ in shown.findings]
    known = "\n".join(f"- {text}" for text in law[:8])
    messages = (
        Message("system", "You answer questions on US privacy law in several short sentences."),
        Message("user", f"{known}\n\nQuestion: {question}\nAnswer:"),
    )
    text = ""
    try:
        async for piece in chat.stream(messages, Shape("text", "", {})):
            text += piece.text
    except ModelUnavailable:
        return []
    check = ClaimCheck(evidence, shown.passages)
    found = []
    for line in text.splitlines():
        for said in sentences(re.sub(r"^[\s*\-\d.)]+", "", line)):
            if len(said.split()) >= 4:
                near = {
                    m: _nearness(said, [*shown.statements[m], *(t for t, ms in shown.findings if m in ms)])
                    for m in shown.passages
                }
                cited = sorted(near, key=lambda m: -near[m])[:3]
                _, reason = check.settle(said, tuple(cited))
                found.append(Told(said, reason, _nearness(said, law)))
    return found
