"""Prices are adjusted for what was known to have been done to a share, and for nothing later."""

from datetime import date

import numpy as np
import pytest

from tradeengine.venue.market import Daily, shipped_archive
from tradeengine.venue.market.adjusting import Adjustment, factors, rounded
from tradeengine.venue.market.daily import DailyBars, between, columns_of

DAYS = [date(2010, 6, day) for day in (1, 2, 3, 4)]


def bars(*actions: tuple[float, float]) -> DailyBars:
    """Give days that close at 100, 50, 50, 49; an action is a dividend and a split."""
    closes = (100.0, 50.0, 50.0, 49.0)
    return DailyBars.of(
        [
            Daily(day, close, close, close, close, 1_000, dividend, split)
            for day, close, (dividend, split) in zip(DAYS, closes, actions, strict=True)
        ]
    )


NOTHING = (0.0, 1.0)
SPLIT_THEN_DIVIDEND = bars(NOTHING, (0.0, 2.0), NOTHING, (1.0, 1.0))


@pytest.mark.parametrize(
    ("kind", "price", "volume"),
    [
        ("raw", [1, 1, 1, 1], [1, 1, 1, 1]),
        ("split", [0.5, 1, 1, 1], [2, 1, 1, 1]),
        ("dividend", [0.98, 0.98, 0.98, 1], [1, 1, 1, 1]),
        ("all", [0.49, 0.98, 0.98, 1], [2, 1, 1, 1]),
    ],
)
def test_a_bar_has_the_factors_of_all_later_actions(
    kind: Adjustment, price: list[float], volume: list[float]
) -> None:
    made = factors(SPLIT_THEN_DIVIDEND.columns, kind, DAYS[-1])

    assert made.price == pytest.approx(price)
    assert made.volume == pytest.approx(volume)


def test_an_action_counts_from_its_ex_date_on() -> None:
    day_before = factors(SPLIT_THEN_DIVIDEND.columns, "all", DAYS[2])

    assert day_before.price == pytest.approx([0.5, 1, 1, 1])


def test_a_dividend_and_a_split_of_one_day_are_of_new_shares() -> None:
    made = factors(bars(NOTHING, (0.5, 2.0), NOTHING, NOTHING).columns, "all", DAYS[-1])

    assert made.price[0] == pytest.approx(0.5 * (1 - 0.5 / 50))


@pytest.mark.parametrize(
    "first", [pytest.param((5.0, 1.0), id="before all"), pytest.param((0.0, 0.0), id="no split")]
)
def test_what_makes_no_price_changes_none(first: tuple[float, float]) -> None:
    absurd = bars(first, (200.0, 1.0), NOTHING, NOTHING)

    assert factors(absurd.columns, "all", DAYS[-1]).price.tolist() == [1, 1, 1, 1]


def test_days_without_a_bar_and_shares_without_days_are_not_adjusted() -> None:
    made = factors(SPLIT_THEN_DIVIDEND.columns, "all", DAYS[-1])

    assert made.on(date(2010, 6, 5)) == made.on(date(2010, 5, 1)) == (1.0, 1.0)
    assert len(factors(DailyBars.of(()).columns, "all", DAYS[0]).price) == 0


def test_only_what_changes_is_rounded_to_cents() -> None:
    assert rounded(np.array([10.1234, 10.1234]), np.array([1.0, 0.5])).tolist() == [10.1234, 5.06]


def test_a_real_split_leaves_no_jump() -> None:
    danaher = columns_of(
        between(shipped_archive().daily("DHR"), date(2010, 6, 1), date(2010, 6, 30))
    )
    made = factors(danaher, "split", date(2010, 6, 30))
    returns = np.diff(np.log(danaher.close * made.price))

    assert np.abs(np.diff(np.log(danaher.close))).max() > 0.6
    assert np.abs(returns).max() < 0.05
