"""
What a refresh of the universe asks of the rest of the desk, as narrow as it is used.

Each is a function; `connecting_universe.py` takes them from the bars, the reference data and
the fundamentals, tests from small files. Every one takes the day it is asked for and gives
nothing that was not known before that day's session.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradeengine.bars.panel import Panel
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.model.plan import Regime
from tradeengine.model.rejections import Rejection

Progress = Callable[[str, int, int], None]
"""Hears a step's name, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketStates:
    """The market's state at each close, filtered, by parameters frozen before it."""

    states: tuple[Regime, ...]
    fitted: date | None
    """Day of the parameters in force at the last close; None: there are none."""


Fundamentals = tuple[Mapping[str, CompanyInputs], Sequence[Rejection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppliers:
    """
    The sources of one origin. `through` is the session before `day`.

    The synchronous ones run off the event loop.
    """

    origin: str

    day: date
    """The session to be prepared."""

    members_on: Callable[[date], frozenset[str]]
    """Give the index's members on a day."""

    sector_of: Callable[[str, int], str]
    """Give a company's sector, by its symbol and the SIC code of its filings."""

    refresh_bars: Callable[[Sequence[str], date, Progress], Awaitable[None]]
    """Bring the daily bars of symbols in the store up to `through`."""

    read_panel: Callable[[Sequence[str], date, int], Panel]
    """Read symbols up to `through`, so many days back; symbols without bars may be left out."""

    screen: Callable[[Sequence[str], date], Sequence[Rejection]]
    """Refuse symbols whose bars up to `through` cannot be trusted."""

    fundamentals: Callable[[Sequence[str], date, Progress], Awaitable[Fundamentals]]
    """
    Give the validated inputs as of `day`, and the refusals with their codes.

    Shares are counted after the splits before `day`, as the closes are.
    """

    rate_on: Callable[[Sequence[date]], NDArray[np.float64]]
    """Give the risk-free rate known at each close, percent a year."""

    states: Callable[[Sequence[date], NDArray[np.float64], date], MarketStates]
    """Tell the states from a day on, given days (rising) and the market's closes on them."""

    log_refusals: Callable[[Sequence[Rejection], date], None]
    """Keep the refusals of a session with those of others, for `tradeengine audit`."""

    problems: Callable[[], Sequence[str]] = tuple
    """Say what a source refused so far, in words; what was there before was used instead."""

    notes: Callable[[], Sequence[str]] = tuple
    """Say what came and is to be known, in words: members without bars, corrections."""

    warm_up_days: int = 1260 + 63
    """Closes before that day which the states are told from."""

    market: str = "SPY"
    """The symbol that stands for the market."""
