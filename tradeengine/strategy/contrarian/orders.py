"""
At which price? Entries and exits as intents.

An entry is a limit at the ask, rounded up to a tick and never farther above mid
than the collar. An exit is a limit a little below the bid, rounded down, that
fills at once or not at all; when that has failed `exit_limit_rounds` times the
rest is sold at market.
"""

from decimal import Decimal
from typing import Final

from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import Quote
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.strategy.contrarian.desk import SymbolState
from tradeengine.strategy.parameters import ContrarianParameters

_BPS: Final = Decimal(10_000)


def exactly(price: float) -> Decimal:
    """Give the decimal that a price of the market was written as."""
    return Decimal(repr(price))


def entry_order(
    strategy: str,
    state: SymbolState,
    quote: Quote,
    atr: float,
    parameters: ContrarianParameters,
    now: int,
) -> OrderIntent:
    """Ask for a long position; the risk gate finds its size."""
    return OrderIntent(
        at=now,
        strategy=strategy,
        symbol=state.symbol,
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        limit_price=entry_limit(quote, parameters.collar_bps),
        stop_distance=disaster_distance(atr, parameters.disaster_atr),
        reason=_entry_words(state, parameters),
    )


def entry_limit(quote: Quote, collar_bps: Decimal) -> Decimal:
    """Give the limit of a buy: the ask, but no more than the collar above mid."""
    bid, ask = exactly(quote.bid), exactly(quote.ask)
    highest = (bid + ask) / 2 * (1 + collar_bps / _BPS)
    return min(tick_up(ask), tick_down(highest))


def disaster_distance(atr: float, multiple: float) -> Decimal:
    """Give how far below the entry the broker-held stop lies, dollars, at least a tick."""
    return tick_up(max(exactly(round(atr * multiple, 6)), Decimal("0.0001")))


def exit_order(
    strategy: str,
    state: SymbolState,
    quantity: Decimal,
    parameters: ContrarianParameters,
    now: int,
) -> OrderIntent:
    """Ask to sell `quantity` shares at once."""
    limit = None
    if state.holding.rounds < parameters.exit_limit_rounds:
        limit = exit_limit(state, parameters, now)
    return OrderIntent(
        at=now,
        strategy=strategy,
        symbol=state.symbol,
        side=Side.SELL,
        purpose=Purpose.EXIT,
        order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        time_in_force=TimeInForce.DAY if limit is None else TimeInForce.IOC,
        quantity=quantity,
        limit_price=limit,
        reason=state.holding.leaving,
    )


def exit_limit(state: SymbolState, parameters: ContrarianParameters, now: int) -> Decimal | None:
    """Give the limit of a sale, None where no price is known or it would be zero."""
    reference = _bid(state.quote, parameters.quote_age_seconds_max, now)
    if reference is None:
        reference = state.holding.last_price or state.reading.close
    if reference <= 0:
        return None
    limit = tick_down(exactly(reference) * (1 - parameters.exit_slippage_bps / _BPS))
    return limit if limit > 0 else None


def _bid(quote: Quote | None, oldest_seconds: float, now: int) -> float | None:
    """The bid, if it is fresh and not crossed."""
    if quote is None or now - quote.received_at > oldest_seconds * NANOS:
        return None
    return quote.bid if 0 < quote.bid < quote.ask else None


def _entry_words(state: SymbolState, parameters: ContrarianParameters) -> str:
    reading = state.reading
    feed = "; quotes of IEX only" if parameters.quotes_from_iex_only else ""
    return (
        f"close {reading.close:.2f}, VWAP {reading.vwap:.2f}, ATR {reading.atr:.4f}, "
        f"RSI {reading.rsi:.1f}, MACD up {reading.rises} bars{feed}"
    )
