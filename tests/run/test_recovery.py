"""What an earlier run left is read from its journal and held against the broker."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.console.pictures import PLAN
from tests.runs import NOON, held, make_home, opened, options_for, receipt, snapshot
from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header, frame
from tradeengine.console.summary import RunSummary
from tradeengine.layout import Home, RunFiles
from tradeengine.ledger.ledger import Ledger
from tradeengine.model.commands import ApprovedOrder, OrderIntent
from tradeengine.model.events import (
    BrokerOrder,
    DifferenceFound,
    OrderAccepted,
    OrderFilled,
    Reconciled,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side, TimeInForce
from tradeengine.options import build_inputs
from tradeengine.router.order import Order
from tradeengine.run.edges import FoundOrder
from tradeengine.run.outcome import Outcome, write_outcome
from tradeengine.run.recovery import Record, differences, last_record

D = Decimal
NAME = "te-t1-test-AAPL-000001-e"
COMPARED = Reconciled(at=NOON, received_at=NOON, unexplained=0)
NEVER = RunFiles(Path("/nowhere/now"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


async def journal_of(
    home: Home,
    *messages: Message,
    run_id: str = "one",
    build: str | None = None,
    venue: str = "v",
    has_compared: bool = True,
) -> RunFiles:
    """Write the journal of a run that was given these inputs, and then was cut off."""
    inputs = build_inputs(options_for(home))
    files = RunFiles(home.logs / run_id)
    files.folder.mkdir()
    text = inputs.to_text() if build is None else build
    header = Header(run_id=run_id, version="0", host="h", venue=venue, build=text)
    journal = Journal(files.journal, header)
    for message in (*[COMPARED][:has_compared], *messages):
        journal.take_input(message)
    await journal.close()
    return files


def entry() -> OrderIntent:
    """An entry that a strategy wanted."""
    return OrderIntent(
        at=NOON,
        strategy="test",
        symbol="AAPL",
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        quantity=D(10),
        limit_price=D(100),
    )


def approved() -> ApprovedOrder:
    """An entry on its way to the router, as an input: the gate's work is not in question."""
    return ApprovedOrder(at=NOON, intent=entry(), quantity=D(10))


def filled(quantity: str, cumulative: str) -> OrderFilled:
    return OrderFilled(
        at=NOON,
        received_at=NOON,
        client_order_id=NAME,
        order_id="b1",
        symbol="AAPL",
        execution_id=f"x{cumulative}",
        side=Side.BUY,
        quantity=D(quantity),
        price=D(100),
        cumulative=D(cumulative),
        complete=False,
    )


def working(name: str, symbol: str = "KO") -> BrokerOrder:
    """Give an order that is open at the broker."""
    return BrokerOrder(
        client_order_id=name,
        order_id="b1",
        symbol=symbol,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=D(1),
        filled=D(0),
        status="new",
    )


def accepted() -> OrderAccepted:
    return OrderAccepted(
        at=NOON,
        received_at=NOON,
        client_order_id=NAME,
        order_id="b1",
        symbol="AAPL",
        status="new",
    )


async def test_a_run_that_was_cut_off_is_rebuilt(home: Home) -> None:
    await journal_of(home, opened(), snapshot(held("JPM", "5")), approved(), accepted(),
                     filled("4", "4"))  # fmt: skip

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.run_id == "one"
    assert record.positions == {"AAPL": D(4), "JPM": D(5)}
    assert [(o.client_order_id, o.filled) for o in record.open_orders] == [(NAME, D(4))]
    assert record.damage == ""


async def test_a_torn_tail_is_read_to_its_last_whole_record(home: Home) -> None:
    files = await journal_of(home, opened(), snapshot(held("JPM", "5")), accepted())
    files.journal.write_bytes(files.journal.read_bytes()[:-3])

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.positions == {"JPM": D(5)}
    assert "cut short" in record.damage


async def test_the_run_that_asks_is_not_its_own_past(home: Home) -> None:
    files = await journal_of(home, snapshot(held("JPM", "5")))

    assert last_record(home, files, "PA1") is None


async def test_without_an_earlier_run_there_is_no_record(home: Home) -> None:
    assert last_record(home, NEVER, "PA1") is None


async def test_another_accounts_run_is_passed_over(home: Home) -> None:
    await journal_of(home, snapshot(held("JPM", "5")))
    later = await journal_of(home, snapshot(held("KO", "7"), account="PA2"), run_id="two")
    os.utime(later.journal, ns=(NOON * 2, NOON * 2))

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.run_id == "one"


