"""What may leave when the disk does not take the journal: everything but more risk."""

from decimal import Decimal

import pytest

from tests.broker.fakes import START, ListInbox, buy, simulated_clock
from tradeengine.broker.answers import Answers
from tradeengine.broker.durability import may_leave
from tradeengine.errors import JournalFailed
from tradeengine.model.commands import AskBroker, CancelOrder, Command
from tradeengine.model.events import OrderRejected
from tradeengine.model.orders import Purpose, Side


async def written() -> None:
    """The disk takes it."""


async def refused() -> None:
    raise JournalFailed("journal", "No space left on device")


async def asked(command: Command, *, disk_works: bool) -> tuple[bool, ListInbox]:
    inbox = ListInbox()
    answers = Answers(inbox, simulated_clock())
    return await may_leave(command, written if disk_works else refused, answers), inbox


async def test_what_is_on_the_disk_may_leave() -> None:
    may, inbox = await asked(buy(), disk_works=True)

    assert may
    assert inbox.messages == []


async def test_an_entry_that_is_not_on_the_disk_is_refused_unsent() -> None:
    may, inbox = await asked(buy("c-9"), disk_works=False)

    assert not may
    (rejected,) = inbox.of(OrderRejected)
    assert rejected.client_order_id == "c-9"
    assert rejected.reason == (
        "not sent: journal: the journal cannot be written: No space left on device"
    )


@pytest.mark.parametrize(
    "command",
    [
        buy(purpose=Purpose.EXIT, side=Side.SELL),
        buy(purpose=Purpose.PROTECT, side=Side.SELL),
        buy(purpose=Purpose.FLATTEN, side=Side.SELL, quantity=Decimal(3)),
        CancelOrder(at=START, client_order_id="c-1", order_id="", symbol="KO"),
        AskBroker(at=START, why="flatten"),
    ],
    ids=["an exit", "a stop", "a flatten", "a cancel", "a question"],
)
async def test_what_takes_risk_away_leaves_all_the_same(command: Command) -> None:
    may, inbox = await asked(command, disk_works=False)

    assert may
    assert inbox.messages == []
