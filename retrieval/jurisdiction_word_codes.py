"""Postal codes that are also words: "OR", "in", "ME", "ok", "pa".

In capitals, in a text that is not, thirteen of the codes are doubtful; written small, a dozen more. Each is a place
only in company that a word would not keep: behind a preposition and before a pause ("customers in OR?"), before a
legal word ("OH law"), alone after "and" ("and ID?"). What stays open is left to the list it stands in.
"""

from __future__ import annotations

from retrieval.jurisdiction_capital_codes import CapitalCodes
from retrieval.jurisdiction_gazetteer import follows_a_name, follows_its_town
from retrieval.jurisdiction_registry import words
from retrieval.jurisdiction_units import NAMED, Reading, Unit

_SMALL_BUT_CLEAR = frozenset({"or", "in", "hi", "oh"})
_PRONOUNS = frozenset({"us", "as", "me"})
_ID_NOUNS = frozenset({"data", "notice", "number", "security", "breach"})
_ABOUT_A_PERSON = frozenset({"about", "to", "with", "between", "like", "than"})
_ROOM = frozenset({")", "]", ",", "'s", "/", ";"})
_SMALL_BEHIND_TOWNS = frozenset({"ar", "mt", "mo"})  # no English words: small letters do
_SUBJECT_VERBS = frozenset({"does", "did", "will", "is", "can"})
_NO_SUBJECTS = frozenset({"ok", "id", "pr", "us", "as", "vi"})
_TOWN_CODES = frozenset({"in", "or", "me"})  # in capitals behind a name and a comma these are no words
_COURT_CODES = frozenset({"in", "or", "ok", "oh", "hi"})
_COURTS = frozenset(
    {
        "court",
        "resident",
        "law",
        "statute",
        "customer",
        "company",
        "business",
        "employer",
        "consumer",
        "employee",
    }
)
_COUNTED = frozenset({"in", "or", "me", "oh", "la", "pr", "vi"})  # "IN: 300, OH: 20"
_SHORT_FOLLOW_UP = 5
_FOLLOW_UP_HEADS = frozenset(
    {
        "what",
        "how",
        "and",
        "ok",
        "okay",
        "so",
        "same",
        "now",
        "question",
        "but",
        "also",
        "then",
        "thanks",
        ",",
        "the",
        "rules",
    }
)


def is_legal(unit: Unit) -> bool:
    """True for a word, or a phrase beginning with one, that follows a state's name: law, residents, "privacy act"."""
    return unit.word.partition(" ")[0] in words().grammar.legal_right


