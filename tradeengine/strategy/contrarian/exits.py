"""
Must we leave? The rules, in their order; the first that fires decides.

The virtual stop looks at trades, the target at closes, the rest at the clock as
well, so that a symbol that has gone quiet is left on time. SAFETY, a drawdown
lock and a halt are not here: in those states the engine itself sells everything.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from tradeengine.model.events import Trade
from tradeengine.model.instants import MINUTE, new_york
from tradeengine.strategy.contrarian.desk import Desk, SymbolState


class Departure(NamedTuple):
    """Why we leave: the rule, its limit and what was found."""

    rule: str
    limit: str
    actual: str


Rule = Callable[[Desk, SymbolState, int], Departure | None]


def stop_is_hit(desk: Desk, state: SymbolState, trade: Trade) -> Departure | None:
    """Fire for a print at or below the stop, unless the print or the symbol does not count."""
    stop = state.holding.stop
    if stop is None or trade.price > stop or not counts(desk, state, trade):
        return None
    return Departure("virtual stop", f"{stop:.4f}", f"{trade.price:.4f}")


def counts(desk: Desk, state: SymbolState, trade: Trade) -> bool:
    """Tell whether a print sets the last price: no halt, no odd condition."""
    ignored = desk.parameters.stop_ignores_conditions
    return not state.halted and not any(letter in ignored for letter in trade.conditions)


def reached_vwap(desk: Desk, state: SymbolState, _now: int) -> Departure | None:
    vwap, close = state.reading.vwap, state.reading.close
    if not desk.parameters.target_at_vwap or vwap is None or close < vwap:
        return None
    return Departure("target", f"VWAP {vwap:.4f}", f"close {close:.4f}")


def reached_rsi(desk: Desk, state: SymbolState, _now: int) -> Departure | None:
    rsi, least = state.reading.rsi, desk.parameters.rsi_exit_min
    if rsi is None or rsi <= least:
        return None
    return Departure("target", f"RSI {least:g}", f"{rsi:.2f}")


def time_is_up(desk: Desk, state: SymbolState, now: int) -> Departure | None:
    minutes = (now - state.holding.entered_at) / MINUTE
    longest = desk.parameters.time_stop_minutes
    if minutes < longest:
        return None
    return Departure("time stop", f"{longest:g} min", f"{minutes:.1f} min")


def market_falls(desk: Desk, _state: SymbolState, _now: int) -> Departure | None:
    if not desk.overlay.falling:
        return None
    return Departure("fast exit", f"z {desk.parameters.fast_exit_z:g}", f"{desk.overlay.z:.2f}")


def valuation_is_gone(desk: Desk, state: SymbolState, _now: int) -> Departure | None:
    # A symbol that is not planned at all was found at the broker: of its value
    # nothing is known, good or bad, and the other rules look after it.
    least = desk.parameters.p_undervalued_exit
    if state.plan is None or (state.plan.p_undervalued or 0.0) >= least:
        return None
    return Departure("valuation", f"{least:g}", f"{state.plan.p_undervalued}")


def day_ends(desk: Desk, _state: SymbolState, now: int) -> Departure | None:
    hours = desk.hours
    if desk.parameters.hold_overnight or hours is None or now < hours.leave_at:
        return None
    limit, actual = f"{new_york(hours.leave_at):%H:%M}", f"{new_york(now):%H:%M:%S}"
    return Departure("end of day", limit, actual)


ON_THE_CLOCK: Final[tuple[Rule, ...]] = (time_is_up, market_falls, valuation_is_gone, day_ends)
AT_A_CLOSE: Final[tuple[Rule, ...]] = (reached_vwap, reached_rsi, *ON_THE_CLOCK)


def first_departure(
    rules: tuple[Rule, ...], desk: Desk, state: SymbolState, now: int
) -> Departure | None:
    """Give the first rule that fires, None if we may stay."""
    for rule in rules:
        departure = rule(desk, state, now)
        if departure is not None:
            return departure
    return None
