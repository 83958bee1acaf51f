"""
The whole engine, as `tradeengine run --venue URL` would run it, as a measured process.

    python -m benchmarks.engine VENUE_URL HOME [--journal-at-once]

Everything is on: streams, risk gate with every check, journal, logs, screen. The
strategy is the benchmark's, limits that count orders are wide, and the quant desk, whose work
at the start is no tick's, has nothing to do. With
`--journal-at-once` the journal calls everything durable without writing: what
that saves is the journal's share.
"""

import sys
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from benchmarks.scene import DAY, SEED, START, SYMBOLS
from benchmarks.usage import answer_usage
from tradeengine.bus.journal import Journal
from tradeengine.layout import Home
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.options import Options
from tradeengine.risk.parameters import RiskLimits
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.settings import Settings, VenueChoice, VenueKind
from tradeengine.settings.schema import StrategyEntry
from tradeengine.trading import trade

AT_ONCE = "--journal-at-once"

_SHARE = SymbolPlan(
    p_undervalued=0.9,
    valued_on="2019-02-12",
    adv20_shares=10_000_000,
    atr_percent=2.0,
    beta=0.1,
    sector="Industrials",
)
_PLAN = SessionPlan(
    source="benchmark", regime=Regime.HV_BEAR, vix=15.0, symbols=dict.fromkeys(SYMBOLS, _SHARE)
)
_LIMITS = RiskLimits(
    max_positions=500,
    entries_per_symbol_per_hour=1_000,
    entries_per_symbol_per_session=10_000,
    entries_per_hour=100_000,
    orders_per_minute=100_000,
    warm_bars=0,
    sector_exposure_max_fraction=Decimal(1),
)
_NO_JOBS = ScheduleParameters(bars=False, fundamentals=False, universe=False, plan=False)


def options(url: str, home: Path) -> Options:
    """Choose the venue at `url`, the benchmark's strategy, and limits that let it trade."""
    strategy = StrategyEntry(name="bench", class_path="benchmarks.strategy:OrderOnTick")
    return Options(
        settings=Settings(strategy=(strategy,), risk=_LIMITS, schedule=_NO_JOBS),
        plan=_PLAN,
        builds_plan=False,
        choice=VenueChoice(VenueKind.URL, url),
        home=Home(home),
        date=DAY,
        start=START,
        speed=1.0,
        until=None,
        seed=SEED,
        json=False,
    )


async def at_once(journal: Journal) -> None:
    """Stand in for `Journal.durable` where its share is measured."""


def main(url: str, home: str, *flags: str) -> None:
    answer_usage()
    chosen = options(url, Path(home))
    if AT_ONCE in flags:
        with patch.object(Journal, "durable", at_once):
            trade(chosen)
    else:
        trade(chosen)


if __name__ == "__main__":
    main(*sys.argv[1:])
