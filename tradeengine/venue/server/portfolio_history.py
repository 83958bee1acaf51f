"""
An account's equity over time: samples taken each minute, and GET
/v2/account/portfolio/history made of them.

A value belongs to the end of its window, a timestamp to the start. The venue
lives for a session, so longer periods hold the days that it saw.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from tradeengine.model.instants import MINUTE, NANOS, new_york
from tradeengine.model.sessions import session_on
from tradeengine.venue.records import AccountRecord
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.parse import choice_in, instant_in, malformed, names_in

_DAY = 86_400 * NANOS
_REPORTINGS = ("market_hours", "extended_hours", "continuous")
_TIMEFRAMES = {
    "1Min": MINUTE,
    "5Min": 5 * MINUTE,
    "15Min": 15 * MINUTE,
    "1H": 60 * MINUTE,
    "1D": _DAY,
}
_UNIT_DAYS = {"D": 1, "W": 7, "M": 30, "A": 365}
_PERIOD = re.compile(r"(\d+)([DWMA])")


class EquityCurve:
    """Equity by the minute of one account, in the order of time."""

    def __init__(self) -> None:
        self._at: list[int] = []
        self._equity: list[float] = []

    def add(self, at: int, equity: float) -> None:
        """Note the equity at the end of a minute."""
        self._at.append(at)
        self._equity.append(equity)

    def window(self, start: int, end: int) -> list[tuple[int, float]]:
        """Give the samples in a span, both ends included."""
        span = slice(bisect_left(self._at, start), bisect_right(self._at, end))
        return list(zip(self._at[span], self._equity[span], strict=True))


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: a span, the width of its windows, and the hours that count."""

    start: int
    end: int
    timeframe: str
    all_hours: bool
    cashflow: bool

    @classmethod
    def of(cls, query: Mapping[str, str], now: int) -> "Question":
        """Read the parameters with the defaults of the specification. Raises Refused."""
        start, end = instant_in(query, "start"), instant_in(query, "end")
        if query.get("period") and start is not None and end is not None:
            raise malformed("only two of start, end and period can be specified")
        length = _length(query.get("period") or "1M")
        if start is None:
            start = (end if end is not None else now) - length
        end = min(end if end is not None else start + length, now)
        timeframe = query.get("timeframe") or _default_timeframe(end - start)
        if timeframe not in _TIMEFRAMES:
            raise malformed(f"invalid timeframe: {timeframe}")
        reporting = choice_in(query, "intraday_reporting", _REPORTINGS, "market_hours")
        choice_in(query, "pnl_reset", ("per_day", "no_reset"), "per_day")
        types = names_in(query, "cashflow_types")
        return cls(start, end, timeframe, reporting != "market_hours", types not in ((), ("NONE",)))

    @property
    def width(self) -> int:
        """The width of a window in nanoseconds."""
        return _TIMEFRAMES[self.timeframe]


def _length(period: str) -> int:
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise malformed(f"invalid period: {period}")
    return int(match[1]) * _UNIT_DAYS[match[2]] * _DAY


def _default_timeframe(length: int) -> str:
    if length < 7 * _DAY:
        return "1Min"
    return "15Min" if length < 30 * _DAY else "1D"


def portfolio_history(curve: EquityCurve, record: AccountRecord, question: Question) -> JsonObject:
    """Write the answer; profit is against the last close before the session."""
    base = float(record.last_equity)
    points = _points(curve, question)
    profits = [round(equity - base, 2) for equity in points.values()]
    body: JsonObject = {
        "timestamp": [at // NANOS for at in points],
        "equity": [round(equity, 2) for equity in points.values()],
        "profit_loss": profits,
        "profit_loss_pct": [round(profit / base, 4) if base else None for profit in profits],
        "base_value": base,
        "base_value_asof": record.balance_asof,
        "timeframe": question.timeframe,
    }
    return {**body, "cashflow": {}} if question.cashflow else body


def _points(curve: EquityCurve, question: Question) -> dict[int, float]:
    """Give the last equity of each window by the window's start."""
    points: dict[int, float] = {}
    for at, equity in curve.window(question.start, question.end):
        if question.all_hours or _in_market_hours(at):
            inside = at - 1  # a sample closes the window that ends with it
            points[inside // question.width * question.width] = equity
    return points


def _in_market_hours(at: int) -> bool:
    session = session_on(new_york(at).date())
    return session is not None and session.open_at < at <= session.close_at