class WordCodes:
    """Decides on one code that is a word, from the few units around it."""

    def __init__(self) -> None:
        self._codes = words().codes
        self._grammar = words().grammar
        self._bold = CapitalCodes()
        self._doubtful_small = self._codes.words_in_capitals | self._codes.words_in_small

    def is_doubtful(self, word: str, upper: bool) -> bool:
        return word in (self._codes.words_in_capitals if upper else self._doubtful_small)

    def decide(self, reading: Reading, at: int) -> bool | None:
        """Return True for a place, False for a word, None where the list it stands in must tell."""
        unit = reading.units[at]
        word, upper = unit.word, reading.is_upper(unit)
        before, after = reading.before(at), reading.after(at)
        if word in self._codes.list_only:
            return None
        if after is not None and after.kind in NAMED and after.kind != "every":
            return self._before_a_name(reading, at, upper)
        if self._stands_apart(reading, at, upper):
            return True
        if (
            upper
            and before is not None
            and before.word in {"is", "="}
            and reading.word(at - 2) in {"state", "jurisdiction", "location"}
        ):
            return True
        if upper and self._bold.is_plainly_placed(reading, at, before, after):
            return True
        lawful = after is not None and is_legal(after) and self._has_own_law(after, word, upper)
        if before is None:
            return True if lawful or (upper and self._bold.opens_question(reading, at)) else None
        if before.word in self._grammar.code_prepositions and self._follows_preposition(
            reading, at, before, upper
        ):
            return True
        if lawful and before.kind != "place" and self._is_no_noun(before, after, word, upper):
            return True
        if before.word == "," and upper and self._follows_town(reading, at):
            return True
        if (
            before.word == ","
            and word in _SMALL_BEHIND_TOWNS
            and reading.is_capitalised(reading.units[at - 2])
        ):
            return True  # "Hot Springs, ar"
        if upper and follows_its_town(reading, at):
            return True
        if (
            upper
            and before.word in ({"does", "did", "will"} if word == "in" else _SUBJECT_VERBS)
            and word not in _NO_SUBJECTS
            and after is not None
            and after.kind == "word"
        ):
            return True
        if (
            upper
            and before.word == "state"
            and reading.word(at - 2) in {"home", "our", "domiciliary", "resident"}
        ):
            return True if after is None or after.kind == "mark" else None  # "(home state ME)"
        verb = after is not None and after.word in self._codes.law_verbs
        return True if verb and before.word in self._codes.auxiliaries and word not in {"us", "as"} else None

    def _stands_apart(self, reading: Reading, at: int, upper: bool) -> bool:
        """True for "(OR)", "OH: how long …", "and ID?" and "OR's law"."""
        word = reading.units[at].word
        plain = word in self._codes.words_in_small
        if word in {"us", "as"} or not (upper or plain or word in _SMALL_BUT_CLEAR):
            return False
        before, after = reading.before(at), reading.after(at)
        if upper or plain:
            if (
                before is not None
                and before.word in {"(", "["}
                and (after is None or after.word in {")", "]", ",", ":"})
            ):
                return True
            if reading.word(at + 1) == ":" and (
                before is None or (before.kind == "mark" and word in _COUNTED)
            ):
                return True
            if after is not None and after.word == "'s":
                return upper or reading.word(at + 2) in self._grammar.legal_right
        if after is not None or before is None or before.word not in self._codes.follow_up:
            return False
        if word == "pr" and reading.word(at - 2) in self._grammar.legal_left:
            return True
        if not (upper or plain or before.word == "about"):
            return False
        for i in range(at - 2, at - 2 - _SHORT_FOLLOW_UP, -1):
            if i < 0 or reading.units[i].kind == "break":
                return True
            if reading.units[i].word not in _FOLLOW_UP_HEADS:
                return False
        return False

    def _has_own_law(self, after: Unit, word: str, upper: bool) -> bool:
        """True where the noun behind is the state's: "OH law", "co privacy act", but not "ID data" or "ok data"."""
        noun = after.word.partition(" ")[0]
        if word in {"id", "pr", "vi", "us"} or (not upper and word in {"ok", "oh", "la", "hi"}):
            return (noun in self._codes.own_law or noun in self._codes.people_there) and (
                upper or word != "us"
            )
        return upper or word in self._codes.words_in_small

    def _is_no_noun(self, before: Unit, after: Unit | None, word: str, upper: bool) -> bool:
        """True unless the words before make it a thing or a person: "an ID", "my ma", "et al"."""
        bold = upper and word in _COURT_CODES and after is not None and after.word in _COURTS
        if (
            (before.word == "an" and not bold)
            or before.word == "et"
            or (before.word == "&" and not (upper and word in _COURT_CODES))
            or (before.word == "a" and word in {"pr", "me", "us"})
        ):
            return False
        if upper:
            return (
                word != "pr"
                or before.word not in self._codes.not_a_state_s
                or (after is not None and after.word in {"residents", "law", "ag"})
            )
        if before.kind == "mark":
            return False
        if before.word in self._codes.not_a_state_s:
            return before.word == "the" and after is not None and after.word in self._codes.own_law
        return True

    def _follows_preposition(self, reading: Reading, at: int, before: Unit, upper: bool) -> bool:
        """True for "in OR" and "of ME", not for "for me", "opt in or", "proof of ID"."""
        word = reading.units[at].word
        after = reading.after(at)
        earlier = reading.word(at - 2)
        if before.word == "in" and earlier in self._codes.phrasal:
            return False
        if before.word not in self._codes.place_prepositions and not self._may_be_of(
            reading, at, before, upper
        ):
            return False
        if after is None or after.word in _ROOM or is_legal(after):
            return word != "id" or after is None or after.word not in _ID_NOUNS
        if word == "or" and after.word in self._codes.out:
            return False
        if after.kind == "mark" or upper:
            return True
        if word == "or":
            return after.word in {"who", "that", "which"}
        if after.word in self._codes.links:
            return word != "in"
        return after.word in self._codes.goes_on

    def _may_be_of(self, reading: Reading, at: int, before: Unit, upper: bool) -> bool:
        """Settle the prepositions that people take too: of, for, about, to, with."""
        word = reading.units[at].word
        after = reading.after(at)
        earlier = reading.word(at - 2)
        legal_before = earlier in self._grammar.legal_left
        if before.word in self._codes.left_out_prepositions:
            clause = before.word == "but" and earlier in {"", ","} and word in self._codes.everyday
            return upper or not (clause or word in _PRONOUNS)
        if word in {"pr", "us"}:
            return False
        if word == "id" and not legal_before:
            return False
        if not upper and before.word in {"with", "like", "about"}:
            return False
        if not upper:
            if word in self._codes.words_in_small or word == "la":
                return legal_before or word not in {"al", "de", "ma", "pa", "la"}
            return word in _SMALL_BUT_CLEAR and after is None and before.word in {"of", "for", "about"}
        if word == "me":
            if before.word in _ABOUT_A_PERSON:
                return earlier in {"what", "how", "me", "us"} or legal_before
            return (
                after is None
                or is_legal(after)
                or after.kind in {"mark", "place"}
                or after.word in {"and", "or"}
            )
        return True

    def _follows_town(self, reading: Reading, at: int) -> bool:
        """True for "Gary, IN" before a pause."""
        after = reading.after(at)
        if at < 2 or reading.units[at].word not in {"in", "or", "me", "oh", "hi"}:
            return False
        town = reading.units[at - 2]
        pause = (
            after is None or after.kind == "mark" or after.word[0].isdigit() or after.word in {"and", "or"}
        )
        if not (reading.is_capitalised(town) and town.kind in {"word", "noise", "place", "outside"}):
            return False
        return pause or (reading.units[at].word in _TOWN_CODES and follows_a_name(reading, at))

    def _before_a_name(self, reading: Reading, at: int, upper: bool) -> bool | None:
        """Settle a code right before a name: "compare OR NV" is a list; "CA OR NV" and "IN Texas" are not."""
        before, after = reading.before(at), reading.after(at)
        is_code = after is not None and after.sense is not None and after.sense.why == "code"
        asked = before is not None and before.word in {
            "compare",
            "comparing",
            "contrast",
            "for",
            "between",
            "in",
        }
        if is_code and asked and reading.units[at].word in {"or", "ok", "oh", "hi", "me", "id"}:
            return upper or None
        return False
