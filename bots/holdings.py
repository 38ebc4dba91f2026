"""How much law there is to answer from, counted once for whoever shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from bots.library import Library


@dataclass(frozen=True, slots=True)
class Holdings:
    """Jurisdictions with law, their laws and sections, and the days of the first and the last review."""

    places: int
    laws: int
    sections: int
    reviewed_from: dt.date
    reviewed_to: dt.date


async def holdings(library: Library, codes: Iterable[str]) -> Holdings | None:
    """Return what a library holds of these jurisdictions, or None where it is empty.

    Raises:
        RetrievalError: the store cannot be read.
    """
    catalogues = [await library.catalogue(code) for code in codes]
    filled = [law for law in catalogues if law.digest or law.official]
    days = [passage.reviewed for law in filled for passage in (*law.digest.values(), *law.official.values())]
    if not filled:
        return None
    laws = sum(len({key[1] for key in (*law.digest, *law.official)}) for law in filled)
    sections = sum(len({*law.digest, *law.official}) for law in filled)
    return Holdings(len(filled), laws, sections, min(days), max(days))
