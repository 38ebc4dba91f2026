"""The five questions the product was made for, over the shipped digest: what must be cited and said, and what must not."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bots.start import Opened, load_corpus, open_brain
from config.settings import Settings
from retrieval.records import Answer, Question

TODAY = dt.date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Right:
    """What a right answer holds. `cites` and `says` are all needed; `not_cited` (patterns) and `not_said` may not stand anywhere."""

    question: str
    places: tuple[str, ...]
    title: str
    leads: str
    verdict: str
    cites: tuple[str, ...]
    says: tuple[str, ...]
    not_cited: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()


MARKETING = "Can I use customer data for marketing purposes without violating privacy laws in {}? What are the requirements?"
TOOLS = "Can I use third-party customer service tools that collect personal information in {}? What are the requirements?"
FIVE = (
    Right(
        MARKETING.format("Minnesota"),
        ("MN",),
        "Using customer data for marketing in Minnesota",
        "Minnesota Consumer Data Privacy Act",
        "conditional",
        ("Minn. Stat. § 325M.16", "Minn. Stat. § 325M.14"),
        ("opt out", "consent", "sensitive data", "100,000", "attorney general"),
        not_cited=(r"§ 13\.", "325O"),
        not_said=("Government Data Practices", "30 days to cure"),
    ),
    Right(
        MARKETING.format("New Mexico"),
        ("NM",),
        "Using customer data for marketing in New Mexico",
        "Unfair Practices Act",
        "yes",
        ("N.M. Stat. Ann. § 57-12-3", "N.M. Stat. Ann. § 57-12C-4"),
        ("no general law", "mislead", "secur"),
        not_cited=("59A", r"\b13\.1", "57-12B-3"),
        not_said=("Privacy Protection Act requires consent", "HB 214"),
    ),
    Right(
        "Can I collect personal information from my customers in California in Massachusetts? What are the requirements?",
        ("CA", "MA"),
        "Collecting personal information in California and Massachusetts",
        "California Consumer Privacy Act",
        "conditional",
        (
            "Cal. Civ. Code § 1798.100",
            "201 Mass. Code Regs. 17.03",
            "Mass. Gen. Laws ch. 93H, § 3",
            "Mass. Gen. Laws ch. 93I, § 2",
        ),
        ("at or before collection", "written information security program"),
        not_cited=(r"§ 1798\.14$", "66A"),
    ),
    Right(
        TOOLS.format("Montana"),
        ("MT",),
        "Third-party tools and processors in Montana",
        "Montana Consumer Data Privacy Act",
        "conditional",
        ("Mont. Code Ann. § 30-14-2813", "Mont. Code Ann. § 30-14-2803"),
        ("contract", "25,000", "15,000", "confidential"),
        not_cited=("2-6-15", "61-11-5"),
        not_said=("50,000 consumers", "60 days to cure"),
    ),
    Right(
        TOOLS.format("Massachusetts"),
        ("MA",),
        "Third-party tools and processors in Massachusetts",
        "Massachusetts Standards for the Protection of Personal Information",
        "conditional",
        ("201 Mass. Code Regs. 17.03",),
        ("select", "contract"),
        not_cited=("66A", "^760 Mass"),
    ),
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), _env_file=None)  # type: ignore[call-arg]
    load_corpus(settings)
    opened = asyncio.run(open_brain(settings))
    yield opened
    opened.close()


def ask(opened: Opened, text: str) -> Answer:
    return asyncio.run(opened.brain.answer(Question(text, TODAY)))


def said(answer: Answer) -> str:
    return " ".join((*(s.heading for s in answer.sections), *(s.text for s in answer.all_statements())))


@pytest.mark.parametrize("right", FIVE, ids=lambda r: r.title)
def test_the_question_comes_out_right(opened: Opened, right: Right) -> None:
    answer = ask(opened, right.question)
    cited = [s.citation for s in answer.sources]
    assert answer.status == "answered"
    assert tuple(d.code for d in answer.jurisdictions) == right.places
    assert answer.title == right.title
    assert answer.verdict == right.verdict
    assert answer.sections[0].heading.removeprefix("California — ").startswith(right.leads)
    assert not [c for c in right.cites if c not in cited], cited
    assert not [t for t in right.says if t.lower() not in said(answer).lower()], said(answer)
    assert not [c for c in right.not_cited if any(re.search(c, source) for source in cited)], cited
    assert not [t for t in right.not_said if t.lower() in said(answer).lower()]
    assert all(s.governs != "government" for s in answer.sources)
    assert {s.jurisdiction for s in answer.sources} <= {*right.places, "US"}


def test_every_position_of_the_digest_can_be_answered(opened: Opened) -> None:
    """For each place with law and each topic the answer is made and passes verification, whatever it says."""
    from retrieval.topics import all_topics

    async def all_answers() -> list[tuple[str, str, Answer]]:
        made = []
        for code in await opened.library.warm():
            for topic in all_topics().values():
                name = opened.names[code]
                answer = await opened.brain.answer(
                    Question(f"{topic.name}: {topic.question}", TODAY, jurisdiction=code)
                )
                made.append((name, topic.id, answer))
        return made

    for name, topic, answer in asyncio.run(all_answers()):
        assert answer.status in ("answered", "not_found"), f"{name} {topic}: {answer.status}"
        assert "could not verify" not in said(answer), f"{name} {topic}"
