"""
Turn minute bars into trades that give back exactly the same bars.

Each minute becomes a handful of prints. The first is the open, the last the
close, and the high and the low are touched between them, the low first in most
rising minutes. What is left over are prints between those. Sizes are whole
shares (round lots where the volume allows) that add up to the minute's volume.

All minutes are made at once: one row of a matrix is a minute, one column a
possible print, and a key sorts the prints of a row into time order.
"""

from dataclasses import dataclass

import numpy as np

from tradeengine.model.instants import NANOS
from tradeengine.venue.market.columns import Flags, Floats, Minutes, Prints, Whole

FIRST_PRINT = NANOS // 20
"""No print comes earlier in its minute: bars and bands of the last one go out first."""

LAST_PRINT = 58 * NANOS + 900_000_000
"""No print comes later in its minute: the closing quote comes after it."""

_ABSENT = np.inf
_LOT = 100


@dataclass(frozen=True, slots=True)
class Density:
    """How many prints a minute gets, drawn evenly from `fewest` to `most`."""

    fewest: int = 3
    most: int = 6


class UnprintableMinute(ValueError):
    """A bar that no whole-share trades can make."""


def print_minutes(
    minutes: Minutes, density: Density, draws: np.random.Generator, first_number: int = 1
) -> Prints:
    """
    Give the prints of all minutes, in order, at distinct instants.

    They are numbered from `first_number`. Raises UnprintableMinute when a bar's
    prices contradict each other or its volume has fewer shares than prices to
    touch.
    """
    anchors = _anchors(minutes, density, draws)
    _require_printable(minutes, anchors.present)
    price, present = _ordered(anchors, _extras(minutes, anchors, density, draws))
    size = _sizes(minutes.volume, present, draws)
    at = minutes.start[:, None] + _offsets(present, draws)
    rows = np.broadcast_to(np.arange(len(minutes))[:, None], present.shape)
    return Prints(
        at=at[present],
        minute=rows[present],
        number=np.arange(first_number, first_number + int(present.sum())),
        price=price[present],
        size=size[present],
    )


@dataclass(frozen=True, slots=True)
class _Prices:
    """Candidate prints: prices, which of them happen, and keys that order a row."""

    price: Floats
    present: Flags
    key: Floats


def _anchors(minutes: Minutes, density: Density, draws: np.random.Generator) -> _Prices:
    """Give the prints that a bar cannot do without: open, its two extremes, close."""
    rising = minutes.close >= minutes.open
    low_first = rising ^ (draws.random(len(minutes)) < 0.2)
    top = np.maximum(minutes.open, minutes.close)
    bottom = np.minimum(minutes.open, minutes.close)
    has_high, has_low = minutes.high > top, minutes.low < bottom
    second = np.where(low_first, minutes.low, minutes.high)
    third = np.where(low_first, minutes.high, minutes.low)
    closes = (minutes.high > minutes.low) | ((minutes.volume > 1) & (density.fewest > 1))
    opens = np.ones(len(minutes), dtype=np.bool_)
    price = np.column_stack([minutes.open, second, third, minutes.close])
    present = np.column_stack(
        [
            opens,
            np.where(low_first, has_low, has_high),
            np.where(low_first, has_high, has_low),
            closes,
        ]
    )
    key = np.broadcast_to(np.arange(4.0), price.shape)
    return _Prices(price, present, key)


def _require_printable(minutes: Minutes, needed: Flags) -> None:
    top = np.maximum(minutes.open, minutes.close)
    bottom = np.minimum(minutes.open, minutes.close)
    good = (
        (minutes.high >= top)
        & (minutes.low <= bottom)
        & (minutes.low > 0)
        & (minutes.volume >= needed.sum(axis=1))
    )
    if not good.all():
        row = minutes.rows(~good)
        raise UnprintableMinute(
            f"{(~good).sum()} minutes cannot be printed, the first is"
            f" open {row.open[0]} high {row.high[0]} low {row.low[0]}"
            f" close {row.close[0]} volume {row.volume[0]}"
        )


def _extras(
    minutes: Minutes, anchors: _Prices, density: Density, draws: np.random.Generator
) -> _Prices:
    """Give prints on the way from one anchor to the next, rounded to cents."""
    needed = anchors.present.sum(axis=1)
    span = density.most - density.fewest + 1
    wanted = density.fewest + (draws.random(len(minutes)) * span).astype(np.int64)
    wanted = np.minimum(np.maximum(wanted, needed), minutes.volume) - needed
    key = draws.random((len(minutes), int(wanted.max(initial=0)))) * 3
    gap = key.astype(np.int64)
    start = np.take_along_axis(anchors.price, gap, axis=1)
    end = np.take_along_axis(anchors.price, gap + 1, axis=1)
    between = np.round((start + (end - start) * (key - gap)) * 100) / 100
    price = np.clip(between, minutes.low[:, None], minutes.high[:, None])
    return _Prices(price, np.arange(key.shape[1]) < wanted[:, None], key)


def _ordered(anchors: _Prices, extras: _Prices) -> tuple[Floats, Flags]:
    """Sort each row into time order, absent prints last."""
    price = np.hstack([anchors.price, extras.price])
    present = np.hstack([anchors.present, extras.present])
    key = np.where(present, np.hstack([anchors.key, extras.key]), _ABSENT)
    order = np.argsort(key, axis=1, kind="stable")
    return np.take_along_axis(price, order, 1), np.take_along_axis(present, order, 1)


def _sizes(volume: Whole, present: Flags, draws: np.random.Generator) -> Whole:
    """Split each minute's volume; what does not divide goes to its first print."""
    count = present.sum(axis=1)
    lot = np.where(volume >= _LOT * count, _LOT, 1)
    lots = volume // lot
    weight = np.where(present, 0.2 - np.log1p(-draws.random(present.shape)), 0.0)
    share = weight / weight.sum(axis=1, keepdims=True)
    size: Whole = present + np.floor((lots - count)[:, None] * share).astype(np.int64)
    size[:, 0] += lots - size.sum(axis=1)
    size *= lot[:, None]
    size[:, 0] += volume - lots * lot
    return size


def _offsets(present: Flags, draws: np.random.Generator) -> Whole:
    """Give rising instants within the minute, in nanoseconds from its start."""
    gap = np.where(present, 0.02 - np.log1p(-draws.random(present.shape)), 0.0)
    tail = 0.02 - np.log1p(-draws.random((len(present), 1)))
    elapsed = np.cumsum(gap, axis=1)
    fraction = elapsed / (elapsed[:, -1:] + tail)
    return FIRST_PRINT + (fraction * (LAST_PRINT - FIRST_PRINT)).astype(np.int64)
