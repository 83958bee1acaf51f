"""The strategy of the benchmarks: an order for each tick that is marked so."""

from decimal import Decimal

from benchmarks.words import LAST, PROVOKE, Ready, SawLast, say
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import Quote, StateChanged
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side, TimeInForce
from tradeengine.model.parameters import Parameters
from tradeengine.strategy.port import Opinions, Strategy

BELOW = Decimal("0.10")
"""Dollars below the bid: the order is taken by the venue and never filled."""


class OrderOnTick(Strategy[Parameters]):
    """Keep the last quote of each symbol; answer marked ones with a buy."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)  # type: ignore[arg-type]  # the host passes a Context
        self._quotes: dict[str, Quote] = {}
        self._heard = 0

    def on_state(self, change: StateChanged) -> Opinions:
        if change.after is EngineState.TRADING:
            say(Ready())
        return None

    def on_quote(self, quote: Quote) -> Opinions:
        self._quotes[quote.symbol] = quote
        self._heard += 1
        if quote.ask_size == PROVOKE:
            return [self._buy(quote)]
        if quote.ask_size == LAST:
            say(SawLast(messages=self._heard))
        return None

    def _buy(self, quote: Quote) -> OrderIntent:
        return OrderIntent(
            at=quote.received_at,
            strategy=self.name,
            symbol=quote.symbol,
            side=Side.BUY,
            purpose=Purpose.ENTRY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.IOC,
            quantity=Decimal(10),
            limit_price=Decimal(str(quote.bid)) - BELOW,
            stop_distance=Decimal(2),
            reason="benchmark",
        )
