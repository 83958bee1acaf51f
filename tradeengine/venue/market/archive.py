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

import polars as pl

from tradeengine.venue.market.columns import Floats, Minutes
from tradeengine.venue.market.instruments import Instrument, asset_id_of

SHIPPED: Final = Path(__file__).parent.parent / "shipped"

_ZONE: Final = "America/New_York"


@dataclass(frozen=True, slots=True)
class Daily:
    """A raw daily bar: dollars, shares, cash dividend and split that take effect that day."""

    date: date
    open: float
    high: float
    low: float
    close: float
    volume: int
    dividend: float = 0.0
    split: float = 1.0


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

    def daily(self, symbol: str) -> Sequence[Daily]:
        """Give the daily bars of a symbol in order; none for an unknown symbol."""
        return self._daily.get(symbol, ())

    def minutes(self, symbol: str, day: date) -> Minutes | None:
        """Give the recorded minutes of a symbol's session, None when there are none."""
        return self._minutes.get((symbol, day))

    def vix_closes(self) -> Mapping[date, float]:
        """Give the daily closes of the volatility index, in index points."""
        table = pl.read_parquet(self.folder / "vix_daily.parquet", columns=["date", "close"])
        return dict(table.iter_rows())

    @cached_property
    def _daily(self) -> Mapping[str, Sequence[Daily]]:
        table = pl.read_parquet(self.folder / "daily.parquet").sort("symbol", "date")
        days: dict[str, list[Daily]] = {}
        for symbol, *bar in table.iter_rows():
            days.setdefault(symbol, []).append(Daily(*bar))
        return days

    @cached_property
    def _minutes(self) -> Mapping[tuple[str, date], Minutes]:
        table = pl.read_parquet(self.folder / "minutes.parquet").sort("symbol", "start")
        day = pl.col("start").dt.convert_time_zone(_ZONE).dt.date().alias("day")
        parts = table.with_columns(day).partition_by("symbol", "day", as_dict=True)
        return {(str(symbol), on): _minutes_of(part) for (symbol, on), part in parts.items()}


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
