"""Short forms that are also words: "OR", "in", "ME", "ok", "LA", "Mass.", "CPA".

Each is weighed by its case, the words beside it and the list it stands in. Written in capitals in a text that is not,
most codes speak for themselves; the twelve that are words do so only beside a preposition, a legal word or another
code. In small letters, or in a text all in capitals, more is asked for.
"""

from __future__ import annotations

from retrieval.jurisdiction_registry import Grammar, names, words
from retrieval.jurisdiction_units import NAMED, Reading, Unit
from retrieval.markup import normal

_WORDS_IN_CAPITALS = frozenset({"in", "or", "me", "ok", "hi", "oh", "id", "la", "as", "us", "pr", "vi", "mp"})
_WORDS_IN_SMALL = _WORDS_IN_CAPITALS | frozenset(
    {"al", "de", "co", "ma", "pa", "mo", "ms", "ne", "mt", "mi", "ar"}
)
_NEED_A_CUE = frozenset(
    {"nm", "sd", "ct", "ut", "ia", "ri", "sc", "il", "md", "wa", "ak", "nd", "gu", "dc", "ga", "va", "ca"}
)
_INTERJECTIONS = frozenset({"ok", "hi", "oh"})
_LIST_ONLY = frozenset({"as", "mp"})
_PLACE_PREPOSITIONS = frozenset(
    {"in", "within", "across", "throughout", "inside", "from", "under", "en", "into"}
)
_CITY_PREPOSITIONS = frozenset(
    {"in", "from", "near", "around", "outside", "of", "to", "within", "at", "into", "across"}
)
_LINKS = frozenset(
    {
        ",",
        "/",
        "&",
        "+",
        "and",
        "or",
        "nor",
        "plus",
        "vs",
        "versus",
        "y",
        "-",
        "|",
        "and/or",
        "vs.",
        "v.",
        "as well as",
        "to",
        ";",
    }
)
_GOES_ON = frozenset({
    "who", "that", "which", "need", "needs", "must", "do", "does", "have", "has", "we", "i", "if", "when", "is", "are", "can", "should", "with",
    "without", "under", "be", "they", "what", "how", "their", "our", "so", "because", "but", "where", "after", "before", "via", "about", "on", "by",
})  # fmt: skip
_PHRASAL = frozenset({
    "opt", "opted", "opting", "opts", "log", "logged", "logging", "sign", "signed", "signing", "check", "checked", "plug", "plugged", "built", "fill", "filled",
    "phase", "phased", "step", "dial", "drop", "factor", "join", "tune", "break", "turn", "hand", "type", "lock", "zoom", "cut", "bring", "trade", "give", "weigh", "chime",
    "believe", "interested", "confide", "interest", "trust",
})  # fmt: skip
_AUXILIARIES = frozenset(
    {
        "does",
        "did",
        "will",
        "if",
        "when",
        "whether",
        "how",
        "what",
        "why",
        "do",
        "must",
        "can",
        "that",
        "would",
        "since",
    }
)
_LAW_VERBS = frozenset({
    "require", "requires", "allow", "allows", "ban", "bans", "prohibit", "prohibits", "regulate", "regulates", "define", "defines", "exempt", "exempts", "protect", "protects",
    "restrict", "restricts", "impose", "imposes", "permit", "permits", "recognize", "recognizes", "mandate", "mandates", "enforce", "enforces", "treat", "treats", "cap", "limit", "limits", "say", "have",
})  # fmt: skip
_OWN_LAW = frozenset({"law", "laws", "resident", "residents", "statute", "statutes", "ag", "consumers", "consumer", "breach", "privacy", "act", "code"})
_OUT = frozenset({"out", "near", "around", "outside", "off", "of", "not", "otherwise", "over", "under"})


