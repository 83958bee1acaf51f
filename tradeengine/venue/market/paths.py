"""
Minutes for a day of which only the daily bar is known.

A path of log prices is drawn: the market's own path of that day, times beta,
plus noise that is loudest near the open and the close. It is bent until it
starts at the day's open, ends at its close and touches its high and low, all
exactly; then it is cut into minutes. The day's volume is spread over the
minutes in the shape of a U.

Of several candidate paths the one that needs the least bending is taken.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tradeengine.venue.market.columns import Floats, Minutes, Whole

POINTS: Final = 5
"""Points of the path in a minute; the first and last are its open and close."""

_CANDIDATES: Final = 24

_SHARES_A_MINUTE: Final = 40
"""A day with less volume than this a minute trades in fewer minutes."""

_FEWEST_SHARES: Final = 4
"""Open, high, low and close of a minute may be four prints of one share each."""

_RANGE_OF_WALK: Final = 1.596
"""Expected range of a random walk in standard deviations: sqrt(8/pi), Feller 1951."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day's bar: dollars and shares."""

    open: float
    high: float
    low: float
    close: float
    volume: int


def minutes_of_day(
    day: DayBar, starts: Whole, market: Floats, beta: float, draws: np.random.Generator
) -> Minutes:
    """
    Give minutes that add up to the day's bar exactly.

    `starts` are the minutes of the session; `market` is the log price of the
    market at the end of each, relative to its open (zeros: no common factor).
    """
    traded = _traded_minutes(day.volume, len(starts), draws)
    busy = _busyness(len(starts))[traded]
    table = _points(day, beta * market[traded], busy, draws).reshape(-1, POINTS)
    low, high = table.min(axis=1), table.max(axis=1)
    return Minutes(
        start=starts[traded],
        open=table[:, 0].copy(),
        high=high,
        low=low,
        close=table[:, -1].copy(),
        volume=_volumes(day.volume, busy, high - low, draws),
    )


def _traded_minutes(volume: int, session: int, draws: np.random.Generator) -> Whole:
    """Choose the minutes that trade: all of them, unless the day was very quiet."""
    count = min(session, max(1, volume // _SHARES_A_MINUTE))
    return np.sort(np.argsort(draws.random(session))[:count])


def _busyness(session: int) -> Floats:
    """Give the U: how busy each minute of a session is, on no particular scale."""
    minute = np.arange(session)
    busy: Floats = 1 + 3 * np.exp(-minute / 20) + 2.5 * np.exp(-minute[::-1] / 12)
    return busy


def _points(day: DayBar, common: Floats, busy: Floats, draws: np.random.Generator) -> Floats:
    """Give the path in dollars, on cents but for the day's own four prices."""
    if day.high == day.low:
        return np.full(len(common) * POINTS, day.open)
    path = _touching(_best_bridge(day, common, busy, draws), day)
    ends = np.log([min(day.open, day.close), max(day.open, day.close)])
    bent = np.interp(
        path,
        [path.min(), *ends, path.max()],
        [np.log(day.low), *ends, np.log(day.high)],
    )
    dollars: Floats = np.clip(np.round(np.exp(bent) * 100) / 100, day.low, day.high)
    dollars[path.argmax()], dollars[path.argmin()] = day.high, day.low
    dollars[0], dollars[-1] = day.open, day.close
    return dollars


def _best_bridge(day: DayBar, common: Floats, busy: Floats, draws: np.random.Generator) -> Floats:
    """Draw bridges from open to close and keep the one nearest to the day's range."""
    start, end = np.log(day.open), np.log(day.close)
    walk = _walks(np.log(day.high / day.low) / _RANGE_OF_WALK, common, busy, draws)
    along = np.linspace(0.0, 1.0, walk.shape[1])
    bridge = start + walk - walk[:, :1]
    bridge -= along * (bridge[:, -1:] - end)
    if day.high == max(day.open, day.close):
        bridge = _folded(bridge, max(start, end), -1)
    if day.low == min(day.open, day.close):
        bridge = _folded(bridge, min(start, end), 1)
    bent = _stretch(bridge.max(axis=1) - max(start, end), np.log(day.high) - max(start, end), day)
    bent += _stretch(min(start, end) - bridge.min(axis=1), min(start, end) - np.log(day.low), day)
    best: Floats = bridge[bent.argmin()]
    best[0], best[-1] = start, end
    return best


def _stretch(reached: Floats, wanted: float, day: DayBar) -> Floats:
    """Tell how far each excursion beyond open and close is from the wanted one, as a ratio."""
    slack = 0.1 * np.log(day.high / day.low)
    ratio: Floats = (np.maximum(reached, 0.0) + slack) / (wanted + slack)
    return np.abs(np.log(ratio))


def _walks(deviation: float, common: Floats, busy: Floats, draws: np.random.Generator) -> Floats:
    """Draw random walks around the common path, of about the wanted deviation in all."""
    points = len(common) * POINTS
    own = np.sqrt(max(deviation**2 - np.sum(np.diff(common) ** 2), (deviation / 2) ** 2))
    loud = np.repeat(np.sqrt(busy / busy.mean()), POINTS)
    steps = draws.standard_normal((_CANDIDATES, points)) * loud * (own / np.sqrt(points))
    at_ends = np.arange(1, len(common) + 1) * POINTS - 1
    level = np.interp(np.arange(points), [0, *at_ends], [0.0, *common])
    walks: Floats = np.cumsum(steps, axis=1) + level
    return walks


def _folded(bridge: Floats, line: float, side: int) -> Floats:
    """Mirror at `line` what lies on its wrong side: the day never went there."""
    return np.where((bridge - line) * side < 0, 2 * line - bridge, bridge)


def _touching(path: Floats, day: DayBar) -> Floats:
    """Where the day left the span of open and close and the path did not, make it do so."""
    inside = path[1:-1]  # a view: what is written here is written to the path
    low, high = inside.argmin(), inside.argmax()
    if day.high > max(day.open, day.close) and inside[high] <= max(path[0], path[-1]):
        inside[high] = np.log(day.high)
    if day.low < min(day.open, day.close) and inside[low] >= min(path[0], path[-1]):
        inside[low] = np.log(day.low)
    return path


def _volumes(volume: int, busy: Floats, spread: Floats, draws: np.random.Generator) -> Whole:
    """Spread a day's volume over its minutes; busy and wide minutes get more."""
    moved = 0.6 + 0.4 * spread / spread.mean() if spread.any() else np.ones(len(spread))
    weight = busy * moved * np.exp(0.4 * draws.standard_normal(len(busy)))
    weight[0] *= 2  # the opening auction
    weight[-1] *= 3  # the closing auction
    least = min(_FEWEST_SHARES, volume // len(busy))
    share: Whole = np.floor((volume - least * len(busy)) * weight / weight.sum()).astype(np.int64)
    share += least
    share[-1] += volume - share.sum()
    return share
