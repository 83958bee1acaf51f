"""
The words of Alpaca's stock stream as they are on the wire, and what they mean.

One struct per message type, told apart by its key `T`. msgspec builds them from
JSON or msgpack in C and checks types and ranges on the way, so that `event()`
has only to rename: short wire keys become the fields of `model/events.py`. Keys
nobody reads here (exchange, tape) are skipped by the decoder and cost little.

Shares are floats because a peer may write 100 as 100.0. A missing key is an
error, unless its absence has one honest meaning. Source: Alpaca, real-time stock
data, and recorded handshakes of 2026-09-30.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

from tradeengine.feed.stamps import Stamp, instant_of
from tradeengine.model.events import Bar, PriceBand, Quote, Trade, TradeCancelled

Price = Annotated[float, Meta(ge=0, le=1e9)]
"""Dollars a share. The range also refuses NaN and infinity."""

Shares = Annotated[float, Meta(ge=0, le=1e15)]

TradeId = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class WireTrade(Struct, tag_field="T", tag="t", gc=False):
    symbol: str = field(name="S")
    price: Price = field(name="p")
    size: Shares = field(name="s")
    stamp: Stamp = field(name="t")
    trade_id: TradeId = field(name="i", default=0)
    conditions: list[str] | None = field(name="c", default=None)

    def event(self, received_at: int) -> Trade:
        return Trade(
            at=instant_of(self.stamp),
            received_at=received_at,
            symbol=self.symbol,
            price=self.price,
            size=self.size,
            trade_id=self.trade_id,
            conditions="".join(self.conditions) if self.conditions else "",
        )


class WireQuote(Struct, tag_field="T", tag="q", gc=False):
    symbol: str = field(name="S")
    bid: Price = field(name="bp")
    bid_size: Shares = field(name="bs")
    ask: Price = field(name="ap")
    ask_size: Shares = field(name="as")
    stamp: Stamp = field(name="t")

    def event(self, received_at: int) -> Quote:
        return Quote(
            at=instant_of(self.stamp),
            received_at=received_at,
            symbol=self.symbol,
            bid=self.bid,
            bid_size=int(self.bid_size),
            ask=self.ask,
            ask_size=int(self.ask_size),
        )


class BarValues(Struct, kw_only=True, gc=False):
    """A bar without its symbol, as history by REST has it too."""

    open: Price = field(name="o")
    high: Price = field(name="h")
    low: Price = field(name="l")
    close: Price = field(name="c")
    volume: Shares = field(name="v")
    vwap: Price = field(name="vw")
    stamp: Stamp = field(name="t")
    trade_count: Shares = field(name="n", default=0.0)

    def bar(
        self, symbol: str, received_at: int, *, revised: bool = False, history: bool = False
    ) -> Bar:
        return Bar(
            at=instant_of(self.stamp),
            received_at=received_at,
            symbol=symbol,
            open=self.open,
            high=self.high,
            low=self.low,
            close=self.close,
            volume=self.volume,
            vwap=self.vwap,
            trade_count=int(self.trade_count),
            revised=revised,
            history=history,
        )


class WireBar(BarValues, tag_field="T", tag="b", kw_only=True, gc=False):
    symbol: str = field(name="S")

    def event(self, received_at: int) -> Bar:
        return self.bar(self.symbol, received_at)


class WireRevisedBar(BarValues, tag_field="T", tag="u", kw_only=True, gc=False):
    """`updatedBars`: a bar again, about half a minute later, with late trades in it."""

    symbol: str = field(name="S")

    def event(self, received_at: int) -> Bar:
        return self.bar(self.symbol, received_at, revised=True)


class WireBand(Struct, tag_field="T", tag="l", gc=False):
    symbol: str = field(name="S")
    high: Price = field(name="u")
    low: Price = field(name="d")
    stamp: Stamp = field(name="t")

    def event(self, received_at: int) -> PriceBand:
        at = instant_of(self.stamp)
        return PriceBand(
            at=at, received_at=received_at, symbol=self.symbol, low=self.low, high=self.high
        )


class WireCorrection(Struct, tag_field="T", tag="c", gc=False):
    symbol: str = field(name="S")
    trade_id: TradeId = field(name="oi")
    price: Price = field(name="cp")
    stamp: Stamp = field(name="t")

    def event(self, received_at: int) -> TradeCancelled:
        return TradeCancelled(
            at=instant_of(self.stamp),
            received_at=received_at,
            symbol=self.symbol,
            trade_id=self.trade_id,
            corrected_price=self.price,
        )


class WireCancel(Struct, tag_field="T", tag="x", gc=False):
    symbol: str = field(name="S")
    trade_id: TradeId = field(name="i")
    stamp: Stamp = field(name="t")

    def event(self, received_at: int) -> TradeCancelled:
        at = instant_of(self.stamp)
        return TradeCancelled(
            at=at, received_at=received_at, symbol=self.symbol, trade_id=self.trade_id
        )


class WireStatus(Struct, tag_field="T", tag="s", gc=False):
    """Needs the halts before it to be understood, so the codec makes the event."""

    symbol: str = field(name="S")
    code: str = field(name="sc")
    stamp: Stamp = field(name="t")
    meaning: str = field(name="sm", default="")
    reason: str = field(name="rm", default="")


class Success(Struct, tag_field="T", tag="success"):
    """`connected` or `authenticated`."""

    message: str = field(name="msg", default="")


class Refusal(Struct, tag_field="T", tag="error"):
    """The server says no; the codes are sorted in `refusals.py`."""

    code: int = 0
    message: str = field(name="msg", default="")


class Subscription(Struct, tag_field="T", tag="subscription"):
    """The whole set of what is subscribed, after every change."""

    trades: list[str] | None = None
    quotes: list[str] | None = None
    bars: list[str] | None = None
    revised_bars: list[str] | None = field(name="updatedBars", default=None)
    statuses: list[str] | None = None
    bands: list[str] | None = field(name="lulds", default=None)


MarketData = (
    WireTrade | WireQuote | WireBar | WireRevisedBar | WireBand | WireCorrection | WireCancel
)
"""What the fast path decodes: messages that are events by themselves."""

Control = Success | Refusal | Subscription
"""What the session wants to know."""

AnyMessage = MarketData | WireStatus | Control
