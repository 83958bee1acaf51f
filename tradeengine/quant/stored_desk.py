"""
What the desk has stored, read as of a day: bars, series, filings, with the reference data.

Nothing is fetched here. Every question takes the day, and no answer holds anything later.
Reading takes a part of a second: call it off the event loop.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from tradeengine.bars.coming import Ahead, ComingSplits
from tradeengine.bars.lined_up import panel
from tradeengine.bars.panel import Floats, Panel
from tradeengine.bars.quality import refusals, screen
from tradeengine.bars.store import BarStore
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.share_count import Split
from tradeengine.layout import DeskFiles
from tradeengine.model.rejections import Rejection
from tradeengine.model.sessions import previous_session
from tradeengine.quant.desk_day import DeskDay
from tradeengine.quant.known_fundamentals import inputs_on
from tradeengine.quant.market_regime import regimes_since
from tradeengine.quant.setting_aside import Say, say_on_terminal
from tradeengine.quant.stored_series import RATE, VIX, read_series
from tradeengine.quant.universe_suppliers import MarketStates
from tradeengine.reference.membership import members_on
from tradeengine.reference.renames import found_as, names_of
from tradeengine.reference.sectors import sector_of
from tradeengine.settings import Settings

MARKET: Final = "SPY"
"""The symbol that stands for the market."""

RATE_DAYS: Final = 14
"""Calendar days for which a published rate counts; the longest gap since 1990 is 4."""


@dataclass(frozen=True)
class StoredDesk:
    """
    The stores of one origin. A damaged file of a series, or of the market's models, is set aside.

    `say` hears of it. Everything raises BadConfiguration for another damaged file.
    """

    settings: Settings
    files: DeskFiles
    say: Say = say_on_terminal

    @cached_property
    def _bars(self) -> pl.DataFrame:
        return BarStore(self.files.bars).read()

    def symbols_on(self, through: date) -> list[str]:
        """Give the symbols that have a bar on a day, the market's left out."""
        traded = self._bars.filter(pl.col("date") == through)["symbol"]
        return sorted(set(traded) - {MARKET})

    def last_days(self, through: date) -> dict[str, date]:
        """Give the last day up to one of each symbol that has bars."""
        known = self._bars.filter(pl.col("date") <= through)
        return dict(known.group_by("symbol").agg(pl.col("date").max()).iter_rows())

    def members_on(self, day: date) -> frozenset[str]:
        """
        Give the index's members of a session by the names that their bars have; the rest as is.

        Only bars of the day before count: what else is stored must not change who a member is.
        """
        members = members_on(day)
        found = found_as(members, self.symbols_on(previous_session(day).date))
        return frozenset(found.get(member, member) for member in members)

    def companies_on(self, day: date) -> list[str]:
        """Give the members of a session that traded on the day before."""
        traded = self.symbols_on(previous_session(day).date)
        return sorted(self.members_on(day).intersection(traded))

    def bars(self, symbols: Iterable[str], through: date) -> pl.DataFrame:
        """Give the raw bars of symbols up to a day."""
        wanted = pl.col("symbol").is_in(sorted(set(symbols)))
        return self._bars.filter(wanted, pl.col("date") <= through)

    def read_panel(self, symbols: Sequence[str], through: date, days: int) -> Panel:
        """Line up symbols on the last sessions up to a day; without bars a column is NaN."""
        return panel(self.bars(symbols, through), symbols, through, days)

    def screen(self, symbols: Sequence[str], through: date) -> list[Rejection]:
        """Refuse symbols whose bars up to a day cannot be trusted."""
        limits = self.settings.bars.quality
        known = self.bars(symbols, through)
        found = screen(known, through, limits, symbols=symbols, source=self.source)
        return refusals(found, limits)

    @property
    def source(self) -> str:
        """Name the store in a refusal, without its folder: equal data make equal proposals."""
        return f"{self.files.origin}/{BarStore(self.files.bars).path.name}"

    def rate_on(self, days: Sequence[date]) -> Floats:
        """
        Give the 10-year rate known at each close (rising days), percent a year, else NaN.

        One that nobody has published for `RATE_DAYS` is not known any more.
        """
        if not days:
            return np.empty(0)
        known = read_series(self.files.bars, RATE, days[-1], self.say)
        # A day's rate is published on the next one, so the day's own is not known yet.
        asked = pl.DataFrame({"date": list(days)}, schema={"date": pl.Date})
        joined = asked.join_asof(
            known,
            on="date",
            strategy="backward",
            tolerance=f"{RATE_DAYS}d",
            allow_exact_matches=False,
        )
        return joined["value"].fill_null(float("nan")).to_numpy()

    def vix_on(self, through: date) -> tuple[date, float] | None:
        """Give the last close of the volatility index up to a day, with its day."""
        known = read_series(self.files.bars, VIX, through, self.say)
        return None if known.is_empty() else (known["date"][-1], float(known["value"][-1]))

    def sector_of(self, symbol: str, sic: int | None = None) -> str:
        """Give a company's sector."""
        return sector_of(symbol, sic)

    def inputs_on(
        self, symbols: Iterable[str], day: date
    ) -> tuple[dict[str, CompanyInputs], list[Rejection]]:
        """Give the companies that the session of a day may use, and who is refused and why."""
        wanted = sorted(set(symbols))
        return inputs_on(
            self.files,
            wanted,
            day,
            parameters=self.settings.fundamentals,
            splits=self.splits_before(wanted, day),
        )

    def splits_before(self, symbols: Iterable[str], day: date) -> Mapping[str, Sequence[Split]]:
        """Give the splits of shares before a session, by symbol."""
        booked = self.bars(symbols, day).filter(pl.col("split") != 1.0, pl.col("date") < day)
        splits: dict[str, list[Split]] = {}
        for symbol, on, ratio in booked.select("symbol", "date", "split").sort("date").iter_rows():
            splits.setdefault(symbol, []).append(Split(day=on, ratio=ratio))
        return splits

    def splits_at_open(self, symbols: Iterable[str], days: DeskDay) -> dict[str, float]:
        """
        Give the splits that take effect with a session, by symbol: new shares for an old one.

        An ex-date is announced before it, so that of the session's own day is known at its open;
        a session that has its bar says it there. Nothing else of that bar is looked at.
        """
        ahead, wanted = Ahead(days.through, days.day), sorted(set(symbols))
        named = self._bars.filter(pl.col("symbol").is_in(wanted), ahead.has)
        told = ComingSplits(self.files.bars).read(wanted, ahead)
        untold = told.join(named, on="symbol", how="anti")
        rows = pl.concat([named.select(untold.columns), untold])
        ratios = rows.group_by("symbol").agg(pl.col("split").product())
        return dict(ratios.filter(pl.col("split") != 1.0).sort("symbol").iter_rows())

    def states(self, days: Sequence[date], closes: Floats, since: date) -> MarketStates:
        """Tell the market's state at each close from a day on, as it was known there."""
        judged = regimes_since(
            self.files, days, closes, since, days[-1], self.settings.regime, self.say
        )
        model = judged[-1].model
        return MarketStates(
            states=tuple(each.regime for each in judged),
            fitted=None if model is None else model.fitted_through,
        )


def names_to_fetch(members: Iterable[str], *, of_our_own: bool) -> list[str]:
    """
    Give the symbols whose bars to ask for; `of_our_own`: of a venue that serves the past.

    Data of the past may stand under a later name of the company. Alpaca's has today's names,
    and a name that a company gave up may be another's by now.
    """
    if not of_our_own:
        return sorted(set(members))
    return sorted({name for member in members for name in names_of(member)})
