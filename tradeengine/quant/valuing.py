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
from tradeengine.fundamentals.valuation import Appraisal, Valuation, appraise, value
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

    sector_of: Callable[[str, int], str]
    """Give a company's sector, by its symbol and the SIC code of its filings."""

    screen: Callable[[Sequence[str], date], Sequence[Rejection]] = lambda _symbols, _through: ()
    """Refuse symbols whose bars up to a day cannot be trusted."""

    market: str = "SPY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that the values before a session depend on."""

    inputs: Mapping[str, CompanyInputs]
    facts: tuple[MarketFacts, ...]
    assumed: Assumptions
    paths: int
    refused: tuple[Rejection, ...]
    """Companies without inputs."""

    def values(self) -> list[Valuation | Rejection]:
        """Value each company of `inputs`, in its order. Some seconds for hundreds."""
        return value(list(self.inputs.values()), self.facts, self.assumed, self.paths)

    def appraise(self, symbol: str) -> Appraisal | Rejection:
        """Value one company and keep its paths. Raises KeyError for one without inputs."""
        companies = list(self.inputs.values())
        return appraise(symbol, companies, self.facts, self.assumed, self.paths)


def prepare(data: DeskData, day: DeskDay, parameters: ValuationParameters) -> Prepared:
    """Read what the values before a session depend on."""
    inputs, refused = data.inputs_on(day.day)
    panel = data.read_panel([*inputs, data.market], day.through, DAYS + 1)
    rates = data.rate_on(panel.days)
    current = data.market in panel.symbols and panel.days[-1:] == (day.through,)
    sectors = {symbol: data.sector_of(symbol, company.sic) for symbol, company in inputs.items()}
    facts = market_facts(panel, rates, sectors.__getitem__, data.market) if current else []
    assumed = Assumptions(
        as_of=day.day,
        risk_free=float(rates[-1]) / _PERCENT if len(rates) else float("nan"),
        premium=parameters.equity_premium_fraction,
        premium_error=parameters.equity_premium_error_fraction,
        premium_date=parameters.equity_premium_date,
    )
    return Prepared(
        inputs=inputs,
        facts=tuple(facts),
        assumed=assumed,
        paths=parameters.paths,
        refused=tuple(refused),
    )
