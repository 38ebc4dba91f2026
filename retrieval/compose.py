"""The extractive composer: an answer made of the digest's own sentences, chosen, grouped and ordered.

No model writes here, so nothing can be said that the corpus does not hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz

from retrieval.compose_place import (
    BROAD,
    NARROW,
    SHARED_BROAD,
    SHARED_NARROW,
    Limits,
    PlacePart,
    compose_place,
    federal_statements,
)
from retrieval.compose_table import compose_table, table_topics, tally
from retrieval.legal_citations import cites
from retrieval.marks import Marks, as_source, in_order
from retrieval.official_text import cited_only_officially, earlier_text, nearest_text, quoted
from retrieval.question_form import ASSERTED, sense_of
from retrieval.ranking import comprehensive_law
from retrieval.records import Answer, AnswerSection, Detection, Passage, Statement, Status, Verdict
from retrieval.retriever import FEDERAL, Evidence
from retrieval.short_answer import Said
from retrieval.topics import FACETS, TopicScore, all_topics
from retrieval.understand import Understanding, figures_in, topic_title

ENGINE = "extractive"
NOT_ADVICE = "Information, not legal advice."
_PLAINLY_ASKED = 2.0
_PARTS_AT_MOST = 3
"""More places than this are compared in a table."""

_ABOUT_MONEY = re.compile(r"\b(?:fines?|penalt\w+|damages|per violation|statutory)\b", re.IGNORECASE)
_CLAIMED_COUNT = re.compile(
    r"\b(?:law|act|statute|[A-Z]{4,7})\b[^.?]{0,30}\b(?:needs?|requires?|only (?:bites?|covers?|applies|reaches)|kicks in|starts?)\b[^.?]{0,12}\d"
)
"""A number of people said of the law itself: "Montana law needs 50,000 residents"."""
_ABOUT_REVENUE = re.compile(r"\b(?:revenue|threshold|trigger|turnover)\b", re.IGNORECASE)
_NAMED_ACT = re.compile(
    r"\b(?:[A-Z][\w’'&-]*\s+(?:(?:and|of|for)\s+(?=[A-Z]))?){1,7}(?:Act|Law|Bill of Rights)\b"
)

_OF_ANY_ACT = frozenset(
    [
        "consumer", "consumers", "data", "personal", "information", "privacy", "protection", "online", "rights", "act", "law", "the", "digital", "bill",
        "of", "transparency", "and", "internet", "'s",
    ]
)  # fmt: skip

_NAMES_NOTHING = frozenset({"state", "act", "law", "the", "of", "and", "for", "new"})
"""Words that do not tell one act from another: "Palmetto State Act" names none."""

HELP = (
    "I answer US privacy-law questions, state by state, and name the section behind every sentence. "
    "Name a state and ask, for example: “How soon must we tell customers about a data breach in Ohio?”, "
    "“Can I use customer data for marketing in Minnesota?”, “Compare call recording in CA, NV and OR.”"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as composed and the passage behind each of its marks, for verification."""

    answer: Answer
    passages: dict[str, Passage]


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _names(found: tuple[Detection, ...]) -> list[str]:
    return [f"the {d.name}" if d.code == "DC" and not d.name.startswith("the") else d.name for d in found]


def _base(understood: Understanding) -> Answer:
    question = understood.question
    return Answer(
        status="help",
        question=question.text,
        title="",
        id=question.id,
        jurisdictions=understood.places.found,
        excluded=understood.places.excluded,
        topics=understood.topic_ids,
        engine=ENGINE,
    )


def _title(evidence: Evidence) -> str:
    understood = evidence.understood
    found = understood.places.found
    about = topic_title(understood)
    if understood.laws and (not understood.topics or understood.topics[0].score < _PLAINLY_ASKED):
        place, law = understood.laws[0]
        catalogue = evidence.catalogues.get(place)
        if catalogue is not None and law in catalogue.laws:
            return catalogue.law_name(law)
    if understood.citations and not understood.topics and (cited := _cited(evidence)):
        return f"{cited.citation}: {cited.title}"
    if not found:
        return about
    if len(found) > 6:
        return f"{about}: {len(found)} jurisdictions compared"
    if understood.places.codes == (FEDERAL,):
        return f"{about} under federal law"
    return f"{about} in {_join(_names(found))}"


