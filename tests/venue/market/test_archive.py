"""The shipped files hold what docs/data.md says."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.venue.market.scene import DAY, OPEN_AT
from tradeengine.model.sessions import session_on, sessions_between
from tradeengine.venue.market import Archive, Daily, shipped_archive
from tradeengine.venue.market.daily import DailyBars, between

FIRST, LAST = date(2018, 8, 1), date(2019, 2, 28)


def around_the_week(symbol: str) -> Sequence[Daily]:
    return between(shipped_archive().daily(symbol), FIRST, LAST)


def test_bars_of_a_symbol_in_several_files_are_put_in_order_of_their_days(
    tmp_path: Path,
) -> None:
    table = pl.read_parquet(shipped_archive().folder / "daily.parquet")
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)
    shuffled[: table.height // 2].write_parquet(tmp_path / "daily.parquet")
    shuffled[table.height // 2 :].write_parquet(tmp_path / "spy_daily.parquet")

    archive = Archive(tmp_path)

    for symbol in table["symbol"].unique():
        bars = table.filter(pl.col("symbol") == symbol).sort("date")
        found = archive.daily(symbol)
        assert [bar.date for bar in found] == bars["date"].to_list()
        assert [bar.close for bar in found] == bars["close"].to_list()


@pytest.mark.parametrize("first", [date(2019, 2, 10), date(2019, 2, 13), date(2019, 2, 16)])
@pytest.mark.parametrize("last", [date(2019, 2, 9), date(2019, 2, 13), date(2019, 2, 17)])
def test_bars_between_two_dates_are_the_same_from_columns_and_values(
    first: date, last: date
) -> None:
    bars = around_the_week("XOM")

    assert list(between(bars, first, last)) == between(list(bars), first, last)


def test_every_instrument_of_the_recorded_week_has_daily_bars_of_all_of_it() -> None:
    week = [date(2019, 2, day) for day in range(11, 16)]
    traded = shipped_archive().traded_on(DAY)

    assert len(traded) == 58
    for symbol in traded:
        dates = [bar.date for bar in shipped_archive().daily(symbol)]
        assert [day for day in dates if day in week] == week, symbol


def test_shares_have_daily_bars_of_every_session_from_august_to_february() -> None:
    sessions = [s.date for s in sessions_between(FIRST, LAST)]

    assert [bar.date for bar in around_the_week("XOM")] == sessions
    assert [bar.date for bar in around_the_week("SPY")] == sessions


def test_the_market_has_twenty_years_of_bars_without_a_hole_or_a_double() -> None:
    sessions = [s.date for s in sessions_between(date(1999, 11, 1), date(2020, 8, 28))]

    assert [bar.date for bar in shipped_archive().daily("SPY")] == sessions


def test_shares_whose_filings_ship_have_bars_of_every_session_to_the_end_of_2010() -> None:
    whole = [s.date for s in sessions_between(date(2004, 6, 1), date(2010, 12, 31))]
    shares = shipped_archive().traded_on(date(2010, 7, 1)) - {"SPY"}

    assert len(shares) == 214
    for symbol in shares:
        dates = [bar.date for bar in shipped_archive().daily(symbol) if bar.date.year <= 2010]
        assert set(dates) <= set(whole), symbol
        assert dates[-1] == whole[-1]
        assert len(dates) >= len(whole) - whole.index(dates[0]) - 10, symbol


def test_every_bar_is_of_a_session_and_its_prices_do_not_contradict_each_other() -> None:
    for symbol in shipped_archive().instruments:
        bars = shipped_archive().daily(symbol).columns
        assert all(session_on(date.fromordinal(int(day))) for day in bars.day), symbol
        assert (bars.high >= np.maximum(bars.open, bars.close)).all(), symbol
        assert (bars.low <= np.minimum(bars.open, bars.close)).all(), symbol
        assert (bars.low > 0).all()
        assert (np.diff(bars.day) > 0).all()


@pytest.mark.parametrize(
    ("on", "dollars"),
    [
        pytest.param(date(2010, 6, 18), 0.531, id="from adjusted closes to 2018"),
        pytest.param(date(2019, 6, 21), 1.432, id="from adjusted closes from 2019 on"),
        pytest.param(date(2018, 6, 15), 0.0, id="between them nobody knows"),
    ],
)
def test_dividends_of_the_market_follow_from_adjusted_closes(on: date, dollars: float) -> None:
    (bar,) = between(shipped_archive().daily("SPY"), on, on)

    assert bar.dividend == pytest.approx(dollars, abs=0.001)


def test_there_are_two_stretches_in_which_shares_trade() -> None:
    assert shipped_archive().spans() == [
        (date(2004, 6, 1), date(2010, 12, 31)),
        (date(2018, 8, 1), date(2019, 2, 28)),
    ]


def test_daily_bars_are_those_of_the_source() -> None:
    assert around_the_week("AAPL")[0] == Daily(
        date(2018, 8, 1), 199.13, 201.76, 197.31, 201.5, 67935716, 0.0, 1.0
    )
    assert shipped_archive().daily("AAPL")[0] == Daily(
        date(2004, 6, 1), 27.79, 28.2, 27.61, 28.06, 3252400, 0.0, 1.0
    )


def test_bars_are_read_like_a_sequence() -> None:
    bars = shipped_archive().daily("AAPL")
    some = [bars[0], bars[1]]

    assert list(bars[:2]) == list(DailyBars.of(some)) == some
    assert bars[-1].date == LAST


def test_funds_without_a_daily_source_are_summed_from_their_minutes() -> None:
    minutes = shipped_archive().minutes("QQQ", DAY)
    bar = next(bar for bar in shipped_archive().daily("QQQ") if bar.date == DAY)

    assert minutes is not None
    assert minutes.start[0] == OPEN_AT
    assert bar.volume == minutes.volume.sum()
    assert (bar.open, bar.close) == (minutes.open[0], minutes.close[-1])
    assert (bar.high, bar.low) == (minutes.high.max(), minutes.low.min())


def test_unknown_symbols_and_days_have_nothing() -> None:
    assert list(shipped_archive().daily("NOPE")) == []
    assert shipped_archive().traded_on(date(2019, 2, 18)) == frozenset()
    assert shipped_archive().minutes("AAPL", date(2019, 2, 18)) is None


def test_the_volatility_index_is_no_instrument() -> None:
    assert "VIX" not in shipped_archive().instruments


def test_all_files_together_are_small() -> None:
    assert sum(f.stat().st_size for f in shipped_archive().folder.iterdir() if f.is_file()) < 12e6
