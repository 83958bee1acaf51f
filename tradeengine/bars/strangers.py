"""
Notice that a name has become another company's, or that a history was kept at a wrong level.

A ticker that a company gives up may be another's a day later (`IR`), and a source then has the
other's whole past under it. Days after the last bar alone would be put to the end of the wrong
history. The last few days are fetched again each time: when all of them come with other prices,
it is not a correction.
"""

from typing import Final

import polars as pl

from tradeengine.bars.table import KEY

_FEWEST: Final = 3
"""Days that must be there twice; fewer may be corrections."""

_OTHER: Final = 0.02
"""Relative difference of raw closes from which on a day is of another share."""


def strangers(old: pl.DataFrame, new: pl.DataFrame) -> list[str]:
    """Give the symbols whose new bars have other closes than the old ones on each common day."""
    both = old.join(new, on=KEY, suffix="_new")
    other = ((pl.col("close_new") - pl.col("close")).abs() > _OTHER * pl.col("close").abs()).all()
    judged = both.group_by("symbol").agg(other=other, days=pl.len())
    found = judged.filter(pl.col("other"), pl.col("days") >= _FEWEST)
    return sorted(found["symbol"])
