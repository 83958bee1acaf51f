"""
Bars as a site writes them, as a table with the day of each in New York.

Alpaca writes a day as its midnight, always in the same way, and a page has each day many times:
such a text is read once. A page with any other text is read by the rules of all of them.
"""

from collections.abc import Sequence
from datetime import date, time
from functools import lru_cache
from typing import Final

import polars as pl

from tradeengine.errors import ProtocolViolation
from tradeengine.model.instants import format_instant, instant_of

_NOON: Final = 12
_MIDNIGHT: Final = time(0)
_EPOCH: Final = date(1970, 1, 1)

_VALUES: Final = ("open", "high", "low", "close", "volume")


def bars_table(
    path: str,
    symbols: Sequence[str] = (),
    begins: Sequence[str] = (),
    *values: Sequence[float],
) -> pl.DataFrame:
    """
    Give symbol and date, the four prices and the volume of bars; `begins`: when their days begin.

    Volumes are rounded to whole shares. Raises ProtocolViolation, naming `path`, when a day is
    none, or a volume is no number or more than 64 bits hold.
    """
    columns = values or [()] * len(_VALUES)
    table = pl.DataFrame(
        [
            pl.Series("symbol", symbols, pl.String),
            _days(path, symbols, begins),
            *(
                pl.Series(name, column, pl.Float64)
                for name, column in zip(_VALUES, columns, strict=True)
            ),
        ]
    )
    return _with_whole_volumes(path, table)


def _with_whole_volumes(path: str, table: pl.DataFrame) -> pl.DataFrame:
    shares = pl.col("volume").round(mode="half_to_even").cast(pl.Int64, strict=False)
    whole = table.with_columns(shares)
    if whole["volume"].null_count():
        symbol, day, volume = (
            table.filter(whole["volume"].is_null()).select("symbol", "date", "volume").row(0)
        )
        raise ProtocolViolation(
            f"GET {path}", "a volume that is none", f"{symbol} {day}: {volume:g}"
        )
    return whole


def _days(path: str, symbols: Sequence[str], begins: Sequence[str]) -> pl.Series:
    try:
        return pl.Series("date", list(map(_of_midnight, begins)), pl.Int32).cast(pl.Date)
    except ValueError:
        return _of_any(path, symbols, begins)


@lru_cache(maxsize=16_384)
def _of_midnight(text: str) -> int:
    """Count the days from 1970 to one from its midnight's usual text. Raises ValueError."""
    day = date.fromisoformat(text[:10])
    if format_instant(instant_of(day, _MIDNIGHT)) != text:
        raise ValueError(text)
    return (day - _EPOCH).days


def _of_any(path: str, symbols: Sequence[str], begins: Sequence[str]) -> pl.Series:
    """Read the days of texts of any form."""
    table = pl.DataFrame({"symbol": symbols, "date": begins})
    at = pl.col("date").str.to_datetime(time_zone="UTC", strict=True)
    try:
        table = table.with_columns(at.dt.convert_time_zone("America/New_York"))
    except pl.exceptions.PolarsError as error:
        raise ProtocolViolation(f"GET {path}", "a day that is none", str(error)) from error
    # Midnight of another time zone would put a bar a day early, where nobody could know it.
    evenings = table.filter(pl.col("date").dt.hour() >= _NOON)
    if not evenings.is_empty():
        symbol, day = evenings.row(0)
        raise ProtocolViolation(
            f"GET {path}", "a day that begins in the evening", f"{symbol} {day}"
        )
    return table["date"].dt.date()
