"""Recorded days come from minutes, others from paths, and odd ones from nothing."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.venue.market.scene import DAY, OPEN_AT
from tradeengine.model.instants import MINUTE
from tradeengine.venue.market import Archive, recorded_market, shipped_archive
from tradeengine.venue.market.recorded import RecordedDays


def days() -> RecordedDays:
    return RecordedDays(shipped_archive(), seed=7)


@pytest.fixture
def bare(tmp_path: Path) -> Archive:
    """An archive of one share, three days and no minutes; on the last it did not trade."""
    (tmp_path / "instruments.csv").write_text(
        "symbol,name,exchange,sector,etf\nXYZ,Xyz Inc.,NYSE,Energy,false\n"
    )
    pl.DataFrame(
        {
            "symbol": ["XYZ"] * 3,
            "date": [date(2019, 2, 11), date(2019, 2, 12), DAY],
            "open": [10.0, 10.0, 10.5],
            "high": [11.0, 11.0, 10.5],
            "low": [9.0, 9.5, 10.5],
            "close": [10.0, 10.5, 10.5],
            "volume": [90_000, 100_000, 0],
            "dividend": [0.0] * 3,
            "split": [1.0] * 3,
        }
    ).write_parquet(tmp_path / "daily.parquet")
    minutes = pl.read_parquet(shipped_archive().folder / "minutes.parquet").clear()
    minutes.write_parquet(tmp_path / "minutes.parquet")
    return Archive(tmp_path)


def test_recorded_minutes_are_taken_as_they_are() -> None:
    assert days().minutes("AAPL", DAY) is shipped_archive().minutes("AAPL", DAY)


def test_minutes_without_volume_are_not_traded() -> None:
    tesla = days().minutes("TSLA", DAY)

    assert tesla is not None
    # The source has 09:36 with a range of 36 cents and no volume.
    assert OPEN_AT + 5 * MINUTE in tesla.start
    assert OPEN_AT + 6 * MINUTE not in tesla.start
    assert OPEN_AT + 7 * MINUTE in tesla.start
    assert tesla.volume.min() > 0


def test_paths_follow_the_recorded_market_of_the_day() -> None:
    spy, caterpillar = days().minutes("SPY", DAY), days().minutes("CAT", DAY)

    assert spy is not None
    assert caterpillar is not None
    assert len(spy) == len(caterpillar) == 390
    common = np.diff(np.log(spy.close))
    assert np.corrcoef(common, np.diff(np.log(caterpillar.close)))[0, 1] > 0.4


def test_on_days_without_minutes_the_market_has_a_path_too() -> None:
    on = date(2018, 11, 5)
    spy, caterpillar = days().minutes("SPY", on), days().minutes("CAT", on)

    assert spy is not None
    assert caterpillar is not None
    common = np.diff(np.log(spy.close))
    assert np.corrcoef(common, np.diff(np.log(caterpillar.close)))[0, 1] > 0.3


@pytest.mark.parametrize(
    ("symbol", "on"),
    [
        pytest.param("NOPE", DAY, id="unknown symbol"),
        pytest.param("CAT", date(2020, 1, 2), id="day without data"),
        pytest.param("CAT", date(2018, 12, 25), id="holiday"),
    ],
)
def test_where_there_is_nothing_there_is_no_day(symbol: str, on: date) -> None:
    assert days().day(symbol, on) is None


def test_a_day_is_made_once_while_it_is_remembered() -> None:
    made = days()
    first = made.day("KO", DAY)

    assert made.day("KO", DAY) is first
    for bar in shipped_archive().daily("F")[:128]:
        made.day("F", bar.date)
    again = made.day("KO", DAY)
    assert again is not first
    assert again is not None
    assert first is not None
    assert again.prints.at.tolist() == first.prints.at.tolist()


def test_without_a_market_series_a_share_goes_its_own_way(bare: Archive) -> None:
    market = recorded_market(date(2019, 2, 12), None, 7, bare)
    trades = market.trades("XYZ", 0, OPEN_AT)

    assert sum(trade.size for trade in trades) == 190_000
    assert trades[-1].price == 10.5


def test_a_share_without_volume_is_not_traded_that_day(bare: Archive) -> None:
    assert RecordedDays(bare, 7).day("XYZ", DAY) is None


def test_a_minute_without_the_market_keeps_its_last_price() -> None:
    gold = days().minutes("GLD", DAY)

    assert gold is not None
    assert len(gold) < 390
    assert ((gold.start - OPEN_AT) % MINUTE == 0).all()
