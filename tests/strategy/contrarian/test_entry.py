"""Each gate with its limit: just inside, just outside, and what is recorded then."""

from decimal import Decimal

import pytest

from tests.strategy.contrarian.situations import completed, desk, stretched
from tests.strategy.messages import bar, on, position, quote
from tradeengine.model.denials import Denial
from tradeengine.model.orders import EngineState
from tradeengine.model.plan import Regime
from tradeengine.strategy.contrarian.desk import SymbolState
from tradeengine.strategy.contrarian.entry import (
    ENTRY_GATES,
    OWN_GATES,
    Refusal,
    first_refusal,
    is_undervalued,
    quote_is_sound,
    spread_is_narrow,
)
from tradeengine.strategy.parameters import ContrarianParameters, RegimeMapping


def test_nothing_is_in_the_way() -> None:
    the_desk = desk()
    assert first_refusal(the_desk, stretched(the_desk), completed()) is None


@pytest.mark.parametrize(
    "state", [state for state in EngineState if state is not EngineState.TRADING]
)
def test_entries_are_for_trading_only(state: EngineState) -> None:
    the_desk = desk()
    the_desk.state = state
    refusal = first_refusal(the_desk, stretched(the_desk), completed())
    assert refusal == Refusal("STATE_NOT_TRADING", "TRADING", state.value)


def test_a_symbol_must_be_planned() -> None:
    the_desk = desk()
    stranger = SymbolState("ZZZ", None, the_desk.parameters)
    refusal = first_refusal(the_desk, stranger, completed())
    assert refusal == Refusal("SYMBOL_NOT_IN_UNIVERSE", "in the session plan", "absent")


def test_a_frozen_symbol_waits_for_a_person() -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.frozen = True
    assert first_refusal(the_desk, state, completed()) == Refusal(
        "SYMBOL_FROZEN", "not frozen", "frozen"
    )


def test_a_halted_symbol_waits() -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.halted = True
    assert first_refusal(the_desk, state, completed()) == Refusal(
        "SYMBOL_HALTED", "trading", "halted"
    )


