"""The vendor's own adjusted closes are the oracle: see LICENSES.md beside the sample."""

from pathlib import Path

import numpy as np
import polars as pl

from tradeengine.bars.adjusting import log_total_returns, split_factors, total_return_factors
from tradeengine.bars.panel import Floats

SAMPLE = Path(__file__).parent / "samples" / "vendor_adjusted.parquet"
"""Raw closes, dividends and splits of whole histories, with the vendor's adjusted close."""

VENDORS_ROUNDING = 7e-6


def columns(rows: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    close, dividend, split = (
        rows[name].to_numpy().reshape(-1, 1) for name in ("close", "dividend", "split")
    )
    return close, dividend, split


def test_factors_give_the_vendors_own_adjusted_closes() -> None:
    rows = pl.read_parquet(SAMPLE)

    for (symbol,), days in rows.group_by("symbol"):
        close, dividend, split = columns(days.sort("date"))
        ours = close * total_return_factors(close, dividend, split)
        theirs = days.sort("date")["adjusted_close"].to_numpy().reshape(-1, 1)
        worst = np.abs(ours / theirs - 1.0).max()
        assert worst < VENDORS_ROUNDING, symbol

    assert rows["symbol"].n_unique() == 6
    assert rows.filter(pl.col("split") != 1.0).height >= 5
    assert rows.filter(pl.col("dividend") > 0.0).height > 100


def test_returns_and_factors_tell_the_same() -> None:
    rows = pl.read_parquet(SAMPLE).filter(pl.col("symbol") == "AAPL").sort("date")
    close, dividend, split = columns(rows)

    adjusted = close * total_return_factors(close, dividend, split)

    np.testing.assert_allclose(
        log_total_returns(close, dividend, split)[1:], np.diff(np.log(adjusted), axis=0), atol=1e-13
    )


def test_only_later_splits_count() -> None:
    split = np.array([[5.0], [1.0], [2.0], [np.nan], [4.0]])

    assert split_factors(split)[:, 0].tolist() == [0.125, 0.125, 0.25, 0.25, 1.0]


def test_one_day_has_no_return() -> None:
    one = np.array([[10.0]])

    assert np.isnan(log_total_returns(one, one * 0.0, one / one)).all()
    assert split_factors(one).tolist() == [[1.0]]


def test_a_dividend_on_a_day_without_a_price_changes_nothing() -> None:
    close = np.array([[10.0], [np.nan], [11.0]])
    dividend = np.array([[0.0], [0.5], [0.0]])

    assert total_return_factors(close, dividend, np.ones((3, 1))).tolist() == [[1.0]] * 3
