"""
Make the shipped data files from a folder of source files.

    python -m tradeengine.venue.shipped.build SOURCE_DIR [TARGET_DIR]

Run by hand when the choice of symbols or dates changes; the results are
committed. `docs/data.md` says where the source files come from. Nothing is
corrected here: rows are chosen, and minutes without volume are dropped, because
no trade made them.
"""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from tradeengine.venue.shipped import build_filings as filings
from tradeengine.venue.shipped import build_history as history

HERE = Path(__file__).parent

FIRST_DAY = date(2018, 8, 1)
LAST_DAY = date(2019, 2, 28)

MINUTE_SOURCE = "intraday/minute_2019-02-11_15.parquet"
DAILY_SOURCE = history.NEW_SOURCE
SPY_SOURCE = history.SPY_SOURCE
VIX_SOURCE = "reference/vix_daily.csv.gz"

_INDEX = "VIX"
_ZONE = "America/New_York"
_DAILY = history.COLUMNS


def main(arguments: Sequence[str]) -> int:
    """Build all files and print their sizes. Returns the exit code."""
    if len(arguments) not in (1, 2):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    source, target = Path(arguments[0]), Path(arguments[-1]) if arguments[1:] else HERE
    companies = filings.companies(source)
    tickers = [company["ticker"] for company in companies.values()]
    for name, table in _tables(source, tickers).items():
        path = target / f"{name}.parquet"
        table.write_parquet(path, compression="zstd", compression_level=19)
        sys.stdout.write(f"{path.name}: {table.height} rows, {path.stat().st_size} bytes\n")
    documents = {
        "companyfacts": companies,
        "submissions": filings.submissions(source, companies),
    }
    for name, document in documents.items():
        path = target / f"{name}.zip"
        count = filings.write_zip(path, document.items())
        sys.stdout.write(f"{path.name}: {count} companies, {path.stat().st_size} bytes\n")
    return 0


def _tables(source: Path, tickers: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Make every table; `tickers` are the companies whose facts ship."""
    minutes = pl.read_parquet(source / MINUTE_SOURCE)
    traded = traded_minutes(minutes)
    new, spy = pl.read_parquet(source / DAILY_SOURCE), pl.read_parquet(source / SPY_SOURCE)
    adjusted = [pl.read_parquet(source / name) for name in history.SPY_ADJUSTED_SOURCES]
    return {
        "minutes": traded,
        "daily": daily_bars(new, spy, traded, _recorded_symbols()),
        "daily_2004_2010": history.shares(
            pl.read_parquet(source / history.OLD_SOURCE), new, tickers
        ),
        "spy_daily": history.market_fund(spy, adjusted, (FIRST_DAY, LAST_DAY)),
        "vix_minutes": index_minutes(minutes),
        "vix_daily": pl.read_csv(source / VIX_SOURCE, try_parse_dates=True),
        "rates_daily": history.ten_year_rate(
            pl.read_csv(source / history.RATES_SOURCE, try_parse_dates=True)
        ),
    }


def _recorded_symbols() -> list[str]:
    """Give the symbols of the sessions around the recorded week."""
    table = pl.read_csv(HERE / "instruments.csv")
    return table.filter(pl.col("recorded"))["symbol"].to_list()


def traded_minutes(minutes: pl.DataFrame) -> pl.DataFrame:
    """Give the minutes in which shares changed hands, by symbol and time."""
    return (
        minutes.filter(pl.col("volume") > 0, pl.col("symbol") != _INDEX)
        .rename({"ts": "start"})
        .sort("symbol", "start")
    )


def index_minutes(minutes: pl.DataFrame) -> pl.DataFrame:
    """Give the minutes of the volatility index, which nobody trades."""
    return (
        minutes.filter(pl.col("symbol") == _INDEX)
        .select(pl.col("ts").alias("start"), "open", "high", "low", "close")
        .sort("start")
    )


def daily_bars(
    stocks: pl.DataFrame, spy: pl.DataFrame, minutes: pl.DataFrame, symbols: Sequence[str]
) -> pl.DataFrame:
    """
    Give raw daily bars of `symbols`, each from one source: stocks, SPY, minutes.

    Only stocks have dividends and splits; the others say 0 and 1.
    """
    plain = [pl.lit(0.0).alias("dividend"), pl.lit(1.0).alias("split")]
    known = pl.concat([stocks.select(_DAILY), spy.with_columns(plain).select(_DAILY)])
    summed = minutes.filter(~pl.col("symbol").is_in(known["symbol"].unique().to_list()))
    days = pl.concat([known, _summed(summed).with_columns(plain).select(_DAILY)])
    return days.filter(
        pl.col("symbol").is_in(list(symbols)), pl.col("date").is_between(FIRST_DAY, LAST_DAY)
    ).sort("symbol", "date")


def _summed(minutes: pl.DataFrame) -> pl.DataFrame:
    """Sum minutes up to days."""
    day = pl.col("start").dt.convert_time_zone(_ZONE).dt.date().alias("date")
    return minutes.group_by("symbol", day, maintain_order=True).agg(
        pl.col("open").first(),
        pl.col("high").max(),
        pl.col("low").min(),
        pl.col("close").last(),
        pl.col("volume").sum(),
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
