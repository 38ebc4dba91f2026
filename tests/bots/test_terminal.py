"""A reply in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bots.terminal import print_reply
from bots.turn import Note
from retrieval.records import Answer
from tests.bots.answers import HOSTILE, MINNESOTA, WHICH_STATE, hostile, long_answer, survey, two_states


def printed(reply: Answer | Note, width: int = 110) -> str:
    out = io.StringIO()
    print_reply(reply, Console(file=out, width=width, color_system=None, legacy_windows=False))
    return out.getvalue()


def test_answer_is_printed_whole_and_in_order() -> None:
    assert (
        printed(MINNESOTA)
        == """\
Using customer data for marketing in Minnesota

Yes, with conditions: people may opt out of targeted advertising. [1.1] [1.2]

Minnesota Consumer Data Privacy Act (in force since 2025-07-31)
  • A controller must obtain consent before it processes sensitive data. [1.2]
  • A consumer may opt out of the sale of personal data. [1.1]

Other laws that matter
  • A commercial email needs a working way to opt out. [2.1]

Conclusion
Offer the opt-out before you start. [1.1]

Source(s):
  • [1.1] Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.14 — Consumer rights (in force since
    2025-07-31, reviewed 2026-11-21)
    https://www.revisor.mn.gov/statutes/cite/325M.14
  • [1.2] Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.16 — Controller duties (in force since
    2025-07-31, reviewed 2026-11-21)
    https://www.revisor.mn.gov/statutes/cite/325M.16
  • [2.1] CAN-SPAM Act, 15 U.S.C. § 7704 — Other protections for users (official text, in force since 2004,
    reviewed 2026-11-21)
    https://www.law.cornell.edu/uscode/text/15/7704

Jurisdiction: Minnesota — named in your question
Information, not legal advice. Law as of 2026-11-21.
"""
    )


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("reply", [MINNESOTA, WHICH_STATE, two_states(), survey(5), long_answer(3)])
def test_nothing_is_cut_at_any_width(reply: Answer, width: int) -> None:
    text = printed(reply, width)
    assert all(len(line) <= width for line in text.splitlines())
    letters = "".join(char for char in text if char.isalnum())
    wanted = [s.url for s in reply.sources] + (
        [] if reply.table else [s.text for s in reply.all_statements()]
    )
    assert all("".join(char for char in part if char.isalnum()) in letters for part in wanted)


def test_richs_own_markup_is_not_read_in_an_answer() -> None:
    assert "[click](https://evil.example)" in printed(hostile(), 200)
    assert printed(Note("[bold]x[/bold]" + HOSTILE)).startswith("[bold]x[/bold]<!channel>")
