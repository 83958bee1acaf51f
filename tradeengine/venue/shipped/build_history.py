"""Years of raw daily bars: the shares whose filings ship, and the market's own fund."""

from collections.abc import Sequence
from datetime import date

import polars as pl

YEARS = (date(2004, 6, 1), date(2010, 12, 31))
"""First and last day of the shares' bars: those before the shipped filings, and half a year on."""

OLD_SOURCE = "daily/av_raw_sp500_2004_2008.parquet"
NEW_SOURCE = "daily/av_raw_sp500_2009_2021.parquet"
SPY_SOURCE = "daily/spy_raw_1999_2020.parquet"
SPY_ADJUSTED_SOURCES = (
    "daily/yahoo_etf_1993_2018.parquet",
    "daily/yahoo_adjusted_etf_2019_2025.parquet",
)
RATES_SOURCE = "reference/fred_rates_1990_2024.csv.gz"

COLUMNS = ("symbol", "date", "open", "high", "low", "close", "volume", "dividend", "split")

_SMALLEST_DIVIDEND = 0.2
"""Dollars. Below it a step of the adjusted closes is rounding: two vendors differ by a cent."""


def shares(old: pl.DataFrame, new: pl.DataFrame, symbols: Sequence[str]) -> pl.DataFrame:
    """Give the bars of `symbols` in `YEARS`, by symbol and date, as their source has them."""
    table = pl.concat([old.select(COLUMNS), new.select(COLUMNS)])
    chosen = pl.col("symbol").is_in(list(symbols)) & pl.col("date").is_between(*YEARS)
    return table.filter(chosen).sort("symbol", "date")


def market_fund(
    raw: pl.DataFrame, adjusted: Sequence[pl.DataFrame], taken: tuple[date, date]
) -> pl.DataFrame:
    """
    Give SPY's bars outside of the span `taken`, which other data covers.

    Its source has no dividends. They follow from adjusted closes of other vendors,
    where there are some: on an ex-date the quotient of adjusted and raw close rises
    by the factor 1 / (1 - dividend / close of the day before).
    """
    found = pl.concat([_dividends(raw, table) for table in adjusted])
    return (
        raw.join(found, on="date", how="left")
        .with_columns(
            pl.col("dividend").fill_null(0.0),
            split=pl.lit(1.0),
        )
        .filter(~pl.col("date").is_between(*taken))
        .select(COLUMNS)
        .sort("date")
    )


def _dividends(raw: pl.DataFrame, adjusted: pl.DataFrame) -> pl.DataFrame:
    """Give date and dividend of the ex-dates that adjusted closes of SPY show."""
    own = "adj_close" if "adj_close" in adjusted.columns else "close"
    other = adjusted.filter(pl.col("symbol") == "SPY").select("date", adjusted=own)
    quotient = pl.col("adjusted") / pl.col("close")
    before = pl.col("close").shift(1) * (1 - quotient.shift(1) / quotient)
    return (
        raw.select("date", "close")
        .join(other, on="date")
        .sort("date")
        .select("date", dividend=before.round(3))
        .filter(pl.col("dividend") > _SMALLEST_DIVIDEND)
    )


def ten_year_rate(rates: pl.DataFrame) -> pl.DataFrame:
    """Give the ten-year Treasury rate by date, in percent a year; null on holidays."""
    return rates.select("date", dgs10=pl.col("DGS10")).sort("date")
