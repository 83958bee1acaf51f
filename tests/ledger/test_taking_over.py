"""What the books do when they take over what the broker holds."""

from decimal import Decimal

import pytest

from tests.ledger.messages import fill, snapshot, trade
from tradeengine.ledger.ledger import Ledger
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.model.events import EquityChanged, HoldingsDiffer, PositionChanged
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Side

BUY, SELL = Side.BUY, Side.SELL
D = Decimal


@pytest.fixture
def ledger() -> Ledger:
    """Give a ledger that holds 100 AAA, bought at 50 and worth 51."""
    ledger = Ledger(LedgerParameters())
    list(ledger.on_snapshot(snapshot()))
    list(ledger.on_fill(fill(BUY, "100", "50", seconds=1)))
    ledger.on_trade(trade(51.0))
    return ledger


def differs(recorded: str, held: str, average: str = "0", seconds: int = 60) -> HoldingsDiffer:
    return HoldingsDiffer(
        at=seconds * NANOS,
        symbol="AAA",
        recorded=D(recorded),
        held=D(held),
        average_price=D(average),
        taken_over=True,
        read_at=seconds * NANOS,
    )


@pytest.mark.parametrize(("held", "average"), [("0", "0"), ("40", "50"), ("-20", "51")])
def test_shares_that_are_gone_are_no_loss_before_the_cash_was_compared(
    ledger: Ledger, held: str, average: str
) -> None:
    position, equity = ledger.on_holdings(differs("100", held, average))

    assert isinstance(position, PositionChanged)
    assert isinstance(equity, EquityChanged)
    assert position.quantity == D(held)
    assert (equity.equity, equity.drawdown) == (D(10_100), D(0))


def test_shares_that_have_come_cost_what_the_broker_says(ledger: Ledger) -> None:
    _, equity = ledger.on_holdings(differs("100", "150", "50.2"))

    assert isinstance(equity, EquityChanged)
    # 100 at 50 and 50 for 2,530 are worth 51 each.
    assert (equity.cash, equity.equity) == (D(2_470), D(10_120))


def test_a_fill_that_is_told_after_its_shares_were_taken_over_is_not_booked(
    ledger: Ledger,
) -> None:
    list(ledger.on_holdings(differs("100", "0", seconds=60)))

    told = list(ledger.on_fill(fill(SELL, "100", "51", order="o2", seconds=58)))

    assert [m.quantity for m in told if isinstance(m, PositionChanged)] == [D(0)]
    assert ledger.view().equity == 10_100


def test_a_fill_after_that_is_booked(ledger: Ledger) -> None:
    list(ledger.on_holdings(differs("100", "0", seconds=60)))

    list(ledger.on_fill(fill(BUY, "10", "51", order="o3", seconds=61)))

    assert ledger.quantities() == {"AAA": D(10)}