async def test_a_run_that_never_saw_its_account_is_passed_over(home: Home) -> None:
    await journal_of(home, opened())

    assert last_record(home, NEVER, "PA1") is None


def write_receipt(files: RunFiles, *, flat: bool) -> None:
    summary = RunSummary(
        plan=PLAN,
        run_id="one",
        run_dir="",
        state=EngineState.STOPPED,
        flat=flat,
        symbols=0,
        orders=0,
        fills=0,
        buys=0,
        sells=0,
        equity_start=None,
        equity_end=None,
        receipt=receipt(flat=flat),
    )
    write_outcome(Outcome(files, summary, faults=0))


async def test_a_run_that_ended_flat_needs_no_recovery_nor_do_those_before(home: Home) -> None:
    await journal_of(home, snapshot(held("JPM", "5")))
    later = await journal_of(home, snapshot(), run_id="two")
    os.utime(later.journal, ns=(NOON * 2, NOON * 2))
    write_receipt(later, flat=True)

    assert last_record(home, NEVER, "PA1") is None


async def test_a_run_whose_receipt_says_not_flat_is_recovered(home: Home) -> None:
    write_receipt(await journal_of(home, snapshot(held("JPM", "5"))), flat=False)

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.positions == {"JPM": D(5)}


async def test_a_run_that_had_not_compared_is_no_record_but_its_orders_are_known(
    home: Home,
) -> None:
    await journal_of(home, snapshot())
    later = await journal_of(
        home,
        opened(),
        snapshot(held("AAPL", "5")),
        approved(),
        filled("4", "4"),
        run_id="two",
        has_compared=False,
    )
    os.utime(later.journal, ns=(NOON * 2, NOON * 2))

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert (record.run_id, record.positions) == ("one", {})
    assert [(o.client_order_id, o.filled) for o in record.open_orders] == [(NAME, D(0))]


async def test_a_position_that_only_runs_which_had_not_compared_saw_has_no_record(
    home: Home,
) -> None:
    await journal_of(home, snapshot(held("AAPL", "5")), has_compared=False)

    assert last_record(home, NEVER, "PA1") is None


async def test_an_order_of_the_record_that_a_later_run_adopted_is_counted_once(
    home: Home,
) -> None:
    await journal_of(home, opened(), snapshot(), approved(), filled("4", "4"))
    adopted = snapshot(held("AAPL", "4"), orders=(working(NAME, "AAPL"),))
    later = await journal_of(home, adopted, run_id="two", has_compared=False)
    os.utime(later.journal, ns=(NOON * 2, NOON * 2))

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert [(o.client_order_id, o.filled) for o in record.open_orders] == [(NAME, D(4))]


def difference(symbol: str, *, explained: bool) -> DifferenceFound:
    return DifferenceFound(
        at=NOON,
        received_at=NOON,
        symbol=symbol,
        recorded="0",
        held="5",
        explained=explained,
        explanation="",
    )


async def test_what_a_killed_run_could_not_explain_stays_in_doubt(home: Home) -> None:
    await journal_of(
        home,
        snapshot(held("KO", "5"), held("JPM", "5")),
        difference("KO", explained=False),
        difference("JPM", explained=False),
        difference("JPM", explained=True),
    )

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.doubts == {"KO": "0"}


@pytest.mark.parametrize("content", [b"", b"\x00" * 40], ids=["empty", "zeros"])
async def test_a_journal_without_a_readable_header_is_passed_over(
    home: Home, content: bytes
) -> None:
    await journal_of(home, snapshot(held("JPM", "5")))
    broken = RunFiles(home.logs / "two")
    broken.folder.mkdir()
    broken.journal.write_bytes(content)
    os.utime(broken.journal, ns=(NOON * 2, NOON * 2))

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.run_id == "one"


async def test_a_journal_of_another_version_is_passed_over(home: Home) -> None:
    await journal_of(home, snapshot(held("JPM", "5")), build="{}")
    strange = await journal_of(home, run_id="two")
    with strange.journal.open("ab") as file:
        file.write(frame(b"I", b"\x81\xa4type\xa5Dream"))

    assert last_record(home, NEVER, "PA1") is None


