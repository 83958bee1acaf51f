"""
Daily bars of many symbols lined up on the same days, for arithmetic on arrays.

A day that a symbol did not trade is NaN; nothing is filled in.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Days by symbols; `days` rising, all arrays (len(days), len(symbols)), NaN where missing."""

    days: tuple[date, ...]
    symbols: tuple[str, ...]

    close: Floats
    """Closes in dollars, adjusted for splits up to the last day of the panel, not for dividends."""

    total_return: Floats
    """Log return from the close before to this close, dividends included; row 0 is NaN."""

    raw_close: Floats
    """Closes in dollars as traded that day."""

    volume: Floats
    """Shares, adjusted for splits like `close`."""

    def column(self, symbol: str) -> int:
        """Give the place of a symbol. Raises ValueError when it is not in the panel."""
        return self.symbols.index(symbol)
