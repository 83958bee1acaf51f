"""
Keep the desk's fundamentals fresh: fetch filings, judge the companies, tell who was refused.

What a session may use is `inputs_on`, from the store alone (`known_fundamentals.py`). When
the SEC cannot be reached, the filings of the last good look stand, for some sessions, and
every answer says how old they are.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import random
from typing import Final

import aiohttp

from tradeengine import __version__
from tradeengine.edgar.client import Edgar
from tradeengine.edgar.pace import Pace
from tradeengine.edgar.parse import plain_symbol
from tradeengine.edgar.store import FactStore
from tradeengine.errors import BadConfiguration, FactsDamaged
from tradeengine.fundamentals.codes import Code
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.layout import DeskFiles
from tradeengine.model.rejections import Rejection
from tradeengine.quant.desk_day import EMBEDDED
from tradeengine.quant.fetching_filings import Fetched, FilingSources, Progress, fetch_filings
from tradeengine.quant.known_fundamentals import SHIPPED, Splits, refusal
from tradeengine.quant.known_fundamentals import inputs_on as inputs_on
from tradeengine.quant.last_good import LastGood, last_good, remember
from tradeengine.store.rejections import RejectionLog

_PACE: Final = Pace()
"""One for the process: the SEC counts requests, not runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundamentalsReport:
    """
    What came of a run. `inputs` holds every company that may be used, by symbol.

    `rejections` are those that may not; `unavailable` those that could not be looked at anew
    (some of them may still be used). `checked` is the day of each symbol's last look.
    """

    as_of: date
    inputs: dict[str, CompanyInputs]
    rejections: tuple[Rejection, ...]
    unavailable: tuple[Rejection, ...]
    checked: dict[str, date]
    fetched: Fetched
    sources: tuple[str, ...]
    last_good: LastGood | None

    @property
    def failed(self) -> bool:
        """Whether something could not be looked at."""
        return bool(self.unavailable)


async def cache_fundamentals(
    sources: FilingSources,
    desk: DeskFiles,
    symbols: Sequence[str],
    as_of: date,
    progress: Progress,
    *,
    parameters: FundamentalsParameters = SHIPPED,
    splits: Splits | None = None,
    whole: bool = False,
) -> FundamentalsReport:
    """
    Fetch what was filed, and judge symbols for the session `as_of`; `whole`: they are all.

    `progress` hears "filings" with companies done and asked for. Refusals go to the log of
    rejected tickers. Raises BadConfiguration: no contact for the real site, another run at the
    same time, a disk that says no. Whatever the SEC does is in the report.
    """
    store = FactStore(desk.fundamentals)
    headers = {"User-Agent": user_agent(sources.origin, parameters)}
    if sources.unhurried:
        headers["Accept-Encoding"] = "identity"  # It is this process: packing would only cost.
    pace = None if sources.unhurried else _PACE
    with _writing(desk), store.held():
        async with aiohttp.ClientSession(headers=headers) as http:
            edgar = Edgar(http, parameters, sources.clock, random, pace)
            fetched = await fetch_filings(
                sources, store, edgar, symbols, as_of, parameters, progress
            )
        return await asyncio.to_thread(
            _judged, sources, desk, symbols, as_of, parameters, splits or {}, fetched, whole
        )


@contextmanager
def _writing(desk: DeskFiles) -> Iterator[None]:
    """Say it as the operator's business when the disk says no."""
    try:
        yield
    except OSError as error:
        raise BadConfiguration(
            str(error.filename or desk.fundamentals),
            f"cannot be written: {error.strerror or error}; what was there before still is",
            "make room on the disk and let the folder be written, then fetch again",
        ) from error


def user_agent(origin: str, parameters: FundamentalsParameters) -> str:
    """Say who asks. Raises BadConfiguration when the real site would not be told."""
    if origin != EMBEDDED and not parameters.contact:
        raise BadConfiguration(
            "fundamentals.contact",
            "is empty, and the SEC answers only those who say how to reach them",
            "write it into config/config.yaml, as in: contact: Jane Doe jane@example.com",
        )
    return f"tradeengine/{__version__} {parameters.contact}".rstrip()


def _judged(
    sources: FilingSources,
    desk: DeskFiles,
    symbols: Sequence[str],
    as_of: date,
    parameters: FundamentalsParameters,
    splits: Splits,
    fetched: Fetched,
    whole: bool,
) -> FundamentalsReport:
    """Judge after a fetch, log the refusals, and remember a look without a gap."""
    inputs, refused = inputs_on(desk, symbols, as_of, parameters=parameters, splits=splits)
    unavailable = [
        refusal(symbol, Code.SRC_UNAVAILABLE, as_of, words, "an answer")
        for symbol, words in sorted(fetched.problems.items())
    ]
    RejectionLog(desk.rejected).append([*unavailable, *refused], as_of)
    if not unavailable:
        remember(desk, as_of, inputs, {each.symbol for each in refused}, whole=whole)
    return FundamentalsReport(
        as_of=as_of,
        inputs=inputs,
        rejections=tuple(refused),
        unavailable=tuple(unavailable),
        checked=_checked(FactStore(desk.fundamentals), symbols),
        fetched=fetched,
        sources=(sources.edgar_facts_url, sources.edgar_files_url),
        last_good=last_good(desk),
    )


def _checked(store: FactStore, symbols: Iterable[str]) -> dict[str, date]:
    """Give the day of each symbol's last look, where there was one."""
    days: dict[str, date] = {}
    try:
        tickers = store.tickers() or {}
        for symbol in symbols:
            cik = tickers.get(plain_symbol(symbol))
            profile = None if cik is None else store.profile(cik)
            if profile is not None:
                days[symbol] = profile.checked
    except FactsDamaged:
        return days  # The refusals name the file.
    return days
