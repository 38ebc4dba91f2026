"""Reading jurisdictions: exact-match accuracy on the hand-labelled table, time of a question, time of hostile texts.

Figures are of one run on one machine; read the ratios. CPU time, so that other programs do not count.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from retrieval.jurisdictions import Detector, registry
from tests.retrieval.jurisdiction_table import cases, detector, misses

QUESTION = (
    "Can I collect personal information from my customers in California and use it for marketing, "
    "if our company is incorporated in Delaware? What are the requirements?"
)
HOSTILE = (
    "New ", "in OR ", "CA/", "Texas ", "not ", "all states but ", "18 U.S.C. ", "<", "&", "``` ", "a@", "> Ohio\n", "which states in Texas ", "North ", "Conneticut ",
)  # fmt: skip
LONG = 40_000


def milliseconds(call: Callable[[], object], rounds: int) -> float:
    """Return the mean CPU time of a call in milliseconds, after one that is not counted."""
    call()
    began = time.process_time()
    for _ in range(rounds):
        call()
    return (time.process_time() - began) * 1000 / rounds


def main() -> None:
    """Print accuracy by group, then times."""
    reader = detector()
    missed = misses(reader)
    groups = Counter(case.group for case in cases())
    wrong = Counter(line.partition(":")[0] for line in missed)
    print(
        f"exact match: {len(cases()) - len(missed)} of {len(cases())} = {1 - len(missed) / len(cases()):.2%}"
    )
    for group, count in groups.most_common():
        print(f"  {group:18} {count - wrong[group]:4} of {count:4}")
    for line in missed:
        print("  missed:", line)
    print(f"build: {milliseconds(lambda: Detector(registry()), 3):.0f} ms without law names")
    texts = [case.text for case in cases()]
    every = milliseconds(lambda: [reader.detect(text) for text in texts], 1) / len(texts)
    print(
        f"a question of {len(QUESTION)} characters: {milliseconds(lambda: reader.detect(QUESTION), 500):.3f} ms; a text of the table: {every:.3f} ms"
    )
    print(f"{LONG} characters of …   ms   beside half as many")
    for piece in HOSTILE:
        text = (piece * LONG)[:LONG]
        whole = milliseconds(lambda text=text: reader.detect(text), 2)  # type: ignore[misc]
        half = milliseconds(lambda text=text: reader.detect(text[: LONG // 2]), 2)  # type: ignore[misc]
        print(f"  {piece!r:26} {whole:6.1f}   {whole / half:4.1f} times")


if __name__ == "__main__":
    main()
