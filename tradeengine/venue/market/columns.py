"""Columns: what a symbol's day is made of before it becomes messages."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columns:
    """Arrays of one length, one row a thing."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def rows(self, chosen: slice | Whole | Flags) -> Self:
        """Give some of the rows."""
        return type(self)(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put the rows of several parts, at least one, after each other."""
        names = [f.name for f in fields(cls)]
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


@dataclass(frozen=True, slots=True)
class Minutes(Columns):
    """
    The traded minutes of a symbol in a session, in order.

    `start` in nanoseconds UTC, prices in dollars, `volume` in shares, > 0.
    """

    start: Whole
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Whole


@dataclass(frozen=True, slots=True)
class Prints(Columns):
    """Trades in order; `minute` is the row of their minute, `number` their id on the tape."""

    at: Whole
    minute: Whole
    number: Whole
    price: Floats
    size: Whole


@dataclass(frozen=True, slots=True)
class Book(Columns):
    """Best bids and asks; sizes in shares."""

    at: Whole
    bid: Floats
    bid_size: Whole
    ask: Floats
    ask_size: Whole


@dataclass(frozen=True, slots=True)
class Bars(Columns):
    """Minute bars as published: `at` is when, `start` which minute."""

    at: Whole
    start: Whole
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Whole
    vwap: Floats
    trade_count: Whole


@dataclass(frozen=True, slots=True)
class Bands(Columns):
    """Limit-up limit-down bands."""

    at: Whole
    low: Floats
    high: Floats
