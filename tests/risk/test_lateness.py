"""A loop that is late again and again forbids entries, and nothing else."""

from decimal import Decimal

from tests.risk.test_breaker import moves, trading
from tradeengine.model.events import AlertRaised, FeedLost, LoopFellBehind, LoopSteady
from tradeengine.model.orders import EngineState, Severity
from tradeengine.risk.breaker import Breaker

LAGGED = LoopFellBehind(
    at=7_000, received_at=7_000, times=3, seconds=2.1, culprit="slow.py:7 on_bar"
)
STEADY = LoopSteady(at=7_100, received_at=7_100)


def test_entries_stop_while_the_loop_lags_and_the_culprit_is_named() -> None:
    breaker = trading()

    told = list(breaker.lateness.on_lagged(LAGGED))

    assert moves(told) == [EngineState.REDUCING]
    alert = told[0]
    assert isinstance(alert, AlertRaised)
    assert (alert.severity, alert.code) == (Severity.WARNING, "LOOP_LAGGING")
    assert alert.text == ("no entries: event loop late 3 times, last by 2.10 s in slow.py:7 on_bar")
    assert moves(list(breaker.lateness.on_steady(STEADY))) == [EngineState.TRADING]


def test_a_loop_in_time_does_not_mend_what_else_is_wrong() -> None:
    breaker = trading()
    list(breaker.lateness.on_lagged(LAGGED))
    list(breaker.on_feed_lost(FeedLost(at=7_001, received_at=7_001, reason="cut")))

    assert moves(list(breaker.lateness.on_steady(STEADY))) == []
    assert breaker.state is EngineState.REDUCING


def test_before_trading_it_is_remembered() -> None:
    breaker = Breaker(Decimal("0.03"))
    assert moves(list(breaker.lateness.on_lagged(LAGGED))) == []
    assert breaker.state is EngineState.STARTING
