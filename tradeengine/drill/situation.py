"""What the engine is doing when the fault strikes, and the settings of a cell."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from tradeengine.layout import Home

CHURNED, KEPT = "MSFT", ("AAPL", "JPM")
SYMBOLS = (*KEPT, CHURNED)

DAY = "2019-02-13"
"""The session of every cell: one that is recorded minute by minute."""

START, UNTIL = "10:00", "10:05"
"""New York times between which a cell trades."""

FLAT_BEFORE_SECONDS, FLAT_AFTER_SECONDS = 12, 2
"""How long before and after the strike the trader wants nothing, where it is to be flat."""


class Situation(StrEnum):
    """What is held and wanted at the strike."""

    FLAT = "flat"
    POSITIONS = "positions"
    WORKING = "working"


def prepare(home: Path, situation: Situation, strike: time, changes: Mapping[str, Any]) -> Home:
    """Write the configuration of a cell under a new home; `changes` go over the sections."""
    folder = home / "config"
    folder.mkdir(parents=True)
    settings = _settings(situation, strike)
    for section, values in changes.items():
        settings[section] = settings.get(section, {}) | values
    (folder / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (folder / "session_plan.yaml").write_text(yaml.safe_dump(_plan()), encoding="utf-8")
    return Home(home)


def _settings(situation: Situation, strike: time) -> dict[str, Any]:
    return {
        "run": {"plan": "session_plan.yaml"},
        "strategy": [
            {
                "name": "drill",
                "class": "tradeengine.drill.trader:Trader",
                "parameters": _wishes(situation, strike),
            }
        ],
        # Entries are not what is on trial: let them through in every state that allows them.
        "risk": {
            "entry_window_after_open_minutes": 0,
            "quote_max_age_seconds": 30,
            "spread_max_bps": 100,
            "max_order_notional_fraction": 1,
            "portfolio_beta_max": 4,
            "gross_exposure_max_fraction": 4,
            "sector_exposure_max_fraction": 4,
            "cooldown_seconds": 0,
            "halt_cooldown_seconds": 5,
            "entries_per_symbol_per_hour": 1000,
            "entries_per_symbol_per_session": 10_000,
            "entries_per_hour": 100_000,
            "orders_per_minute": 100_000,
        },
        "router": {"entry_patience_seconds": 300 if situation is Situation.WORKING else 3},
        "feed": {"mute_threshold_seconds": 20, "stable_intervals": 3},
        "venue": {"date": DAY, "symbols": ["SPY", *SYMBOLS]},
        "logs": {"level": "warning"},
    }


def _wishes(situation: Situation, strike: time) -> dict[str, Any]:
    churn: dict[str, Any] = {"churn": [CHURNED]}
    match situation:
        case Situation.POSITIONS:
            return {**churn, "hold": list(KEPT)}
        case Situation.WORKING:
            return {**churn, "rest": list(KEPT)}
        case Situation.FLAT:
            quiet = {
                "flat_from": later(strike, -FLAT_BEFORE_SECONDS).isoformat(),
                "flat_until": later(strike, FLAT_AFTER_SECONDS).isoformat(),
            }
            return {**churn, **quiet}


def later(moment: time, seconds: float) -> time:
    """Give the wall-clock time some seconds later on the same day."""
    micros = round(((moment.hour * 60 + moment.minute) * 60 + moment.second + seconds) * 1e6)
    whole, micro = divmod(micros + moment.microsecond, 1_000_000)
    return time(whole // 3600, whole // 60 % 60, whole % 60, micro)


def _plan() -> dict[str, Any]:
    share = {
        "p_undervalued": 0.9,
        "valued_on": "2019-02-12",
        "adv20_shares": 10_000_000,
        "atr_percent": 2.0,
        "beta": 0.2,
    }
    symbols = {symbol: dict(share) for symbol in SYMBOLS}
    return {"source": "the drill", "regime": "HV-bear", "vix": 15.0, "symbols": symbols}
