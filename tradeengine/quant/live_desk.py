"""
The desk with its sources open: fetches what is missing, and reads it back as of a day.

What a source refuses does not end anything: what was there before stays, and `problems` says
it. Whoever decides then finds the data older, and refuses by its age.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import partial

from tradeengine.bars.fetch import FetchReport
from tradeengine.bars.parquet import not_written
from tradeengine.errors import FactsHeld
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.layout import DeskFiles
from tradeengine.model.rejections import Rejection
from tradeengine.model.sessions import session_on
from tradeengine.options import Options
from tradeengine.quant.caching_fundamentals import FundamentalsReport, cache_fundamentals
from tradeengine.quant.daily_bars import refresh_bars
from tradeengine.quant.desk_day import EMBEDDED, DeskDay, prepared_for, session_at
from tradeengine.quant.off_the_loop import off_the_loop
from tradeengine.quant.refreshing_universe import refresh_universe, wanted_of
from tradeengine.quant.sources import Sources, open_sources
from tradeengine.quant.stored_desk import MARKET, StoredDesk, names_to_fetch
from tradeengine.quant.telling_bars import few, notes_of, rejections_of, silent_members
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import Progress, Suppliers
from tradeengine.reference.membership import LAST_DAY, members_on
from tradeengine.schedule.entries import BARS, FUNDAMENTALS, UNIVERSE
from tradeengine.settings import Settings
from tradeengine.store.rejections import RejectionLog
from tradeengine.universe.proposal import Proposal


class LiveDesk:
    """One origin's stores and sources, for the session of `day`."""

    def __init__(
        self, settings: Settings, files: DeskFiles, sources: Sources, day: DeskDay
    ) -> None:
        self.settings, self.files, self.sources, self.day = settings, files, sources, day
        self.stored = StoredDesk(settings, files, self._hear_of_damage)
        self.problems: list[str] = []
        """What could not be fetched, in words."""

        self.notes: list[str] = []
        """
        What came, or did not, and is to be known: corrected bars, members without any, and
        damaged files.
        """

        self.damaged: list[str] = []
        """Files that could not be believed and were set aside, in words."""

        self.done: dict[str, str] = {}
        """What was brought up to date, by the names of the timetable's jobs, in words."""

    def _hear_of_damage(self, words: str) -> None:
        self.notes.append(words)
        self.damaged.append(words)

    async def refresh_bars(self, progress: Progress) -> None:
        """Bring bars of the index's members, the market and the series up to the day before."""
        members = members_on(self.day.day)
        own = self.sources.origin == EMBEDDED
        names_of = {each: names_to_fetch([each], of_our_own=own) for each in members}
        report = await refresh_bars(
            self.sources,
            self.files,
            sorted({MARKET}.union(*names_of.values())),
            self.day.through,
            progress,
            session=self.day.day,
            say=self._hear_of_damage,
        )
        self.stored = StoredDesk(self.settings, self.files, self._hear_of_damage)
        # In one line each: some sites answer with pages.
        told = [" ".join(problem.split()) for problem in report.problems]
        problems = [*told, *await off_the_loop(self._what_lacks)]
        last = await off_the_loop(self.stored.last_days, report.bars.through)
        self.problems += problems
        self.notes += [*notes_of(report.bars, names_of, last), *_members_known(self.day.day)]
        await off_the_loop(self._log_bars, report.bars, silent_members(report.bars, names_of))
        if not problems:
            symbols = await off_the_loop(self.stored.symbols_on, self.day.through)
            words = f"{len(symbols)} symbols to {self.day.through}"
            self.done[BARS] = "; ".join([words, *self.notes])

    def _log_bars(self, report: FetchReport, silent: Sequence[str]) -> None:
        """Log who has no bars, as the screen would, and who is refused. Raises BadConfiguration."""
        limit = f"{self.settings.bars.quality.bars_min} at least"
        self.log(rejections_of(report, silent, self.stored.source, limit), self.day.day)

    def _what_lacks(self) -> list[str]:
        """Say when the day before is not there, as on an evening: nothing can be decided then."""
        through = self.day.through
        last = max(self.stored.bars([MARKET], through)["date"], default=None)
        if last == through:
            return []
        if last is None:
            return [f"there is no daily bar of {MARKET}, and {through} is wanted"]
        return [f"the last daily bar of {MARKET} is of {last}, and {through} is wanted"]

    async def members_with_bars(self, progress: Progress) -> Sequence[str]:
        """Bring the bars up to date; give the members that traded on the day before."""
        await self.refresh_bars(progress)
        return await off_the_loop(self.stored.companies_on, self.day.day)

    async def refresh_fundamentals(
        self, symbols: Sequence[str], progress: Progress
    ) -> FundamentalsReport:
        """Bring the filings of companies up to date, and judge them for the session."""
        splits = await off_the_loop(self.stored.splits_before, symbols, self.day.day)
        fetch = partial(
            cache_fundamentals,
            self.sources,
            self.files,
            symbols,
            self.day.day,
            progress,
            parameters=self.settings.fundamentals,
            splits=splits,
            whole=await off_the_loop(self._are_all, symbols),
        )
        report = await _in_turn(fetch, progress)
        self.problems += _not_looked_at(report.unavailable)
        if not report.failed:
            refused = len({row.symbol for row in report.rejections})
            words = f"{len(report.inputs)} companies valid, {refused} refused for {report.as_of}"
            self.done[FUNDAMENTALS] = words
        return report

    def _are_all(self, symbols: Sequence[str]) -> bool:
        """Tell whether symbols are all companies that the desk has bars of, or more."""
        companies = self.stored.companies_on(self.day.day)
        return bool(companies) and set(companies) <= set(symbols)

    @property
    def session_is_on(self) -> bool:
        """Tell whether the session has begun; a market in this process begins with its run."""
        session = session_on(self.day.day)
        begun = session is not None and self.sources.clock.now() >= session.open_at
        return begun and not self.sources.unhurried

    async def refresh_universe(self, progress: Progress) -> Proposal:
        """
        Propose a universe for the session, and make it the list when it is due at once.

        One that was made while a source failed is not what the job is for: it is tried again.
        """
        universe, at = UniverseFiles(self.files), self.sources.clock.now()
        follow = wanted_of(self.settings)
        proposal = await refresh_universe(self.suppliers(), universe, follow, progress)
        active = universe.accept_if_due(
            proposal.day, self.settings.universe, at=at, is_on=self.session_is_on
        )
        words = f"{len(proposal.chosen)} names proposed for {proposal.day}"
        if active is None and (why := proposal.only_by_person):
            self.notes.append(f"the proposal waits to be accepted by a person: {why}")
        if not proposal.incomplete:
            self.done[UNIVERSE] = words + (f", active from {active.effective}" if active else "")
        return proposal

    def log(self, refused: Sequence[Rejection], day: date) -> None:
        """Add to the log of refused tickers. Raises BadConfiguration when the disk says no."""
        try:
            RejectionLog(self.files.rejected).append(refused, day)
        except OSError as error:
            raise not_written(self.files.rejected, error) from error

    def suppliers(self) -> Suppliers:
        """Give what a refresh of the universe asks."""
        regime = self.settings.regime

        async def fresh_bars(symbols: Sequence[str], through: date, progress: Progress) -> None:
            del symbols, through  # They are the members and the day that this desk is for.
            await self.refresh_bars(progress)

        async def fundamentals(
            symbols: Sequence[str], day: date, progress: Progress
        ) -> tuple[Mapping[str, CompanyInputs], Sequence[Rejection]]:
            del day
            report = await self.refresh_fundamentals(symbols, progress)
            missing = [row for row in report.unavailable if row.symbol not in report.inputs]
            return report.inputs, [*report.rejections, *missing]

        return Suppliers(
            origin=self.files.origin,
            day=self.day.day,
            members_on=lambda day: self.stored.members_on(day),
            sector_of=lambda symbol, sic: self.stored.sector_of(symbol, sic),
            refresh_bars=fresh_bars,
            read_panel=lambda symbols, through, days: self.stored.read_panel(
                symbols, through, days
            ),
            screen=lambda symbols, through: self.stored.screen(symbols, through),
            log_refusals=self.log,
            fundamentals=fundamentals,
            warm_up_days=regime.observations + regime.stale_sessions_max,
            rate_on=lambda days: self.stored.rate_on(days),
            states=lambda days, closes, since: self.stored.states(days, closes, since),
            problems=lambda: tuple(self.problems),
            notes=lambda: tuple(self.notes),
            market=MARKET,
        )


