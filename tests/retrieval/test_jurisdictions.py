"""Which law a text asks for: the hand-labelled table, then what the table cannot say (order, spans, reasons, roles)."""

from __future__ import annotations

import pytest

from retrieval.jurisdiction_registry import names
from retrieval.jurisdictions import Detector, LawName, reason, registry
from retrieval.records import Jurisdictions
from tests.retrieval.jurisdiction_table import cases, detector, misses

LEAST_ACCURACY = 0.99


def read(text: str) -> Jurisdictions:
    return detector().detect(text)


def codes(text: str) -> tuple[str, ...]:
    return read(text).codes


@pytest.mark.parametrize(
    "with_corpus", [True, False], ids=["with the digest's law names", "with the registry alone"]
)
def test_the_table_is_matched_exactly(with_corpus: bool) -> None:
    missed = misses(detector(with_corpus))
    assert len(missed) <= (1 - LEAST_ACCURACY) * len(cases()), "\n".join(missed)


def test_the_table_is_large_and_each_jurisdiction_is_in_it() -> None:
    table = cases()
    assert len(table) >= 400
    assert len({case.text for case in table}) == len(table)
    named = {code for case in table if len(case.found) < 10 for code in case.found}
    assert named == set(registry().codes)
    assert sum(case.group == "near misses" for case in table) >= len(registry().codes) - 2


@pytest.mark.parametrize("place", [p for p in registry().places if p.code != "US"], ids=lambda p: p.code)
def test_every_alias_is_found(place: object) -> None:
    """Names, spellings, abbreviations, demonyms, cities and citations, each in a sentence of its kind."""
    row = next(row for row in names()["jurisdiction"] if row["code"] == getattr(place, "code", None))
    texts = [
        f"breach law in {value}" for value in (row["name"], *row.get("names", ()), *row.get("spellings", ()))
    ]
    texts += [f"breach law in {value}" for key in ("cities", "cities_capital") for value in row.get(key, ())]
    texts += [f"rights of {value}s" for value in row.get("demonyms", ()) if value[-1].isalpha()]
    texts += [
        f"breach law in {value}."
        for key in ("abbreviations", "word_abbreviations")
        for value in row.get(key, ())
    ]
    texts += [f"what does {value} say".replace("#", "1") for value in row.get("citations", ())]
    wrong = {text: codes(text) for text in texts if codes(text) != (row["code"],)}
    assert not wrong


@pytest.mark.parametrize("place", [p for p in registry().places if p.code != "US"], ids=lambda p: p.code)
def test_no_alias_is_found_inside_another_word(place: object) -> None:
    row = next(row for row in names()["jurisdiction"] if row["code"] == getattr(place, "code", None))
    values = [row["code"], row["name"], *row.get("demonyms", ()), *row.get("cities", ())]
    single = [value.lower() for value in values if value.isalpha()]
    wrong = {value: codes(f"the xq{value}qx report") for value in single if codes(f"the xq{value}qx report")}
    assert not wrong


def test_codes_stand_in_order_of_appearance() -> None:
    assert codes("WA, OR and CA") == ("WA", "OR", "CA")
    assert codes("Utah and the Carolinas, then Iowa") == ("UT", "NC", "SC", "IA")
    assert codes("New England") == ("CT", "ME", "MA", "NH", "RI", "VT")
    assert codes("all 50 states") == registry().states


def test_a_jurisdiction_named_twice_is_found_once() -> None:
    found = read("New York, NY: does New York law cover New Yorkers?").found
    assert [d.code for d in found] == ["NY"]


@pytest.mark.parametrize(
    ("text", "named", "why"),
    [
        ("breach law in Minnesota", "Minnesota", "name"),
        ("breach law in *Minnesota*", "Minnesota", "name"),
        ("customers in OR", "OR", "code"),
        ("Minn. Stat. § 325M.14", "Minn. Stat.", "law"),
        ("Do Californians sue?", "Californians", "demonym"),
        ("a gym in Chicago", "Chicago", "city"),
        ("what about BIPA", "BIPA", "law"),
        ("breach in Conneticut", "Conneticut", "spelling"),
        ("<@U1> in <https://x.example|Texas>?", "Texas", "name"),
        ("Ohio&#39;s &amp; more", "Ohio", "name"),
        ("加州California的法律", "California", "name"),
    ],
)
def test_a_detection_says_where_and_why(text: str, named: str, why: str) -> None:
    (found,) = read(text).found
    assert found.span is not None
    assert text[slice(*found.span)].startswith(named)
    assert found.why == why
    assert found.name == registry().name(found.code)


def test_the_members_of_a_set_share_its_span() -> None:
    found = read("in New England now").found
    assert {d.span for d in found} == {(3, 14)}
    assert {d.why for d in found} == {"set"}


def test_each_reason_reads_as_part_of_an_answer() -> None:
    (found,) = read("breach law in Minnesota").found
    assert f"{found.name} — {reason(found)}" == "Minnesota — named in your question"


