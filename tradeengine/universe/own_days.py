"""
Fit columns with holes: those without in one step, each of the others on its own days.

A share that came to the market later, or missed a day, has no number there; nothing is
filled in. The columns that are whole, nearly all, go through numpy at once.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tradeengine.universe.beta import Floats

Columns = NDArray[np.intp]
Days = NDArray[np.bool_]


def whole_and_holed(values: Floats) -> Iterator[tuple[Columns, Days]]:
    """Give groups of columns (of T x B, NaN a hole) with the days that all of a group have."""
    known = np.isfinite(values)
    whole = known.all(axis=0)
    if whole.any():
        yield np.flatnonzero(whole), np.ones(len(values), dtype=bool)
    for column in np.flatnonzero(~whole):
        yield np.array([column]), known[:, column]
