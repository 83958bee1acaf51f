"""
Bring daily bars, the volatility index and the 10-year rate up to a day.

Each of the three is fetched by itself: one site that is down costs its own data only. What
was there before stays, and the report says how old it is.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import aiohttp

from tradeengine.bars.asking import Asker, Site
from tradeengine.bars.fetch import FetchReport, Progress, fetch_daily
from tradeengine.bars.series import Series, fetch_series
from tradeengine.bars.store import BarStore
from tradeengine.bars.window import last_sessions
from tradeengine.clock import Clock
from tradeengine.errors import ProtocolViolation, RefusedByBroker, VenueUnreachable
from tradeengine.layout import DeskFiles
from tradeengine.model.instants import MINUTE
from tradeengine.model.sessions import session_on
from tradeengine.quant.setting_aside import Say, say_on_terminal
from tradeengine.quant.sources import Sources
from tradeengine.quant.stored_series import set_aside_if_damaged

SETTLED_AFTER_MINUTES = 20
"""Minutes after the close at which a day's bar is whole, and free to read on the tape."""

_AGENT = {"User-Agent": "tradeengine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReport:
    """What came of one series: its last day in the store, and why it is not newer ("": it is)."""

    name: str
    last_day: date | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsReport:
    """What came of a refresh. `problems` are words for a person; without any all is fresh."""

    bars: FetchReport
    series: tuple[SeriesReport, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong, by source."""
        missed = len(self.bars.not_reached)
        words = f"; {missed} of {self.bars.asked} symbols were not reached" if missed else ""
        found = [f"daily bars: {self.bars.problem}{words}"] if self.bars.problem else []
        return (*found, *(f"{one.name}: {one.problem}" for one in self.series if one.problem))


async def refresh_bars(
    sources: Sources,
    desk: DeskFiles,
    symbols: Sequence[str],
    through: date,
    progress: Progress,
    *,
    session: date | None = None,
    say: Say = say_on_terminal,
) -> BarsReport:
    """
    Fetch what the desk's store lacks of symbols and series, up to `through`.

    Splits are fetched up to `session`, the one that is prepared; None: `through`. A session
    that is not over by the sources' clock is left out: its bar would change. `progress` hears
    "daily bars" with symbols done and asked for, then each series; `say` of a damaged series,
    which is set aside and fetched anew. Raises BadConfiguration when the keys are not accepted
    or a file is damaged or cannot be written; everything else that goes wrong is in the report.
    """
    parameters = sources.bars
    settled = settled_through(sources.clock, sources.today, through)
    async with aiohttp.ClientSession(headers=_AGENT) as http:
        asker = Asker(http, sources.data.site(), parameters, sources.clock)
        bars = await fetch_daily(
            BarStore(desk.bars),
            asker,
            symbols,
            settled,
            parameters,
            progress,
            session=session or through,
        )
        pages = {"vix": sources.vix_url, "dgs10": sources.rates_url}
        series = []
        for name, url in pages.items():
            page = Asker(http, Site(url), parameters, sources.clock)
            await asyncio.to_thread(set_aside_if_damaged, desk.bars, name, say)
            series.append(await _refresh_series(Series(desk.bars), name, page, settled))
            progress(name, 1, 1)
    return BarsReport(bars=bars, series=tuple(series))


def settled_through(clock: Clock, today: date, through: date) -> date:
    """Give `through`, or the last session before it that is over and settled."""
    if through < today:
        return through
    session = session_on(today)
    settled = session is None or (clock.now() >= session.close_at + SETTLED_AFTER_MINUTES * MINUTE)
    sessions = last_sessions(today, 2)
    return sessions[-1] if settled else sessions[-2]


async def _refresh_series(store: Series, name: str, asker: Asker, through: date) -> SeriesReport:
    problem = ""
    try:
        await fetch_series(store, name, asker, through)
    except (VenueUnreachable, RefusedByBroker, ProtocolViolation) as error:
        problem = str(error)
    last = store.read(name, date.max)["date"].max()
    return SeriesReport(
        name=name, last_day=last if isinstance(last, date) else None, problem=problem
    )
