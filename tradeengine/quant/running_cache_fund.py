"""What `tradeengine cache-fund` does: fetch with progress, show, tell a person of a failure."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.model.orders import Severity
from tradeengine.model.sessions import OutsideCalendar
from tradeengine.options import Options
from tradeengine.quant.cache_fund_table import alert_words, as_json, table
from tradeengine.quant.caching_fundamentals import FundamentalsReport, cache_fundamentals
from tradeengine.quant.connecting_fundamentals import open_filings, symbols_by_default
from tradeengine.quant.fetching_filings import FilingSources
from tradeengine.quant.fetching_filings import Progress as Heard
from tradeengine.run.alarm import tell_once

Open = Callable[[Options], AbstractAsyncContextManager[FilingSources]]

ALERT = "EDGAR_UNAVAILABLE"
"""The code of the alert. A warning: it does not forbid entries, the age of the filings does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was typed; no symbols mean the members that have bars."""

    options: Options
    symbols: tuple[str, ...]


def run(order: Order, open_sources: Open = open_filings) -> ExitCode:
    """Fetch, judge and show. Raises BadConfiguration."""
    order.options.home.prepare()
    try:
        report = asyncio.run(_fetched(order, open_sources))
    except OutsideCalendar as error:
        raise BadConfiguration("--date", str(error), "choose another day") from None
    _show(report, json=order.options.json)
    return ExitCode.FAILED if report.failed else ExitCode.CLEAN


async def _fetched(order: Order, open_sources: Open) -> FundamentalsReport:
    options = order.options
    async with open_sources(options) as sources:
        as_of = options.date if options.choice.has_own_account else sources.today
        symbols = order.symbols or symbols_by_default(options, as_of)
        with _progress() as progress:
            report = await cache_fundamentals(
                sources,
                options.home.desk(sources.origin),
                symbols,
                as_of,
                progress,
                parameters=options.settings.fundamentals,
            )
    if report.failed:
        told = (Severity.WARNING, ALERT, alert_words(report))
        await tell_once(options.settings, options.home, _say, told)
    return report


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextmanager
def _progress() -> Iterator[Heard]:
    with Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task("filings", total=None)

        def hear(what: str, done: int, of: int) -> None:
            progress.update(task, description=what, completed=done, total=of)

        yield hear


def _show(report: FundamentalsReport, *, json: bool) -> None:
    if json:
        print(msgspec.json.encode(as_json(report)).decode(), flush=True)
        return
    Console(width=None if sys.stdout.isatty() else 120).print(table(report))
    if report.failed:
        _say(f"tradeengine: {alert_words(report)}")
