"""
Value companies before a session, from the desk's own stores.

Inputs are of filings before the session, prices and betas of the session before, the rate
the last that was published. All companies are valued together, for they are each other's
cross-section.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradeengine.bars.panel import Panel
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.outlook import Assumptions, MarketFacts
from tradeengine.fundamentals.parameters import ValuationParameters
from tradeengine.fundamentals.valuation import Appraisal, appraise
from tradeengine.model.rejections import Rejection
from tradeengine.quant.desk_day import DeskDay
from tradeengine.quant.market_facts import DAYS, market_facts

_PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskData:
    """What a valuation asks of the rest of the desk; nothing later than the day asked about."""

    inputs_on: Callable[[date], tuple[Mapping[str, CompanyInputs], Sequence[Rejection]]]
    """Give every company that the session may use, by symbol, and who is refused."""

    read_panel: Callable[[Sequence[str], date, int], Panel]
    """Line up symbols up to a session, so many days back."""

    rate_on: Callable[[Sequence[date]], NDArray[np.float64]]
    """Give the 10-year rate known at each close, percent a year; NaN where none is."""

    sector_of: Callable[[str], str]
    market: str = "SPY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """What was valued, and what it was valued with."""

    inputs: Mapping[str, CompanyInputs]
    facts: Mapping[str, MarketFacts]
    assumed: Assumptions
    results: tuple[Appraisal | Rejection, ...]
    """One a company of `inputs`, in its order; of `only` alone when that was asked for."""

    refused: tuple[Rejection, ...]
    """Companies without inputs."""


def value_before(
    data: DeskData, day: DeskDay, parameters: ValuationParameters, only: str | None = None
) -> Valued:
    """Value what can be valued before a session; `only` one symbol, drawn to the middle of all."""
    inputs, refused = data.inputs_on(day.day)
    symbols = [*inputs, data.market]
    panel = data.read_panel(symbols, day.through, DAYS + 1)
    rates = data.rate_on(panel.days)
    facts = market_facts(panel, rates, data.sector_of, data.market) if _is_of(panel, day) else []
    assumed = Assumptions(
        as_of=day.day,
        risk_free=float(rates[-1]) / _PERCENT if len(rates) else float("nan"),
        premium=parameters.equity_premium_fraction,
        premium_error=parameters.equity_premium_error_fraction,
        premium_date=parameters.equity_premium_date,
    )
    return Valued(
        inputs=inputs,
        facts={each.symbol: each for each in facts},
        assumed=assumed,
        results=tuple(appraise(list(inputs.values()), facts, assumed, parameters.paths, only)),
        refused=tuple(refused),
    )


def _is_of(panel: Panel, day: DeskDay) -> bool:
    """Tell whether the panel ends with the session before; older prices are no prices."""
    return bool(panel.days) and panel.days[-1] == day.through