@pytest.mark.parametrize(("resumed", "gate"), [("10:55:01", "SYMBOL_HALTED"), ("10:55:00", None)])
def test_after_a_halt_five_minutes_pass(resumed: str, gate: str | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.resumed_at = on(resumed)
    refusal = first_refusal(the_desk, state, completed())
    assert (refusal and refusal.gate) == gate


def test_the_wait_after_a_halt_is_recorded_with_its_seconds() -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.resumed_at = on("10:59:30")
    assert first_refusal(the_desk, state, completed()) == Refusal(
        "SYMBOL_HALTED", "300 s after a halt", "30 s"
    )


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        ("10:00:01", Refusal("COOLDOWN", "3600 s after a buy", "3599 s")),
        ("10:00:00", None),
    ],
)
def test_a_symbol_cools_down_for_an_hour_after_a_buy(bought: str, expected: Refusal | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.holding.bought_at = on(bought)
    assert first_refusal(the_desk, state, completed()) == expected


@pytest.mark.parametrize("quantity", ["10", "-10"])
def test_a_position_is_enough(quantity: str) -> None:
    the_desk = desk(ContrarianParameters(cooldown_seconds=0))
    state = stretched(the_desk)
    state.holding.move(position(on("10:00:00"), quantity, "98"))
    assert first_refusal(the_desk, state, completed()) == Refusal(
        "DUPLICATE_INTENT", "no position, no open order", f"{quantity} shares"
    )


def test_an_open_order_is_enough() -> None:
    the_desk = desk()
    expected = Refusal("DUPLICATE_INTENT", "no position, no open order", "an open order")
    entering, leaving = stretched(the_desk), stretched(the_desk)
    entering.holding.ask_entry(1.0)
    leaving.holding.ask_exit(Decimal(5))
    assert first_refusal(the_desk, entering, completed()) == expected
    assert first_refusal(the_desk, leaving, completed()) == expected


@pytest.mark.parametrize(
    ("start", "gate"),
    [
        ("09:58:00", "OUTSIDE_ENTRY_WINDOW"),
        ("09:59:00", None),
        ("15:28:00", None),
        ("15:29:00", "OUTSIDE_ENTRY_WINDOW"),
    ],
)
def test_the_window_is_from_10_00_to_15_30(start: str, gate: str | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    one = bar(on(start), 98.0)
    state.quote = quote(one.received_at, 97.99, 98.01)
    the_desk.overlay.ended_at = one.received_at
    refusal = first_refusal(the_desk, state, one)
    assert (refusal and refusal.gate) == gate


def test_the_window_is_recorded_in_new_york_time() -> None:
    the_desk = desk()
    early = bar(on("09:40:00"), 98.0)
    assert first_refusal(the_desk, stretched(the_desk), early) == Refusal(
        "OUTSIDE_ENTRY_WINDOW", "10:00 to 15:30", "09:41:00"
    )


def test_without_a_session_there_is_no_window() -> None:
    the_desk = desk()
    the_desk.hours = None
    assert first_refusal(the_desk, stretched(the_desk), completed()) == Refusal(
        "OUTSIDE_ENTRY_WINDOW", "a session", "none is open"
    )


def test_an_unknown_regime_denies_whatever_the_mapping() -> None:
    the_desk = desk(ContrarianParameters(regime_mapping=RegimeMapping.OFF), Regime.UNKNOWN)
    assert first_refusal(the_desk, stretched(the_desk), completed()) == Refusal(
        "REGIME_UNKNOWN", "HV-bear or HV-bull or LV-bear or LV-bull", "UNKNOWN"
    )


def test_a_regime_outside_the_mapping_denies() -> None:
    the_desk = desk(regime=Regime.LV_BULL)
    assert first_refusal(the_desk, stretched(the_desk), completed()) == Refusal(
        "REGIME_FORBIDS", "HV-bear", "LV-bull"
    )


def test_a_regime_inside_another_mapping_passes() -> None:
    the_desk = desk(ContrarianParameters(regime_mapping=RegimeMapping.TREND), Regime.LV_BULL)
    assert first_refusal(the_desk, stretched(the_desk), completed()) is None


def test_a_market_of_which_nothing_is_known_denies() -> None:
    the_desk = desk()
    the_desk.overlay.z = None
    assert first_refusal(the_desk, stretched(the_desk), completed()) == Refusal(
        "NOT_WARM", "a slope of SPY", "too few bars of it"
    )


@pytest.mark.parametrize(
    ("ended", "expected"),
    [("10:48:59", Refusal("BAR_STALE", "SPY 660 s", "661 s")), ("10:49:00", None)],
)
def test_a_market_that_was_last_seen_long_ago_denies(ended: str, expected: Refusal | None) -> None:
    the_desk = desk()
    the_desk.overlay.ended_at = on(ended)
    assert first_refusal(the_desk, stretched(the_desk), completed()) == expected


@pytest.mark.parametrize(
    ("z", "expected"), [(-2.51, Refusal("FAST_EXIT", "z -2.5", "-2.51")), (-2.5, None)]
)
def test_a_falling_market_denies(z: float, expected: Refusal | None) -> None:
    the_desk = desk()
    the_desk.overlay.z = z
    assert first_refusal(the_desk, stretched(the_desk), completed()) == expected


def test_a_symbol_without_a_valuation_is_denied() -> None:
    the_desk = desk()
    assert first_refusal(the_desk, stretched(the_desk, p=None), completed()) == Refusal(
        "FUNDAMENTALS_MISSING", "a dated valuation", "none"
    )


def test_a_valuation_without_a_date_is_none() -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.valued_on = None
    refusal = first_refusal(the_desk, state, completed())
    assert refusal is not None
    assert refusal.gate == "FUNDAMENTALS_MISSING"


@pytest.mark.parametrize(
    ("day", "actual"),
    [(5, "8 days"), (6, None), (13, None), (14, "-1 days")],
)
def test_a_valuation_is_at_most_a_week_old_and_never_from_the_future(
    day: int, actual: str | None
) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    assert state.valued_on is not None
    state.valued_on = state.valued_on.replace(day=day)
    expected = Refusal("FUNDAMENTALS_STALE", "0 to 7 days", actual) if actual else None
    assert first_refusal(the_desk, state, completed()) == expected


@pytest.mark.parametrize(
    ("p", "expected"), [(0.6499, Refusal("NOT_UNDERVALUED", "0.65", "0.6499")), (0.65, None)]
)
def test_a_symbol_must_probably_be_undervalued(p: float, expected: Refusal | None) -> None:
    the_desk = desk()
    assert first_refusal(the_desk, stretched(the_desk, p=p), completed()) == expected


@pytest.mark.parametrize(
    ("bars", "expected"), [(149, Refusal("NOT_WARM", "150 bars", "149 bars")), (150, None)]
)
def test_the_indicators_must_have_seen_enough(bars: int, expected: Refusal | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.reading.bars = bars
    assert first_refusal(the_desk, state, completed()) == expected


@pytest.mark.parametrize("missing", ["atr", "vwap", "rsi"])
def test_an_indicator_that_is_not_defined_denies(missing: str) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    setattr(state.reading, missing, None)
    refusal = first_refusal(the_desk, state, completed())
    assert refusal is not None
    assert refusal.gate == "NOT_WARM"


def test_a_symbol_that_never_moves_has_no_stop_and_is_denied() -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.reading.atr = 0.0
    refusal = first_refusal(the_desk, state, completed())
    assert refusal is not None
    assert refusal.gate == "NOT_WARM"


@pytest.mark.parametrize(
    ("close", "expected"),
    [(98.51, Refusal("NOT_STRETCHED", "close 98.5000", "98.5100")), (98.5, None)],
)
def test_the_close_is_one_and_a_half_ranges_below_the_vwap(
    close: float, expected: Refusal | None
) -> None:
    the_desk = desk()
    assert first_refusal(the_desk, stretched(the_desk), completed(close)) == expected


@pytest.mark.parametrize(
    ("rsi", "expected"), [(30.0, Refusal("NOT_OVERSOLD", "RSI 30", "30.00")), (29.99, None)]
)
def test_the_rsi_is_below_thirty(rsi: float, expected: Refusal | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.reading.rsi = rsi
    assert first_refusal(the_desk, state, completed()) == expected


@pytest.mark.parametrize(
    ("rises", "expected"), [(1, Refusal("NOT_TURNING", "2 rising bars", "1")), (2, None), (3, None)]
)
def test_the_histogram_has_risen_twice(rises: int, expected: Refusal | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.reading.rises = rises
    assert first_refusal(the_desk, state, completed()) == expected


@pytest.mark.parametrize(
    ("late_seconds", "expected"),
    [(30.1, Refusal("BAR_STALE", "30 s", "30.1 s")), (30.0, None)],
)
def test_a_bar_that_comes_late_is_too_old(late_seconds: float, expected: Refusal | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    late = completed(late_seconds=late_seconds)
    state.quote = quote(late.received_at, 97.99, 98.01)
    assert first_refusal(the_desk, state, late) == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [("10:59:57.9", Refusal("QUOTE_STALE", "2 s", "2.1 s")), ("10:59:58", None)],
)
def test_a_quote_is_at_most_two_seconds_old(seen: str, expected: Refusal | None) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.quote = quote(on(seen), 97.99, 98.01)
    assert first_refusal(the_desk, state, completed()) == expected


def test_no_quote_is_too_old() -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.quote = None
    assert first_refusal(the_desk, state, completed()) == Refusal("QUOTE_STALE", "2 s", "no quote")


@pytest.mark.parametrize(
    ("bid", "ask", "size"),
    [
        (98.02, 98.01, 5),
        (98.01, 98.01, 5),
        (0.0, 98.01, 5),
        (97.99, 0.0, 5),
        (97.99, 98.01, 0),
    ],
    ids=["crossed", "locked", "no bid", "no ask", "no size"],
)
def test_a_quote_that_is_no_market_denies(bid: float, ask: float, size: int) -> None:
    the_desk = desk()
    state = stretched(the_desk)
    state.quote = quote(on("10:59:59"), bid, ask, size=size)
    assert first_refusal(the_desk, state, completed()) == Refusal(
        "QUOTE_CROSSED", "0 < bid < ask, with sizes", f"{bid} to {ask}"
    )


@pytest.mark.parametrize(
    ("bid", "ask", "iex", "expected"),
    [
        (99.975, 100.025, False, None),
        (99.97, 100.03, False, Refusal("SPREAD_TOO_WIDE", "5 bp", "6.00 bp")),
        (99.95, 100.05, True, None),
        (99.94, 100.06, True, Refusal("SPREAD_TOO_WIDE", "10 bp", "12.00 bp")),
    ],
)
def test_the_spread_is_five_basis_points_of_mid_and_ten_on_iex(
    bid: float, ask: float, iex: bool, expected: Refusal | None
) -> None:
    the_desk = desk(ContrarianParameters(quotes_from_iex_only=iex))
    state = stretched(the_desk)
    state.quote = quote(on("10:59:59"), bid, ask)
    assert first_refusal(the_desk, state, completed()) == expected


def test_a_gate_asked_alone_denies_what_it_does_not_know() -> None:
    the_desk = desk()
    state = SymbolState("ZZZ", None, the_desk.parameters)
    assert quote_is_sound(the_desk, state, completed()) == Refusal(
        "QUOTE_CROSSED", "0 < bid < ask, with sizes", "none"
    )
    assert spread_is_narrow(the_desk, state, completed()) == Refusal(
        "QUOTE_STALE", "a quote", "no quote"
    )
    assert is_undervalued(the_desk, state, completed()) == Refusal(
        "NOT_UNDERVALUED", "0.65", "None"
    )
    blank = [gate(the_desk, state, completed()) for gate in ENTRY_GATES]
    assert "NOT_OVERSOLD" in {refusal.gate for refusal in blank if refusal}


def test_the_first_gate_that_fails_is_the_one_recorded() -> None:
    the_desk = desk(regime=Regime.LV_BULL)
    state = stretched(the_desk)
    state.reading.rsi = 50.0
    refusal = first_refusal(the_desk, state, completed())
    assert refusal is not None
    assert refusal.gate == "REGIME_FORBIDS"


def test_every_name_of_a_gate_is_a_denial_or_our_own() -> None:
    the_desk = desk()
    the_desk.state = EngineState.HALTING
    the_desk.hours = None
    state = SymbolState("ZZZ", None, the_desk.parameters)
    names = {
        refusal.gate for gate in ENTRY_GATES if (refusal := gate(the_desk, state, completed()))
    }
    assert names <= {denial.name for denial in Denial} | OWN_GATES.keys()
    assert not {denial.name for denial in Denial} & OWN_GATES.keys()
