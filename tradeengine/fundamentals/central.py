"""
The deterministic value of many companies at once: one path each, without any shock.

    growth[t] = g + (g0 - g) * 0.75^(t-1)
    margin[t] = mean + (margin[0] - mean) * 0.4^t

What the Monte Carlo gives when every draw is nothing; a test holds the two together.
"""

from collections.abc import Sequence

import numpy as np

from tradeengine.fundamentals.dcf import Firm, Floats, Paths, Worth, worth
from tradeengine.fundamentals.monte_carlo import (
    EXCESS_RETURN,
    FADE,
    GROWTH_BOUNDS,
    MARGIN_BOUNDS,
    MARGIN_RETURN,
    YEARS,
    Outlook,
)


def central(outlooks: Sequence[Outlook]) -> Worth:
    """Value B companies, one a column."""
    after, wacc = _column(outlooks, "terminal_growth"), _column(outlooks, "wacc")
    margin, mean = _column(outlooks, "margin"), _column(outlooks, "margin_mean")
    year = np.arange(YEARS)[:, None]
    growth = after + (_column(outlooks, "growth") - after) * FADE**year
    paths = Paths(
        growth=np.clip(growth, *GROWTH_BOUNDS),
        margin=np.clip(
            mean + (margin - mean) * (1.0 - MARGIN_RETURN) ** (year + 1), *MARGIN_BOUNDS
        ),
        tax=np.column_stack([outlook.tax for outlook in outlooks]),
        wacc=wacc,
        terminal_growth=after,
        terminal_roic=wacc + EXCESS_RETURN,
        capital_expenditure=np.column_stack([each.capital_expenditure for each in outlooks]),
    )
    firms = [outlook.firm for outlook in outlooks]
    names = Firm.__dataclass_fields__
    return worth(Firm(**{name: _column(firms, name) for name in names}), paths)


def _column(things: Sequence[object], name: str) -> Floats:
    return np.array([getattr(thing, name) for thing in things], dtype=np.float64)
