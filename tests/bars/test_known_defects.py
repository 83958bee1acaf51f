"""
Real defects of real data: of 167 that are known, all must be found.

The samples and whose they are: `samples/LICENSES.md`.
"""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tradeengine.bars.alpaca import read_bars
from tradeengine.bars.defects import BarDefect
from tradeengine.bars.parameters import QualityLimits
from tradeengine.bars.quality import refusals, screen

SAMPLES = Path(__file__).parent / "samples"

EXPECTED = {
    "flat bar": {BarDefect.FLAT_BAR, BarDefect.REPEATED_BAR, BarDefect.NO_VOLUME},
    "volume is 0": {BarDefect.NO_VOLUME},
    "OHLC order violated": {BarDefect.BAD_OHLC},
    "wrong split": {BarDefect.WRONG_SPLIT},
    "jump without a split": {
        BarDefect.SPIN_OFF_AS_DIVIDEND,
        BarDefect.JUMP,
        BarDefect.SPLIT_NOT_BOOKED,
    },
}

FEW_DAYS = QualityLimits(bars_min=2, stale_sessions_max=20, missing_bars_max=1_000)
"""A sample is a week around a defect: it is short, and it may end with a day without volume."""


def around(bars: pl.DataFrame, symbol: str, day: date) -> pl.DataFrame:
    week = timedelta(days=9)
    return bars.filter(
        pl.col("symbol") == symbol, pl.col("date").is_between(day - week, day + week)
    )


def codes_of(bars: pl.DataFrame, day: date, through: date) -> set[str]:
    return {r.code for r in screen(bars, through, FEW_DAYS) if r.field.endswith(str(day))}


def test_every_known_defect_is_found_with_the_right_code() -> None:
    bars = pl.read_parquet(SAMPLES / "defective_bars.parquet")
    found: Counter[str] = Counter()
    known: Counter[str] = Counter()

    for symbol, day, origin, kind in pl.read_csv(
        SAMPLES / "known_defects.csv", try_parse_dates=True
    ).iter_rows():
        sample = around(bars.filter(pl.col("set") == origin).drop("set"), symbol, day)
        through = max(sample["date"])
        known[kind] += 1
        found[kind] += bool(codes_of(sample, day, through) & EXPECTED[kind])

    assert known == {
        "flat bar": 114,
        "volume is 0": 36,
        "jump without a split": 11,
        "wrong split": 5,
        "OHLC order violated": 1,
    }
    assert found == known


def test_a_defect_is_not_known_before_its_day() -> None:
    bars = pl.read_parquet(SAMPLES / "defective_bars.parquet").drop("set")
    sample = around(bars, "MSI", date(2011, 1, 4))

    assert codes_of(sample, date(2011, 1, 4), date(2011, 1, 3)) == set()
    assert codes_of(sample, date(2011, 1, 4), date(2011, 1, 4)) == {BarDefect.WRONG_SPLIT}


def test_alpacas_halved_prices_are_found_and_its_good_ones_are_not() -> None:
    bars = read_bars((SAMPLES / "alpaca_adjustment_all.json").read_bytes()).with_columns(
        dividend=pl.lit(0.0), split=pl.lit(1.0)
    )

    found = screen(bars, date(2023, 4, 19), FEW_DAYS)

    assert [(r.symbol, r.code, r.field) for r in found] == [
        ("ACN", BarDefect.SPLIT_NOT_BOOKED, "split 2023-03-17"),
        ("ACN", BarDefect.JUMP, "close 2023-03-17"),
    ]
    assert found[0].value == "125.36 before, 252.12 at the open, no split"
    assert {r.symbol for r in refusals(found)} == {"ACN"}


def twelve_years(symbol: str) -> pl.DataFrame:
    """Give real closes, dividends and splits; the other prices and the volume are made up."""
    before = pl.col("close").shift(1) / pl.col("split")
    return (
        pl.read_parquet(SAMPLES / "vendor_adjusted.parquet")
        .filter(pl.col("symbol") == symbol)
        .drop("adjusted_close")
        .with_columns(open=before.fill_null(pl.col("close")), volume=pl.lit(10**6))
        .with_columns(
            high=pl.max_horizontal("open", "close") * 1.001,
            low=pl.min_horizontal("open", "close") * 0.999,
        )
    )


@pytest.mark.parametrize("symbol", ["AAPL", "C", "HD", "KO", "TSLA"])
def test_twelve_clean_years_raise_no_alarm(symbol: str) -> None:
    found = screen(twelve_years(symbol), date(2021, 4, 21), QualityLimits(window_days=10_000))

    assert [r for r in found if r.code != BarDefect.REPEATED_BAR] == []


def test_a_spin_off_of_half_the_company_is_found_until_a_person_accepts_it() -> None:
    limits = QualityLimits(window_days=10_000)
    accepting = limits.model_copy(update={"accepted_moves": ("ABT 2013-01-02",)})

    found = refusals(screen(twelve_years("ABT"), date(2021, 4, 21), limits))

    assert {(r.code, r.field) for r in found} == {
        (BarDefect.SPIN_OFF_AS_DIVIDEND, "dividend 2013-01-02")
    }
    assert refusals(screen(twelve_years("ABT"), date(2021, 4, 21), accepting)) == []
