"""The day's bar so far of every symbol, built from its minute bars as they come."""

from datetime import time

import msgspec

from tradeengine.model.events import Bar
from tradeengine.model.instants import instant_of, new_york

_MIDNIGHT = time(0)


class DayBars:
    """Add minutes up; a day's bar starts at midnight in New York, as Alpaca's does."""

    def __init__(self) -> None:
        self._days: dict[str, Bar] = {}

    def add(self, minute: Bar) -> Bar:
        """Take in a minute and give its symbol's day so far."""
        start = instant_of(new_york(minute.at).date(), _MIDNIGHT)
        so_far = self._days.get(minute.symbol)
        if so_far is None or so_far.at != start:
            day = msgspec.structs.replace(minute, at=start)
        else:
            day = combined(so_far, minute)
        self._days[minute.symbol] = day
        return day

    def so_far(self, symbol: str) -> Bar | None:
        """Give a symbol's latest day, None before its first minute."""
        return self._days.get(symbol)


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
