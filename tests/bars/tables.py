"""Small tables of daily bars for tests."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from tradeengine.bars.table import DAILY_SCHEMA
from tradeengine.model.sessions import sessions_between

Row = tuple[str, date, float, float, float, float, int, float, float]


def table(rows: Sequence[Row]) -> pl.DataFrame:
    """Make a table of rows in the order of the columns."""
    return pl.DataFrame(rows, schema=DAILY_SCHEMA, orient="row")


def bar(
    symbol: str,
    day: date,
    close: float,
    *,
    volume: int = 1_000_000,
    dividend: float = 0.0,
    split: float = 1.0,
) -> Row:
    """Make a plausible bar around a close."""
    return (
        symbol, day, close * 0.999, close * 1.004, close * 0.994, close, volume, dividend, split,
    )  # fmt: skip


def days_from(first: date, count: int) -> list[date]:
    """Give so many sessions from a day on."""
    last = date(first.year + 1 + count // 250, 12, 31)
    return [session.date for session in sessions_between(first, last)][:count]
