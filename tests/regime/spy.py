"""SPY's real closes, 2004-06-01 to 2010-12-31."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from tradeengine.regime.chains import Floats

_FILE = Path(__file__).parent / "spy_2004_2010" / "closes.csv"


def closes(through: date = date(2010, 12, 31)) -> tuple[list[date], Floats]:
    table = pl.read_csv(_FILE, try_parse_dates=True).filter(pl.col("date") <= through)
    return table["date"].to_list(), table["close"].to_numpy().astype(np.float64)
