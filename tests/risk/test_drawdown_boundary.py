"""At 2.99 % nothing happens, at 3.00 % trading locks; flows neither trip nor hide it."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from tests.runs import NOON, a_core, make_home, opened, options_for, snapshot
from tradeengine.model.commands import FlattenAll, LockTrading
from tradeengine.model.events import BrokerSnapshot, CashFlow, CashMoved
from tradeengine.model.orders import EngineState
from tradeengine.options import build_inputs
from tradeengine.wiring import Core

D = Decimal


@pytest.fixture
def core(tmp_path: Path) -> Core:
    made = a_core(build_inputs(options_for(make_home(tmp_path))))
    made.engine.step(opened())
    return made


def read(equity: str, *flows: CashFlow) -> BrokerSnapshot:
    return structs.replace(snapshot(), equity=D(equity), cash=D(equity), flows=flows)


def flow(amount: int) -> CashFlow:
    return CashFlow(activity_id="a", kind="CSD" if amount > 0 else "CSW", amount=D(amount))


def moved(amount: int) -> CashMoved:
    return CashMoved(at=NOON, received_at=NOON, flow=flow(amount))


@pytest.mark.parametrize("equity", ["97010", "97000.01"])
def test_just_above_the_limit_nothing_happens(core: Core, equity: str) -> None:
    effects = core.engine.step(read(equity))

    assert core.breaker.state is EngineState.STARTING
    assert not any(isinstance(effect, LockTrading | FlattenAll) for effect in effects)


def test_at_the_limit_it_locks_first_and_then_flattens(core: Core) -> None:
    effects = core.engine.step(read("97000"))

    decided = [effect for effect in effects if isinstance(effect, LockTrading | FlattenAll)]
    assert [type(effect) for effect in decided] == [LockTrading, FlattenAll]
    assert decided[0] == LockTrading(
        at=NOON, equity=D(97_000), baseline=D(100_000), drawdown=D("0.03"), limit=D("0.03")
    )
    assert core.breaker.state is EngineState.LOCKED


@pytest.mark.parametrize("amount", [50_000, -50_000])
def test_money_that_moves_does_not_trip_it(core: Core, amount: int) -> None:
    core.engine.step(read("100000"))

    core.engine.step(moved(amount))

    assert core.breaker.state is EngineState.STARTING
    assert core.ledger.view().drawdown == 0


@pytest.mark.parametrize(
    ("amount", "equity", "state"),
    [
        (50_000, "145501", EngineState.STARTING),
        (50_000, "145500", EngineState.LOCKED),
        (-50_000, "48501", EngineState.STARTING),
        (-50_000, "48500", EngineState.LOCKED),
    ],
)
def test_after_money_moved_the_limit_is_three_percent_of_what_there_is(
    core: Core, amount: int, equity: str, state: EngineState
) -> None:
    core.engine.step(read(equity, flow(amount)))

    assert core.breaker.state is state
