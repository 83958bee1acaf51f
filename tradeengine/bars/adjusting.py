"""
Put prices of different days on one footing, as known on the last of them.

The factor of a day is the product over all LATER days of 1/split, and for total return also
of close/(close + dividend), close being that later day's raw close. This is the rule by
which Alpha Vantage adjusts (its own adjusted closes come out within 7e-6); the textbook's
1 - dividend/previous close differs by up to 0.4 % over 12 years of ordinary dividends.
"""

import numpy as np

from tradeengine.bars.panel import Floats


def split_factors(split: Floats) -> Floats:
    """
    Give what raw prices are multiplied by for the splits after them.

    `split` is (days, symbols), new shares for an old one, 1 or NaN where there is none.
    The last row of the answer is 1.
    """
    return _later_products(1.0 / np.where(np.isnan(split), 1.0, split))


def total_return_factors(close: Floats, dividend: Floats, split: Floats) -> Floats:
    """Give the same for splits and dividends; `close` and `dividend` raw, in dollars."""
    paid = np.nan_to_num(dividend)
    kept = np.where(paid > 0.0, close / (close + paid), 1.0)
    return split_factors(split) * _later_products(np.where(np.isnan(kept), 1.0, kept))


def log_total_returns(close: Floats, dividend: Floats, split: Floats) -> Floats:
    """
    Give the log return from the row before to each row, dividends included; row 0 is NaN.

    It needs no factors: split x (close + dividend) / close before, all raw. NaN when either
    close is missing.
    """
    returns = np.full(close.shape, np.nan)
    if len(close) > 1:
        worth = np.where(np.isnan(split), 1.0, split) * (close + np.nan_to_num(dividend))
        with np.errstate(divide="ignore", invalid="ignore"):
            returns[1:] = np.log(worth[1:] / close[:-1])
    return np.where(np.isfinite(returns), returns, np.nan)


def _later_products(ratios: Floats) -> Floats:
    """Give for each row the product of the rows after it."""
    products = np.ones_like(ratios)
    products[:-1] = np.cumprod(ratios[:0:-1], axis=0)[::-1]
    return products
