"""The contract: both brokers pass the same scenes, and say the same, message by message."""

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec
import pytest

from tests.broker.contract import STAGES, TEN, Stage, on_stage
from tradeengine.model.events import (
    BrokerSnapshot,
    CancelRejected,
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderUnresolved,
    ReplaceRejected,
)
from tradeengine.model.instants import instant_of
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Side
from tradeengine.venue.market import Market

DAY = dt.date(2019, 2, 13)


@pytest.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest, market: Market) -> AsyncIterator[Stage]:
    async with on_stage(request.param, market) as one:
        yield one


async def test_a_market_order_is_accepted_worked_and_filled(stage: Stage) -> None:
    await stage.send(stage.buy("c-1"))
    await stage.play(5)
    words = [accepted.status for accepted in stage.inbox.of(OrderAccepted)]
    fills = stage.inbox.of(OrderFilled)
    assert words == ["pending_new", "pending_new", "new"]
    assert stage.inbox.of(OrderAccepted)[0].event_id == ""
    assert sum(fill.quantity for fill in fills) == 10
    assert fills[-1].complete
    assert (fills[-1].cumulative, fills[-1].position) == (Decimal(10), Decimal(10))
    assert len({fill.execution_id for fill in fills}) == len(fills)


async def test_the_answer_to_a_submit_carries_the_instant_of_creation(stage: Stage) -> None:
    await stage.send(stage.buy("c-1"))
    answer = stage.inbox.of(OrderAccepted)[0]
    assert (answer.at, answer.received_at) == (TEN, TEN)


async def test_a_resting_order_is_cancelled(stage: Stage) -> None:
    await stage.send(stage.rest("c-1"))
    order_id = stage.inbox.of(OrderAccepted)[0].order_id
    await stage.send(stage.cancel("c-1", order_id))
    cancelled = stage.inbox.of(OrderCancelled)[0]
    assert (cancelled.order_id, cancelled.cumulative) == (order_id, Decimal(0))


async def test_an_order_is_cancelled_by_our_id_alone(stage: Stage) -> None:
    await stage.send(stage.rest("c-1"))
    await stage.send(stage.cancel("c-1"))
    assert len(stage.inbox.of(OrderCancelled)) == 1


async def test_a_refused_order_is_rejected_with_the_venues_words(stage: Stage) -> None:
    await stage.send(stage.buy("c-1", quantity="100000000"))
    rejected = stage.inbox.of(OrderRejected)[0]
    assert (rejected.status_code, rejected.code) == (403, 40310000)
    assert rejected.reason == "insufficient buying power"


async def test_an_id_that_is_taken_leads_to_the_order_that_has_it(stage: Stage) -> None:
    await stage.send(stage.rest("c-1"))
    await stage.send(stage.rest("c-1", price="11.00"))
    assert "client_order_id must be unique" in stage.inbox.of(OrderUnresolved)[0].reason
    ids = {accepted.order_id for accepted in stage.inbox.of(OrderAccepted)}
    assert len(ids) == 1


@pytest.mark.parametrize("order_id", ["", "no-such-order"])
async def test_a_cancel_of_nothing_is_refused(stage: Stage, order_id: str) -> None:
    await stage.send(stage.cancel("c-9", order_id))
    assert "order not found" in stage.inbox.of(CancelRejected)[0].reason


async def test_a_cancel_of_a_filled_order_is_refused(stage: Stage) -> None:
    await stage.send(stage.buy("c-1"))
    await stage.play(5)
    await stage.send(stage.cancel("c-1", stage.inbox.of(OrderAccepted)[0].order_id))
    assert stage.inbox.of(CancelRejected)[0].reason == 'order is already in "filled" state'


async def test_a_replacement_has_a_new_id_and_the_old_order_says_so(stage: Stage) -> None:
    await stage.send(stage.rest("c-1"))
    order_id = stage.inbox.of(OrderAccepted)[0].order_id
    await stage.send(stage.replace("c-1", "c-2", order_id, "11.00"))
    replaced = stage.inbox.of(OrderReplaced)[0]
    assert (replaced.client_order_id, replaced.order_id) == ("c-1", order_id)
    assert replaced.new_client_order_id == "c-2"
    accepted = [a for a in stage.inbox.of(OrderAccepted) if a.client_order_id == "c-2"]
    assert accepted[0].order_id == replaced.new_order_id


async def test_a_replacement_of_nothing_is_refused(stage: Stage) -> None:
    await stage.send(stage.replace("c-1", "c-2", "no-such-order", "11.00"))
    assert "order not found" in stage.inbox.of(ReplaceRejected)[0].reason


async def test_a_snapshot_holds_account_positions_and_orders(stage: Stage) -> None:
    await stage.send(stage.buy("c-1"), stage.rest("c-2", "AAPL"))
    await stage.play(5)
    await stage.send(stage.ask("flatten"))
    snapshot = stage.inbox.of(BrokerSnapshot)[0]
    assert snapshot.why == "flatten"
    assert snapshot.last_equity == 100_000
    assert [(p.symbol, p.quantity, p.available) for p in snapshot.positions] == [
        ("KO", Decimal(10), Decimal(10))
    ]
    assert [(o.client_order_id, o.status) for o in snapshot.orders] == [("c-2", "new")]
    assert snapshot.unreadable_rows == 0


async def test_the_days_hours_and_the_time_are_known(stage: Stage) -> None:
    session = await stage.broker.session(DAY)
    assert session is not None
    assert session.open_at == instant_of(DAY, dt.time(9, 30))
    assert session.close_at == instant_of(DAY, dt.time(16))
    assert await stage.broker.session(dt.date(2019, 2, 16)) is None
    now = await stage.broker.time()
    assert (now.at, now.is_open) == (TEN, True)


async def play_a_morning(kind: str, market: Market) -> list[Message]:
    """Play every kind of command, several at once, and give all that was said."""
    async with on_stage(kind, market) as stage:
        await stage.send(stage.ask("start"))
        await stage.send(
            stage.buy("c-1"),
            stage.buy("c-2", "AAPL", "250"),
            stage.rest("c-3"),
            stage.rest("c-4", "SPY"),
            stage.buy("c-5", quantity="100000000"),
        )
        await stage.send(stage.cancel("c-4", symbol="SPY"), stage.ask())
        resting = next(a for a in stage.inbox.of(OrderAccepted) if a.client_order_id == "c-3")
        await stage.send(stage.replace("c-3", "c-6", resting.order_id, "11.05"))
        await stage.play(47)
        sell = {"side": Side.SELL, "purpose": Purpose.EXIT}
        stop = {"order_type": OrderType.STOP, "stop_price": Decimal("20.00")}
        await stage.send(
            stage.buy("c-7", "AAPL", "100", **sell),
            stage.buy("c-8", "AAPL", "50", **(sell | stop)),
            stage.cancel("c-1"),
        )
        await stage.play(31)
        await stage.send(stage.ask("flatten"))
        return stage.inbox.messages


async def test_both_brokers_say_the_same_message_by_message(market: Market) -> None:
    by_sockets = await play_a_morning("sockets", market)
    in_process = await play_a_morning("in process", market)
    assert len(by_sockets) > 25
    # As the journal writes them: 1.0 and 1.00 are equal numbers but not equal records.
    assert msgspec.json.encode(by_sockets) == msgspec.json.encode(in_process)


async def test_a_run_by_sockets_repeats_exactly(market: Market) -> None:
    assert await play_a_morning("sockets", market) == await play_a_morning("sockets", market)
