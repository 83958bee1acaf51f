"""A split is told by shares that change and a cost that does not."""

from decimal import Decimal

import pytest
from msgspec import structs

from tests.router.scenes import held_position
from tradeengine.model.events import BrokerPosition
from tradeengine.router.splits import level_after, ratio_of, split_of

D = Decimal


def told(quantity: str, average: str) -> BrokerPosition:
    return structs.replace(held_position(quantity), average_price=D(average))


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        ("10", "20", "2"),
        ("10", "15", "1.5"),
        ("-10", "-200", "20"),
        ("200", "10", "0.05"),
        ("15", "7", "0.5"),  # the odd half share is paid out
    ],
)
def test_shares_before_and_after_give_the_ratio(before: str, after: str, ratio: str) -> None:
    found = ratio_of(D(before), D(after))

    assert found is not None
    assert abs(found - D(ratio)) < D("0.04")


@pytest.mark.parametrize(("before", "after"), [("10", "10"), ("0", "5"), ("5", "0"), ("5", "-5")])
def test_some_changes_no_split_can_make(before: str, after: str) -> None:
    assert ratio_of(D(before), D(after)) is None


def test_more_shares_at_the_same_cost_are_a_split() -> None:
    assert split_of(D(10), D(100), told("20", "50")) == D(2)
    assert split_of(D(30), D("10.01"), told("3", "100.1")) == D("0.1")


def test_shares_that_were_bought_or_sold_are_none() -> None:
    assert split_of(D(10), D(100), told("20", "100")) is None
    assert split_of(D(10), D(100), told("20", "75")) is None
    assert split_of(D(10), D(100), told("5", "100")) is None


@pytest.mark.parametrize(
    ("level", "stopped", "quantity", "average", "market", "right"),
    [
        ("97", "10", "20", "50", "50.5", "48.5"),  # two for one, the stop left as it was
        ("97", "10", "5", "200", "202", "194"),  # one for two
        ("97", "5", "10", "100", "101", "97"),  # half the shares are covered, no split
        ("97", "10", "10", "100", "90", "97"),  # the price has fallen through it
        ("103", "10", "-20", "-50", "50", "51.5"),  # a short, two for one
    ],
)
def test_a_found_stop_is_moved_only_where_a_split_explains_it(
    level: str, stopped: str, quantity: str, average: str, market: str, right: str
) -> None:
    position = told(quantity, average.lstrip("-"))

    assert level_after(D(level), D(stopped), position, D(market)) == D(right)
