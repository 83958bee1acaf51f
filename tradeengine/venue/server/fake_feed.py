"""FAKEPACA: the symbol of the test feed, trading around the clock."""

import math
from collections.abc import AsyncIterator

from tradeengine.clock import Clock
from tradeengine.model.events import Bar, Quote, Trade
from tradeengine.model.instants import MINUTE
from tradeengine.venue.server.feeds import Tick

SYMBOL = "FAKEPACA"

_BASE_DOLLARS = 133.0
_SWING_DOLLARS = 2.0
_TICKS_A_SWING = 40


def price_at(tick: int) -> float:
    """Give the price of the n-th tick: a slow wave."""
    wave = math.sin(2 * math.pi * tick / _TICKS_A_SWING)
    return round(_BASE_DOLLARS + _SWING_DOLLARS * wave, 2)


async def fake_turns(clock: Clock, seconds: float) -> AsyncIterator[list[Tick]]:
    """Give a quote and a trade every `seconds`, and each minute's bar when it is over."""
    tick, minute = 0, clock.now() // MINUTE
    prices: list[float] = []
    while True:
        await clock.sleep(seconds)
        now = clock.now()
        events: list[Tick] = []
        if now // MINUTE != minute and prices:
            events.append(_bar(minute * MINUTE, now, prices))
            prices = []
        minute = now // MINUTE
        price = price_at(tick)
        prices.append(price)
        events += _tick(tick, price, now)
        tick += 1
        yield events


def _tick(tick: int, price: float, now: int) -> list[Tick]:
    bid, ask = round(price - 0.01, 2), round(price + 0.01, 2)
    return [
        Quote(
            at=now,
            received_at=now,
            symbol=SYMBOL,
            bid=bid,
            bid_size=100,
            ask=ask,
            ask_size=100,
        ),
        Trade(at=now, received_at=now, symbol=SYMBOL, price=price, size=100, trade_id=tick + 1),
    ]


def _bar(start: int, now: int, prices: list[float]) -> Bar:
    return Bar(
        at=start,
        received_at=now,
        symbol=SYMBOL,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=100.0 * len(prices),
        vwap=sum(prices) / len(prices),
        trade_count=len(prices),
    )