def _cited(evidence: Evidence) -> Passage | None:
    """Return the first section of the places asked about that the question cites, or None."""
    places = dict.fromkeys((*evidence.understood.places.codes, FEDERAL))
    for asked in evidence.understood.citations:
        for place in places:
            apart = (p for p in evidence.official if p.jurisdiction == place)
            for passage in (*evidence.catalogues[place].digest.values(), *apart):
                if passage.kind != "survey" and cites(passage.citation, asked):
                    return passage
    return None


def _unknown(evidence: Evidence) -> list[str]:
    """Return the citations of the question that no section of the corpus bears, in the places asked about."""
    places = dict.fromkeys((*evidence.understood.places.codes, FEDERAL))
    known = [p.citation for place in places for p in evidence.catalogues[place].digest.values()]
    known += [p.citation for p in evidence.official]
    return [c for c in evidence.understood.citations if not any(cites(k, c) for k in known)]


def _notices(evidence: Evidence, marks: Marks, missing: tuple[str, ...] = ()) -> tuple[str, ...]:
    understood = evidence.understood
    notices = []
    secondary = sorted(
        (m for m, p in marks.passages().items() if p.checked == "secondary" and p.kind != "survey"),
        key=in_order,
    )
    if secondary:
        notices.append(f"Checked against secondary sources only: {', '.join(f'[{m}]' for m in secondary)}.")
    if missing:
        notices.append(f"Not in my corpus on this question: {', '.join(missing)}.")
    if unknown := _unknown(evidence):
        sections = _join([f"§ {c.split()[-1]}" for c in unknown])
        notices.append(f"I do not have {sections} in my corpus, so I do not say what it provides.")
    mentioned = [d for d in understood.places.mentioned if d.code != FEDERAL]
    if mentioned and understood.places.found:
        named = _join([d.name for d in mentioned])
        notices.append(
            f"I answered for where the people are; {named} is only mentioned. Ask again with its name if you want its law too."
        )
    if understood.places.roles_unclear:
        notices.append("I could not tell where the people concerned live, so I took every place named.")
    if understood.places.outside:
        notices.append(
            f"Outside what I cover (US state and federal privacy law): {_join(list(understood.places.outside))}."
        )
    if understood.as_of < understood.question.asked_on:
        notices.append(
            "My digest describes present law; wording in force on an earlier date may have differed."
        )
    notices.append(f"{NOT_ADVICE} Law as of {understood.as_of.isoformat()}.")
    return tuple(notices)


def _finish(evidence: Evidence, marks: Marks, **said: Any) -> Draft:
    """Return an answer with the fields `said` and the sources that they cite, no more."""
    fields = ("short_answer", "conclusion")
    cited = [m for f in fields for s in said.get(f, ()) for m in s.marks]
    cited += [m for section in said.get("sections", ()) for s in section.statements for m in s.marks]
    if table := said.get("table"):
        cited += [m for row in table.rows for cell in row.cells for m in cell.marks]
    passages = marks.passages()
    official = {code: catalogue.official for code, catalogue in evidence.catalogues.items()}
    sources = tuple(
        as_source(m, passages[m], official[passages[m].jurisdiction].get(passages[m].key))
        for m in sorted(set(cited), key=in_order)
    )
    return Draft(replace(_base(evidence.understood), sources=sources, **said), passages)


