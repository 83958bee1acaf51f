from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradeengine.ledger.positions import Position

D = Decimal


def test_buys_average_their_prices() -> None:
    position = Position().filled(D(10), D(100)).filled(D(30), D(104))

    assert position == Position(D(40), D(4120), D(0))
    assert position.average_price == D(103)


def test_a_sale_takes_its_part_of_the_cost_and_the_profit_is_taken() -> None:
    position = Position(D(40), D(4120)).filled(D(-10), D(110))

    assert position == Position(D(30), D(3090), D(70))


def test_selling_everything_leaves_no_cost() -> None:
    position = Position(D(3), D(100)).filled(D(-3), D(30))

    assert position == Position(D(0), D(0), D(-10))
    assert position.average_price == 0


def test_a_short_gains_when_it_is_bought_back_lower() -> None:
    short = Position().filled(D(-10), D(50))

    assert short == Position(D(-10), D(-500), D(0))
    assert short.average_price == D(50)
    assert short.filled(D(4), D(45)) == Position(D(-6), D(-300), D(20))


def test_a_sale_of_more_than_is_held_turns_the_position_around() -> None:
    assert Position(D(10), D(1000)).filled(D(-15), D(98)) == Position(D(-5), D(-490), D(-20))


def test_buying_more_than_was_short_turns_the_position_around() -> None:
    assert Position(D(-10), D(-1000)).filled(D(12), D(101)) == Position(D(2), D(202), D(-10))


def test_unrealised_profit_is_value_less_cost() -> None:
    assert Position(D(10), D(1000)).unrealised(D("101.5")) == D("15.0")
    assert Position(D(-10), D(-1000)).unrealised(D("101.5")) == D("-15.0")


def test_an_uneven_average_is_rounded_to_nine_decimals() -> None:
    assert Position(D(3), D(100)).average_price == D("33.333333333")


def test_an_even_average_keeps_its_short_form() -> None:
    assert str(Position(D(4), D(201)).average_price) == "50.25"


SHARES = st.integers(-500, 500).filter(bool).map(Decimal)
PRICES = st.integers(1, 1_000_000).map(lambda ticks: Decimal(ticks) / 10_000)


@given(st.lists(st.tuples(SHARES, PRICES), max_size=30))
def test_cash_cost_and_profit_always_balance(fills: list[tuple[Decimal, Decimal]]) -> None:
    position = Position()
    for shares, price in fills:
        position = position.filled(shares, price)

    paid = sum((shares * price for shares, price in fills), D(0))
    assert position.quantity == sum((shares for shares, _ in fills), D(0))
    assert paid == position.cost - position.realised
    assert position.quantity * position.cost >= 0
    assert (position.quantity == 0) == (position.cost == 0)


def test_what_a_fill_costs_is_kept_to_a_billionth_of_a_dollar() -> None:
    position = Position().filled(D("0.333333333"), D("187.452777778"))
    assert position.cost == D("62.484259197")


def test_a_fill_through_zero_moves_exactly_what_it_is_worth() -> None:
    before = Position(D("0.3"), D("10.000000001"))
    after = before.filled(D("-0.733333333"), D("187.452777778"))
    moved = (after.cost - before.cost) - (after.realised - before.realised)
    assert moved == D("-137.465370308")
