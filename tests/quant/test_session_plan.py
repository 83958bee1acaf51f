"""A plan that was made anew, as the run takes it."""

from datetime import date
from decimal import Decimal

import pytest

from tradeengine.errors import JobFailed
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.quant.session_plan import renewed

DAY = date(2010, 7, 1)


def plan_of(day: date, *symbols: str, ramp: str = "1") -> SessionPlan:
    return SessionPlan(
        source="test",
        regime=Regime.HV_BEAR,
        vix=34.54,
        symbols={symbol: SymbolPlan() for symbol in symbols},
        size_ramp=Decimal(ramp),
        day=day.isoformat(),
    )


def test_only_what_is_streamed_is_taken_and_the_ramp_stays() -> None:
    first = plan_of(DAY, "AAPL", ramp="0.25")

    taken = renewed(plan_of(DAY, "AAPL", "MSFT"), first, DAY, ("SPY", "AAPL"))

    assert list(taken.symbols) == ["AAPL"]
    assert taken.size_ramp == Decimal("0.25")


def test_a_plan_of_the_next_session_is_refused() -> None:
    with pytest.raises(JobFailed, match="it is of 2010-07-02, and the run trades 2010-07-01"):
        renewed(plan_of(date(2010, 7, 2), "AAPL"), plan_of(DAY, "AAPL"), DAY, ("AAPL",))
