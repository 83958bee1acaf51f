"""What `tradeengine cache-fund` does: fetch with progress, show, tell a person of a failure."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import msgspec
from rich.console import Console

from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.event_loop import in_a_loop
from tradeengine.model.orders import Severity
from tradeengine.model.sessions import OutsideCalendar
from tradeengine.options import Options
from tradeengine.quant.cache_fund_table import alert_words, as_json, table
from tradeengine.quant.caching_fundamentals import FundamentalsReport, user_agent
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, is_ours
from tradeengine.quant.fetching_filings import Progress as Heard
from tradeengine.quant.job_turns import by_hand, up_to
from tradeengine.quant.live_desk import open_desk
from tradeengine.quant.progress_bars import progress_bars
from tradeengine.run.alarm import tell_once
from tradeengine.schedule.entries import FUNDAMENTALS


class FilingDesk(Protocol):
    """What is asked of the desk; `live_desk.py` has it."""

    @property
    def problems(self) -> Sequence[str]:
        """What could not be fetched, in words."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What came, or did not, and is to be known."""
        ...

    async def members_with_bars(self, progress: Heard) -> Sequence[str]:
        """Give the companies that are meant when none are named."""
        ...

    async def refresh_fundamentals(
        self, symbols: Sequence[str], progress: Heard
    ) -> FundamentalsReport:
        """Fetch and judge companies."""
        ...


Open = Callable[[Options], AbstractAsyncContextManager[FilingDesk]]

ALERT = "EDGAR_UNAVAILABLE"
"""The code of the alert. A warning: it does not forbid entries, the age of the filings does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was typed; no symbols mean the members that have bars."""

    options: Options
    symbols: tuple[str, ...]


def run(order: Order, opened: Open = open_desk) -> ExitCode:
    """Fetch, judge and show. Raises BadConfiguration; JobFailed when the job runs already."""
    options = order.options
    options.home.prepare()
    # Before anything is asked: the SEC would not answer, and bars would be fetched for nothing.
    user_agent(EMBEDDED if is_ours(options.choice) else ALPACA, options.settings.fundamentals)
    try:
        with by_hand(options.home, up_to(FUNDAMENTALS), "tradeengine cache-fund"):
            report, is_whole = in_a_loop(_fetched(order, opened))
    except OutsideCalendar as error:
        raise BadConfiguration("--date", str(error), "choose another day") from None
    _show(report, json=order.options.json)
    return ExitCode.CLEAN if is_whole else ExitCode.FAILED


async def _fetched(order: Order, opened: Open) -> tuple[FundamentalsReport, bool]:
    """Fetch; tell whether everything came, the bars that say whose filings are meant included."""
    options = order.options
    async with opened(options) as desk:
        with progress_bars() as progress:
            symbols = order.symbols or await desk.members_with_bars(progress)
            told = [*desk.problems, *desk.notes]
            is_whole = not desk.problems
            report = await desk.refresh_fundamentals(symbols, progress)
    for words in told:
        _say(f"cache-fund: {words}")
    if report.failed:
        alert = (Severity.WARNING, ALERT, alert_words(report))
        await tell_once(options.settings, options.home, _say, alert)
    return report, is_whole and not report.failed


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _show(report: FundamentalsReport, *, json: bool) -> None:
    if json:
        print(msgspec.json.encode(as_json(report)).decode(), flush=True)
        return
    Console(width=None if sys.stdout.isatty() else 120).print(table(report))
    if report.failed:
        _say(f"tradeengine: {alert_words(report)}")
