"""
May we enter? The gates, in their order; the first that fails is recorded.

Each gate is a small function: None lets pass, a `Refusal` names the gate, its
limit and what was found. Names that the risk gate also uses are those of
`Denial`; `OWN_GATES` are the strategy's. Texts are written only by the gate
that fails. A fact that is missing (no hours, no value, no quote) fails.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from tradeengine.model.events import Bar
from tradeengine.model.instants import MINUTE, NANOS, new_york
from tradeengine.model.orders import EngineState
from tradeengine.model.plan import Regime
from tradeengine.strategy.contrarian.desk import Desk, SymbolState


class Refusal(NamedTuple):
    """Why not: the gate's name, its limit and the actual, with units."""

    gate: str
    limit: str
    actual: str


Gate = Callable[[Desk, SymbolState, Bar], Refusal | None]

OWN_GATES: Final = {
    "FAST_EXIT": "the market as a whole is falling",
    "NOT_STRETCHED": "the price is not far enough below the session VWAP",
    "NOT_OVERSOLD": "the RSI is not low enough",
    "NOT_TURNING": "the MACD histogram is not rising yet",
}
"""Gates that are no denials of the risk gate, and what they mean."""

_FUZZ_BPS: Final = 1e-6
"""Prices are floats: a spread of exactly the limit must pass."""


def engine_trades(desk: Desk, _state: SymbolState, _bar: Bar) -> Refusal | None:
    if desk.state is EngineState.TRADING:
        return None
    return Refusal("STATE_NOT_TRADING", "TRADING", desk.state.value)


