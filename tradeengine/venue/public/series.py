"""
Daily series as their sites give them out: the volatility index and the ten-year rate.

Both are known after their day: a day's own value comes on the next.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from tradeengine.venue.public.document import SHIPPED, Document

RATE: Final = "DGS10"


@dataclass
class Series:
    """The series of a folder of shipped files."""

    folder: Path = field(default=SHIPPED)

    def vix(self, day: date) -> Document | None:
        """Write Cboe's `VIX_History.csv` as it was before a day: DATE,OPEN,HIGH,LOW,CLOSE."""
        known = self._vix.filter(pl.col("date") < day)
        prices = [pl.format("{}", pl.col(name)).alias(name.upper()) for name in _PRICES]
        shown = known.select(pl.col("date").dt.strftime("%m/%d/%Y").alias("DATE"), *prices)
        return _document(known, shown)

    def ten_year(self, day: date, first: date, last: date) -> Document | None:
        """Write FRED's `fredgraph.csv` of DGS10 from `first` to `last`, as it was before a day."""
        known = self._rates.filter(pl.col("date") < day)
        shown = known.filter(pl.col("date").is_between(first, last)).rename(
            {"date": "observation_date", "dgs10": RATE}
        )
        return _document(known, shown)

    @cached_property
    def _vix(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "vix_daily.parquet").sort("date")

    @cached_property
    def _rates(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "rates_daily.parquet").sort("date")


_PRICES: Final = ("open", "high", "low", "close")


def _document(known: pl.DataFrame, shown: pl.DataFrame) -> Document | None:
    if known.is_empty():
        return None
    return Document(shown.write_csv().encode(), known["date"][-1])
