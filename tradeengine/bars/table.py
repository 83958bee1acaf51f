"""
What a table of daily bars looks like: one row a symbol and day, prices raw.

Raw means as traded that day. What corporate actions do to them stands beside the prices, on
the day it takes effect, and is applied when bars are lined up (`adjusting.py`): so a new
split rewrites nothing.
"""

from typing import Final

import polars as pl

from tradeengine.errors import ProtocolViolation

DAILY_SCHEMA: Final = pl.Schema(
    {
        "symbol": pl.String,
        "date": pl.Date,
        "open": pl.Float64,
        "high": pl.Float64,
        "low": pl.Float64,
        "close": pl.Float64,
        "volume": pl.Int64,
        "dividend": pl.Float64,
        "split": pl.Float64,
    }
)
"""
Prices in dollars, volume in shares. `dividend` is the cash of one share on its ex-date, 0 if
none; `split` the new shares for an old one, 1 if none. On a day with both, the dividend is
that of a new share.
"""

KEY: Final = ("symbol", "date")


def no_bars() -> pl.DataFrame:
    """Give an empty table."""
    return pl.DataFrame(schema=DAILY_SCHEMA)


def tidy(frame: pl.DataFrame, place: str) -> pl.DataFrame:
    """
    Give the bars with our columns and types, by symbol and day.

    Raises ProtocolViolation, naming `place`, when a column or a value is missing, has another
    type, or two rows are of one symbol and day.
    """
    missing = [name for name in DAILY_SCHEMA if name not in frame.columns]
    if missing:
        raise ProtocolViolation(place, "columns are missing", ", ".join(missing))
    try:
        rows = frame.select(DAILY_SCHEMA.names()).cast(DAILY_SCHEMA).sort(KEY)
    except pl.exceptions.PolarsError as error:
        raise ProtocolViolation(place, "columns have other types", str(error)) from error
    if rows.select(_is_missing().any()).item():
        raise ProtocolViolation(place, "values are missing", _first(rows, _is_missing()))
    if rows.select(repeats().any()).item():
        raise ProtocolViolation(place, "two bars of one symbol and day", _first(rows, repeats()))
    return rows


def repeats() -> pl.Expr:
    """Tell, in rows by symbol and day, whether a row is of the symbol and day of that before it."""
    same = (pl.col(name) == pl.col(name).shift() for name in KEY)
    return pl.all_horizontal(*same).fill_null(False)


def _is_missing() -> pl.Expr:
    numbers = (name for name, kind in DAILY_SCHEMA.items() if kind == pl.Float64)
    return pl.any_horizontal(
        *(pl.col(name).is_null() for name in DAILY_SCHEMA),
        *(~pl.col(name).is_finite() for name in numbers),
    ).fill_null(True)


def _first(rows: pl.DataFrame, wrong: pl.Expr) -> str:
    symbol, day = rows.filter(wrong).select(KEY).row(0)
    return f"{symbol} {day}"