def symbol_is_planned(_desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    if state.plan is not None:
        return None
    return Refusal("SYMBOL_NOT_IN_UNIVERSE", "in the session plan", "absent")


def symbol_is_free(_desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    return Refusal("SYMBOL_FROZEN", "not frozen", "frozen") if state.frozen else None


def symbol_trades(desk: Desk, state: SymbolState, bar: Bar) -> Refusal | None:
    if state.halted:
        return Refusal("SYMBOL_HALTED", "trading", "halted")
    if state.resumed_at is None:
        return None
    wait = desk.parameters.resume_cooldown_seconds
    since = bar.received_at - state.resumed_at
    if since >= wait * NANOS:
        return None
    return Refusal("SYMBOL_HALTED", f"{wait} s after a halt", f"{since // NANOS} s")


def cooled_down(desk: Desk, state: SymbolState, bar: Bar) -> Refusal | None:
    if state.holding.bought_at is None:
        return None
    wait = desk.parameters.cooldown_seconds
    since = bar.received_at - state.holding.bought_at
    if since >= wait * NANOS:
        return None
    return Refusal("COOLDOWN", f"{wait} s after a buy", f"{since // NANOS} s")


def nothing_open(_desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    holding = state.holding
    if holding.quantity:
        actual = f"{holding.quantity} shares"
    elif holding.has_open_order:
        actual = "an open order"
    else:
        return None
    return Refusal("DUPLICATE_INTENT", "no position, no open order", actual)


def inside_window(desk: Desk, _state: SymbolState, bar: Bar) -> Refusal | None:
    hours = desk.hours
    if hours is None:
        return Refusal("OUTSIDE_ENTRY_WINDOW", "a session", "none is open")
    if hours.entry_from <= bar.received_at < hours.entry_until:
        return None
    now = f"{new_york(bar.received_at):%H:%M:%S}"
    return Refusal("OUTSIDE_ENTRY_WINDOW", hours.window, now)


def regime_allows(desk: Desk, _state: SymbolState, _bar: Bar) -> Refusal | None:
    if desk.regime in desk.allowed_regimes:
        return None
    gate = "REGIME_UNKNOWN" if desk.regime is Regime.UNKNOWN else "REGIME_FORBIDS"
    return Refusal(gate, " or ".join(sorted(desk.allowed_regimes)), desk.regime.value)


def market_is_known(desk: Desk, _state: SymbolState, bar: Bar) -> Refusal | None:
    overlay = desk.overlay
    if overlay.z is None:
        return Refusal("NOT_WARM", f"a slope of {overlay.symbol}", "too few bars of it")
    oldest = desk.parameters.fast_exit_age_seconds_max
    age = (bar.received_at - overlay.ended_at) / NANOS
    if age <= oldest:
        return None
    return Refusal("BAR_STALE", f"{overlay.symbol} {oldest:g} s", f"{age:.0f} s")


def market_is_not_falling(desk: Desk, _state: SymbolState, _bar: Bar) -> Refusal | None:
    if not desk.overlay.falling:
        return None
    return Refusal("FAST_EXIT", f"z {desk.parameters.fast_exit_z:g}", f"{desk.overlay.z:.2f}")


def valuation_is_fresh(desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    plan, hours = state.plan, desk.hours
    if plan is None or plan.p_undervalued is None or state.valued_on is None or hours is None:
        return Refusal("FUNDAMENTALS_MISSING", "a dated valuation", "none")
    oldest = desk.parameters.valuation_age_days_max
    age = (hours.day - state.valued_on).days
    # A valuation from after the session knows the future: it is not fresh, it is wrong.
    if 0 <= age <= oldest:
        return None
    return Refusal("FUNDAMENTALS_STALE", f"0 to {oldest} days", f"{age} days")


def is_undervalued(desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    least = desk.parameters.p_undervalued_min
    p = state.plan.p_undervalued if state.plan is not None else None
    if p is not None and p >= least:
        return None
    return Refusal("NOT_UNDERVALUED", f"{least:g}", f"{p}")


def is_warm(desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    reading, least = state.reading, desk.parameters.warm_up_bars
    if reading.bars < least:
        return Refusal("NOT_WARM", f"{least} bars", f"{reading.bars} bars")
    if reading.atr and reading.vwap is not None and reading.rsi is not None:
        return None
    return Refusal("NOT_WARM", "ATR, VWAP and RSI", "not all are known and above zero")


def is_stretched(desk: Desk, state: SymbolState, bar: Bar) -> Refusal | None:
    reading = state.reading
    vwap, atr = reading.vwap or 0.0, reading.atr or 0.0
    highest = vwap - desk.parameters.entry_atr * atr
    if bar.close <= highest:
        return None
    return Refusal("NOT_STRETCHED", f"close {highest:.4f}", f"{bar.close:.4f}")


def is_oversold(desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    rsi, most = state.reading.rsi, desk.parameters.rsi_entry_max
    if rsi is not None and rsi < most:
        return None
    return Refusal("NOT_OVERSOLD", f"RSI {most:g}", f"{rsi:.2f}" if rsi is not None else "none")


def is_turning(desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    least, rises = desk.parameters.macd_rising_bars, state.reading.rises
    if rises >= least:
        return None
    return Refusal("NOT_TURNING", f"{least} rising bars", f"{rises}")


def bar_is_fresh(desk: Desk, _state: SymbolState, bar: Bar) -> Refusal | None:
    oldest = desk.parameters.bar_age_seconds_max
    age = (bar.received_at - bar.at - MINUTE) / NANOS
    return None if age <= oldest else Refusal("BAR_STALE", f"{oldest:g} s", f"{age:.1f} s")


def quote_is_fresh(desk: Desk, state: SymbolState, bar: Bar) -> Refusal | None:
    oldest = desk.parameters.quote_age_seconds_max
    if state.quote is None:
        return Refusal("QUOTE_STALE", f"{oldest:g} s", "no quote")
    age = (bar.received_at - state.quote.received_at) / NANOS
    return None if age <= oldest else Refusal("QUOTE_STALE", f"{oldest:g} s", f"{age:.1f} s")


def quote_is_sound(_desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    quote = state.quote
    if quote is not None and 0 < quote.bid < quote.ask and quote.bid_size and quote.ask_size:
        return None
    found = "none" if quote is None else f"{quote.bid} to {quote.ask}"
    return Refusal("QUOTE_CROSSED", "0 < bid < ask, with sizes", found)


def spread_is_narrow(desk: Desk, state: SymbolState, _bar: Bar) -> Refusal | None:
    parameters, quote = desk.parameters, state.quote
    if quote is None:
        return Refusal("QUOTE_STALE", "a quote", "no quote")
    iex = parameters.quotes_from_iex_only
    widest = parameters.spread_iex_bps_max if iex else parameters.spread_bps_max
    spread = (quote.ask - quote.bid) / (quote.ask + quote.bid) * 20_000
    if spread <= widest + _FUZZ_BPS:
        return None
    return Refusal("SPREAD_TOO_WIDE", f"{widest:g} bp", f"{spread:.2f} bp")


ENTRY_GATES: Final[tuple[Gate, ...]] = (
    engine_trades,
    symbol_is_planned,
    symbol_is_free,
    symbol_trades,
    cooled_down,
    nothing_open,
    inside_window,
    regime_allows,
    market_is_known,
    market_is_not_falling,
    valuation_is_fresh,
    is_undervalued,
    is_warm,
    is_stretched,
    is_oversold,
    is_turning,
    bar_is_fresh,
    quote_is_fresh,
    quote_is_sound,
    spread_is_narrow,
)


def first_refusal(desk: Desk, state: SymbolState, bar: Bar) -> Refusal | None:
    """Give the first gate that fails for a completed bar, None if all hold."""
    for gate in ENTRY_GATES:
        refusal = gate(desk, state, bar)
        if refusal is not None:
            return refusal
    return None
