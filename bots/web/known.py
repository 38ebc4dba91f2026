"""What Reggi knows: the map, a jurisdiction, a law, a section."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from aiohttp import web

from bots.library import Library
from bots.web.links import section_address
from bots.web.look import html_page, render
from bots.web.tiles import COLUMNS, ROWS, SIGNS, TILES, Shade, act_shade, legend, review_shade, topic_shade
from bots.web.timeline import by_day, changes
from corpus_loader.coverage import Coverage
from retrieval.catalogue import Catalogue
from retrieval.records import Passage
from retrieval.topics import all_topics

RECENT_DAYS = 365
Covered = Callable[[], Sequence[Coverage]]


class Known:
    """The handlers that show the law. `names` are the jurisdictions' names by code, `links` their own codes online."""

    def __init__(
        self,
        library: Library,
        names: Mapping[str, str],
        links: Mapping[str, str],
        covered: Covered,
        today: Callable[[], dt.date],
    ) -> None:
        self._library = library
        self._names = names
        self._links = links
        self._covered = covered
        self._today = today
        self._rows: dict[str, Coverage] | None = None

    async def map(self, request: web.Request) -> web.Response:
        """The tile map, coloured by `?by=act`, `?by=review` or a topic's id, and what takes effect when."""
        by = request.query.get("by", "act")
        topic = all_topics().get(by)
        if topic is None and by != "review":
            by = "act"
        today, rows = self._today(), await self._coverage()
        laws = {tile.code: await self._library.catalogue(tile.code) for tile in TILES}
        shades: dict[str, Shade] = {}
        for code, law in laws.items():
            if topic is not None:
                shades[code] = topic_shade(rows.get(code), law, topic)
            elif by == "review":
                shades[code] = review_shade(rows.get(code), today)
            else:
                shades[code] = act_shade(law, today)
        since = today - dt.timedelta(days=RECENT_DAYS)
        every = [
            c for law in laws.values() for c in changes(law, since, today) if c.kind in ("law", "sections")
        ]
        order = {code: number for number, code in enumerate(self._names)}
        html = render(
            "coverage.html",
            by=by,
            topic=topic,
            topics=list(all_topics().values()),
            tiles=TILES,
            columns=COLUMNS,
            lines=len(ROWS),
            shades=dict(sorted(shades.items(), key=lambda item: order.get(item[0], len(order)))),
            legend=legend(shades),
            signs=SIGNS,
            names=self._names,
            rows=rows,
            totals=_totals(rows.values()),
            coming=by_day(c for c in every if c.day >= today),
            recent=tuple(reversed(by_day(c for c in every if c.day < today and c.kind == "law"))),
            today=today,
        )
        return html_page(html)

    async def place(self, request: web.Request) -> web.Response:
        """One jurisdiction: its laws, dates, topics and gaps."""
        code = request.match_info["place"].upper()
        if code not in self._names:
            raise web.HTTPNotFound(text="I know no such jurisdiction.")
        law, today = await self._library.catalogue(code), self._today()
        row = (await self._coverage()).get(code)
        html = render(
            "place.html",
            code=code,
            name=self._names[code],
            official=self._links.get(code, ""),
            law=law,
            laws=_newest_first(law),
            row=row,
            act=act_shade(law, today),
            topics=list(all_topics().values()),
            coming=by_day(c for c in changes(law, today, today)),
            signs=SIGNS,
            shades={t.id: topic_shade(row, law, t) for t in all_topics().values()},
            address=lambda key: _address(law, key),
            today=today,
        )
        return html_page(html)

    async def law(self, request: web.Request) -> web.Response:
        """One law, all its sections."""
        catalogue = await self._library.catalogue(request.match_info["place"].upper())
        law_id = request.match_info["law"]
        keys = [key for key in {**catalogue.digest, **catalogue.official} if key[1] == law_id]
        return self._sections(catalogue, keys, whole_law=True, part=False)

    async def section(self, request: web.Request) -> web.Response:
        """One section: the digest's statements, and the official text where it is loaded. `?part` leaves the frame out."""
        catalogue = await self._library.catalogue(request.match_info["place"].upper())
        key = (catalogue.jurisdiction, request.match_info["law"], request.match_info["section"])
        return self._sections(catalogue, [key], whole_law=False, part="part" in request.query)

    def _sections(
        self, catalogue: Catalogue, keys: Sequence[tuple[str, str, str]], whole_law: bool, part: bool
    ) -> web.Response:
        found = [(catalogue.digest.get(key), catalogue.official.get(key)) for key in keys]
        shown = [(digest or official, digest, official) for digest, official in found if digest or official]
        if not shown:
            raise web.HTTPNotFound(text="This law is not in my library.")
        first: Passage | None = shown[0][0]
        html = render(
            "part_section.html" if part else "law.html",
            sections=shown,
            first=first,
            whole_law=whole_law,
            names=self._names,
            today=self._today(),
        )
        return html_page(html)

    async def _coverage(self) -> dict[str, Coverage]:
        """The digest's coverage by code, read from its files once: it ships with the program and cannot change."""
        if self._rows is None:
            rows = await asyncio.to_thread(self._covered)
            self._rows = {row.jurisdiction: row for row in rows}
        return self._rows


def _newest_first(law: Catalogue) -> list[tuple[str, list[Passage], dt.date | None]]:
    """Laws with their sections and the day they began, the newest first; those without a date last."""
    began = [
        (law_id, passages, min((p.in_force_from for p in passages if p.in_force_from), default=None))
        for law_id, passages in law.laws.items()
    ]
    return sorted(began, key=lambda item: (item[2] or dt.date.min, item[0]), reverse=True)


def _address(law: Catalogue, key: tuple[str, str, str]) -> str | None:
    passage = law.digest.get(key) or law.official.get(key)
    return section_address(passage) if passage else None


def _totals(rows: Iterable[Coverage]) -> dict[str, int]:
    listed = list(rows)
    counted = ("laws", "sections", "statements", "positions")
    return {
        "jurisdictions": len(listed),
        **{name: sum(getattr(row, name) for row in listed) for name in counted},
    }
