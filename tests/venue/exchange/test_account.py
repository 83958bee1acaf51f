from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venue.exchange.scene import ME, Scene, quote, trade
from tradeengine.venue.exchange.account import Holding, cash_of


def test_cash_moves_as_in_the_recorded_session() -> None:
    # Six fills of a paper account on 2026-10-08: cash went from 100005.83 to 100005.82.
    fills = [
        ("buy", "0.057436865", "86.878"),
        ("buy", "1", "86.88"),
        ("sell", "0.5", "86.872"),
        ("buy", "1", "0.9858"),
        ("sell", "0.557436865", "86.882"),
        ("sell", "1", "0.9808"),
    ]
    moved = sum(cash_of(side, Decimal(qty), Decimal(price)) for side, qty, price in fills)

    assert moved == Decimal("-0.01")


def test_the_average_entry_is_weighted_and_sells_leave_it_alone() -> None:
    # Recorded on paper, 2026-10-08: avg_entry_price 86.879891 after these three.
    holding = Holding()
    holding.add(Decimal("0.057436865"), Decimal("86.878"))
    holding.add(Decimal(1), Decimal("86.88"))
    holding.add(Decimal("-0.5"), Decimal("86.872"))

    assert holding.qty == Decimal("0.557436865")
    assert round(holding.average, 6) == Decimal("86.879891")


def test_a_position_that_changes_sides_starts_a_new_average() -> None:
    holding = Holding(Decimal(10), Decimal(100))
    holding.add(Decimal(-15), Decimal(90))

    assert (holding.qty, holding.average) == (Decimal(-5), Decimal(90))


def test_a_short_position_averages_too() -> None:
    holding = Holding()
    holding.add(Decimal(-1), Decimal(10))
    holding.add(Decimal(-1), Decimal(12))
    holding.add(Decimal(1), Decimal(20))

    assert (holding.qty, holding.average) == (Decimal(-1), Decimal(11))


@given(
    st.lists(
        st.tuples(st.integers(-50, 50).filter(bool), st.decimals("0.01", "500", places=2)),
        max_size=20,
    )
)
def test_quantity_times_average_never_has_the_wrong_sign(fills: list[tuple[int, Decimal]]) -> None:
    holding = Holding()
    for qty, price in fills:
        holding.add(Decimal(qty), price)

    assert holding.qty == sum(qty for qty, _ in fills)
    assert not holding.qty or holding.average > 0


def test_a_new_account_is_flat_with_four_times_its_equity() -> None:
    record = Scene().exchange.account(ME)

    assert record.cash == record.equity == record.last_equity == 100_000
    assert record.buying_power == 400_000
    assert record.regt_buying_power == 200_000
    assert record.initial_margin == record.maintenance_margin == 0
    assert record.multiplier == 4
    assert record.shorting_enabled
    assert record.balance_asof == "2019-02-12"
    assert record.account_number == "PA3HKW0J9QVJ"


def test_a_long_position_is_marked_at_the_last_trade() -> None:
    scene = Scene(trade(5, 102.0))
    scene.order("buy", 10)
    scene.run_to(6)
    record = scene.exchange.account(ME)

    assert record.cash == Decimal("98999.90")
    assert record.long_market_value == 1020
    assert record.equity == Decimal("100019.90")
    assert record.buying_power == 4 * Decimal("100019.90") - 1020
    assert record.initial_margin == 510
    assert record.maintenance_margin == 306


def test_a_short_position_owes_its_value() -> None:
    scene = Scene(trade(5, 98.0))
    scene.order("sell", 10)
    scene.run_to(6)
    record = scene.exchange.account(ME)

    assert record.cash == Decimal("100999.90")
    assert record.short_market_value == -980
    assert record.equity == Decimal("100019.90")
    assert record.buying_power == 4 * Decimal("100019.90") - 980


def test_a_position_shows_its_marks() -> None:
    scene = Scene(trade(5, 102.0))
    scene.order("buy", 10)
    scene.run_to(6)
    position = scene.exchange.position(ME, "asset-ko")

    assert (position.symbol, position.asset_id) == ("KO", "asset-ko")
    assert position.qty == position.qty_available == 10
    assert position.avg_entry_price == Decimal("100.01")
    assert position.current_price == 102
    assert position.lastday_price == 99


def test_without_a_trade_the_middle_of_the_quote_is_the_mark() -> None:
    scene = Scene(quote(0, 99.0, 99.5), begin=False)
    scene.order("buy", 10)
    scene.run_to(1)

    assert scene.exchange.position(ME, "KO").current_price == Decimal("99.25")


def test_regulatory_fees_come_off_the_cash() -> None:
    scene = Scene(fees="regulatory")
    scene.order("buy", 100)
    scene.run_to(1)
    assert scene.exchange.account(ME).cash == 100_000 - Decimal("10001.00")

    scene.order("sell", 100)
    scene.run_to(2)
    # 9999.00 less 0.129987 (SEC) and 0.0119 (FINRA), each rounded up to a cent.
    assert scene.exchange.account(ME).cash == Decimal("99997.85")


def test_the_next_day_is_measured_against_today_s_equity() -> None:
    next_day = 24 * 3600.0
    scene = Scene(trade(5, 102.0), quote(next_day, 103.0, 103.02))
    scene.order("buy", 10)
    scene.run_to(next_day)
    record = scene.exchange.account(ME)

    assert record.last_equity == Decimal("100019.90")
    assert record.last_maintenance_margin == 306
    assert record.balance_asof == "2019-02-13"


def test_yesterday_s_last_price_is_the_close_that_today_is_measured_against() -> None:
    next_day = 24 * 3600.0
    scene = Scene(trade(5, 102.0), quote(next_day, 103.0, 103.02))
    scene.order("buy", 10)

    assert scene.run_to(6).exchange.position(ME, "KO").lastday_price == 99
    assert scene.run_to(next_day).exchange.position(ME, "KO").lastday_price == 102


def test_an_account_is_opened_once() -> None:
    with pytest.raises(ValueError, match="open already"):
        Scene().exchange.open_account(ME)


def test_two_accounts_do_not_see_each_other() -> None:
    scene = Scene()
    scene.exchange.open_account("other", cash=Decimal(500))
    scene.order("buy", 10)
    scene.run_to(1)

    assert scene.exchange.account("other").equity == 500
    assert scene.exchange.positions("other") == []
    assert (
        scene.exchange.account("other").account_number != scene.exchange.account(ME).account_number
    )
