"""Where each part of a session plan came from, and of which day, in words for a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import isnan

from tradeengine.quant.desk_day import EMBEDDED
from tradeengine.quant.live_desk import LiveDesk
from tradeengine.quant.plan_facts import Facts
from tradeengine.quant.stored_desk import MARKET
from tradeengine.regime.market import MarketRegime
from tradeengine.universe.active import ActiveUniverse

DAMAGED = "damaged files"
"""The part of a plan that names files which were set aside while it was made."""

_TRENDS = {1: "rising", -1: "falling", 0: "not known"}


def origins_of(
    desk: LiveDesk, universe: ActiveUniverse | None, facts: Facts, returns: Sequence[float]
) -> Mapping[str, str]:
    """Say it for every part."""
    origins = {
        "universe": _universe(universe),
        "daily bars": f"{_site(desk)}, to {desk.day.through}",
        "regime": _regime(facts.regime),
        "volatility index": _vix(facts, desk.day.through),
        "rate": _rate(facts.risk_free, desk.day.through),
        "valuations": _valuations(desk, universe, facts),
        "sizes": f"{len(returns)} closed trades of earlier sessions",
    }
    return origins | ({DAMAGED: "; ".join(desk.damaged)} if desk.damaged else {})


def _site(desk: LiveDesk) -> str:
    # Without a port: equal runs have equal plans.
    return "the embedded venue" if desk.files.origin == EMBEDDED else desk.sources.data.url


def _universe(universe: ActiveUniverse | None) -> str:
    if universe is None:
        return "no list is in force: accept a proposal (tradeengine universe accept)"
    return (
        f"{len(universe.members)} names, in force since {universe.effective}, proposed"
        f" {universe.proposed}, accepted by {universe.accepted_by}"
    )


def _regime(regime: MarketRegime) -> str:
    chance = "not known" if regime.probability is None else f"{regime.probability:.1%}"
    words = [
        f"{MARKET} at the close of {regime.day}: high variance {chance}, trend"
        f" {_TRENDS[regime.trend]}"
    ]
    if regime.model is not None:
        words.append(
            f"parameters of {regime.model.fitted_through} from"
            f" {regime.model.observations:,} returns"
        )
    return "; ".join([*words, *regime.marks])


def _vix(facts: Facts, through: date) -> str:
    if facts.vix is None:
        return "not known"
    day = facts.vix[0]
    return f"close of {day}" if day == through else f"not known; the last close is of {day}"


def _rate(fraction: float, through: date) -> str:
    told = "not known" if isnan(fraction) else f"{fraction:.2%}, known"
    return f"10-year Treasury {told} on {through}"


def _valuations(desk: LiveDesk, universe: ActiveUniverse | None, facts: Facts) -> str:
    names = 0 if universe is None else len(universe.members)
    words = f"{len(facts.valuations)} of {names} valued"
    if facts.valuations:
        newest = max(row.vintage for row in facts.valuations.values())
        one = next(iter(facts.valuations.values()))
        words += f" by filings to {newest} from {_filings(desk)}, {one.paths:,} paths"
    if facts.refused:
        codes = Counter(row.code for row in facts.refused)
        told = ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
        words += f"; refused: {told}"
    return words


def _filings(desk: LiveDesk) -> str:
    return "the embedded venue" if desk.files.origin == EMBEDDED else desk.sources.edgar_facts_url
