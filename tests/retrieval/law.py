"""A small made-up body of law, and a pipeline over it, for tests of composition."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from retrieval.embeddings import embedding_model
from retrieval.law_names import LawNames
from retrieval.pipeline import Reggi, build_pipeline
from retrieval.records import (
    Answer,
    Detection,
    Jurisdictions,
    LawStatement,
    Passage,
    Position,
    PositionStatement,
    Question,
)
from retrieval.retriever import LawLibrary
from retrieval.store import MemoryStore

TODAY = dt.date(2026, 11, 21)
NAMES = {
    "MN": "Minnesota",
    "NM": "New Mexico",
    "OR": "Oregon",
    "OK": "Oklahoma",
    "US": "federal law",
    "GU": "Guam",
}


def passage(place: str, law_id: str, section: str, *said: tuple[str, str], **other: object) -> Passage:
    """Return a section whose statements are (topics separated by commas, text)."""
    statements = tuple(LawStatement(text, tuple(topics.split(","))) for topics, text in said)
    base = Passage(
        jurisdiction=place,
        law_id=law_id,
        law=f"{NAMES[place]} {law_id.replace('-', ' ').title()}",
        section=section,
        citation=f"{place} Code § {section}",
        title=f"Section {section}",
        url=f"https://law.example/{place}/{section}",
        text="\n".join(s.text for s in statements),
        text_kind="digest",
        kind="statute",
        governs="business",
        topics=tuple(dict.fromkeys(t for s in statements for t in s.topics)),
        in_force_from=dt.date(2020, 1, 1),
        in_force_to=None,
        reviewed=TODAY,
        checked="statute_text",
        statements=statements,
    )
    made = replace(base, **other)  # type: ignore[arg-type]
    return replace(made, text="\n".join(s.text for s in made.statements))


def position(place: str, topic: str, verdict: str | None, *said: tuple[str, str]) -> Position:
    """Return a position whose sentences are (text, "law#section law#section" or "survey#topic")."""
    statements = tuple(
        PositionStatement(text, tuple((place, *ref.split("#")) for ref in refs.split()))  # type: ignore[misc]
        for text, refs in said
    )
    none = any(key[1] == "survey" for s in statements for key in s.rests_on)
    return Position(place, topic, verdict, statements, TODAY, no_law=none)  # type: ignore[arg-type]


BREACH = "breach-act"
LAW: tuple[Passage | Position, ...] = (
    passage("MN", "privacy-act", "10", ("applicability", "The Privacy Act binds businesses with data of 100,000 consumers.")),
    passage(
        "MN",
        "privacy-act",
        "11",
        ("marketing-use,targeted-advertising", "A controller must let people opt out of targeted advertising."),
        ("marketing-use", "A controller may market only for purposes that its privacy notice disclosed."),
        ("sensitive-data", "A controller needs consent for sensitive data."),
    ),
    passage(
        "MN",
        "privacy-act",
        "20",
        statements=(
            LawStatement("The attorney general enforces the Privacy Act.", ("enforcement",)),
            LawStatement("A violator had 30 days to cure.", ("cure",), None, dt.date(2026, 1, 31)),
        ),
        topics=("enforcement", "cure"),
    ),
    passage("MN", BREACH, "61", ("breach-deadline", "A business must tell people of a breach within 45 days.")),
    passage("MN", BREACH, "62", ("penalties", "A late breach notice costs up to $10,000.")),
    passage(
        "MN",
        "data-practices-act",
        "13",
        ("marketing-use,government-records", "A government entity may not use data for marketing."),
        governs="government",
    ),
    passage(
        "MN",
        "profiling-act",
        "90",
        ("marketing-use", "A marketer must register its campaigns."),
        in_force_from=dt.date(2027, 7, 1),
    ),
    position("MN", "marketing-use", "conditional", ("A business may market on disclosed terms and must honor opt-outs.", "privacy-act#11")),
    position("MN", "applicability", "no", ("No: only businesses with data of 100,000 consumers.", "privacy-act#10")),
    position("MN", "breach-deadline", "yes", ("Within 45 days after discovery of the breach.", "breach-act#61")),
    position("MN", "comprehensive-act", "yes", ("Yes: the Privacy Act, in force since 2020.", "privacy-act#10")),
    position("MN", "call-recording", "yes", ("One-party consent: one party's consent is enough.", "breach-act#61")),
    passage("NM", BREACH, "6", ("breach-deadline", "A business must tell residents of a breach within 45 calendar days.")),
    passage("NM", "survey", "comprehensive-act", ("comprehensive-act", "No act was found."), kind="survey", governs="both"),
    position("NM", "breach-deadline", "yes", ("Within 45 calendar days after discovery.", "breach-act#6")),
    position("NM", "comprehensive-act", "no", ("No: New Mexico had no comprehensive act on 2026-11-21.", "survey#comprehensive-act")),
    passage("OR", BREACH, "7", ("breach-deadline", "A covered entity must tell people within 45 days.")),
    position("OR", "breach-deadline", "yes", ("Within 45 days after discovering the breach.", "breach-act#7")),
    passage("US", "mail-act", "7704", ("email-marketing", "A sender must honor an opt-out within 10 days.")),
    position("US", "email-marketing", "yes", ("Yes: federal law lets a business send e-mail with an opt-out.", "mail-act#7704")),
    position("US", "marketing-use", "conditional", ("It depends: federal law bars deceptive marketing.", "mail-act#7704")),
)  # fmt: skip


def places(text: str) -> Jurisdictions:
    """Return the places named by their full names; enough for these tests."""
    found = [
        Detection(code, name, (at, at + len(name)), "name")
        for code, name in NAMES.items()
        if code != "US" and (at := text.find(name)) >= 0
    ]
    return Jurisdictions(found=tuple(sorted(found, key=lambda d: d.span or (0, 0))))


def resolve(question: Question) -> Jurisdictions:
    """Return the places of a question, else of the latest earlier question that names one."""
    for text in (question.text, *reversed(question.history)):
        if (found := places(text)).found:
            return found
    return Jurisdictions()


async def ask(
    text: str, *history: str, today: dt.date = TODAY, law: tuple[Passage | Position, ...] = LAW
) -> Answer:
    """Return the answer over a made-up body of law."""
    model = embedding_model("wordllama-64")
    library = LawLibrary(MemoryStore(law, model.embed), model)
    pipeline = build_pipeline(library, resolve, LawNames(await library.law_names()), NAMES)
    return await Reggi(pipeline).answer(Question(text, today, history))


def texts(answer: Answer) -> str:
    """Return everything that an answer says, headings included."""
    return "\n".join(
        (answer.title, *(s.heading for s in answer.sections), *(s.text for s in answer.all_statements()))
    )
