"""
Put prices of different days on one footing, as known on the last of them.

A price is put on the footing of later splits by the product over all LATER days of 1/split. A
return counts a dividend as kept in cash to its ex-date's close. This is the rule by which Alpha
Vantage adjusts (the returns of its own adjusted closes come out within 1.4e-5); the textbook's
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
    ratios = 1.0 / np.where(np.isnan(split), 1.0, split)
    factors = np.ones_like(ratios)
    factors[:-1] = np.cumprod(ratios[:0:-1], axis=0)[::-1]
    return factors


def log_total_returns(close: Floats, dividend: Floats, split: Floats) -> Floats:
    """
    Give the log return from the row before to each row, dividends included; row 0 is NaN.

    It needs no factors: split x (close + dividend) / close before, all raw, in dollars. NaN when
    either close is missing.
    """
    returns = np.full(close.shape, np.nan)
    if len(close) > 1:
        worth = np.where(np.isnan(split), 1.0, split) * (close + np.nan_to_num(dividend))
        with np.errstate(divide="ignore", invalid="ignore"):
            returns[1:] = np.log(worth[1:] / close[:-1])
    return np.where(np.isfinite(returns), returns, np.nan)