def _controlling(parts: list[PlacePart], marks: Marks, names: dict[str, str]) -> tuple[Statement, ...]:
    """Return the conclusion: which sections control, one sentence a place."""
    said = []
    for part in parts:
        keys = [k for k in dict.fromkeys(part.lead) if (p := marks.passage(k)) and p.kind != "survey"][:3]
        passages = [p for k in keys if (p := marks.passage(k))]
        if not passages:
            continue
        listed = _join([p.citation for p in passages])
        where = (
            ""
            if len(parts) == 1
            else "Under federal law, "
            if part.place == FEDERAL
            else f"In {names.get(part.place, part.place)}, "
        )
        verb = "controls" if len(passages) == 1 else "control"
        it = "it" if len(passages) == 1 else "them"
        said.append(
            Statement(
                f"{where}{listed} {verb} here; read {it} before you act.",
                tuple(m for k in keys if (m := marks.mark(k))),
            )
        )
    return tuple(said)


def _wrong_premise(understood: Understanding, parts: list[PlacePart]) -> str | None:
    """Return a figure asserted in the question that is wrong, where the short answer gives another of its kind.

    Only for questions that assert (“the 60-day deadline in …”), and only when no statement of the part has the figure.
    """
    if len(parts) != 1:
        return None
    short = [s.text for s in parts[0].short]
    have = {
        f
        for text in short + [s.text for part in parts[0].sections for s in part.statements]
        for f in figures_in(text)
    }
    for number, unit in understood.figures:
        if (unit == "person" and not _CLAIMED_COUNT.search(understood.text)) or (
            unit == "$" and not _states_money(understood.text)
        ):
            continue  # the asker's own numbers, not a claim about the law
        told = have
        if ASSERTED.search(understood.text):  # the first sentence answers what is put forward
            told = set(figures_in(short[0])) or have
        if (number, unit) not in told and any(f[1] == unit for text in short for f in figures_in(text)):
            return (
                f"${int(float(number)):,}"
                if unit == "$"
                else f"{int(number):,} {'people' if unit == 'person' else unit if number == '1' else unit + 's'}"
            )
    return None


def _states_money(text: str) -> bool:
    """Return whether a sum in a text is said of the law, not of the asker: a fine, or a threshold asserted."""
    return bool(_ABOUT_MONEY.search(text) or (ASSERTED.search(text) and _ABOUT_REVENUE.search(text)))


def _not_named(understood: Understanding, evidence: Evidence) -> str | None:
    """Return the name of an act that the question names and that no place asked about has, or None."""
    acts = [] if understood.laws else list(_NAMED_ACT.finditer(understood.text))
    if not acts:
        return None
    known = [
        name
        for code in (*understood.places.codes, FEDERAL)
        for passages in evidence.catalogues[code].laws.values()
        for name in (passages[0].law, *passages[0].short_names)
    ]
    places = frozenset(w for d in understood.places.found for w in d.name.lower().split())
    for match in acts:
        name = re.sub(
            r"^(?:The|Does|Is|Do|Did|Under|What|Has|Can|How|If|When|Are|Who|Which)\s+(?:the\s+)?",
            "",
            match.group(),
        )
        told = {w for w in name.lower().split() if w not in places} - _NAMES_NOTHING
        if (
            len(name.split()) >= 3
            and len(told) >= 2
            and not any(_same_act(name.lower(), k.lower(), places) for k in known)
        ):
            return name
    return None


def _same_act(name: str, known: str, places: frozenset[str]) -> bool:
    """Return whether a name typed is that of a law known, a slip or a missing word apart.

    Names of general words alone ("Data Privacy Act") are held together by all of them: two states' acts differ by one.
    """
    words = set(re.findall(r"[a-z']+", name)) - places
    if not words <= _OF_ANY_ACT:
        # one may be a part of the other, not a scrap of it: "Privacy Act" is no "American Privacy Rights Act"
        return fuzz.token_set_ratio(name, known) >= 88 and fuzz.token_sort_ratio(name, known) >= 62
    bare = " ".join(sorted(words))
    held = " ".join(sorted(set(re.findall(r"[a-z']+", known)) - places))
    return fuzz.ratio(bare, held) >= 85


