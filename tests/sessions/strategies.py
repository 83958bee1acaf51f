"""Small strategies for whole-session tests, loaded by name as a third party's would be."""

import time
from decimal import Decimal

from msgspec import structs

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    Bar,
    DecisionMade,
    OrderDenied,
    PositionChanged,
    Quote,
    TimerFired,
    Trade,
)
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.model.parameters import Parameters
from tradeengine.model.ticks import tick_up
from tradeengine.strategy.port import Opinions, Strategy

ACROSS = Decimal("1.005")
"""How far above the ask a buy may fill: at the ask itself it rests when the market moves first."""


class BuyOnce(Strategy[Parameters]):
    """Buy 10 shares of each symbol that has none, at its first live bar, and hold them."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)  # type: ignore[arg-type]  # the host passes a Context
        self._quotes: dict[str, Quote] = {}
        self._wanted = set(self.plan.symbols)

    def on_quote(self, quote: Quote) -> Opinions:
        self._quotes[quote.symbol] = quote
        return None

    def on_position(self, position: PositionChanged) -> Opinions:
        self._wanted.discard(position.symbol)
        return None

    def on_denied(self, denied: OrderDenied) -> Opinions:
        """Try again at the next bar, unless the symbol is held or on its way."""
        if denied.reason is not Denial.DUPLICATE_INTENT:
            self._wanted.add(denied.intent.symbol)
        return None

    def on_bar(self, bar: Bar) -> Opinions:
        quote = self._quotes.get(bar.symbol)
        if bar.history or bar.symbol not in self._wanted or quote is None:
            return None
        self._wanted.discard(bar.symbol)
        return [self.wish(bar, quote)]

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        return OrderIntent(
            at=bar.received_at,
            strategy=self.name,
            symbol=bar.symbol,
            side=Side.BUY,
            purpose=Purpose.ENTRY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            quantity=Decimal(10),
            limit_price=tick_up(Decimal(str(quote.ask)) * ACROSS),
            stop_distance=Decimal(2),
            reason="test",
        )


class RestBelow(BuyOnce):
    """Like BuyOnce, but half a percent below the market, so that the orders rest."""

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        wish = super().wish(bar, quote)
        price = tick_up(Decimal(str(quote.bid)) * Decimal("0.995"))
        return OrderIntent(
            at=wish.at,
            strategy=wish.strategy,
            symbol=wish.symbol,
            side=wish.side,
            purpose=wish.purpose,
            order_type=wish.order_type,
            time_in_force=wish.time_in_force,
            quantity=wish.quantity,
            limit_price=price,
            stop_distance=wish.stop_distance,
            reason=wish.reason,
        )


def _no_bar(quote: Quote) -> Bar:
    return Bar(
        at=quote.at,
        received_at=quote.received_at,
        symbol=quote.symbol,
        open=quote.bid,
        high=quote.ask,
        low=quote.bid,
        close=quote.bid,
        volume=0,
        vwap=quote.bid,
        trade_count=0,
    )


class BuyMuch(BuyOnce):
    """Like BuyOnce, but far more shares than one quote shows, so that the fill is partial."""

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        return structs.replace(super().wish(bar, quote), quantity=Decimal(2_000))


class Restless(BuyOnce):
    """Want to buy on every heartbeat, for ever, whether or not there is any data."""

    def on_position(self, _: PositionChanged) -> Opinions:
        return None

    def on_bar(self, _: Bar) -> Opinions:
        return None

    def on_timer(self, timer: TimerFired) -> Opinions:
        return [
            structs.replace(self.wish(_no_bar(quote), quote), at=timer.received_at)
            for symbol, quote in self._quotes.items()
            if symbol in self._wanted
        ]


class Slow(BuyOnce):
    """Hold the event loop up at ten heartbeats after the first fill, as a blocking call would."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)
        self._naps: int | None = None

    def on_position(self, position: PositionChanged) -> Opinions:
        self._naps = 10 if self._naps is None else self._naps
        return super().on_position(position)

    def on_timer(self, _: TimerFired) -> Opinions:
        if self._naps:
            self._naps -= 1
            time.sleep(0.35)
        return None


class RaiseOnBars(Strategy[Parameters]):
    """Raise on every live bar."""

    def on_bar(self, bar: Bar) -> Opinions:
        if bar.history:
            return None
        raise ZeroDivisionError("a bug of the test")


