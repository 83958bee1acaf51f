"""Range and volume of a symbol on the evening before a session."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.bars.table import DAILY_SCHEMA
from tradeengine.model.sessions import session_on
from tradeengine.quant.day_figures import ATR_DAYS, VOLUME_DAYS, day_figures

THANKSGIVING = date(2009, 11, 26)


def sessions_to(last: date, count: int) -> list[date]:
    days: list[date] = []
    day = last
    while len(days) < count:
        if session_on(day) is not None:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def bars(
    days: list[date], symbol: str = "AAA", split_on: date | None = None, ratio: float = 2.0
) -> pl.DataFrame:
    """Give days of a 100 dollar share with a range of 2 and a million shares; a split halves it."""
    rows = []
    for day in days:
        factor = 1.0 if split_on is None or day < split_on else ratio
        rows.append(
            {
                "symbol": symbol,
                "date": day,
                "open": 100.0 / factor,
                "high": 101.0 / factor,
                "low": 99.0 / factor,
                "close": 100.0 / factor,
                "volume": int(1_000_000 * factor),
                "dividend": 0.0,
                "split": ratio if day == split_on else 1.0,
            }
        )
    return pl.DataFrame(rows, schema=DAILY_SCHEMA)


def test_range_volume_and_close_of_the_last_day() -> None:
    days = sessions_to(date(2010, 6, 30), 60)

    found = day_figures(bars(days), days[-1], {})["AAA"]

    assert found.atr_percent == pytest.approx(2.0)
    assert (found.adv20_shares, found.prior_close) == (1_000_000, 100.0)
    assert (found.last_day, found.short_restricted) == (days[-1], False)


def test_a_split_is_no_range_and_no_volume() -> None:
    days = sessions_to(date(2010, 6, 30), 60)

    found = day_figures(bars(days, split_on=days[-5]), days[-1], {})["AAA"]

    assert found.atr_percent == pytest.approx(2.0)
    assert found.adv20_shares == 2_000_000
    assert found.prior_close == 50.0


def test_a_half_day_counts_as_what_a_whole_day_would_have_been() -> None:
    days = sessions_to(THANKSGIVING + timedelta(days=1), 30)
    half = pl.col("date") == days[-1]
    halved = bars(days).with_columns(
        pl.when(half).then(pl.col("volume") * 210 // 390).otherwise(pl.col("volume"))
    )

    assert day_figures(halved, days[-1], {})["AAA"].adv20_shares == pytest.approx(1_000_000, abs=1)


def test_too_few_days_give_no_range_and_no_volume() -> None:
    days = sessions_to(date(2010, 6, 30), ATR_DAYS)

    found = day_figures(bars(days), days[-1], {})["AAA"]

    assert len(days) < VOLUME_DAYS
    assert (found.atr_percent, found.adv20_shares) == (None, None)


def test_a_symbol_without_a_bar_on_the_day_has_no_figures() -> None:
    days = sessions_to(date(2010, 6, 30), 30)

    assert day_figures(bars(days[:-1]), days[-1], {}) == {}


def test_a_day_that_fell_by_a_tenth_restricts_short_sales() -> None:
    days = sessions_to(date(2010, 6, 30), 30)
    last = pl.col("date") == days[-1]
    fell = bars(days).with_columns(pl.when(last).then(90.0).otherwise(pl.col("low")).alias("low"))

    assert day_figures(fell, days[-1], {})["AAA"].short_restricted


@given(st.floats(1.0, 1000.0), st.integers(0, 10**9))
def test_no_later_bar_changes_anything(price: float, volume: int) -> None:
    days = sessions_to(date(2010, 6, 30), 40)
    frame = bars(days)
    later = pl.col("date") > days[-6]
    changed = frame.with_columns(
        pl.when(later).then(price).otherwise(pl.col("close")).alias("close"),
        pl.when(later).then(volume).otherwise(pl.col("volume")).alias("volume"),
    )

    assert day_figures(changed, days[-6], {}) == day_figures(frame, days[-6], {})


@given(st.sampled_from([2.0, 3.0, 1.5, 0.1, 1.05]), st.integers(1, 25))
def test_a_split_of_the_sessions_own_day_counts_as_one_of_the_last_day(
    ratio: float, before: int
) -> None:
    """Prices and volumes are of new shares, ranges in percent are as they were."""
    days = sessions_to(date(2010, 6, 30), 40)
    frame = bars(days, split_on=days[-before])

    plain = day_figures(frame, days[-1], {"BBB": 7.0})["AAA"]
    found = day_figures(frame, days[-1], {"AAA": ratio})["AAA"]

    assert found.prior_close == pytest.approx(plain.prior_close / ratio)
    assert found.adv20_shares == pytest.approx(ratio * (plain.adv20_shares or 0), abs=1)
    assert found.atr_percent == pytest.approx(plain.atr_percent)
    assert found.short_restricted == plain.short_restricted


def test_a_session_without_a_bar_has_no_volume() -> None:
    days = sessions_to(date(2010, 6, 30), 60)
    frame = bars(days).filter(~pl.col("date").is_in(days[-11:-1]))

    assert day_figures(frame, days[-1], {})["AAA"].adv20_shares == 500_000


def test_bars_that_begin_within_the_twenty_sessions_give_no_volume() -> None:
    days = sessions_to(date(2010, 6, 30), 20)

    assert day_figures(bars(days), days[-1], {})["AAA"].adv20_shares == 1_000_000
    assert day_figures(bars(days[1:]), days[-1], {})["AAA"].adv20_shares is None