def _needs_jurisdiction(understood: Understanding, names: dict[str, str]) -> Draft:
    if understood.places.ambiguous:
        options = " or ".join(names.get(c, c) for c in understood.places.ambiguous)
        text = f"Do you mean {options}? Privacy law differs by state, so I ask before I answer."
    else:
        text = "Which state's law do you mean? Privacy law differs by state; name one or more (for example “in Ohio”), or ask for all states."
    return _plain(understood, "needs_jurisdiction", f"{topic_title(understood)}: which state?", text)


def _plain(understood: Understanding, status: Status, title: str, text: str) -> Draft:
    """Return an answer of one sentence that states no law."""
    return Draft(
        replace(_base(understood), status=status, title=title, short_answer=(Statement(text, ()),)), {}
    )


def _out_of_scope(understood: Understanding) -> Draft:
    if understood.places.outside:
        verb = "is" if len(understood.places.outside) == 1 else "are"
        text = f"{_join(list(understood.places.outside))} {verb} outside what I cover: US privacy law, federal and of the states."
    else:
        text = "That is outside what I do: I answer questions on US privacy law, state by state, such as breach notice, marketing, biometrics or recording calls."
    return _plain(understood, "out_of_scope", "Outside what I cover", text)


def _not_found(
    evidence: Evidence, why: str, parts: list[PlacePart], marks: Marks, verdict: Verdict | None = None
) -> Draft:
    short = [Statement(why, ())] + [s for p in parts for s in p.short]
    return _finish(
        evidence,
        marks,
        status="not_found", title=_title(evidence), short_answer=tuple(short),
        sections=tuple(s for p in parts for s in p.sections), notices=_notices(evidence, marks), verdict=verdict,
    )  # fmt: skip


def _survey(evidence: Evidence, names: dict[str, str]) -> Draft:
    understood = evidence.understood
    marks = Marks(evidence.catalogues)
    if not table_topics(evidence):
        text = (
            "What shall I compare? Name the question too, for example “breach deadlines” or “call recording”."
        )
        return _plain(understood, "needs_jurisdiction", "What shall I compare?", text)
    table, missing = compose_table(evidence, understood.places.codes, marks)
    if table is None:
        why = "My corpus has nothing on this question for these places, so I do not answer from memory."
        return _not_found(evidence, why, [], marks)
    return _finish(
        evidence,
        marks,
        status="answered", title=_title(evidence), short_answer=tally(evidence, table, names), table=table,
        notices=_notices(evidence, marks, tuple(names.get(c, c) for c in missing)),
    )  # fmt: skip


def _nearest(evidence: Evidence, place: str, marks: Marks, limits: Limits) -> PlacePart:
    """Return the part on the topics that accompany the ones asked, for a question on which the corpus has nothing itself."""
    understood = evidence.understood
    beside = tuple(
        TopicScore(t, 1.0)
        for t in dict.fromkeys(b for t in understood.topic_ids for b in all_topics()[t].brings)
    )
    known = tuple(
        t for t in beside if t.topic not in FACETS and t.topic in evidence.catalogues[place].positions
    )[:1]
    text = nearest_text(evidence, place, marks)
    if not known:
        return PlacePart(place, (), (text,) if text else (), None, (), found=text is not None)
    near = replace(evidence, understood=replace(understood, topics=known, domain=(), laws=()))
    return compose_place(near, place, marks, limits, Said())


def _with_official(evidence: Evidence, part: PlacePart, marks: Marks) -> PlacePart:
    """Return a part with the official text it calls for: sections cited that the digest lacks, an earlier wording."""
    cited = quoted(cited_only_officially(evidence, part.place), marks)
    if cited:
        part = replace(part, short=(*cited[:2], *part.short), found=True)
    earlier = earlier_text(evidence, part.place, part.lead, marks)
    return replace(part, sections=(*part.sections, earlier)) if earlier else part


def _common_verdict(verdicts: list[Verdict | None]) -> Verdict | None:
    """Return the verdict that all places share; yes here and a condition there make a condition."""
    kinds = set(verdicts)
    if len(kinds) == 1:
        return verdicts[0]
    return "conditional" if kinds == {"yes", "conditional"} else None


