"""
Faults of the market: the tape itself goes wrong, for everybody.

They go through the exchange's schedule: equal seeds and commands at equal
instants give equal tapes.
"""

from decimal import Decimal
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta

from tradeengine.model.events import PriceBand, TradingStatus
from tradeengine.model.instants import NANOS
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.exchange.splitting import OpenOrders
from tradeengine.venue.exchange.warps import Warp, crossed, emptied, spike
from tradeengine.venue.server.faults.fault import Count, Lasting, Momentary, Place, Seconds, World


class Bending(Momentary, kw_only=True):
    """A fault that bends a symbol's tape for `seconds` of venue time."""

    symbol: str
    seconds: Seconds = 5.0

    def bend(self, world: World, warp: Warp) -> None:
        """Let what happens to a quote or a print happen to all of them from now on."""
        until = world.exchange.now + int(self.seconds * NANOS)
        world.exchange.tampering.warp(self.symbol, warp, until)


class PriceSpike(Bending, tag="price_spike", kw_only=True):
    """Quotes and prints jump by `percent` and come back; bars do not show it."""

    percent: Annotated[float, Meta(gt=-100)] = 10.0

    def strike(self, world: World) -> None:
        self.bend(world, spike(self.percent))


class CrossedQuotes(Bending, tag="crossed_quotes", kw_only=True):
    """The bid is above the ask; nothing trades against such a quote."""

    def strike(self, world: World) -> None:
        self.bend(world, crossed)


class ZeroQuotes(Bending, tag="zero_quotes", kw_only=True):
    """A side of the quote, or both, has price and size zero."""

    side: Literal["bid", "ask", "both"] = "both"

    def strike(self, world: World) -> None:
        self.bend(world, emptied(self.side))


class Halt(Momentary, tag="halt", kw_only=True):
    """Trading in a symbol halts, for `seconds` of venue time or until `resume` (null)."""

    symbol: str
    seconds: Seconds | None = None
    reason: str = "T1"

    def strike(self, world: World) -> None:
        _say(world.exchange, self.symbol, "H", self.reason)
        if self.seconds is not None:
            _resume_later(world.exchange, self.symbol, self.seconds)


class Resume(Momentary, tag="resume", kw_only=True):
    """Trading in a symbol goes on."""

    symbol: str

    def strike(self, world: World) -> None:
        _say(world.exchange, self.symbol, "T", "")


class LuldPause(Momentary, tag="luld_pause", kw_only=True):
    """A price band `percent` around the last price, then a volatility pause of `seconds`."""

    symbol: str
    percent: Annotated[float, Meta(gt=0, lt=100)] = 1.0
    seconds: Seconds = 300.0

    def strike(self, world: World) -> None:
        exchange = world.exchange
        last = exchange.tampering.price(self.symbol)
        width = last * self.percent / 100
        band = PriceBand(
            at=exchange.now,
            received_at=exchange.now,
            symbol=self.symbol,
            low=round(last - width, 2),
            high=round(last + width, 2),
        )
        exchange.tampering.announce(band)
        _say(exchange, self.symbol, "P", "LUDP")
        _resume_later(exchange, self.symbol, self.seconds)


class Split(Momentary, tag="split", kw_only=True):
    """
    A corporate action: `new` shares for `old`, on positions, open orders and the tape.

    A session's tape is one day, so a split overnight is armed with `at` an instant
    before the open (or any other). `orders` is what becomes of open ones.
    """

    symbol: str
    new: Count = 2
    old: Count = 1
    orders: OpenOrders = "adjust"

    def strike(self, world: World) -> None:
        ratio = Decimal(self.new) / Decimal(self.old)
        world.exchange.tampering.split(self.symbol, ratio, self.orders)


class ClockSkew(Lasting, tag="clock_skew", kw_only=True):
    """The clock endpoints, and the stamps of the streams, are `skew` seconds ahead."""

    skew: float
    where: Place | None = None

    def on_clock(self, place: Place) -> float:
        return self.skew if self.where in (None, place) else 0.0


def _say(exchange: Exchange, symbol: str, code: str, reason: str) -> None:
    # The market must know the symbol; `quote` refuses it otherwise.
    exchange.quote(symbol)
    now = exchange.now
    halted = code != "T"
    status = TradingStatus(
        at=now, received_at=now, symbol=symbol, code=code, halted=halted, reason=reason
    )
    exchange.tampering.announce(status)


def _resume_later(exchange: Exchange, symbol: str, seconds: float) -> None:
    at = exchange.now + int(seconds * NANOS)
    exchange.tampering.later(at, partial(_say, exchange, symbol, "T", ""))
