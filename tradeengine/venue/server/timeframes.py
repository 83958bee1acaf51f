"""
Timeframes of historical bars: `[1-59]Min, [1-23]Hour, 1Day, 1Week, 1Month ...`.

The market groups minutes; weeks and months are made of its days here. Days,
weeks and months start at midnight in New York, weeks on Monday, groups of months
with January.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

import msgspec

from tradeengine.model.events import Bar
from tradeengine.model.instants import NANOS, instant_of, new_york
from tradeengine.venue.market.adjusting import Adjustment, factors
from tradeengine.venue.market.daily import columns_of
from tradeengine.venue.market.market import Market
from tradeengine.venue.records import Refused
from tradeengine.venue.server.day_bars import combined

_PATTERN = re.compile(r"(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)")
_UNITS = {"T": "Min", "H": "Hour", "D": "Day", "W": "Week", "M": "Month"}
_ALLOWED = {
    "Min": range(1, 60),
    "Hour": range(1, 24),
    "Day": (1,),
    "Week": (1,),
    "Month": (1, 2, 3, 4, 6, 12),
}
_MIDNIGHT = time(0)

_INTRADAY_WINDOW = 5 * 86_400 * NANOS
_DAYS_WINDOW = 40_000 * 86_400 * NANOS


@dataclass(frozen=True, slots=True)
class Timeframe:
    """So many of a unit: Min, Hour, Day, Week or Month."""

    count: int
    unit: str

    @property
    def letter(self) -> str:
        """The letter in page tokens (recorded: `M` for minutes)."""
        return self.unit[0]

    @property
    def window(self) -> int:
        """How much history one reading may cover, in nanoseconds."""
        return _INTRADAY_WINDOW if self.unit in ("Min", "Hour") else _DAYS_WINDOW

    def bars(
        self,
        market: Market,
        symbol: str,
        start: int,
        end: int,
        now: int,
        adjustment: Adjustment = "raw",
    ) -> Sequence[Bar]:
        """
        Read the bars that start in a span and were out by `now`, as `adjustment` says.

        Days themselves have pages of their own, `daily_history.py`.
        """
        adjusted = _adjuster(market, symbol, adjustment, new_york(now).date())
        if self.unit == "Min":
            return adjusted(market.history(symbol, start, end, self.count, now))
        if self.unit == "Hour":
            return adjusted(market.history(symbol, start, end, self.count * 60, now))
        days = market.history(symbol, self._start_of(start), self._end_of(end), "1Day", now)
        return [bar for bar in self._grouped(adjusted(days)) if start <= bar.at <= end]

    def _grouped(self, days: Iterable[Bar]) -> list[Bar]:
        made: list[Bar] = []
        for day in days:
            start = self._start_of(day.at)
            if made and made[-1].at == start:
                made[-1] = combined(made[-1], day)
            else:
                made.append(msgspec.structs.replace(day, at=start))
        return made

    def _start_of(self, at: int) -> int:
        return instant_of(self._first_day(new_york(at).date()), _MIDNIGHT)

    def _end_of(self, at: int) -> int:
        longest = timedelta(days=7 if self.unit == "Week" else 31 * self.count)
        after = self._first_day(self._first_day(new_york(at).date()) + longest)
        return instant_of(after, _MIDNIGHT) - 1

    def _first_day(self, day: date) -> date:
        if self.unit == "Week":
            return day - timedelta(days=day.weekday())
        return date(day.year, (day.month - 1) // self.count * self.count + 1, 1)


def _adjuster(
    market: Market, symbol: str, adjustment: Adjustment, today: date
) -> Callable[[Sequence[Bar]], Sequence[Bar]]:
    """Give what adjusts bars by the factors of their days."""
    if adjustment == "raw":
        return lambda bars: bars
    made = factors(columns_of(market.days.daily(symbol)), adjustment, today)
    return lambda bars: [_adjusted(bar, *made.on(new_york(bar.at).date())) for bar in bars]


def _adjusted(bar: Bar, price: float, volume: float) -> Bar:
    if price == volume == 1:
        return bar
    return msgspec.structs.replace(
        bar,
        open=round(bar.open * price, 2),
        high=round(bar.high * price, 2),
        low=round(bar.low * price, 2),
        close=round(bar.close * price, 2),
        vwap=round(bar.vwap * price, 6),
        volume=float(round(bar.volume * volume)),
    )


def timeframe_of(text: str) -> Timeframe:
    """Read a timeframe. Raises Refused in the data host's words (recorded 2026-09-29)."""
    match = _PATTERN.fullmatch(text)
    if match is not None:
        timeframe = Timeframe(int(match[1]), _UNITS.get(match[2], match[2]))
        if timeframe.count in _ALLOWED[timeframe.unit]:
            return timeframe
    raise Refused(400, 40010001, f"invalid timeframe: {text}")
