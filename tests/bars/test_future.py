"""What comes after a day changes nothing that is said as of the day."""

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bars.tables import Row, bar, days_from, table
from tradeengine.bars.lined_up import panel
from tradeengine.bars.parameters import QualityLimits
from tradeengine.bars.quality import screen

DAYS = days_from(date(2010, 1, 4), 60)
SYMBOLS = ("A", "B", "C")

LIMITS = QualityLimits(bars_min=2)

ROWS: list[Row] = [
    bar(
        symbol,
        day,
        20.0 + (place * (number + 3) % 13) / 5,
        dividend=0.3 if place % 17 == 5 else 0.0,
        split=2.0 if (symbol, place) == ("B", 30) else 1.0,
    )
    for number, symbol in enumerate(SYMBOLS)
    for place, day in enumerate(DAYS)
]

CHANGED_BARS = st.builds(
    lambda symbol, place, close, volume, dividend, split: bar(
        symbol, DAYS[place], close, volume=volume, dividend=dividend, split=split
    ),
    symbol=st.sampled_from([*SYMBOLS, "D"]),
    place=st.integers(0, len(DAYS) - 1),
    close=st.floats(0.01, 1e4),
    volume=st.integers(0, 10**9),
    dividend=st.sampled_from([0.0, 0.5, 100.0]),
    split=st.sampled_from([1.0, 2.0, 0.1, 7.0]),
)


def with_another_future(now: int, changes: list[Row], gone: set[int]) -> pl.DataFrame:
    """Give the same bars up to a place, and others after it."""
    rows = {(row[0], row[1]): row for row in ROWS}
    for place in gone:
        if place > now:
            for symbol in SYMBOLS:
                rows.pop((symbol, DAYS[place]), None)
    rows |= {(row[0], row[1]): row for row in changes if row[1] > DAYS[now]}
    return table(list(rows.values()))


@settings(max_examples=60, deadline=None)
@given(
    now=st.integers(5, len(DAYS) - 1),
    changes=st.lists(CHANGED_BARS, max_size=25),
    gone=st.sets(st.integers(0, len(DAYS) - 1), max_size=10),
)
def test_no_later_bar_split_or_dividend_reaches_a_panel_or_the_screen(
    now: int, changes: list[Row], gone: set[int]
) -> None:
    today, then = table(ROWS), with_another_future(now, changes, gone)
    through = DAYS[now]

    ours, theirs = (panel(frame, [*SYMBOLS, "D"], through, 40) for frame in (today, then))

    assert ours.days == theirs.days
    for name in ("close", "total_return", "raw_close", "volume"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert screen(today, through, LIMITS) == screen(then, through, LIMITS)


def test_the_past_does_reach_them() -> None:
    """The test above is not blind: a change of the past is seen."""
    changed = table([row for row in ROWS if row[1] != DAYS[20]] + [bar("A", DAYS[20], 99.0)])

    before, after = (panel(f, SYMBOLS, DAYS[30], 40) for f in (table(ROWS), changed))

    assert not np.array_equal(before.close, after.close, equal_nan=True)
    assert screen(changed, DAYS[30], LIMITS) != screen(table(ROWS), DAYS[30], LIMITS)
