from decimal import Decimal

from tests.strategy.messages import on, position
from tradeengine.strategy.contrarian.holding import Holding


def bought(quantity: str = "10", price: str = "100.00", atr: float = 0.2) -> Holding:
    holding = Holding(stop_atr=1.5)
    holding.ask_entry(atr)
    holding.move(position(on("10:30:00"), quantity, price))
    return holding


def test_a_buy_sets_the_stop_and_the_times() -> None:
    holding = bought()
    assert holding.is_long
    assert holding.stop == 99.7
    assert holding.entered_at == holding.bought_at == on("10:30:00")


def test_a_second_part_of_the_fill_moves_the_stop_and_the_cooldown_not_the_entry_time() -> None:
    holding = bought(quantity="4")
    holding.move(position(on("10:30:05"), "10", "100.10"))
    assert holding.stop == 99.8
    assert holding.entered_at == on("10:30:00")
    assert holding.bought_at == on("10:30:05")


def test_a_part_sold_changes_neither_time() -> None:
    holding = bought()
    holding.move(position(on("11:00:00"), "4", "100.00"))
    assert holding.bought_at == on("10:30:00")
    assert holding.stop == 99.7


def test_a_position_found_at_the_broker_gets_its_stop_from_the_first_range_known() -> None:
    holding = Holding(stop_atr=1.5)
    holding.move(position(on("09:35:00"), "10", "100.00"))
    stops = []
    for atr in (None, 0.4, 0.9):
        holding.arm(atr)
        stops.append(holding.stop)
    assert stops == [None, 99.4, 99.4]
    assert holding.entered_at == on("09:35:00")


def test_the_stop_does_not_move_when_the_range_does() -> None:
    holding = bought()
    holding.arm(5.0)
    assert holding.stop == 99.7


def test_flat_is_a_clean_table_except_for_the_cooldown() -> None:
    holding = bought()
    holding.leaving, holding.rounds, holding.not_before = "target", 2, 99
    holding.ask_exit(Decimal(10))
    holding.move(position(on("11:00:00"), "0"))
    assert (holding.leaving, holding.rounds, holding.not_before) == ("", 0, 0)
    assert holding.stop is None
    assert holding.bought_at == on("10:30:00")
    assert holding.exit_open, "its end is still to be told"


def test_a_short_position_is_not_ours_to_manage() -> None:
    holding = Holding(stop_atr=1.5)
    holding.move(position(on("09:35:00"), "-10", "100.00"))
    assert not holding.is_long
    assert holding.bought_at is None


def test_covering_a_short_and_going_long_is_an_entry() -> None:
    holding = Holding(stop_atr=1.5)
    holding.move(position(on("09:35:00"), "-10", "100.00"))
    holding.move(position(on("09:40:00"), "5", "100.00"))
    assert holding.entered_at == on("09:40:00")


def test_an_entry_that_was_not_filled_leaves_no_range_behind() -> None:
    holding = Holding(stop_atr=1.5)
    holding.ask_entry(0.2)
    assert holding.has_open_order
    holding.end_entry(Decimal(0))
    holding.move(position(on("11:00:00"), "10", "100.00"))
    assert holding.stop is None
    assert not holding.has_open_order


def test_an_entry_that_ends_after_its_fill_keeps_the_stop() -> None:
    holding = bought()
    holding.end_entry(Decimal(10))
    holding.move(position(on("10:31:00"), "12", "100.00"))
    assert holding.stop == 99.7


def test_an_entry_that_ends_before_its_position_is_told_keeps_its_range() -> None:
    holding = Holding(stop_atr=1.5)
    holding.ask_entry(0.2)
    holding.end_entry(Decimal(10))
    holding.move(position(on("10:30:00"), "10", "100.00"))
    holding.arm(0.8)
    assert holding.stop == 99.7


def test_an_exit_that_sold_all_leaves_nothing_even_if_the_position_is_told_later() -> None:
    holding = bought()
    holding.ask_exit(Decimal(10))
    assert holding.end_exit(Decimal(10)) == 0
    assert holding.rounds == 0


def test_an_exit_that_sold_a_part_leaves_the_rest_and_counts_a_round() -> None:
    holding = bought()
    holding.ask_exit(Decimal(10))
    assert holding.end_exit(Decimal(6)) == 4
    assert holding.rounds == 1


def test_what_is_left_is_never_more_than_what_we_hold() -> None:
    holding = bought()
    holding.ask_exit(Decimal(10))
    # The broker-held stop sold seven meanwhile.
    holding.move(position(on("11:00:00"), "3", "100.00"))
    assert holding.end_exit(Decimal(0)) == 3