@pytest.mark.parametrize(
    ("text", "found", "mentioned"),
    [
        ("a Delaware company selling to customers in Nebraska", ("NE",), ("DE",)),
        ("a server in Virginia, users in Oregon", ("OR",), ("VA",)),
        ("customers who moved from Ohio to Utah", ("UT",), ("OH",)),
        ("HIPAA in Texas", ("TX",), ("US",)),
        ("Does the CCPA apply to a Nevada company?", ("CA",), ("NV",)),
        ("Does Ohio have a law like BIPA?", ("OH",), ("IL",)),
        ("Is Ohio stricter than Utah?", ("OH", "UT"), ()),
        ("a server in Virginia", ("VA",), ()),
    ],
)
def test_who_is_where(text: str, found: tuple[str, ...], mentioned: tuple[str, ...]) -> None:
    """A residence or a law asked for outranks a seat, a server or a yardstick, which are kept as mentioned."""
    result = read(text)
    assert result.codes == found
    assert tuple(d.code for d in result.mentioned) == mentioned


def test_places_of_business_that_cannot_be_told_apart_are_all_taken_and_said_so() -> None:
    both = read("Can a Nevada casino share data with a California marketing company?")
    assert both.codes == ("NV", "CA")
    assert both.roles_unclear
    assert not read("customers in Nevada and California").roles_unclear


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("our Kansas City store", ("MO", "KS")),
        ("our Portland customers", ("OR", "ME")),
        ("the LA office", ("CA", "LA")),
        ("what does the MCDPA say", ("MN", "MT")),
        ("in Dakota", ("ND", "SD")),
    ],
)
def test_two_candidates_and_no_way_to_choose_means_ask(text: str, candidates: tuple[str, ...]) -> None:
    result = read(text)
    assert result.found == ()
    assert result.ambiguous == candidates


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("our Kansas City store under Missouri law", "MO"),
        ("Portland and Salem, Oregon", "OR"),
        ("the MCDPA in Montana", "MT"),
        ("LA, TX and MS", "LA"),
        ("LA and San Francisco", "CA"),
        ("our Columbus store", "OH"),
        ("our Columbus, Georgia store", "GA"),
    ],
)
def test_another_place_named_settles_the_choice(text: str, code: str) -> None:
    result = read(text)
    assert code in result.codes
    assert result.ambiguous == ()


@pytest.mark.parametrize(
    ("text", "outside", "found"),
    [
        ("Does the GDPR apply?", ("GDPR",), ()),
        ("customers in Canada and Michigan", ("Canada",), ("MI",)),
        ("the Denver city ordinance", ("Denver ordinance",), ()),
        ("Portland's facial recognition ban", ("Portland ban",), ()),
        ("Does the NYC law on hiring tools apply?", ("NYC law",), ()),
        ("St. Petersburg, Russia", ("Russia",), ()),
        ("Paris, Texas", (), ("TX",)),
        ("New Mexico", (), ("NM",)),
    ],
)
def test_foreign_and_local_law_is_said_to_be_outside(
    text: str, outside: tuple[str, ...], found: tuple[str, ...]
) -> None:
    result = read(text)
    assert result.outside == outside
    assert result.codes == found


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("What does COPPA require?", True),
        ("Is there a federal privacy law?", True),
        ("16 CFR 312", True),
        ("HIPAA in Texas", False),
        ("federal and Texas law", False),
        ("Which federal and state laws apply?", False),
        ("Texas", False),
    ],
)
def test_a_purely_federal_question_needs_no_state(text: str, only: bool) -> None:
    assert read(text).federal_only is only


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("which states require notice", True),
        ("all states but Texas", True),
        ("every US jurisdiction", True),
        ("New England", False),
        ("Which state law applies to customers in Texas?", False),
        ("our notice, which states that data is deleted", False),
    ],
)
def test_a_survey_is_marked(text: str, every: bool) -> None:
    assert read(text).every is every


def test_each_us_jurisdiction_is_all_of_them() -> None:
    assert codes("each US jurisdiction") == registry().codes[:-1]


def test_a_new_law_brings_its_names_with_it() -> None:
    laws = (
        LawName("Prairie Data Rights Act", "KS"),
        LawName("PRADRA", "KS"),
        LawName("Prairie Regs. tit.", "KS"),
        LawName("Data Breach Notification Act", "NM"),
        LawName("Nowhere Act", "ZZ"),
    )
    reader = Detector(registry(), laws)
    for text in ("the Prairie Data Rights Act", "pradra fines", "Prairie Regs. tit. 4"):
        (found,) = reader.detect(text).found
        assert (found.code, found.why) == ("KS", "law")
    assert reader.detect("the Nowhere Act").found == ()


def test_a_law_name_of_common_words_gives_way_to_a_state() -> None:
    reader = Detector(registry(), (LawName("Data Breach Notification Act", "NM"),))
    assert reader.detect("what does the Data Breach Notification Act say?").codes == ("NM",)
    assert reader.detect("does Ohio have a data breach notification act?").codes == ("OH",)


@pytest.mark.parametrize("short", ["CPA", "PPA"])
def test_an_acronym_that_is_also_a_word_counts_in_capitals_only(short: str) -> None:
    reader = Detector(registry(), (LawName(short, "CO"),))
    assert reader.detect(f"under the {short}").codes == ("CO",)
    assert reader.detect(f"ask {short.lower()} first").codes == ()


def test_quoted_words_of_others_count_only_where_nothing_else_is_named() -> None:
    assert codes("> what about Ohio?\nAnd Utah?") == ("UT",)
    assert codes("> what about Ohio?\nsame here") == ("OH",)
