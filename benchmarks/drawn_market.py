"""
A market of as many shares as wanted, drawn by chance: what a refresh of the universe reads.

Calm and wild spells, betas from 0.2 to 2, noise of its own for each share. The numbers mean
nothing; their count is that of a real refresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradeengine.bars.panel import Panel
from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.model.sessions import sessions_between
from tradeengine.quant.universe_suppliers import Fundamentals, MarketStates, Progress, Suppliers
from tradeengine.regime.market import market_regimes
from tradeengine.regime.parameters import RegimeParameters

DAY = date(2010, 7, 1)
FIRST = date(1999, 11, 1)
MARKET = "SPY"
SEED = 20100701


@dataclass(frozen=True, slots=True)
class DrawnMarket:
    """Log returns of the market (T) and of N shares (T x N) on `days`."""

    days: tuple[date, ...]
    symbols: tuple[str, ...]
    market: NDArray[np.float64]
    shares: NDArray[np.float64]


def drawn_market(count: int) -> DrawnMarket:
    """Draw a market; the same count gives the same one."""
    random = np.random.default_rng(SEED)
    days = tuple(session.date for session in sessions_between(FIRST, DAY))[:-1]
    wild = (np.arange(len(days)) // 120) % 3 == 2
    market = random.normal(0.0002, np.where(wild, 0.02, 0.008))
    betas = random.uniform(0.2, 2.0, count)
    noise = random.standard_t(5, (len(days), count)) * 0.012
    symbols = tuple(f"S{place:04}" for place in range(count))
    return DrawnMarket(days, symbols, market, np.outer(market, betas) + noise)


def suppliers_of(drawn: DrawnMarket) -> Suppliers:
    """Give a drawn market as a refresh asks for it; every company has sound figures."""
    column_of = {symbol: place for place, symbol in enumerate(drawn.symbols)}

    def read_panel(symbols: Sequence[str], through: date, days: int) -> Panel:
        del through
        returns = np.column_stack(
            [
                drawn.market if symbol == MARKET else drawn.shares[:, column_of[symbol]]
                for symbol in symbols
            ]
        )[-days:]
        close = 50.0 * np.exp(np.cumsum(returns, axis=0))
        return Panel(
            days=drawn.days[-days:],
            symbols=tuple(symbols),
            close=close,
            total_return=returns,
            raw_close=close,
            volume=np.full_like(close, 1e8),
        )

    async def refresh_bars(symbols: Sequence[str], through: date, progress: Progress) -> None:
        del symbols, through, progress

    async def fundamentals(symbols: Sequence[str], day: date, progress: Progress) -> Fundamentals:
        del progress
        return {symbol: _company(symbol, day, column_of[symbol]) for symbol in symbols}, []

    return Suppliers(
        origin="embedded",
        day=DAY,
        members_on=lambda _: frozenset(drawn.symbols),
        sector_of=lambda symbol, _: f"sector {column_of[symbol] % 11}",
        refresh_bars=refresh_bars,
        read_panel=read_panel,
        screen=lambda _symbols, _through: [],
        fundamentals=fundamentals,
        rate_on=lambda days: np.full(len(days), 3.0),
        states=market_states,
        log_refusals=lambda _refused, _day: None,
        market=MARKET,
    )


def _company(symbol: str, day: date, place: int) -> CompanyInputs:
    def figure(value: float) -> Figure:
        return Figure(value=value, rule="drawn", end=date(2009, 12, 31), filed=date(2010, 2, 20))

    one = figure(1.0)
    return CompanyInputs(
        symbol=symbol, cik=place + 1, name=symbol, sic=2000, as_of=day,
        revenue=one, ebit=one, depreciation=one, capex=one, pretax=one, tax=one, interest=one,
        operating_cash_flow=figure(6.0), net_income=figure(1.0 + place % 4), working_capital=one,
        debt=figure(5.0), debt_year_ago=None, cash=one, equity=figure(12.0),
        equity_year_ago=None, noncontrolling=None, preferred=None, assets=one,
        shares=figure(1.0), dilution=1.0,
        annual_revenue=(), annual_ebit=(), annual_depreciation=(), annual_capex=(),
    )  # fmt: skip


def market_states(days: Sequence[date], closes: NDArray[np.float64], since: date) -> MarketStates:
    """Tell the states as they were known on each day."""
    judged = market_regimes(days, closes, since, RegimeParameters())
    model = judged[-1].model
    states = tuple(each.regime for each in judged)
    return MarketStates(states=states, fitted=None if model is None else model.fitted_through)
