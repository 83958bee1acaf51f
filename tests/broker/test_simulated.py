"""What only the in-process broker has: other accounts, settling at once, its own end."""

import asyncio
from decimal import Decimal

import pytest

from tests.broker.contract import ENGINE, TEN
from tests.broker.fakes import START, ListInbox, buy, cancel, parameters, running
from tradeengine.broker.ports import already_durable
from tradeengine.broker.simulated import SimulatedBroker
from tradeengine.broker.venue_records import order_rows
from tradeengine.clock import SimulatedClock
from tradeengine.model.commands import AskBroker, FlattenAll
from tradeengine.model.events import BrokerSnapshot, OrderAccepted
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import OrderType, StopTrigger
from tradeengine.venue.exchange import Exchange
from tradeengine.venue.market import Market
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import VenueOrder


class Scene:
    """An in-process broker without lock-step."""

    def __init__(self, market: Market) -> None:
        self.exchange = Exchange(market, parameters=VenueParameters(), seed=7, start=TEN)
        for name in (ENGINE.account_id, "other"):
            self.exchange.open_account(name, cash=Decimal(100_000))
        self.clock, self.inbox = SimulatedClock(TEN), ListInbox()
        self.settled = 0
        self.broker = SimulatedBroker(
            self.exchange,
            ENGINE.account_id,
            parameters(),
            inbox=self.inbox,
            clock=self.clock,
            durable=already_durable,
            settle=self._settle,
        )

    def _settle(self) -> None:
        self.settled += 1
        for update in self.exchange.drain():
            self.broker.hear(update)


async def test_what_a_command_causes_is_told_at_once_when_time_runs_free(market: Market) -> None:
    scene = Scene(market)
    async with running(scene.broker):
        scene.broker.send(buy())
        await scene.broker.drained()
    assert scene.settled == 1
    assert scene.inbox.names() == ["OrderStreamReady", "OrderAccepted", "OrderAccepted"]


async def test_an_order_that_is_cancelled_before_it_leaves_never_leaves(market: Market) -> None:
    scene = Scene(market)
    scene.broker.send(buy())
    scene.broker.send(cancel(order_id=""))
    async with running(scene.broker):
        await scene.broker.drained()
    assert scene.inbox.names() == ["OrderStreamReady", "OrderNotFound"]
    assert scene.exchange.orders(ENGINE.account_id, status="all") == []


async def test_another_accounts_updates_are_not_ours(market: Market) -> None:
    scene = Scene(market)
    stranger = SimulatedBroker(
        scene.exchange,
        "other",
        parameters(),
        inbox=ListInbox(),
        clock=scene.clock,
        durable=already_durable,
    )
    stranger.carry_out(buy())
    scene._settle()
    assert scene.inbox.messages == []


async def test_a_command_carries_the_clocks_present(market: Market) -> None:
    scene = Scene(market)
    due = scene.exchange.next_at()
    assert due is not None
    scene.clock.advance_to(TEN + 60 * NANOS)
    scene.broker.carry_out(buy())
    assert scene.inbox.of(OrderAccepted)[0].at == due


async def test_more_open_orders_than_a_page_are_all_in_the_snapshot(market: Market) -> None:
    scene = Scene(market)
    for number in range(503):
        price = Decimal("0.01")
        scene.broker.carry_out(
            buy(f"c-{number}", order_type=OrderType.LIMIT, quantity=Decimal(1), limit_price=price)
        )
    scene.broker.carry_out(AskBroker(at=TEN, why="start"))
    orders = scene.inbox.of(BrokerSnapshot)[0].orders
    assert len({order.order_id for order in orders}) == 503


def test_legs_are_rows_of_their_own() -> None:
    plain = {"account_id": "a", "symbol": "KO", "asset_id": "k", "side": "buy", "type": "limit"}
    words = {"time_in_force": "day", "status": "held", "position_intent": "buy_to_open"}
    times = {"created_at": START, "updated_at": START, "submitted_at": START}
    leg = VenueOrder(id="l", client_order_id="cl", **plain, **words, **times)  # type: ignore[arg-type]  # a test's shorthand
    parent = VenueOrder(id="p", client_order_id="cp", legs=[leg], **plain, **words, **times)  # type: ignore[arg-type]  # a test's shorthand
    rows = order_rows(parent)
    assert [(row.id, row.leg_ids) for row in rows] == [("p", ("l",)), ("l", ())]


async def test_a_command_that_is_no_brokers_business_is_a_bug(market: Market) -> None:
    scene = Scene(market)
    with pytest.raises(TypeError, match="no broker command: FlattenAll"):
        scene.broker.carry_out(FlattenAll(at=TEN, trigger=StopTrigger.CLOSE, reason="close"))


async def test_nothing_is_carried_out_before_it_is_durable(market: Market) -> None:
    scene = Scene(market)
    written = asyncio.Event()

    async def durable() -> None:
        await written.wait()

    broker = SimulatedBroker(
        scene.exchange,
        ENGINE.account_id,
        parameters(),
        inbox=scene.inbox,
        clock=scene.clock,
        durable=durable,
    )
    async with running(broker):
        broker.send(buy())
        for _ in range(5):
            await asyncio.sleep(0)
        assert scene.inbox.names() == ["OrderStreamReady"]
        written.set()
        await broker.drained()
    assert scene.inbox.names() == ["OrderStreamReady", "OrderAccepted"]


async def test_closing_carries_out_what_was_sent(market: Market) -> None:
    scene = Scene(market)
    async with running(scene.broker):
        scene.broker.send(buy())
    assert len(scene.inbox.of(OrderAccepted)) == 2
