"""
Refresh the universe: members, bars, screens, the market's states, fundamentals, scores, choice.

Everything is as known before the session of `day`: bars up to the session before it, facts
filed before it, membership of the day. The arithmetic runs in a thread, so that an engine in
the same loop keeps its beat.
"""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from tradeengine.bars.panel import Panel
from tradeengine.bars.window import whole_day_scale
from tradeengine.errors import SelectionFailed
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.model.rejections import Rejection, Stage
from tradeengine.model.sessions import previous_session
from tradeengine.quant.off_the_loop import off_the_loop
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import MarketStates, Progress, Suppliers
from tradeengine.reference.membership import LAST_DAY
from tradeengine.settings import Settings
from tradeengine.universe.candidates import Evidence
from tradeengine.universe.mapping import Mapping
from tradeengine.universe.mean_return_difference import YEAR
from tradeengine.universe.parameters import UniverseParameters
from tradeengine.universe.proposal import CandidateList, Proposal, Source
from tradeengine.universe.proposing import Incumbents, list_candidates, propose
from tradeengine.universe.scores import Histories

TURNOVER_DAYS = 20
"""Sessions behind the average daily turnover."""

STEPS = ("daily bars", "members", "quality", "states", "fundamentals", "scores", "selection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a refresh is to follow."""

    parameters: UniverseParameters
    mapping: Mapping


def wanted_of(settings: Settings) -> Wanted:
    """Give what the settings want; the mapping is the risk gate's, which every entry must pass."""
    return Wanted(parameters=settings.universe, mapping=Mapping(settings.risk.regime_mapping.value))


async def refresh_universe(
    suppliers: Suppliers,
    files: UniverseFiles,
    wanted: Wanted,
    progress: Progress,
) -> Proposal:
    """
    Make the proposal for the session of the suppliers, and keep it with its candidates.

    Raises BadConfiguration for a damaged file, SelectionFailed when nobody is a candidate,
    and what the suppliers raise.
    """
    listed, proposal = await _prepare(suppliers, files, wanted, progress)
    await off_the_loop(files.keep, listed, proposal)
    await _log(suppliers, proposal.rejected)
    return proposal


async def _log(suppliers: Suppliers, refused: Sequence[Rejection]) -> None:
    """Log refusals; those of the fundamentals are logged by who judges the filings."""
    ours = [each for each in refused if each.stage is not Stage.FUNDAMENTALS]
    await off_the_loop(suppliers.log_refusals, ours, suppliers.day)


async def _prepare(
    suppliers: Suppliers, files: UniverseFiles, wanted: Wanted, progress: Progress
) -> tuple[CandidateList, Proposal]:
    day = suppliers.day
    through = previous_session(day).date
    wanted_bars = [*sorted(await off_the_loop(suppliers.members_on, day)), suppliers.market]
    await suppliers.refresh_bars(wanted_bars, through, progress)
    # Asked again: a company's bars may stand under a later name, which only they tell.
    members = await off_the_loop(suppliers.members_on, day)
    symbols = sorted(members)
    progress("members", len(symbols), len(symbols))
    bars = await off_the_loop(_read_bars, suppliers, wanted.parameters, symbols, through)
    if not np.isfinite(bars.rates[-1]):
        raise _missing(suppliers, f"the 10-year rate is not known on {through}, or is weeks old")
    progress("quality", len(symbols), len(symbols))
    refused_bars = {row.symbol for row in bars.refused}
    left = [symbol for symbol in symbols if symbol not in refused_bars]
    states = await off_the_loop(
        suppliers.states, bars.market.days, bars.market.close[:, 0], bars.members.days[0]
    )
    progress("states", len(states.states), len(states.states))
    companies, refused = await suppliers.fundamentals(left, day, progress)
    evidence = _evidence(suppliers, members, bars, states, companies, refused)
    sources = _sources(suppliers, bars, states, companies)
    listed, found = await off_the_loop(
        list_candidates, evidence, sources, wanted.mapping, wanted.parameters
    )
    progress("scores", len(listed.candidates), len(listed.candidates))
    if not listed.candidates:
        await _log(suppliers, listed.rejected)  # Who has no proposal looks into the audit.
    proposal = await off_the_loop(
        propose, listed, found.median_error, wanted.parameters, _incumbents(files, day)
    )
    progress("selection", len(proposal.chosen), len(proposal.chosen))
    return listed, structs.replace(proposal, incomplete=bool(suppliers.problems()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bars:
    """Panels up to the day before: the market's longer one, the members' on its last days."""

    market: Panel
    members: Panel
    refused: Sequence[Rejection]
    rates: NDArray[np.float64]


def _read_bars(
    suppliers: Suppliers, wanted: UniverseParameters, symbols: Sequence[str], through: date
) -> _Bars:
    days = max(wanted.history_days, wanted.beta_days) + 1
    market = suppliers.read_panel([suppliers.market], through, days + suppliers.warm_up_days)
    members = suppliers.read_panel(symbols, through, days)
    _check_market(suppliers, market, through)
    lined = _on_days(members, market.days[-days:])
    return _Bars(
        market=market,
        members=lined,
        refused=suppliers.screen(symbols, through),
        rates=suppliers.rate_on(lined.days),
    )


def _check_market(suppliers: Suppliers, market: Panel, through: date) -> None:
    symbol = suppliers.market
    if not market.days or market.days[-1] != through or not np.isfinite(market.close).all():
        last = market.days[-1] if market.days else "none"
        problem = f"the bars of {symbol} end or have a hole before {through} (last day: {last})"
        raise _missing(suppliers, problem)
    # Who is no member is never refused by name, so nobody else would see it.
    for spoiled in suppliers.screen([symbol], through):
        if spoiled.symbol == symbol:
            found = f"{spoiled.code}: {spoiled.field}: {spoiled.value}"
            raise SelectionFailed(f"the bars of {symbol} cannot be trusted: {found}")


def _missing(suppliers: Suppliers, problem: str) -> SelectionFailed:
    """Say what is missing, and what brings it: a site that was down, or its maker."""
    if suppliers.problems():
        return SelectionFailed(f"{problem}; run it again when the sites that failed answer")
    return SelectionFailed(f"{problem}; the source has none: choose an earlier day")


def _on_days(panel: Panel, days: tuple[date, ...]) -> Panel:
    """Line a panel up on other days: holes are NaN, a return over a hole is left out."""
    row_of = {day: row for row, day in enumerate(panel.days)}
    rows = np.array([row_of.get(day, -1) for day in days])

    def lined(values: NDArray[np.float64]) -> NDArray[np.float64]:
        padded = np.vstack((values, np.full((1, values.shape[1]), np.nan)))
        return np.asarray(padded[rows])

    returns = lined(panel.total_return)
    for row, (before, now) in enumerate(pairwise(rows), start=1):
        if now != before + 1:
            returns[row] = np.nan
    return Panel(
        days=days,
        symbols=panel.symbols,
        close=lined(panel.close),
        total_return=returns,
        raw_close=lined(panel.raw_close),
        volume=lined(panel.volume),
    )


def _evidence(
    suppliers: Suppliers,
    members: frozenset[str],
    bars: _Bars,
    states: MarketStates,
    companies: Map[str, CompanyInputs],
    refused: Sequence[Rejection],
) -> Evidence:
    panel = bars.members
    last = len(panel.days)
    return Evidence(
        origin=suppliers.origin,
        day=suppliers.day,
        members=members,
        histories=Histories(
            symbols=panel.symbols,
            shares=panel.total_return[1:],
            market=bars.market.total_return[-last:, 0][1:],
            risk_free=np.log1p(bars.rates[1:] / 100.0) / YEAR,
            states=states.states[1:],
        ),
        close=panel.raw_close[-1],
        adv_dollars=average_turnover(panel),
        sectors={
            symbol: suppliers.sector_of(symbol, inputs.sic)
            for symbol, inputs in sorted(companies.items())
        },
        companies=dict(companies),
        refused=[*bars.refused, *refused],
    )


def average_turnover(panel: Panel) -> NDArray[np.float64]:
    """
    Give the mean dollars a day of each symbol over the last `TURNOVER_DAYS`.

    A day without a bar counts as no turnover, a half day as what a whole one would have been.
    """
    days = panel.days[-TURNOVER_DAYS:]
    scales = np.array([whole_day_scale(day) for day in days])[:, None]
    turnover = panel.close[-len(days) :] * panel.volume[-len(days) :] * scales
    return np.asarray(np.nan_to_num(turnover).sum(axis=0) / len(days))


def _sources(
    suppliers: Suppliers,
    bars: _Bars,
    states: MarketStates,
    companies: Map[str, CompanyInputs],
) -> list[Source]:
    filed = [inputs.net_income.filed for inputs in companies.values()]
    last = bars.members.days[-1]
    return [
        Source(
            name="membership",
            as_of=min(suppliers.day, LAST_DAY),
            words="members of the index; later changes are not known",
        ),
        Source(name="daily bars", as_of=last, words=f"{len(bars.members.symbols)} symbols"),
        Source(name="market", as_of=bars.market.days[-1], words=suppliers.market),
        Source(
            name="states",
            as_of=states.fitted,
            words="day of the parameters in force; states are filtered up to the last bar",
        ),
        Source(name="risk-free rate", as_of=last, words=f"{bars.rates[-1]:.2f} percent a year"),
        Source(
            name="fundamentals",
            as_of=max(filed, default=None),
            words=f"latest filing of {len(companies)} companies",
        ),
    ]


def _incumbents(files: UniverseFiles, day: date) -> Incumbents:
    current = files.before(day)
    if current is None:
        return Incumbents()
    return Incumbents(symbols=current.symbols, since=current.effective)
