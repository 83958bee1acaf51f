"""A home for each test, with a configuration that hosts the strategy it names."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from tests.runs import NO_JOBS

SYMBOLS = ("AAPL", "JPM", "MSFT")

LOOSE_LIMITS: dict[str, object] = {
    "entry_window_after_open_minutes": 0,
    "entry_window_before_close_minutes": 0,
    "quote_max_age_seconds": 30,
    "max_order_notional_fraction": 1,
    "portfolio_beta_max": 4,
}

MANY_SHARES = {
    "max_order_notional_dollars": 400_000,
    "max_order_notional_fraction": 1,
    "max_positions": 3,
    "adv_percent": 25,
    "gross_exposure_max_fraction": 4,
    "net_exposure_max_fraction": 4,
    "sector_exposure_max_fraction": 4,
}


HOLDERS = ("BuyOnce", "BuyNow", "BuyMuch", "BuyMuchNow", "BuyThenSell", "Slow")
ENTRY_PATIENCE = dict.fromkeys(HOLDERS, 300) | {"RestBelow": 60, "RestNow": 10}
"""
For strategies that wish once: how many seconds their entry may rest.

After the usual three seconds, a tenth of one at thirty times the time, a busy machine has not
even sent it: it is withdrawn, and neither held nor cancelled.
"""


def router_for(strategy: str) -> dict[str, object]:
    """Give the router's settings for a strategy."""
    seconds = ENTRY_PATIENCE.get(strategy)
    return {} if seconds is None else {"entry_patience_seconds": seconds}


@pytest.fixture(scope="module")
def unmeasured() -> Iterator[None]:
    """
    Keep the tool that measures coverage out of the programs that a module's tests start.

    It makes them take twice as long, and of a program that is killed nothing is learnt.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE")]:
            patch.delenv(name)
        yield


@pytest.fixture
def home_with(tmp_path: Path) -> Callable[..., Path]:
    """Make a home whose only strategy is a class of `module`, on a few symbols."""

    def make(
        strategy: str,
        symbols: tuple[str, ...] = SYMBOLS,
        risk: dict[str, object] | None = None,
        module: str = "strategies",
        valued_on: str = "2019-02-12",
        venue: Mapping[str, object] = MappingProxyType({}),
        router: dict[str, object] | None = None,
        **sections: object,
    ) -> Path:
        folder = tmp_path / "config"
        folder.mkdir()
        settings: dict[str, object] = {
            "strategy": [{"name": "test", "class": f"tests.sessions.{module}:{strategy}"}],
            "schedule": NO_JOBS,
            **sections,
            "router": router_for(strategy) | (router or {}),
            "run": {"plan": "session_plan.yaml"},
            "venue": {"date": "2019-02-13", **venue},
            "risk": LOOSE_LIMITS | (risk or {}),
        }
        (folder / "config.yaml").write_text(yaml.safe_dump(settings))
        shares = {
            symbol: {
                "p_undervalued": 0.9,
                "valued_on": valued_on,
                "adv20_shares": 10_000_000,
                "atr_percent": 2.0,
                "beta": 0.2,
            }
            for symbol in symbols
        }
        plan = {"source": "a test", "regime": "HV-bear", "vix": 15.0, "symbols": shares}
        (folder / "session_plan.yaml").write_text(yaml.safe_dump(plan))
        return tmp_path

    return make
