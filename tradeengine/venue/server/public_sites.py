"""
The public sites that a desk reads, on the venue's port under their own paths, without keys.

    /files/company_tickers.json                                www.sec.gov
    /submissions/CIK##########.json                            data.sec.gov
    /api/xbrl/companyfacts/CIK##########.json                  data.sec.gov
    /api/global/us_indices/daily_prices/VIX_History.csv        cdn.cboe.com
    /graph/fredgraph.csv?id=DGS10&cosd=...&coed=...            fred.stlouisfed.org

They show what was public on the venue's day and nothing later.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import date

from aiohttp import web

from tradeengine.clock import Clock
from tradeengine.model.instants import new_york
from tradeengine.venue.public.document import Document
from tradeengine.venue.public.filings import Filings
from tradeengine.venue.public.series import RATE, Series
from tradeengine.venue.server.faults import ArmedFaults, Site
from tradeengine.venue.server.site_front import SiteFront

PREFIXES = ("/files/", "/submissions/", "/api/", "/graph/")
"""How the paths of public sites start; Alpaca has none like them."""

_FILE = re.compile(r"CIK(\d{10})\.json")
_FIRST_DAY, _LAST_DAY = date(1962, 1, 2), date.max

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]
Write = Callable[[web.Request, date], Document | None]


class PublicSites:
    """Finds the document of a path; `SiteFront` gives it out."""

    def __init__(self, clock: Clock, faults: ArmedFaults, filings_per_second: int) -> None:
        self._clock = clock
        self._front = SiteFront(clock, faults, filings_per_second)
        self._filings, self._series = Filings(), Series()

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/files/company_tickers.json", self._handle("edgar", self._tickers)),
            web.get("/submissions/{file}", self._handle("edgar", self._submissions)),
            web.get("/api/xbrl/companyfacts/{file}", self._handle("edgar", self._facts)),
            web.get(
                "/api/global/us_indices/daily_prices/VIX_History.csv",
                self._handle("vix", self._vix),
            ),
            web.get("/graph/fredgraph.csv", self._handle("rates", self._rates)),
        ]

    def _handle(self, site: Site, write: Write) -> Handle:
        async def handle(request: web.Request) -> web.StreamResponse:
            def written() -> Document | None:
                return write(request, new_york(self._clock.now()).date())

            return await self._front.give(site, request, written)

        return handle

    def _tickers(self, _request: web.Request, today: date) -> Document | None:
        return self._filings.tickers(today)

    def _submissions(self, request: web.Request, today: date) -> Document | None:
        cik = _cik_of(request)
        return None if cik is None else self._filings.submissions(cik, today)

    def _facts(self, request: web.Request, today: date) -> Document | None:
        cik = _cik_of(request)
        return None if cik is None else self._filings.facts(cik, today)

    def _vix(self, _request: web.Request, today: date) -> Document | None:
        return self._series.vix(today)

    def _rates(self, request: web.Request, today: date) -> Document | None:
        query = request.query
        if query.get("id") != RATE:
            return None
        try:
            first = date.fromisoformat(query.get("cosd") or _FIRST_DAY.isoformat())
            last = date.fromisoformat(query.get("coed") or _LAST_DAY.isoformat())
        except ValueError:
            return None
        return self._series.ten_year(today, first, last)


def _cik_of(request: web.Request) -> int | None:
    match = _FILE.fullmatch(request.match_info["file"])
    return None if match is None else int(match[1])
