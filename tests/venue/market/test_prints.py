"""Minutes become trades that give back the same minutes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venue.market.scene import OPEN_AT, Row, draws, minutes_of
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.venue.market.columns import Prints
from tradeengine.venue.market.prints import Density, UnprintableMinute, print_minutes

USUAL = Density(fewest=3, most=6)


def printed(*rows: Row, density: Density = USUAL, seed: int = 1) -> Prints:
    return print_minutes(minutes_of(*rows), density, draws(seed))


def bar_of(prints: Prints, minute: int) -> Row:
    chosen = prints.rows(prints.minute == minute)
    price = chosen.price.tolist()
    return price[0], max(price), min(price), price[-1], int(chosen.size.sum())


@st.composite
def rows(draw: st.DrawFn) -> Row:
    low = draw(st.integers(1, 20_000_000))
    high = low + draw(st.integers(0, 200_000))
    first, last = draw(st.integers(low, high)), draw(st.integers(low, high))
    touched = 1 if low == high else 2 + (high > max(first, last)) + (low < min(first, last))
    volume = draw(st.one_of(st.integers(touched, touched + 8), st.integers(touched, 10**9)))
    return first / 10_000, high / 10_000, low / 10_000, last / 10_000, volume


@given(days=st.lists(rows(), min_size=1, max_size=8), seed=st.integers(0, 2**32))
def test_any_minute_is_given_back_exactly(days: list[Row], seed: int) -> None:
    prints = printed(*days, seed=seed)

    assert [bar_of(prints, minute) for minute in range(len(days))] == days
    assert (prints.size >= 1).all()
    assert (np.diff(prints.at) > 0).all()
    assert ((prints.at - OPEN_AT) // MINUTE == prints.minute).all()


@given(days=st.lists(rows(), min_size=1, max_size=3), most=st.integers(1, 40))
def test_a_minute_has_no_more_prints_than_asked_for_or_needed(days: list[Row], most: int) -> None:
    prints = printed(*days, density=Density(1, most))

    assert np.bincount(prints.minute).max() <= max(most, 4)


def test_one_share_makes_one_print() -> None:
    prints = printed((10.0, 10.0, 10.0, 10.0, 1))

    assert prints.price.tolist() == [10.0]
    assert prints.size.tolist() == [1]


def test_two_shares_make_an_open_and_a_close() -> None:
    prints = printed((10.0, 10.05, 10.0, 10.05, 2))

    assert prints.price.tolist() == [10.0, 10.05]
    assert prints.size.tolist() == [1, 1]


def test_prints_on_the_way_are_on_cents_and_within_the_range() -> None:
    prints = printed((10.0, 11.0, 9.0, 10.5, 100_000), density=Density(50, 50))

    assert len(prints) == 50
    assert np.allclose(prints.price * 100, np.round(prints.price * 100))
    assert prints.price.min() == 9.0
    assert prints.price.max() == 11.0


def test_sizes_are_round_lots_but_for_the_first() -> None:
    prints = printed((10.0, 11.0, 9.0, 10.5, 12_345))

    assert prints.size.sum() == 12_345
    assert prints.size[0] % 100 == 45
    assert (prints.size[1:] % 100 == 0).all()


def test_a_rising_minute_mostly_falls_first() -> None:
    prints = printed(*[(10.0, 11.0, 9.0, 10.5, 400)] * 400, density=Density(4, 4))
    price = prints.price.reshape(400, 4)

    assert 0.7 < (price[:, 1] == 9.0).mean() < 0.9


def test_prints_leave_room_before_and_after_for_bars_and_closing_quotes() -> None:
    prints = printed(*[(10.0, 11.0, 9.0, 10.5, 40_000)] * 300)
    offset = (prints.at - OPEN_AT) % MINUTE

    assert offset.min() >= 50_000_000
    assert offset.max() <= 58.9 * NANOS


def test_prints_are_numbered_from_where_we_say() -> None:
    minutes = minutes_of((10.0, 10.0, 10.0, 10.0, 1), (10.0, 10.0, 10.0, 10.0, 1))

    prints = print_minutes(minutes, USUAL, draws(), first_number=501)

    assert prints.number.tolist() == [501, 502]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param((10.0, 10.0, 9.0, 10.5, 100), id="high below close"),
        pytest.param((10.0, 11.0, 10.2, 10.5, 100), id="low above open"),
        pytest.param((10.0, 11.0, 9.0, 10.5, 3), id="four prices and three shares"),
        pytest.param((10.0, 10.0, 10.0, 10.0, 0), id="no shares"),
        pytest.param((0.0, 0.0, 0.0, 0.0, 100), id="no price"),
    ],
)
def test_a_bar_that_no_trades_can_make_is_refused(row: Row) -> None:
    with pytest.raises(UnprintableMinute, match=f"1 minutes cannot.*volume {row[4]}"):
        printed((10.0, 11.0, 9.0, 10.5, 100), row)