async def test_the_bug_that_ended_a_run_does_not_end_the_next_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal_of(home, opened(), snapshot(held("JPM", "5")), filled("4", "4"))

    def raise_on_fill(ledger: Ledger, fill: OrderFilled) -> object:
        del ledger, fill
        raise ZeroDivisionError("a bug of the test")

    monkeypatch.setattr(Ledger, "on_fill", raise_on_fill)

    record = last_record(home, NEVER, "PA1")

    assert record is not None
    assert record.positions == {"JPM": D(5)}


# What the broker holds against the record.


def record_of(*orders: Order, **positions: str) -> Record:
    held_then = {symbol: D(quantity) for symbol, quantity in positions.items()}
    return Record(run_id="one", positions=held_then, open_orders=orders, damage="")


def order(
    symbol: str = "AAPL", side: Side = Side.BUY, *, name: str = NAME, already: str = "0"
) -> Order:
    return Order(
        client_order_id=name,
        strategy="test",
        symbol=symbol,
        side=side,
        purpose=Purpose.ENTRY,
        quantity=D(10),
        sent_at=NOON,
        filled=D(already),
    )


class Broker:
    """Say how many shares of which orders were filled."""

    def __init__(self, **filled: str) -> None:
        self._filled = filled

    async def find(self, client_order_id: str) -> FoundOrder | None:
        shares = self._filled.get(client_order_id.rsplit("-", 1)[-1])
        return None if shares is None else FoundOrder(filled=D(shares))


async def compared(
    record: Record | None, *positions: tuple[str, str], broker: Broker | None = None
) -> list[DifferenceFound]:
    now = snapshot(*(held(symbol, quantity) for symbol, quantity in positions))
    return await differences(record, now, (broker or Broker()).find, NOON)


async def test_what_agrees_is_no_difference() -> None:
    assert await compared(record_of(AAPL="10"), ("AAPL", "10")) == []
    assert await compared(None) == []


async def test_a_fill_since_then_explains_a_position() -> None:
    record = record_of(order(already="2"), AAPL="2")

    (found,) = await compared(record, ("AAPL", "10"), broker=Broker(e="10"))

    assert found == DifferenceFound(
        at=NOON,
        received_at=NOON,
        symbol="AAPL",
        recorded="2",
        held="10",
        explained=True,
        explanation=f"{NAME} was filled 8 more",
    )


async def test_a_sale_since_then_explains_a_position_that_is_gone() -> None:
    stop = order(side=Side.SELL, name="te-t1-test-AAPL-000002-p")

    (found,) = await compared(record_of(stop, AAPL="10"), broker=Broker(p="10"))

    assert (found.recorded, found.held, found.explained) == ("10", "0", True)


async def test_an_order_that_never_reached_the_broker_explains_nothing() -> None:
    (found,) = await compared(record_of(order(), order("JPM")), ("AAPL", "10"))

    assert not found.explained
    assert found.explanation == f"{NAME} never reached the broker"


async def test_half_an_explanation_is_none() -> None:
    (found,) = await compared(record_of(order()), ("AAPL", "10"), broker=Broker(e="4"))

    assert (found.explained, found.explanation) == (False, f"{NAME} was filled 4 more")


async def test_a_position_that_no_order_explains_is_named() -> None:
    (found,) = await compared(record_of(JPM="5"))

    assert (found.symbol, found.recorded, found.held) == ("JPM", "5", "0")
    assert (found.explained, found.explanation) == (False, "no order of one explains it")


async def test_a_position_without_any_record_is_named() -> None:
    (found,) = await compared(None, ("KO", "5"))

    assert found.explanation == "no record of an earlier run holds this position"
    assert not found.explained


async def test_a_position_in_doubt_is_named_again_until_it_is_gone() -> None:
    record = replace(record_of(KO="5"), doubts={"KO": "0"})

    (found,) = await compared(record, ("KO", "5"))
    (gone,) = await compared(record)

    assert (found.symbol, found.recorded, found.held) == ("KO", "0", "5")
    assert (found.explained, found.explanation) == (
        False,
        "an earlier run could not explain it either",
    )
    assert (gone.recorded, gone.held) == ("5", "0")


async def test_symbols_are_told_in_order() -> None:
    found = await compared(record_of(MSFT="1", AAPL="1"), ("KO", "5"))

    assert [row.symbol for row in found] == ["AAPL", "KO", "MSFT"]


async def test_a_strangers_order_is_named_and_ours_is_not() -> None:
    now = snapshot(orders=(working("by-hand"), working(NAME)))

    (found,) = await differences(None, now, Broker().find, NOON)

    assert (found.symbol, found.held, found.explained) == ("KO", "order by-hand", False)
    assert "another program or person" in found.explanation