def _one_or_few(evidence: Evidence, names: dict[str, str]) -> Draft:
    understood = evidence.understood
    marks, said = Marks(evidence.catalogues, (*evidence.official, *evidence.earlier.values())), Said()
    places = understood.places.codes
    outside = understood.topic_ids[:1] == ("exemptions",)  # "is a bank under GLBA outside the state's act?"
    if FEDERAL not in places and not outside and any(place == FEDERAL for place, _ in understood.laws):
        # "does HIPAA apply in Florida?": the law named leads, unless the state's own is named beside it
        named_here = any(place != FEDERAL for place, _ in understood.laws)
        places = (*places, FEDERAL) if named_here else (FEDERAL, *places)
    broad = understood.broad or not understood.topics
    limits = (BROAD if broad else NARROW) if len(places) == 1 else (SHARED_BROAD if broad else SHARED_NARROW)
    parts = [
        compose_place(evidence, place, marks, limits, said if len(places) == 1 else Said())
        for place in places
    ]
    parts = [_with_official(evidence, part, marks) for part in parts]
    found = [p for p in parts if p.found]
    if named := _not_named(understood, evidence):
        acts = [
            k.law_name(law)
            for p in places
            if p != FEDERAL and (law := comprehensive_law(k := evidence.catalogues[p]))
        ]
        about = f" The nearest law I have is the {_join(acts)}." if acts else ""
        if not acts or not found:
            return _not_found(
                evidence,
                f"I know of no “{named}” in {'federal law' if places == (FEDERAL,) else _join(_names(understood.places.found))}.{about}",
                found,
                marks,
                "no" if sense_of(understood.text) != "open" else None,
            )
    if not found:
        empty = [p for p in places if not evidence.catalogues[p].digest]
        why = (
            f"{_join([names.get(c, c) for c in empty])} is not in my corpus yet, so I do not answer from memory."
            if empty
            else "My corpus holds nothing on this question there. That does not mean the law is silent: I just cannot say."
        )
        nearest = [p for place in places if (p := _nearest(evidence, place, marks, limits)).found]
        return _not_found(
            evidence, f"{why} What follows is the nearest I have." if nearest else why, nearest, marks
        )
    sections: list[AnswerSection] = []
    for part in found:
        prefix = f"{names.get(part.place, part.place)} — " if len(places) > 1 else ""
        sections += [replace(s, heading=prefix + s.heading) for s in part.sections]
    if FEDERAL not in places:
        federal = federal_statements(evidence, marks, said, limits.federal or 1)
        if federal:
            sections.append(AnswerSection("Federal law beside it", FEDERAL, tuple(federal)))
    each = 3 if len(places) == 1 else min(2, len(understood.topics) or 1)
    short = [s for p in found for s in p.short[:each]]
    correction = _wrong_premise(understood, found)
    if correction:
        short[0] = Statement(
            f"Not {correction}: {short[0].text[:1].lower()}{short[0].text[1:]}", short[0].marks
        )
    missing = tuple(names.get(p.place, p.place) for p in parts if not p.found)
    verdict = _common_verdict([p.verdict for p in found])
    if correction and sense_of(understood.text) != "open":
        verdict = "no"
    return _finish(
        evidence,
        marks,
        status="answered", title=_title(evidence), short_answer=tuple(short), sections=tuple(sections),
        conclusion=_controlling(found, marks, names), verdict=verdict, notices=_notices(evidence, marks, missing),
    )  # fmt: skip


def compose(evidence: Evidence, names: dict[str, str]) -> Draft:
    """Return the answer to an understood question from the evidence found.

    `names` gives the name of each jurisdiction by code.
    """
    understood = evidence.understood
    if understood.scope == "help":
        return _plain(understood, "help", "How to ask Reggi", HELP)
    if understood.scope == "out":
        return _out_of_scope(understood)
    if not understood.places.found:
        return _needs_jurisdiction(understood, names)
    several = len(understood.places.found)
    if several > _PARTS_AT_MOST or (several > 1 and understood.compares) or understood.places.every:
        return _survey(evidence, names)
    return _one_or_few(evidence, names)
