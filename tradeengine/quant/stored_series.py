"""
The volatility index and the 10-year rate as they are stored; a damaged file of them is no file.

Parquet has no checksum of its values, so they are looked at: every one is a number that such a
series can have, on days that rise. What is not known is missing in a plan, and the gates deny it.
"""

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from tradeengine.bars.series import KINDS, Series
from tradeengine.bars.turns import alone_in
from tradeengine.errors import BadConfiguration
from tradeengine.quant.setting_aside import Say, set_aside

VIX, RATE = "vix", "dgs10"

_BOUNDS: Final = {VIX: (1.0, 500.0), RATE: (-10.0, 50.0)}
"""What the index, and a rate in percent a year, can be: far beyond anything that ever was."""


def read_series(folder: Path, name: str, through: date, say: Say) -> pl.DataFrame:
    """
    Give a series as `Series.read` does, after a look whether its file is whole.

    Raises BadConfiguration when a damaged one cannot be moved.
    """
    set_aside_if_damaged(folder, name, say)
    return Series(folder).read(name, through)


def set_aside_if_damaged(folder: Path, name: str, say: Say) -> None:
    """Move the file of a series out of the way when it cannot be believed. Raises as above."""
    if not _damage(folder, name):
        return
    with alone_in(folder):
        # Asked again, for whoever had the folder may have made a whole one.
        if problem := _damage(folder, name):
            path = folder / f"{KINDS[name].name}.parquet"
            set_aside(path, problem, "the next fetch (`tradeengine jobs run bars`) makes one", say)


def _damage(folder: Path, name: str) -> str:
    """Say what is wrong with the file of a series, "" when nothing is."""
    try:
        rows = Series(folder).read(name, date.max)
    except BadConfiguration as error:
        return error.problem
    least, most = _BOUNDS[name]
    value = pl.col("value")
    wrong = rows.filter(~value.is_between(least, most) | value.is_null() | value.is_nan())
    if not wrong.is_empty():
        return f"says {wrong['value'][0]} for {wrong['date'][0]}, which is no value of it"
    if rows["date"].is_duplicated().any() or rows["date"].null_count():
        return "has a day twice, or rows without one"
    return ""
