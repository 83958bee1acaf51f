"""
Line bars up on the exchange's sessions: from a table to arrays, as of a day.

The rows of a panel are sessions, not days that happen to have bars: a day that is missing
everywhere is a row of NaN and not a return over two days.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from tradeengine.bars.adjusting import log_total_returns, split_factors
from tradeengine.bars.panel import Floats, Panel
from tradeengine.bars.window import last_sessions


def panel(frame: pl.DataFrame, symbols: Sequence[str], through: date, days: int) -> Panel:
    """
    Line up the last `days` sessions up to `through`, `through` included if it is one.

    Bars after `through` are not looked at, and prices are adjusted for the splits up to it.
    The first row is not before the first bar of any of the symbols; a symbol without bars is
    a column of NaN; bars on days without a session are left out (`quality.py` names them).
    Raises OutsideCalendar.
    """
    wanted = tuple(dict.fromkeys(symbols))
    known = frame.filter(pl.col("symbol").is_in(list(wanted)), pl.col("date") <= through)
    rows = _sessions(known, through, days)
    placed = known.join(
        pl.DataFrame({"date": rows, "row": range(len(rows))}, schema={"date": pl.Date, "row": int}),
        on="date",
    ).join(
        pl.DataFrame(
            {"symbol": wanted, "column": range(len(wanted))},
            schema={"symbol": pl.String, "column": int},
        ),
        on="symbol",
    )
    at = placed["row"].to_numpy(), placed["column"].to_numpy()

    def grid(name: str) -> Floats:
        values = np.full((len(rows), len(wanted)), np.nan)
        values[at] = placed[name].to_numpy()
        return values

    raw, split = grid("close"), grid("split")
    raw[~(raw > 0.0)] = np.nan
    factors = split_factors(split)
    return Panel(
        days=rows,
        symbols=wanted,
        close=raw * factors,
        total_return=log_total_returns(raw, grid("dividend"), split),
        raw_close=raw,
        volume=grid("volume") / factors,
    )


def _sessions(known: pl.DataFrame, through: date, days: int) -> tuple[date, ...]:
    first = known["date"].min()
    if not isinstance(first, date) or days < 1:
        return ()
    return tuple(day for day in last_sessions(through, days) if day >= first)
