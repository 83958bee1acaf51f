"""
The day's bar so far of every symbol, built from its minute bars as they come.

A venue may start in the middle of a session, so a symbol's day begins with what
the market's history knows of it. A day's bar starts at midnight in New York, as
Alpaca's does.
"""

from collections.abc import Callable, Sequence
from datetime import time
from functools import reduce

import msgspec

from tradeengine.model.events import Bar
from tradeengine.model.instants import instant_of, new_york

_MIDNIGHT = time(0)


Minutes = Callable[[str, int, int], Sequence[Bar]]
"""Gives a symbol's minutes that start between two instants, both included."""


class DayBars:
    """Add minutes up, from midnight in New York."""

    def __init__(self, minutes: Minutes) -> None:
        self._minutes = minutes
        self._days: dict[str, Bar] = {}

    def add(self, minute: Bar) -> Bar:
        """Take in a minute and give its symbol's day so far."""
        start = midnight(minute.at)
        before = self._days.get(minute.symbol)
        if before is None or before.at != start:
            before = self.so_far(minute.symbol, minute.at - 1)
        day = minute if before is None else combined(before, minute)
        self._days[minute.symbol] = day = msgspec.structs.replace(day, at=start)
        return day

    def so_far(self, symbol: str, until: int) -> Bar | None:
        """Give a symbol's day up to the minute that starts at or before `until`."""
        minutes = self._minutes(symbol, midnight(until), until)
        if not minutes:
            return None
        return msgspec.structs.replace(reduce(combined, minutes), at=midnight(until))


def midnight(at: int) -> int:
    """Give the start of an instant's day in New York."""
    return instant_of(new_york(at).date(), _MIDNIGHT)


def combined(earlier: Bar, later: Bar) -> Bar:
    """Join two neighbouring bars of a symbol; the result starts with the earlier one."""
    volume = earlier.volume + later.volume
    worth = earlier.vwap * earlier.volume + later.vwap * later.volume
    return msgspec.structs.replace(
        earlier,
        received_at=later.received_at,
        high=max(earlier.high, later.high),
        low=min(earlier.low, later.low),
        close=later.close,
        volume=volume,
        vwap=worth / volume if volume else later.vwap,
        trade_count=earlier.trade_count + later.trade_count,
    )