def _not_looked_at(refused: Sequence[Rejection]) -> list[str]:
    """Say in one line whose filings could not be fetched: a dead site says the same of each."""
    if not refused:
        return []
    first, names = refused[0], few([row.symbol for row in refused])
    return [f"filings of {names} could not be fetched; {first.symbol}: {first.value}"]


def _members_known(day: date) -> list[str]:
    """Say when the table of the index's members ends before a session."""
    if day <= LAST_DAY:
        return []
    return [f"the index's members are those of {LAST_DAY}: this release knows no later change"]


@asynccontextmanager
async def open_desk(options: Options) -> AsyncIterator[LiveDesk]:
    """
    Open the sources of the chosen venue for the length of a block.

    Raises BadConfiguration; for a venue at a URL also VenueUnreachable and RefusedByBroker.
    """
    async with open_sources(options) as sources:
        # A venue at a URL has the day that its clock says, one in this process that of the options.
        own = options.choice.has_own_account
        session = options.date if own else session_at(sources.clock.now()).date
        day = prepared_for(sources.origin, session)
        yield LiveDesk(options.settings, options.home.desk(sources.origin), sources, day)


_MOST_WAITS, _PAUSE_SECONDS = 300, 1.0
"""How often and how long ours waits for another process that fetches filings."""


async def _in_turn(
    fetch: Callable[[], Awaitable[FundamentalsReport]], progress: Progress
) -> FundamentalsReport:
    """Fetch after whoever fetches into the same folder now. Raises FactsHeld in the end."""
    for waited in range(_MOST_WAITS):
        try:
            return await fetch()
        except FactsHeld:
            progress("another fetch", waited, _MOST_WAITS)
            await asyncio.sleep(_PAUSE_SECONDS)
    return await fetch()