class ShortForms:
    """Settles every unit of kind `maybe`. Each unit is looked at three times, so time is linear."""

    def __init__(self) -> None:
        self._grammar: Grammar = words().grammar
        roles = words().roles
        self._nouns = self._grammar.legal_right | roles.people | roles.business | roles.laws
        self._first_names = frozenset(normal(name) for name in names()["confusables"]["first_names"])

    def settle(self, reading: Reading) -> None:
        """Turn each `maybe` into a place, a country or a plain word."""
        self._settle_runs(reading)
        open_units: list[int] = []
        for at, unit in enumerate(reading.units):
            if unit.kind != "maybe":
                continue
            verdict = self._alone(reading, at)
            if verdict is None:
                open_units.append(at)
            else:
                self._accept(reading, at, verdict)
        for at in open_units:
            self._accept_in_list(reading, at)
        for at in reversed(open_units):
            self._accept_in_list(reading, at)
        for at in open_units:
            if reading.units[at].kind == "maybe":
                reading.units[at].kind = "word"

    def _settle_runs(self, reading: Reading) -> None:
        """Take "CA OR WA ID" as four codes: so many in a row, in capitals, are a list."""
        run: list[int] = []
        for at in range(len(reading.units) + 1):
            unit = reading.units[at] if at < len(reading.units) else None
            if unit is not None and unit.kind == "maybe" and unit.sense is not None and unit.sense.gate == "code" and reading.is_upper(unit):
                run.append(at)
                continue
            if len(run) >= 4:
                for i in run:
                    self._accept(reading, i, True)
            run = []

    def _accept(self, reading: Reading, at: int, verdict: bool) -> None:
        unit = reading.units[at]
        if not verdict or unit.sense is None:
            unit.kind = "word"
        elif unit.word == "us":
            unit.kind = "country"
        else:
            unit.kind = "place"
            if unit.word == "la":
                unit.settle("place", self._los_angeles_or_louisiana(reading, at))
                unit.choose = len(unit.codes) > 1

    def _alone(self, reading: Reading, at: int) -> bool | None:
        """Say whether the unit is a place by its own surroundings; None leaves it to the list it stands in."""
        unit = reading.units[at]
        gate = unit.sense.gate if unit.sense else "any"
        before, after = reading.before(at), reading.after(at)
        if gate == "pronoun":
            return reading.is_upper(unit) and (
                before is None
                or before.word
                not in {"tell", "give", "help", "let", "contact", "show", "ask", "call", "email"}
            )
        if gate == "generic":
            return True
        if gate == "acronym":
            return reading.is_upper(unit) or (before is not None and before.word == "under")
        if gate == "capital":
            if reading.is_capitalised(unit):
                return True
            beside = after is not None and (self._is_legal(after) or after.kind in NAMED)
            return beside or (before is not None and before.word in _CITY_PREPOSITIONS)
        if gate == "in":
            beside = after is not None and self._is_legal(after)
            prepared = before is not None and before.word in _CITY_PREPOSITIONS - {"to", "at"}
            return ((prepared or (beside and unit.choose)) and not reading.raw(unit)[0].islower()) or (
                prepared and reading.capitals
            )
        if gate in {"abbreviation", "dotted"}:
            return self._abbreviation(reading, at)
        return self._code(reading, at)

    def _abbreviation(self, reading: Reading, at: int) -> bool | None:
        unit = reading.units[at]
        before, after = reading.before(at), reading.after(at)
        dotted = unit.word.endswith(".")
        beside = after is not None and after.word in self._nouns
        prepared = (
            before is not None
            and before.word in self._grammar.code_prepositions
            and (after is None or after.kind != "word" or beside)
        )
        if reading.is_capitalised(unit):
            sure = dotted and unit.sense is not None and unit.sense.gate == "abbreviation"
            return True if sure or beside or prepared else None
        if unit.word.rstrip(". ") in {"miss", "ill", "ind", "mont"}:
            return None
        return True if (before is not None and before.word in _PLACE_PREPOSITIONS and prepared) else None

    def _code(self, reading: Reading, at: int) -> bool | None:
        unit = reading.units[at]
        word = unit.word
        before, after = reading.before(at), reading.after(at)
        if self._hyphenated_otherwise(reading, at) or self._is_degree(reading, at):
            return False
        upper = reading.is_upper(unit)
        if word not in (_WORDS_IN_CAPITALS if upper else _WORDS_IN_SMALL):
            if upper or (word not in _NEED_A_CUE and len(reading.raw(unit)) == 2):
                return True
            return True if self._has_cue(reading, at) else None
        if word in _LIST_ONLY:
            return None
        if after is not None and after.kind in NAMED and after.kind != "every":
            return self._opens_list(reading, at, upper)
        legal = after is not None and self._is_legal(after)
        if before is None:
            if legal and self._is_law_of(after, word, upper):
                return True
            return True if upper and self._opens_question(reading, at) else None
        if before.word in self._grammar.code_prepositions and self._may_follow(reading, at, before, upper):
            return True
        if legal and before.kind != "place" and self._is_law_of(after, word, upper):
            articles = {"an"} if upper and word != "pr" else {"my", "a", "an", "your", "the", "et", "&", "is", "it's", "its"}
            if before.word not in articles and (upper or before.kind != "mark"):
                return True
        if before.word == "," and upper and word in {"in", "or", "me", "id", "oh", "hi"} and at >= 2:
            town = reading.units[at - 2]  # "Gary, IN"
            return (
                reading.is_capitalised(town)
                and town.kind in {"word", "noise", "place"}
                and (after is None or after.kind == "mark")
            ) or None
        if (
            before.word in _AUXILIARIES
            and after is not None
            and after.word in _LAW_VERBS
            and word not in {"us", "as"}
        ):
            return True
        return None

    def _is_legal(self, unit: Unit) -> bool:
        """True for a word, or a phrase beginning with one, that follows a state's name: law, residents, "privacy act"."""
        return unit.word.partition(" ")[0] in self._grammar.legal_right

    def _is_law_of(self, after: Unit | None, word: str, upper: bool) -> bool:
        """True where the noun behind makes this word a state's: "OH law", "co privacy act"; "id data" stays open."""
        noun = after.word.partition(" ")[0] if after else ""
        if word in {"id", "pr", "vi", "us"} or (not upper and word in {"ok", "oh", "la"}):
            return noun in _OWN_LAW and (upper or word != "us")
        return upper or word in _WORDS_IN_SMALL - _WORDS_IN_CAPITALS

    def _may_follow(self, reading: Reading, at: int, before: Unit, upper: bool) -> bool:
        """True when the preposition before makes this word a place: "in OR", "of ME", but not "for me", "opt in or"."""
        word = reading.units[at].word
        after = reading.after(at)
        earlier = reading.word(at - 2)
        if before.word == "in" and earlier in _PHRASAL:
            return False
        if before.word not in _PLACE_PREPOSITIONS:
            if word == "id" and earlier not in self._grammar.legal_left:
                return False
            if not upper and word in {
                "me",
                "or",
                "in",
                "la",
                "id",
                "ok",
                "as",
                "us",
                "hi",
                "oh",
                "pr",
                "vi",
                "de",
                "al",
                "ma",
                "pa",
            }:
                return (
                    word in {"or", "in", "hi", "oh"}
                    and after is None
                    and before.word in {"of", "for", "about"}
                )
            if word == "me" and after is not None:
                return (
                    self._is_legal(after)
                    or after.kind in {"mark", "place"}
                    or after.word in {"and", "or"}
                )
            if word == "me" and before.word in {
                "about",
                "to",
                "with",
                "between",
                "like",
                "than",
                "not",
                "except",
            }:
                return earlier in {"what", "how"} or before.word in {"except", "not"}
            if word in {"pr", "us"}:
                return False
        if after is None or after.word in {")", "]", ",", "'s"} or self._is_legal(after):
            return not (
                word == "id" and after is not None and after.word in {"data", "notice", "number", "security"}
            )
        if after.word in _OUT and word == "or":
            return False
        if after.kind == "mark":
            return True
        if upper:
            return True
        if word == "or":
            return False
        if after.word in _LINKS:
            return word != "in" or self._link(reading, at, 1) is not None
        return after.word in _GOES_ON

    def _opens_question(self, reading: Reading, at: int) -> bool:
        """True for "NM can I …" with a code that is a word: "OR can we share data?" (never OK, HI or OH)."""
        word = reading.units[at].word
        if word in _INTERJECTIONS | {"la", "us", "pr", "vi", "me", "in"}:
            command = reading.text[: reading.units[at].start].lstrip().startswith("/")
            return (
                (command and at == 0)
                or (len(reading.units) == 1 and word not in {"ok", "hi", "oh", "us"})
                or self._one_word(reading, at)
            )
        after = reading.after(at)
        return after is None or after.word in {
            "can",
            "do",
            "does",
            "what",
            "is",
            "are",
            "may",
            "must",
            "when",
            "how",
            "who",
            "need",
            "we",
        }

    def _one_word(self, reading: Reading, at: int) -> bool:
        """True for "IN?" and "ME." as a whole text, but not for greetings."""
        return (
            all(unit.kind == "break" for i, unit in enumerate(reading.units) if i != at)
            and reading.units[at].word not in _INTERJECTIONS
        )

    def _opens_list(self, reading: Reading, at: int, upper: bool) -> bool | None:
        """ "compare OR NV breach" is a list; "CA OR NV" and "IN Texas" are not."""
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

    def _has_cue(self, reading: Reading, at: int) -> bool:
        before, after = reading.before(at), reading.after(at)
        grammar = self._grammar
        if after is not None and (self._is_legal(after) or after.word == "'s"):
            return before is None or before.word not in {"my", "a", "an", "'s"}
        if before is not None and before.word in grammar.code_prepositions:
            return (
                after is None
                or after.kind != "word"
                or after.word in _GOES_ON | _LINKS
                or reading.units[at].word in {"dc", "ga", "va", "ca", "il", "wa"}
            )
        if before is None:
            return (
                after is None
                or after.word in _GOES_ON
                or after.word in {"/", ")", "-"}
                or self._link(reading, at, 1) is not None
            )
        if before.word in grammar.legal_left and (
            after is None or after.word in _LINKS or after.kind == "mark"
        ):
            return True
        if after is None:
            return (
                before.kind == "word"
                and before.word not in {"my", "a", "the", "an", "no", "so", "mr", "ms"}
                and before.word.isalpha()
            )
        return before.word in {"(", "["} or after.word in {")"}

    def _hyphenated_otherwise(self, reading: Reading, at: int) -> bool:
        """True for "in-house", "AK-47", "or-else"; False for "OR-based", "CA-NV" and "US-CA"."""
        units = reading.units
        if (
            at + 2 < len(units)
            and units[at + 1].word == "-"
            and units[at + 1].touches
            and units[at + 2].touches
        ):
            right = units[at + 2]
            if right.kind not in {"place", "maybe"} and not self._is_legal(right):
                return not (
                    reading.is_upper(units[at])
                    and right.word.isalpha()
                    and units[at].word not in _WORDS_IN_CAPITALS
                )
        if at >= 2 and units[at - 1].word == "-" and units[at - 1].touches and units[at].touches:
            left = units[at - 2]
            return left.kind not in {"place", "maybe"} and left.word not in {"non", "us", "ex", "pan"}
        return False

    def _is_degree(self, reading: Reading, at: int) -> bool:
        """True for "Jane Smith, MD": letters after a personal name."""
        if reading.word(at - 1) != "," or at < 3:
            return False
        return any(
            reading.word(i) in self._first_names or reading.word(i) == "dr"
            for i in range(max(0, at - 5), at - 2)
        )

    def _link(self, reading: Reading, at: int, step: int) -> Unit | None:
        """Return the neighbour in a list, across at least one separator, else None."""
        units = reading.units
        i = at + step
        while (
            0 <= i < len(units)
            and units[i].word in _LINKS
            and not reading.is_upper(units[i])
            and units[i].kind != "place"
        ):
            if abs(i - at) > 3:
                return None
            i += step
        if i == at + step or not 0 <= i < len(units):
            return None
        if (
            step > 0
            and i + 1 < len(units)
            and units[i].word in {"in", "the", "for"}
            and units[i].kind != "place"
        ):
            i += 1
        return units[i] if units[i].kind in {"place", "maybe"} else None

    def _accept_in_list(self, reading: Reading, at: int) -> None:
        unit = reading.units[at]
        if (
            unit.kind != "maybe"
            or unit.sense is None
            or unit.sense.gate not in {"code", "abbreviation", "dotted"}
        ):
            return
        upper = reading.is_upper(unit) or (reading.is_capitalised(unit) and unit.sense.gate == "abbreviation")
        left, right = self._link(reading, at, -1), self._link(reading, at, 1)
        if not any(self._vouches(reading, unit, side, upper) for side in (left, right)):
            return
        before, after = reading.before(at), reading.after(at)
        if after is not None and right is None and not self._may_end(after, upper):
            return
        if (
            before is not None
            and left is None
            and before.word not in self._grammar.code_prepositions
            and before.word not in {"(", "[", "compare", "the", "states"}
        ):
            return
        if before is None and unit.word in _INTERJECTIONS and not self._is_long_list(reading, at, upper):
            return
        if unit.word == "or" and before is not None and before.kind in NAMED:
            return
        self._accept(reading, at, True)

    def _vouches(self, reading: Reading, unit: Unit, side: Unit | None, upper: bool) -> bool:
        """True when a settled neighbour is written the same way: "ca, or, wa", "CA, OR", "Portland, OR"."""
        if side is None or side.kind != "place" or side.sense is None:
            return False
        if side.sense.why == "code":
            return upper == reading.is_upper(side) or reading.capitals
        return upper or (unit.word not in _WORDS_IN_SMALL)

    def _may_end(self, after: Unit, upper: bool) -> bool:
        return (
            after.kind == "mark"
            or self._is_legal(after)
            or after.word == "'s"
            or after.word in _GOES_ON
            or (upper and after.kind == "word" and after.word not in _OUT)
        )

    def _is_long_list(self, reading: Reading, at: int, upper: bool) -> bool:
        """True for "OK, TX, and NM": at the head of a sentence "OK," is a list member only before two more."""
        units = reading.units
        if at + 3 >= len(units) or units[at + 1].word != ",":
            return at + 1 < len(units) and units[at + 1].word != ","
        more = units[at + 3].word
        return more == "," or (upper and units[at].word != "ok" and more in {"and", "or", "&"})

    def _los_angeles_or_louisiana(self, reading: Reading, at: int) -> tuple[str, ...]:
        """Return LA beside other codes or legal words, CA beside other cities, else both."""
        for side in (self._link(reading, at, -1), self._link(reading, at, 1)):
            if side is not None and side.sense is not None and side.kind == "place":
                if side.sense.why == "city":
                    return ("CA",)
                if side.sense.why in {"code", "name"}:
                    return ("LA",)
        after = reading.after(at)
        if after is not None and after.word in self._law_words():
            return ("LA",)
        if reading.word(at - 1) in {"in", "for", "of", "under"}:
            earlier = [reading.word(i) for i in range(max(0, at - 4), at - 1)]
            if any(word in self._law_words() for word in earlier):
                return ("LA",)
        return ("CA", "LA")

    def _law_words(self) -> frozenset[str]:
        return words().roles.laws | {"under", "legal"}
