"""
The shipped market data, read once and handed out as columns.

`venue/shipped/` holds parquet files and a table of instruments; its
`LICENSES.md` says whose they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tradeengine.venue.market.columns import Floats, Minutes
from tradeengine.venue.market.daily import NO_BARS, DailyBars, DayColumns
from tradeengine.venue.market.instruments import Instrument, asset_id_of

SHIPPED: Final = Path(__file__).parent.parent / "shipped"

_ZONE: Final = "America/New_York"

_DAILY_FILES: Final = ("daily", "daily_2004_2010", "spy_daily")
"""Files of daily bars: no two hold the same day of a symbol. A folder may lack some."""

_GAP_DAYS: Final = 10
"""Longer without a bar than the exchange was ever shut."""

_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass
class Archive:
    """Minute and daily bars of a folder of shipped files."""

    folder: Path = field(default=SHIPPED)

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """The shares we have data of, by symbol, in alphabetical order."""
        table = pl.read_csv(self.folder / "instruments.csv").sort("symbol")
        return {
            row["symbol"]: Instrument(
                symbol=row["symbol"],
                asset_id=asset_id_of(row["symbol"]),
                name=row["name"],
                exchange=row["exchange"],
                sector=row["sector"],
            )
            for row in table.iter_rows(named=True)
        }

    def daily(self, symbol: str) -> DailyBars:
        """Give the daily bars of a symbol in order; none for an unknown symbol."""
        return self._daily.get(symbol, NO_BARS)

    def traded_on(self, day: date) -> frozenset[str]:
        """Give the symbols that have a daily bar with volume on a date."""
        traded = (pl.col("date") == day) & (pl.col("volume") > 0)
        return frozenset(self._table.filter(traded)["symbol"])

    def spans(self) -> Sequence[tuple[date, date]]:
        """
        Give the first and last day of each stretch in which shares trade, in order.

        One symbol alone (the market's fund, of which there is more) makes no stretch,
        unless it is all there is.
        """
        counts = self._table.group_by("date").len().sort("date")
        several = counts.filter(pl.col("len") > 1)
        days = (several if len(several) else counts)["date"].to_list()
        starts = [n for n, day in enumerate(days) if n == 0 or (day - days[n - 1]).days > _GAP_DAYS]
        ends = [n - 1 for n in starts[1:]] + [len(days) - 1]
        return [(days[first], days[last]) for first, last in zip(starts, ends, strict=True)]

    def minutes(self, symbol: str, day: date) -> Minutes | None:
        """Give the recorded minutes of a symbol's session, None when there are none."""
        return self._minutes.get((symbol, day))

    @cached_property
    def _table(self) -> pl.DataFrame:
        paths = [self.folder / f"{name}.parquet" for name in _DAILY_FILES]
        parts = [pl.read_parquet(path) for path in paths if path.exists()]
        return pl.concat(parts, rechunk=True)

    @cached_property
    def _daily(self) -> Mapping[str, DailyBars]:
        columns, end = _columns_of(self._table), 0
        stretches: dict[str, list[DayColumns]] = {}
        for count, symbol in self._table["symbol"].rle().struct.unnest().iter_rows():
            stretches.setdefault(symbol, []).append(columns.rows(slice(end, end + count)))
            end += count
        return {symbol: DailyBars(_in_order(stretches[symbol])) for symbol in sorted(stretches)}

    @cached_property
    def _minutes(self) -> Mapping[tuple[str, date], Minutes]:
        table = pl.read_parquet(self.folder / "minutes.parquet").sort("symbol", "start")
        day = pl.col("start").dt.convert_time_zone(_ZONE).dt.date().alias("day")
        parts = table.with_columns(day).partition_by("symbol", "day", as_dict=True)
        return {(str(symbol), on): _minutes_of(part) for (symbol, on), part in parts.items()}


def _in_order(stretches: Sequence[DayColumns]) -> DayColumns:
    """Put the bars of one symbol in order of their days: what is in order is not copied."""
    bars = stretches[0] if len(stretches) == 1 else DayColumns.joined(stretches)
    if np.all(bars.day[1:] > bars.day[:-1]):
        return bars
    return bars.rows(np.argsort(bars.day, kind="stable"))


def _columns_of(part: pl.DataFrame) -> DayColumns:
    prices = ("open", "high", "low", "close", "dividend", "split")
    return DayColumns(
        day=part["date"].to_physical().cast(pl.Int64).to_numpy() + _EPOCH,
        volume=part["volume"].to_numpy(),
        **{name: part[name].to_numpy() for name in prices},
    )


def _minutes_of(part: pl.DataFrame) -> Minutes:
    def prices(name: str) -> Floats:
        return part[name].to_numpy()

    return Minutes(
        start=part["start"].dt.epoch("ns").to_numpy(),
        open=prices("open"),
        high=prices("high"),
        low=prices("low"),
        close=prices("close"),
        volume=part["volume"].to_numpy(),
    )


@lru_cache(maxsize=1)
def shipped_archive() -> Archive:
    """Give the archive of the files in the package, read at most once."""
    return Archive()
