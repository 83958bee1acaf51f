"""The vendor's own adjusted closes are the oracle: see LICENSES.md beside the sample."""

from pathlib import Path

import numpy as np
import polars as pl

from tradeengine.bars.adjusting import log_total_returns, split_factors
from tradeengine.bars.panel import Floats

SAMPLE = Path(__file__).parent / "samples" / "vendor_adjusted.parquet"
"""Raw closes, dividends and splits of whole histories, with the vendor's adjusted close."""

VENDORS_ROUNDING = 7e-6
"""Of one adjusted close; a return has two."""


def columns(rows: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    close, dividend, split = (
        rows[name].to_numpy().reshape(-1, 1) for name in ("close", "dividend", "split")
    )
    return close, dividend, split


def test_returns_are_those_of_the_vendors_own_adjusted_closes() -> None:
    rows = pl.read_parquet(SAMPLE)

    for (symbol,), days in rows.group_by("symbol"):
        close, dividend, split = columns(days.sort("date"))
        ours = log_total_returns(close, dividend, split)[1:]
        theirs = np.diff(np.log(days.sort("date")["adjusted_close"].to_numpy()))
        assert np.abs(ours[:, 0] - theirs).max() < 2 * VENDORS_ROUNDING, symbol

    assert rows["symbol"].n_unique() == 6
    assert rows.filter(pl.col("split") != 1.0).height >= 5
    assert rows.filter(pl.col("dividend") > 0.0).height > 100


def test_only_later_splits_count() -> None:
    split = np.array([[5.0], [1.0], [2.0], [np.nan], [4.0]])

    assert split_factors(split)[:, 0].tolist() == [0.125, 0.125, 0.25, 0.25, 1.0]


def test_one_day_has_no_return() -> None:
    one = np.array([[10.0]])

    assert np.isnan(log_total_returns(one, one * 0.0, one / one)).all()
    assert split_factors(one).tolist() == [[1.0]]


def test_a_dividend_on_a_day_without_a_price_makes_no_return() -> None:
    close = np.array([[10.0], [np.nan], [11.0], [11.0]])
    dividend = np.array([[0.0], [0.5], [0.0], [0.0]])

    returns = log_total_returns(close, dividend, np.ones((4, 1)))

    assert np.isnan(returns[:3]).all()
    assert returns[3] == 0.0
