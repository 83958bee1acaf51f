"""The day's loss counts against the previous close, net of what went in and out since."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from msgspec import structs

from tests.ledger.messages import snapshot
from tests.runs import NOON, opened
from tradeengine.ledger.ledger import Ledger
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.model.commands import KeepBaseline
from tradeengine.model.events import (
    BrokerSnapshot,
    CashDiffers,
    CashFlow,
    CashMoved,
    EquityChanged,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message

D = Decimal


def flow(amount: str, activity_id: str = "a") -> CashFlow:
    return CashFlow(activity_id=activity_id, kind="CSD", amount=D(amount))


def moved(amount: str, activity_id: str = "a") -> CashMoved:
    return CashMoved(at=1, received_at=1, flow=flow(amount, activity_id))


def started(equity: str, *flows: CashFlow, last_equity: str = "10000") -> BrokerSnapshot:
    plain = snapshot(cash=equity, equity=equity, last_equity=last_equity)
    return structs.replace(plain, flows=flows, received_at=NOON)


def ledger_after(start: BrokerSnapshot, kept: str | None = None) -> tuple[Ledger, list[Message]]:
    ledger = Ledger(LedgerParameters())
    ledger.on_run_opened(structs.replace(opened(), baseline=None if kept is None else D(kept)))
    return ledger, list(ledger.on_snapshot(start))


def told(messages: Sequence[Message]) -> tuple[Decimal, Decimal, Decimal]:
    """Give equity, baseline and drawdown as told last."""
    last = messages[-1]
    assert isinstance(last, EquityChanged)
    return last.equity, last.baseline, last.drawdown


def test_a_deposit_hides_no_loss() -> None:
    ledger, _ = ledger_after(started("9800"))

    assert told(list(ledger.on_cash_moved(moved("5000")))) == (
        D(14_800), D(15_000), D("0.013333334"),
    )  # fmt: skip


def test_a_withdrawal_is_no_loss() -> None:
    ledger, _ = ledger_after(started("10000"))

    assert told(list(ledger.on_cash_moved(moved("-4000")))) == (D(6_000), D(6_000), D(0))


def test_a_flow_counts_once_and_a_cancelled_one_not_at_all() -> None:
    ledger, _ = ledger_after(started("10000"))
    list(ledger.on_cash_moved(moved("5000")))

    assert list(ledger.on_cash_moved(moved("5000"))) == []
    assert told(list(ledger.on_cash_moved(moved("0")))) == (D(10_000), D(10_000), D(0))


def test_flows_that_the_start_knows_are_in_its_cash_already() -> None:
    ledger, messages = ledger_after(started("14800", flow("5000")))

    assert told(messages) == (D(14_800), D(15_000), D("0.013333334"))
    assert list(ledger.on_cash_moved(moved("5000"))) == []


def test_a_flow_before_the_books_are_open_waits_for_the_start() -> None:
    ledger = Ledger(LedgerParameters())

    assert list(ledger.on_cash_moved(moved("5000"))) == []
    assert told(list(ledger.on_snapshot(started("15000", flow("5000"))))) == (
        D(15_000), D(15_000), D(0),
    )  # fmt: skip


def test_the_first_reading_is_kept_before_flows() -> None:
    _, messages = ledger_after(started("14800", flow("5000")))

    assert messages[0] == KeepBaseline(at=NOON, account_number="PA1", baseline=D(10_000))


def test_a_later_run_of_the_session_measures_against_the_kept_reading() -> None:
    later = started("14700", flow("5000"), last_equity="9000")

    _, messages = ledger_after(later, kept="10000")

    assert told(messages) == (D(14_700), D(15_000), D("0.02"))
    assert not any(isinstance(message, KeepBaseline) for message in messages)


def test_an_account_without_a_previous_close_is_measured_against_what_it_began_with() -> None:
    _, messages = ledger_after(started("12000", flow("2000"), last_equity="0"))

    assert messages[0] == KeepBaseline(at=NOON, account_number="PA1", baseline=D(10_000))
    assert told(messages) == (D(12_000), D(12_000), D(0))


@pytest.mark.parametrize(("cash", "drawdown"), [("0", "0"), ("-1", "1")])
def test_when_all_is_withdrawn_any_loss_is_whole(cash: str, drawdown: str) -> None:
    _, messages = ledger_after(started(cash, flow("-10000")))

    assert told(messages) == (D(cash), D(0), D(drawdown))


def cash_differs(recorded: str, held: str) -> CashDiffers:
    return CashDiffers(at=1, recorded=D(recorded), held=D(held))


def test_a_deposit_that_is_told_after_its_cash_was_seen_counts_once() -> None:
    ledger, _ = ledger_after(started("10000"))
    list(ledger.on_cash(cash_differs("10000", "15000")))

    assert told(list(ledger.on_cash_moved(moved("5000")))) == (D(15_000), D(15_000), D(0))
    assert ledger.cash == 15_000


def test_a_withdrawal_that_is_told_after_its_cash_was_missed_is_no_loss_after_all() -> None:
    ledger, _ = ledger_after(started("10000"))
    (missing,) = ledger.on_cash(cash_differs("10000", "9999"))
    assert told([missing]) == (D(9_999), D(10_000), D("0.0001"))

    # One dollar of it was missing before; the rest is new.
    assert told(list(ledger.on_cash_moved(moved("-4000")))) == (D(6_000), D(6_000), D(0))
    assert ledger.cash == 6_000


def test_a_late_flow_explains_no_more_than_was_unexplained() -> None:
    ledger, _ = ledger_after(started("10000"))
    list(ledger.on_cash(cash_differs("10000", "10010")))
    list(ledger.on_cash_moved(moved("5000")))
    assert ledger.cash == 15_000

    assert told(list(ledger.on_cash_moved(moved("100", "b")))) == (D(15_100), D(15_100), D(0))


def test_on_an_evening_before_the_session_todays_close_is_the_baseline() -> None:
    """The broker's previous close is still the one before: it knows nothing of today."""
    ledger = Ledger(LedgerParameters())
    ledger.on_run_opened(structs.replace(opened(), session_open=NOON + 86_400 * NANOS))
    start = started("6500", flow("500"), last_equity="10000")

    messages = list(ledger.on_snapshot(structs.replace(start, received_at=NOON)))

    # 4,000 were withdrawn during the day, 500 came in after the close.
    assert told(messages) == (D(6_500), D(6_500), D(0))
