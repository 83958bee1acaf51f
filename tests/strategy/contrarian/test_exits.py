"""Each rule with its limit: just inside, just outside."""

from datetime import date

import pytest

from tests.strategy.contrarian.situations import NOW, desk, held
from tests.strategy.messages import on, trade
from tradeengine.strategy.contrarian.exits import (
    AT_A_CLOSE,
    ON_THE_CLOCK,
    Departure,
    day_ends,
    first_departure,
    market_falls,
    reached_rsi,
    reached_vwap,
    stop_is_hit,
    time_is_up,
    valuation_is_gone,
)
from tradeengine.strategy.parameters import ContrarianParameters


def test_a_position_that_is_doing_nothing_stays() -> None:
    the_desk = desk()
    state = held(the_desk)
    assert first_departure(AT_A_CLOSE, the_desk, state, NOW) is None
    assert first_departure(ON_THE_CLOCK, the_desk, state, NOW) is None


@pytest.mark.parametrize(
    ("price", "expected"),
    [(96.51, None), (96.50, Departure("virtual stop", "96.5000", "96.5000"))],
)
def test_the_stop_is_one_and_a_half_ranges_below_the_entry(
    price: float, expected: Departure | None
) -> None:
    the_desk = desk()
    assert stop_is_hit(the_desk, held(the_desk), trade(NOW, price)) == expected


def test_a_print_in_a_halt_does_not_trigger_the_stop() -> None:
    the_desk = desk()
    state = held(the_desk)
    state.halted = True
    assert stop_is_hit(the_desk, state, trade(NOW, 90.0)) is None


@pytest.mark.parametrize(("conditions", "fires"), [("@", True), ("@F", True), ("@I", False)])
def test_a_print_that_does_not_set_the_last_price_does_not_trigger_it(
    conditions: str, fires: bool
) -> None:
    the_desk = desk()
    odd = trade(NOW, 90.0, conditions=conditions)
    assert (stop_is_hit(the_desk, held(the_desk), odd) is not None) == fires


def test_a_position_without_a_stop_has_none_to_hit() -> None:
    the_desk = desk()
    state = held(the_desk)
    state.holding.stop = None
    assert stop_is_hit(the_desk, state, trade(NOW, 1.0)) is None


@pytest.mark.parametrize(
    ("close", "expected"),
    [(99.99, None), (100.0, Departure("target", "VWAP 100.0000", "close 100.0000"))],
)
def test_the_target_is_the_session_vwap(close: float, expected: Departure | None) -> None:
    the_desk = desk()
    state = held(the_desk)
    state.reading.close = close
    assert reached_vwap(the_desk, state, NOW) == expected


def test_the_vwap_can_be_switched_off_as_a_target_and_may_be_unknown() -> None:
    off = desk(ContrarianParameters(target_at_vwap=False))
    state = held(off)
    state.reading.close = 105.0
    assert reached_vwap(off, state, NOW) is None
    state.reading.vwap = None
    assert reached_vwap(desk(), state, NOW) is None


@pytest.mark.parametrize(
    ("rsi", "expected"),
    [(None, None), (55.0, None), (55.1, Departure("target", "RSI 55", "55.10"))],
)
def test_the_other_target_is_an_rsi_above_55(rsi: float | None, expected: Departure | None) -> None:
    the_desk = desk()
    state = held(the_desk)
    state.reading.rsi = rsi
    assert reached_rsi(the_desk, state, NOW) == expected


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("11:59:59", None), ("12:00:00", Departure("time stop", "90 min", "90.0 min"))],
)
def test_ninety_minutes_are_enough(clock: str, expected: Departure | None) -> None:
    the_desk = desk()
    assert time_is_up(the_desk, held(the_desk), on(clock)) == expected


@pytest.mark.parametrize(
    ("z", "expected"),
    [(None, None), (-2.5, None), (-2.6, Departure("fast exit", "z -2.5", "-2.60"))],
)
def test_a_falling_market_is_left(z: float | None, expected: Departure | None) -> None:
    the_desk = desk()
    the_desk.overlay.z = z
    assert market_falls(the_desk, held(the_desk), NOW) == expected


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.60, None),
        (0.599, Departure("valuation", "0.6", "0.599")),
        (None, Departure("valuation", "0.6", "None")),
    ],
)
def test_a_valuation_that_is_gone_is_a_reason_and_one_that_shrank_a_little_is_none(
    p: float | None, expected: Departure | None
) -> None:
    the_desk = desk()
    state = held(the_desk)
    assert state.plan is not None
    state.plan = type(state.plan)(p_undervalued=p)
    assert valuation_is_gone(the_desk, state, NOW) == expected


def test_of_a_symbol_that_is_not_planned_no_value_is_expected() -> None:
    the_desk = desk()
    state = held(the_desk)
    state.plan = None
    assert valuation_is_gone(the_desk, state, NOW) is None


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("15:49:59", None), ("15:50:00", Departure("end of day", "15:50", "15:50:00"))],
)
def test_the_day_ends_ten_minutes_before_the_close(clock: str, expected: Departure | None) -> None:
    the_desk = desk()
    assert day_ends(the_desk, held(the_desk), on(clock)) == expected


def test_the_day_does_not_end_for_those_who_hold_overnight() -> None:
    the_desk = desk(ContrarianParameters(hold_overnight=True))
    assert day_ends(the_desk, held(the_desk), on("15:59:00")) is None


def test_a_day_that_has_not_begun_does_not_end() -> None:
    the_desk = desk()
    the_desk.hours = None
    assert day_ends(the_desk, held(the_desk), on("15:59:00")) is None


def test_the_first_rule_that_fires_decides() -> None:
    the_desk = desk()
    state = held(the_desk)
    state.reading.close, state.reading.rsi = 101.0, 80.0
    at_a_close = first_departure(AT_A_CLOSE, the_desk, state, on("15:55:00"))
    on_the_clock = first_departure(ON_THE_CLOCK, the_desk, state, on("15:55:00"))
    assert at_a_close == Departure("target", "VWAP 100.0000", "close 101.0000")
    assert on_the_clock == Departure("time stop", "90 min", "325.0 min")


def test_the_situation_is_that_of_a_wednesday() -> None:
    hours = desk().hours
    assert hours is not None
    assert hours.day == date(2019, 2, 13)