class Churn(BuyOnce):
    """
    Trade all day: buy more shares than a quote shows, sell a few bars later, begin again.

    The number of shares changes from buy to buy, and some orders go no higher than the ask, so
    that fills come in one piece, in several, or in part only.
    """

    HELD_BARS = 3

    def __init__(self, context: "object") -> None:
        super().__init__(context)
        self._held: dict[str, int] = {}
        self._bars = self._buys = 0

    def on_position(self, position: PositionChanged) -> Opinions:
        if position.quantity:
            self._held.setdefault(position.symbol, self._bars)
        else:
            self._held.pop(position.symbol, None)
            self._wanted.add(position.symbol)
        return None

    def on_bar(self, bar: Bar) -> Opinions:
        if bar.history:
            return None
        self._bars += 1
        since, quote = self._held.get(bar.symbol), self._quotes.get(bar.symbol)
        if quote is not None and since is not None and self._bars - since >= self.HELD_BARS:
            return [self._sale(bar, quote)]
        if since is None:
            self._wanted.add(bar.symbol)
        return super().on_bar(bar)

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        self._buys += 1
        shares = (20, 400, 500)[self._buys % 3]
        wish = structs.replace(super().wish(bar, quote), quantity=Decimal(shares))
        ask = Decimal(str(quote.ask))
        return structs.replace(wish, limit_price=ask) if shares == 500 else wish

    def _sale(self, bar: Bar, quote: Quote) -> OrderIntent:
        return structs.replace(
            super().wish(bar, quote),
            side=Side.SELL,
            purpose=Purpose.EXIT,
            time_in_force=TimeInForce.IOC,
            quantity=None,
            limit_price=tick_up(Decimal(str(quote.bid)) / ACROSS),
            stop_distance=None,
        )


class SpamAll(BuyOnce):
    """Want to buy on every message there is; in every second symbol below the market, for ever."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)
        self._resting = set(sorted(self.plan.symbols)[::2])

    def on_quote(self, quote: Quote) -> Opinions:
        super().on_quote(quote)
        return self._want(quote.symbol, quote.received_at)

    def on_trade(self, trade: Trade) -> Opinions:
        return self._want(trade.symbol, trade.received_at)

    def on_bar(self, bar: Bar) -> Opinions:
        return None if bar.history else self._want(bar.symbol, bar.received_at)

    def on_timer(self, timer: TimerFired) -> Opinions:
        return [w for s in self.plan.symbols for w in self._want(s, timer.received_at) or ()]

    def _want(self, symbol: str, now: int) -> list[OrderIntent] | None:
        quote = self._quotes.get(symbol)
        if quote is None:
            return None
        wish = structs.replace(self.wish(_no_bar(quote), quote), at=now)
        if symbol not in self._resting:
            return [wish]
        below = tick_up(Decimal(str(quote.bid)) * Decimal("0.995"))
        return [structs.replace(wish, limit_price=below)]


class BuyBig(BuyOnce):
    """Like BuyOnce, but 250 shares of AAPL: almost half of the account in one position."""

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        wish = super().wish(bar, quote)
        return structs.replace(wish, quantity=Decimal(250)) if bar.symbol == "AAPL" else wish


class RaiseOnSecondBars(Strategy[Parameters]):
    """Raise on every second live bar."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)  # type: ignore[arg-type]  # the host passes a Context
        self._bars = 0

    def on_bar(self, bar: Bar) -> Opinions:
        self._bars += not bar.history
        if self._bars % 2 or bar.history:
            return None
        raise ZeroDivisionError("a bug of the test")


class TellOfBars(Strategy[Parameters]):
    """Decide something about each live bar."""

    def on_bar(self, bar: Bar) -> Opinions:
        if bar.history:
            return None
        return [
            DecisionMade(
                at=bar.received_at,
                strategy=self.name,
                symbol=bar.symbol,
                verdict="seen",
                gate="",
                limit="",
                actual=str(bar.at),
            )
        ]


class BlockOnce(Strategy[Parameters]):
    """Hold everything up for two seconds at the first live bar."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)  # type: ignore[arg-type]  # the host passes a Context
        self._has_blocked = False

    def on_bar(self, bar: Bar) -> Opinions:
        if not bar.history and not self._has_blocked:
            self._has_blocked = True
            time.sleep(2)
        return None
